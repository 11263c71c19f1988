//! Looks into the database five times a second and writes down whatever must never be seen.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use paceline_e2e::numbers;

use super::cluster::{
    Cluster, JOBS, JOBS_OF_NARROW, JOBS_PER_KEY, JOBS_PER_USER, NARROW, look_into,
};
use super::snapshot::{Items, RunningJob, Snapshot};

const EVERY: Duration = Duration::from_millis(200);
/// Work of a dead node is with others after this.
const TAKEN_BACK: Duration = Duration::from_secs(15);
/// … or this much later, where all workers that could have it are in the middle of other work. That
/// none of them began new work meanwhile is looked at lease by lease.
const BUSY: Duration = Duration::from_secs(10);

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    looks: u32,
    most_running: usize,
    faults: BTreeSet<String>,
    /// To what each lease was given: never two things.
    leases: HashMap<i64, (i64, i64)>,
    last_event: i64,
    taken_back: Vec<Duration>,
    elsewhere: Vec<Duration>,
    overtaken: BTreeSet<String>,
}

/// Watches until nothing more happens.
pub(crate) async fn watch(cluster: Arc<Cluster>) -> Watch {
    let mut database = look_into(&cluster.network).await;
    let mut watch = Watch::default();
    let mut looks = tokio::time::interval(EVERY);
    let mut ended = cluster.ended();
    while ended.borrow_and_update().is_none() {
        looks.tick().await;
        let snapshot = Snapshot::take(&mut database).await;
        cluster.losses.see(&snapshot);
        watch.see(&snapshot);
    }
    (watch.taken_back, watch.elsewhere) = cluster.losses.times();
    watch.overtaken = cluster.losses.overtaken();
    watch
}

impl Watch {
    fn see(&mut self, snapshot: &Snapshot) {
        self.looks += 1;
        self.most_running = self.most_running.max(snapshot.jobs.len());
        self.see_limits(snapshot);
        self.see_leases(snapshot);
        for (num, job) in &snapshot.jobs {
            if let Some(items) = &job.items {
                self.see_items(*num, items, snapshot);
            }
        }
        for (state, tally) in &snapshot.tally {
            let counted = snapshot.counted.get(state).copied().unwrap_or(0);
            self.hold(counted == *tally, || {
                format!("{counted} jobs are {state}, and {tally} are told")
            });
        }
        let (before, now) = (self.last_event, snapshot.last_event);
        self.hold(before <= now, || format!("event {now} after {before}"));
        self.last_event = now;
    }

    fn hold(&mut self, holds: bool, fault: impl FnOnce() -> String) {
        if !holds {
            self.faults.insert(fault());
        }
    }

    fn see_limits(&mut self, snapshot: &Snapshot) {
        let running = snapshot.jobs.len();
        self.hold(running <= JOBS as usize, || format!("{running} jobs run"));
        self.see_limit(snapshot, JOBS_PER_USER, |job| job.user.as_deref());
        self.see_limit(snapshot, JOBS_PER_KEY, |job| job.key.as_deref());
        self.see_limit(snapshot, JOBS_OF_NARROW, |job| {
            Some(&*job.queue).filter(|queue| *queue == NARROW)
        });
        self.hold(snapshot.too_early == 0, || {
            format!("{} jobs run before their parents' end", snapshot.too_early)
        });
        self.hold(snapshot.doubled == 0, || {
            format!("{} pieces of work are done or wait twice", snapshot.doubled)
        });
    }

    fn see_limit(
        &mut self,
        snapshot: &Snapshot,
        most: u32,
        name: impl Fn(&RunningJob) -> Option<&str>,
    ) {
        let mut running: HashMap<&str, u32> = HashMap::new();
        for name in snapshot.jobs.values().filter_map(name) {
            *running.entry(name).or_default() += 1;
        }
        for (name, running) in running {
            self.hold(running <= most, || format!("{running} jobs of {name} run"));
        }
    }

    /// A lease is one node's right to one job's work.
    fn see_leases(&mut self, snapshot: &Snapshot) {
        for lease in &snapshot.leases {
            let to = (lease.job, lease.node);
            let given = *self.leases.entry(lease.id).or_insert(to);
            self.hold(given == to, || {
                format!("lease {} was given to {given:?} and {to:?}", lease.id)
            });
        }
    }

    /// Each item is in one place: free, in one lease, or done.
    fn see_items(&mut self, job: i64, items: &Items, snapshot: &Snapshot) {
        let of_job = snapshot.leases.iter().filter(|lease| lease.job == job);
        let (mut count, mut leased) = (0, Vec::new());
        for lease in of_job {
            count += 1;
            leased.extend(&lease.items);
        }
        self.hold(count == items.leases, || {
            format!("job {job} has {count} leases and counts {}", items.leases)
        });
        self.hold(items.most_leases.is_none_or(|most| count <= most), || {
            format!(
                "job {job} has {count} leases of at most {:?}",
                items.most_leases
            )
        });
        let running = i32::try_from(leased.len()).unwrap_or(i32::MAX);
        self.hold(running == items.running, || {
            format!(
                "job {job} runs {running} items and counts {}",
                items.running
            )
        });
        if !items.planned {
            return;
        }
        let mut places = HashSet::new();
        let all = items.free.iter().chain(&items.done).chain(&leased);
        for seq in all {
            let is_first = places.insert(*seq);
            self.hold(is_first, || {
                format!("item {seq} of job {job} is in two places")
            });
        }
        let total = usize::try_from(items.total).unwrap_or(0);
        self.hold(places.len() == total, || {
            format!(
                "job {job} has {total} items, of which {} are found",
                places.len()
            )
        });
    }

    /// Tells the figures.
    ///
    /// # Panics
    /// When something was seen that must not be.
    pub(crate) fn check(self) {
        println!(
            "{} looks into the database: at most {} jobs ran at once",
            self.looks, self.most_running
        );
        if !self.taken_back.is_empty() {
            println!(
                "leases of lost nodes taken back: {}",
                numbers::summary(&self.taken_back)
            );
            println!(
                "and with others, or done: {}",
                numbers::summary(&self.elsewhere)
            );
        }
        assert!(self.faults.is_empty(), "{:#?}", self.faults);
        assert!(self.overtaken.is_empty(), "{:#?}", self.overtaken);
        let bounds = [
            (&self.taken_back, TAKEN_BACK),
            (&self.elsewhere, TAKEN_BACK + BUSY),
        ];
        for (times, most) in bounds {
            let slow = times.iter().filter(|took| **took > most);
            assert_eq!(slow.count(), 0, "not within {most:?}: {times:?}");
        }
    }
}
