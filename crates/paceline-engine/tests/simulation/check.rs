//! What is known to be true so far, and the invariants over it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use paceline_core::event::{EventKind, EventRecord};
use paceline_core::lease::{Lease, LeasedWork};
use paceline_core::lifecycle::TRANSITIONS;
use paceline_core::{JobId, JobState, LeaseId, Seq};
use tokio::time::Instant;

/// The longest that a handler may run on after its job's cancel was acknowledged.
const CANCEL_REACHES: Duration = Duration::from_secs(1);

/// The model: facts gathered at the instants at which they came true.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    /// Leases that exist, by the store's own answers.
    live: HashMap<LeaseId, JobId>,
    ever_leased: HashSet<LeaseId>,
    /// Items and units that are recorded as succeeded (a unit is item 0).
    recorded: HashSet<(JobId, Seq)>,
    /// Jobs whose pause was acknowledged and that were not resumed.
    paused: HashSet<JobId>,
    /// Leases that a cancel ended, and when.
    cancelled: HashMap<LeaseId, Instant>,
    pub(crate) acknowledged: HashSet<JobId>,
    deleted: HashSet<JobId>,
    /// States as the events tell them.
    told: HashMap<JobId, JobState>,
    pub(crate) crashes: u32,
}

/// A handler at work; ends when it is dropped.
pub(crate) struct Execution {
    lease: LeaseId,
    begun: Instant,
    checks: Arc<Mutex<Checks>>,
}

impl Drop for Execution {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let checks = lock(&self.checks);
        if let Some(at) = checks.cancelled.get(&self.lease) {
            let ran_on = (*at).max(self.begun).elapsed();
            assert!(
                ran_on <= CANCEL_REACHES,
                "a cancel reached its handler after {ran_on:?}"
            );
        }
    }
}

pub(crate) fn lock(checks: &Mutex<Checks>) -> MutexGuard<'_, Checks> {
    checks
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Checks {
    /// A worker starts on an item or unit.
    pub(crate) fn begin(checks: &Arc<Mutex<Checks>>, lease: &Lease, seq: Option<Seq>) -> Execution {
        let seq = seq.unwrap_or_default();
        let known = lock(checks);
        let live = known.live.contains_key(&lease.id);
        let repeats = known.recorded.contains(&(lease.job, seq));
        assert!(
            !(live && repeats),
            "item {seq} of {} is run again though it succeeded",
            lease.job
        );
        drop(known);
        Execution {
            lease: lease.id,
            begun: Instant::now(),
            checks: Arc::clone(checks),
        }
    }

    pub(crate) fn leased(&mut self, lease: &Lease) {
        assert!(
            self.ever_leased.insert(lease.id),
            "lease {} was given twice",
            lease.id
        );
        assert!(
            !self.paused.contains(&lease.job),
            "a chunk of the paused job {} was leased",
            lease.job
        );
        let state = self.told.get(&lease.job);
        let ended = state.is_some_and(|state| state.is_terminal());
        assert!(
            !ended,
            "work of {} was leased, which is {state:?}",
            lease.job
        );
        if let LeasedWork::Chunk(items) = &lease.work {
            for item in items {
                let repeats = self.recorded.contains(&(lease.job, item.seq));
                assert!(
                    !repeats,
                    "item {} of {} is leased though it succeeded",
                    item.seq, lease.job
                );
            }
        }
        self.live.insert(lease.id, lease.job);
    }

    /// A report was accepted.
    pub(crate) fn accepted(&mut self, lease: LeaseId, job: JobId, succeeded: &[Seq], ends: bool) {
        assert!(
            self.live.contains_key(&lease),
            "a report on lease {lease} was accepted, which is gone"
        );
        for seq in succeeded {
            assert!(
                self.recorded.insert((job, *seq)),
                "item {seq} of {job} was recorded twice"
            );
        }
        if ends {
            self.live.remove(&lease);
        }
    }

    pub(crate) fn lost(&mut self, lease: LeaseId) {
        self.live.remove(&lease);
    }

    pub(crate) fn all_leases_gone(&mut self) {
        self.live.clear();
    }

    pub(crate) fn revoked(&mut self, leases: impl Iterator<Item = LeaseId>) {
        for lease in leases {
            self.live.remove(&lease);
            self.cancelled.insert(lease, Instant::now());
        }
    }

    /// Takes in new events: each step of a job's state must be legal.
    pub(crate) fn told(&mut self, events: &[EventRecord]) {
        for event in events {
            let Some(job) = event.job else { continue };
            if event.kind == EventKind::Deleted {
                self.deleted.insert(job);
                self.told.remove(&job);
                continue;
            }
            let Some(to) = event.state else { continue };
            match event.kind {
                EventKind::Submitted => {
                    assert!(!self.told.contains_key(&job), "{job} was submitted twice");
                }
                EventKind::Restarted => self.recorded.retain(|(of, _)| *of != job),
                _ => {}
            }
            self.step(job, to, event);
            self.told.insert(job, to);
            if event.kind == EventKind::Paused {
                self.paused.insert(job);
            }
            if to != JobState::Paused {
                self.paused.remove(&job);
            }
        }
    }

    fn step(&self, job: JobId, to: JobState, event: &EventRecord) {
        let Some(&from) = self.told.get(&job) else {
            return;
        };
        if from == to {
            return;
        }
        let legal = TRANSITIONS
            .iter()
            .any(|(state, _, targets)| *state == from && targets.contains(&to));
        assert!(legal, "{job} went from {from} to {to} by {event:?}");
        if from.is_terminal() {
            let by_hand = matches!(event.kind, EventKind::Retried | EventKind::Restarted);
            assert!(by_hand, "{job} left {from} by {}", event.kind);
        }
    }

    /// The state that the events tell, for jobs that are there.
    pub(crate) fn states(&self) -> impl Iterator<Item = (JobId, JobState)> + '_ {
        self.told.iter().map(|(job, state)| (*job, *state))
    }

    pub(crate) fn kept(&self) -> impl Iterator<Item = JobId> + '_ {
        self.acknowledged
            .iter()
            .filter(|job| !self.deleted.contains(job))
            .copied()
    }

    pub(crate) fn recorded_of(&self, job: JobId) -> usize {
        self.recorded.iter().filter(|(of, _)| *of == job).count()
    }
}
