//! Leases that other nodes have ended or called back: a cancel or a pause may come to any node, and
//! is to reach the workers of this one within a second, long before the next heartbeat would find it
//! out.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use paceline_core::store::StoreError;

use crate::handle::Shared;

/// After news the store is asked for this node's leases, and not again for as long.
const PAUSE: Duration = Duration::from_millis(300);

impl Shared {
    /// Keeps the node alive, and ends what its workers hold no more.
    pub(crate) async fn heartbeat(&self, node_timeout: Duration) -> Result<(), StoreError> {
        let now = self.clock.now();
        let held = self.outstanding.all();
        let until = now + node_timeout;
        let drains = self.drains.load(Ordering::SeqCst);
        let news = self.store.heartbeat(self.node, held, until, now).await?;
        // A lease that ended between the look and the answer is lost to nobody: telling its
        // worker again does no harm. No more does calling back what has begun, or twice: so who
        // did not have the lease yet hears of it the next time.
        if drains == self.drains.load(Ordering::SeqCst) {
            self.set_drained(news.drained);
        }
        self.revoke(news.gone);
        self.call_back(news.called_back);
        Ok(())
    }
}

/// Runs until the node stops. Costs nothing while nothing is committed or nobody works.
pub(crate) async fn watch(shared: Arc<Shared>, node_timeout: Duration) {
    let mut newest = shared.newest.subscribe();
    loop {
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => return,
            news = newest.changed() => if news.is_err() {
                return;
            },
            // When the news came these leases were not known to be held.
            () = shared.overtaken.notified() => {}
        }
        if !shared.outstanding.is_empty()
            && let Err(error) = shared.heartbeat(node_timeout).await
        {
            tracing::debug!(%error, "cannot ask for leases; trying again");
            newest.mark_changed();
        }
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use paceline_core::clock::Clock;
    use paceline_core::item::NewItem;
    use paceline_core::lease::{Lease, LeaseReport, LeaseSignal, ReportBody};
    use paceline_core::limits::Limits;
    use paceline_core::links::Wanted;
    use paceline_core::query::Selector;
    use paceline_core::resources::Room;
    use paceline_core::store::{Action, Claim, NodeInfo, Offer, Store};
    use paceline_core::{JobId, JobOptions, JobState, Json, NewJob, Priority, Time, Work};
    use paceline_store::SqliteStore;
    use paceline_store::postgres::{Options as Connecting, PostgresStore};
    use tokio::time::Instant;

    use crate::{Engine, Handle, Options};

    use super::*;

    #[derive(Debug)]
    struct VirtualClock(Instant);

    impl Clock for VirtualClock {
        fn now(&self) -> Time {
            Time::EPOCH + Duration::from_hours(24) + self.0.elapsed()
        }
    }

    fn clock() -> Arc<dyn Clock> {
        Arc::new(VirtualClock(Instant::now()))
    }

    async fn node(store: Arc<dyn Store>, clock: &Arc<dyn Clock>) -> Engine {
        let node = NodeInfo {
            name: "here".to_owned(),
            pid: 1,
            version: "0".to_owned(),
        };
        let options = Options {
            limits: Limits::NONE,
            ..Options::default()
        };
        let engine = Engine::start(store, Arc::clone(clock), node, options, 1).await;
        engine.expect("a node")
    }

    async fn submit(handle: &Handle, work: Work) -> JobId {
        let id = handle.new_id();
        let job = NewJob {
            id,
            name: "job".to_owned(),
            task: "task".to_owned(),
            queue: "default".to_owned(),
            priority: Priority::Normal,
            user: None,
            key: None,
            batch: None,
            labels: Vec::new(),
            params: Json::null(),
            options: Arc::new(JobOptions {
                chunk_size: 1,
                ..JobOptions::default()
            }),
            run_at: None,
            work,
            links: Wanted::default(),
        };
        handle.submit(vec![job]).await.expect("a submission");
        id
    }

    fn offer(leases: u32) -> Offer {
        Offer {
            tasks: vec!["task".to_owned()],
            leases,
            workers: 1,
        }
    }

    async fn lease(handle: &Handle, leases: u32) -> Vec<Lease> {
        handle.lease(offer(leases)).await.expect("leases")
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancel_that_another_node_took_reaches_the_handler_within_a_second() {
        let store = Arc::new(SqliteStore::in_memory_inline().expect("a store"));
        let engine = node(store.clone(), &clock()).await;
        let handle = engine.handle();
        let id = submit(handle, Work::Unit).await;
        let mut signals = handle.signals();
        let leases = lease(handle, 1).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        // What another node does comes through the store alone.
        let cancel = Action::Cancel { reason: None };
        let only = Selector::Ids(vec![id]);
        let cancelled = store.control(only, cancel, false, handle.now()).await;
        assert_eq!(cancelled.expect("a cancel").changed, 1);
        let asked = Instant::now();
        let signal = signals.recv().await.expect("a signal");
        assert_eq!(signal, LeaseSignal::Revoked(leases[0].id));
        assert!(asked.elapsed() < Duration::from_secs(1));
        engine.stop().await.expect("a clean stop");
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancel_that_overtook_a_lease_on_its_way_is_heard_all_the_same() {
        let store = Arc::new(SqliteStore::in_memory_inline().expect("a store"));
        let engine = node(store.clone(), &clock()).await;
        let handle = engine.handle();
        let id = submit(handle, Work::Unit).await;
        let claim = Claim {
            node: handle.node(),
            offers: vec![offer(1)],
            room: Room::default(),
            now: handle.now(),
        };
        let claimed = store.claim(claim).await.expect("a claim").leases.remove(0);
        let cancel = Action::Cancel { reason: None };
        let only = Selector::Ids(vec![id]);
        let cancelled = store.control(only, cancel, false, handle.now()).await;
        assert_eq!(cancelled.expect("a cancel").changed, 1);
        // Of the news there is nothing left when the answer arrives.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut signals = handle.signals();
        let leases = handle.shared.outstanding.add(claimed, &BTreeMap::new());
        handle.shared.overtaken.notify_one();
        let signal = tokio::time::timeout(Duration::from_secs(1), signals.recv()).await;
        let signal = signal.expect("it comes soon").expect("a signal");
        assert_eq!(signal, LeaseSignal::Revoked(leases[0].id));
        engine.stop().await.expect("a clean stop");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_pause_that_another_node_took_calls_back_what_has_not_begun() {
        const SOON: Duration = Duration::from_secs(20);
        let url = paceline_test_postgres::shared().new_store();
        let connect = || async {
            let store = PostgresStore::connect(&url, Connecting::default()).await;
            Arc::new(store.expect("a store"))
        };
        let clock = clock();
        let there = node(connect().await, &clock).await;
        let here = node(connect().await, &clock).await;
        let handle = here.handle();
        let item = |_| NewItem {
            key: None,
            payload: Json::null(),
        };
        let id = submit(handle, Work::Items((0..2).map(item).collect())).await;
        let mut signals = handle.signals();
        let leases = lease(handle, 2).await;
        assert_eq!(leases.len(), 2);

        let only = Selector::Ids(vec![id]);
        let paused = there.handle().control(only, Action::Pause, false).await;
        assert_eq!(paused.expect("a pause").changed, 1);
        let mut called_back = BTreeSet::new();
        while called_back.len() < leases.len() {
            let signal = tokio::time::timeout(SOON, signals.recv()).await;
            match signal.expect("it comes soon").expect("a signal") {
                LeaseSignal::Recalled(lease) => called_back.insert(lease),
                LeaseSignal::Revoked(lease) => panic!("{lease} is revoked"),
            };
        }
        let held: BTreeSet<_> = leases.iter().map(|lease| lease.id).collect();
        assert_eq!(called_back, held);
        let reports = leases.iter().map(|lease| LeaseReport {
            lease: lease.id,
            job: id,
            body: ReportBody::HandBack,
        });
        handle.report(reports.collect()).await.expect("reports");
        let job = there.handle().store().job(id).await.expect("read");
        let job = job.expect("a job");
        assert_eq!((job.state, job.counters.running), (JobState::Paused, 0));
        for engine in [here, there] {
            engine.stop().await.expect("a clean stop");
        }
    }
}
