//! A process that is killed while it submits and reports: all that it had acknowledged is there.

use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use paceline_core::dice::Dice;
use paceline_core::store::Store;
use paceline_core::{ItemState, JobId, JobState};

use crate::support::{
    Place, all_jobs, assert_sound, child, claim, items_of, open, register, said, seqs,
};

const ROUNDS: u64 = 8;

/// What the child had said before it died.
#[derive(Debug, Default)]
struct Acknowledged {
    jobs: BTreeSet<JobId>,
    /// Positions recorded as succeeded; a unit has position 0.
    succeeded: HashMap<JobId, BTreeSet<u32>>,
    cancelled: BTreeSet<JobId>,
}

impl Acknowledged {
    /// What was done, to which job, and to which item of it.
    fn take(&mut self, what: &str) {
        let words: Vec<&str> = what.split(' ').collect();
        let job: JobId = words[1].parse().expect("a job id");
        match words[0] {
            "submitted" => drop(self.jobs.insert(job)),
            "succeeded" => {
                let seq = words[2].parse().expect("a position");
                self.succeeded.entry(job).or_default().insert(seq);
            }
            "cancelled" => drop(self.cancelled.insert(job)),
            other => panic!("{other}"),
        }
    }

    async fn check(&self, store: &dyn Store) {
        let jobs = all_jobs(store).await.into_iter().map(|job| (job.id, job));
        let there: HashMap<JobId, _> = jobs.collect();
        for id in &self.jobs {
            assert!(there.contains_key(id), "{id} was acknowledged and is gone");
        }
        for id in &self.cancelled {
            assert_eq!(there[id].state, JobState::Cancelled);
        }
        for (id, seqs) in &self.succeeded {
            let items = items_of(store, *id).await;
            if items.is_empty() {
                assert_eq!(there[id].state, JobState::Completed, "a unit");
            }
            for item in items.iter().filter(|item| seqs.contains(&item.seq.0)) {
                assert_eq!(
                    item.state,
                    ItemState::Succeeded,
                    "item {} of {id}",
                    item.seq
                );
            }
        }
        for job in there.values() {
            let items = items_of(store, job.id).await;
            let succeeded = items
                .iter()
                .filter(|item| item.state == ItemState::Succeeded);
            if !items.is_empty() {
                assert_eq!(
                    job.counters.succeeded as usize,
                    succeeded.count(),
                    "{job:?}"
                );
                assert_eq!(job.counters.total as usize, items.len(), "{job:?}");
            }
        }
    }

    /// Nothing that is recorded is given to a worker again.
    async fn check_leases(&self, store: &dyn Store) {
        let node = register(store).await;
        for lease in claim(store, node, 10_000).await {
            let recorded = self.succeeded.get(&lease.job).cloned().unwrap_or_default();
            let leased: BTreeSet<u32> = seqs(&lease).into_iter().collect();
            assert!(leased.is_disjoint(&recorded), "{leased:?} of {recorded:?}");
            assert!(!self.cancelled.contains(&lease.job));
        }
    }
}

/// Starts the child, lets it acknowledge so many things, and kills it.
fn run_and_kill(file: &Path, seed: u64, count: usize, acknowledged: &mut Acknowledged) {
    let mut child = child("kill::busy_child", file, seed)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the child starts");
    let output = BufReader::new(child.stdout.take().expect("piped"));
    let mut lines = output.lines();
    let mut heard = 0;
    while heard < count {
        let line = lines.next().expect("the child goes on").expect("text");
        if let Some(what) = said(&line) {
            acknowledged.take(what);
            heard += 1;
        }
    }
    child.kill().expect("killed");
    let status = child.wait().expect("ended");
    assert_eq!(status.code(), None, "it had not ended by itself: {status}");
    // What was still in the pipe was acknowledged as well.
    for line in lines.map_while(Result::ok) {
        if let Some(what) = said(&line) {
            acknowledged.take(what);
        }
    }
}

#[tokio::test]
async fn all_that_was_acknowledged_survives_a_kill() {
    let place = Place::new();
    let mut acknowledged = Acknowledged::default();
    let mut dice = Dice::new(20_261_122);
    for round in 1..=ROUNDS {
        let count = 50 + usize::try_from(dice.next_u64() % 700).expect("small");
        run_and_kill(&place.file(), round, count, &mut acknowledged);
        let store = open(&place.file());
        acknowledged.check(&*store).await;
        acknowledged.check_leases(&*store).await;
        drop(store);
        assert_sound(&place.file());
    }
    assert!(acknowledged.jobs.len() > 100 && !acknowledged.cancelled.is_empty());
    assert!(
        acknowledged.succeeded.len() > 50,
        "{} succeeded",
        acknowledged.succeeded.len()
    );
}

/// Submits, runs and cancels jobs until it is killed, and says after each commit what it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the child of the test above, which runs it"]
async fn busy_child() {
    if let Some((file, seed)) = crate::support::part_of_child() {
        busy::Busy::start(&file, seed).await.go_on().await;
    }
}

/// What the child does.
mod busy {
    use std::path::Path;
    use std::sync::Arc;

    use paceline_core::dice::Dice;
    use paceline_core::item::ItemReport;
    use paceline_core::lease::{Lease, LeaseReport, LeasedWork, Release, ReportBody};
    use paceline_core::query::Selector;
    use paceline_core::store::{Action, Store};
    use paceline_core::{JobId, Json, NewJob, NodeId};
    use paceline_store::SqliteStore;

    use crate::support::{
        NOW, claim, items, new_id_of, open, register, report, report_of, say, success, unit,
    };

    pub(super) struct Busy {
        store: Arc<SqliteStore>,
        node: NodeId,
        dice: Dice,
        seed: u64,
    }

    impl Busy {
        pub(super) async fn start(file: &Path, seed: u64) -> Self {
            let store = open(file);
            let node = register(&*store).await;
            let dice = Dice::new(seed);
            Busy {
                store,
                node,
                dice,
                seed,
            }
        }

        pub(super) async fn go_on(&mut self) -> ! {
            loop {
                self.submit().await;
                for lease in claim(&*self.store, self.node, 3).await {
                    self.report(&lease).await;
                }
            }
        }

        fn roll(&mut self, end: u32) -> u32 {
            u32::try_from(self.dice.next_u64() % u64::from(end)).expect("below a u32")
        }

        async fn submit(&mut self) {
            let jobs = (0..=self.roll(4)).map(|_| self.job()).collect();
            let submitted = self.store.submit(jobs, NOW).await.expect("taken");
            for job in &submitted {
                say(&format!("submitted {}", job.id));
            }
            if self.roll(5) == 0 {
                self.cancel(submitted[0].id).await;
            }
        }

        fn job(&mut self) -> NewJob {
            let count = 1 + self.roll(40);
            let mut job = if self.roll(2) == 0 {
                unit()
            } else {
                items(count)
            };
            job.id = new_id_of(self.seed);
            job.params = Json::from_checked(format!("{:?}", "x".repeat(500)));
            job
        }

        async fn cancel(&mut self, job: JobId) {
            let cancel = Action::Cancel { reason: None };
            let only = Selector::Ids(vec![job]);
            let done = self
                .store
                .control(only, cancel, false, NOW)
                .await
                .expect("done");
            if done.changed == 1 {
                say(&format!("cancelled {job}"));
            }
        }

        /// Reports a unit, or the first items of a chunk.
        async fn report(&mut self, lease: &Lease) {
            if lease.work == LeasedWork::Unit {
                report(&*self.store, lease, &success()).await;
                say(&format!("succeeded {} 0", lease.job));
                return;
            }
            let ReportBody::Chunk { mut items, .. } = report_of(lease, &success()).body else {
                return;
            };
            items.truncate(1 + self.roll(20) as usize);
            self.report_items(lease, items).await;
        }

        async fn report_items(&self, lease: &Lease, items: Vec<ItemReport>) {
            let seqs: Vec<u32> = items.iter().map(|item| item.seq.0).collect();
            let release = Some(Release::Normal);
            let report = LeaseReport {
                lease: lease.id,
                job: lease.job,
                body: ReportBody::Chunk { items, release },
            };
            self.store
                .report(vec![report], 1, NOW)
                .await
                .expect("reported");
            for seq in seqs {
                say(&format!("succeeded {} {seq}", lease.job));
            }
        }
    }
}
