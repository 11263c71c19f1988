//! Leases that other nodes have ended: a cancel may come to any node, and is to reach the handler
//! on this one within a second, long before the next heartbeat would find it out.

use std::sync::Arc;
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
        let lost = self.store.heartbeat(self.node, held, until, now).await?;
        // A lease that ended between the look and the answer is lost to nobody: telling its
        // worker again does no harm.
        self.revoke(lost);
        Ok(())
    }
}

/// Runs until the node stops. Costs nothing while nothing is committed or nobody works.
pub(crate) async fn watch(shared: Arc<Shared>, node_timeout: Duration) {
    let mut newest = shared.newest.subscribe();
    loop {
        tokio::select! {
            news = newest.changed() => if news.is_err() {
                return;
            },
            () = shared.stop.cancelled() => return,
        }
        if !shared.outstanding.is_empty()
            && let Err(error) = shared.heartbeat(node_timeout).await
        {
            tracing::debug!(%error, "cannot ask for leases; trying again");
            newest.mark_changed();
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = shared.stop.cancelled() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use paceline_core::clock::Clock;
    use paceline_core::lease::LeaseSignal;
    use paceline_core::limits::Limits;
    use paceline_core::links::Wanted;
    use paceline_core::query::Selector;
    use paceline_core::store::{Action, NodeInfo, Offer, Store};
    use paceline_core::{Json, NewJob, Priority, Time, Work};
    use paceline_store::SqliteStore;
    use tokio::time::Instant;

    use crate::{Engine, Options};

    use super::*;

    #[derive(Debug)]
    struct VirtualClock(Instant);

    impl Clock for VirtualClock {
        fn now(&self) -> Time {
            Time::EPOCH + Duration::from_hours(24) + self.0.elapsed()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancel_that_another_node_took_reaches_the_handler_within_a_second() {
        let store = Arc::new(SqliteStore::in_memory_inline().expect("a store"));
        let clock = Arc::new(VirtualClock(Instant::now()));
        let node = NodeInfo {
            name: "here".to_owned(),
            pid: 1,
            version: "0".to_owned(),
        };
        let options = Options {
            limits: Limits::NONE,
            ..Options::default()
        };
        let shared: Arc<dyn Store> = store.clone();
        let engine = Engine::start(shared, clock, node, options, 1).await;
        let engine = engine.expect("a node");
        let handle = engine.handle();
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
            options: Arc::default(),
            run_at: None,
            work: Work::Unit,
            links: Wanted::default(),
        };
        handle.submit(vec![job]).await.expect("a submission");
        let mut signals = handle.signals();
        let offer = Offer {
            tasks: vec!["task".to_owned()],
            leases: 1,
            workers: 1,
        };
        let leases = handle.lease(offer).await.expect("a lease");
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
}
