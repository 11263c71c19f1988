//! What is known to be true so far, and the invariants over it. The numbers are those of the
//! design's list.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use paceline_core::dependency::Policy;
use paceline_core::event::{EventKind, EventRecord};
use paceline_core::job::NewJob;
use paceline_core::lease::{Lease, LeasedWork};
use paceline_core::lifecycle::TRANSITIONS;
use paceline_core::links::Parent;
use paceline_core::{JobId, JobState, LeaseId, NodeId, Priority, ScheduleId, Seq, Time};

use crate::known::Known;
use crate::reach::Reach;
use crate::rules::Said;
use crate::tasks::GREEDY;
use crate::throttle::HandedOut;

/// The model: facts gathered at the instants at which they came true.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    pub(crate) jobs: BTreeMap<JobId, Known>,
    /// Leases that exist, by the store's own answers.
    pub(crate) live: HashMap<LeaseId, Held>,
    ever_leased: HashSet<LeaseId>,
    /// Items and units that are recorded as succeeded (a unit is item 0).
    recorded: HashSet<(JobId, Seq)>,
    /// Jobs whose pause was acknowledged and that were not resumed.
    paused: HashSet<JobId>,
    pub(crate) reach: Reach,
    pub(crate) rules: Said,
    pub(crate) handed_out: HandedOut,
    pub(crate) acknowledged: BTreeSet<JobId>,
    deleted: BTreeSet<JobId>,
    /// Runs of schedules that gave a job.
    fired: HashSet<(ScheduleId, Time)>,
}

/// A lease in somebody's hands.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) job: JobId,
    pub(crate) node: NodeId,
    pub(crate) task: String,
}

pub(crate) fn lock(checks: &Mutex<Checks>) -> MutexGuard<'_, Checks> {
    checks
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A worker starts on an item or unit.
pub(crate) fn begin(checks: &Arc<Mutex<Checks>>, lease: &Lease, seq: Option<Seq>) {
    let seq = seq.unwrap_or_default();
    let known = lock(checks);
    let live = known.live.contains_key(&lease.id);
    let repeats = known.recorded.contains(&(lease.job, seq));
    assert!(
        !(live && repeats),
        "2: item {seq} of {} is run again though it succeeded",
        lease.job
    );
}

impl Checks {
    /// A job was taken in; `merged_into` is the one that does its work instead.
    pub(crate) fn submitted(&mut self, job: &NewJob, merged_into: Option<JobId>) {
        let mut known = Known::new(job, self.parents(job));
        let of_same = |other: &Known| other.identity.is_some() && other.identity == known.identity;
        let mut of_same = self.jobs.iter().filter(|(_, other)| of_same(other));
        let running = of_same.find(|(_, other)| !other.has_ended() && other.has_begun());
        match (merged_into, running) {
            (Some(survivor), _) => {
                known.merged_into = Some(survivor);
                let survivor = self.jobs.get_mut(&survivor).expect("it is known");
                assert!(
                    survivor.is_replaceable() && survivor.identity == known.identity,
                    "8: {} was merged into a job that cannot do its work",
                    job.id
                );
                survivor.take_over(&known);
            }
            // It is the one successor.
            (None, Some((running, _))) => {
                known.after = vec![*running];
                known.policy = Policy::Finished;
            }
            (None, None) => {}
        }
        self.jobs.insert(job.id, known);
    }

    /// The jobs that one waits for: those that do the work of those that it names.
    fn parents(&self, job: &NewJob) -> Vec<JobId> {
        let mut named = Vec::new();
        for parent in &job.links.after {
            match parent {
                Parent::Job(id) => named.push(*id),
                Parent::Batch(name) => {
                    let of_batch = self.jobs.iter();
                    let of_batch = of_batch.filter(|(_, job)| job.batch.as_ref() == Some(name));
                    named.extend(of_batch.map(|(id, _)| *id));
                }
            }
        }
        let survivor = |id: JobId| self.jobs.get(&id).and_then(|job| job.merged_into);
        let parents = named.into_iter().map(|id| survivor(id).unwrap_or(id));
        parents.filter(|id| self.jobs.contains_key(id)).collect()
    }

    /// Work was handed out.
    pub(crate) fn leased(&mut self, lease: &Lease, node: NodeId, now: Time) {
        assert!(
            self.ever_leased.insert(lease.id),
            "4: lease {} was given twice",
            lease.id
        );
        assert!(
            !self.paused.contains(&lease.job),
            "9: a chunk of the paused job {} was leased",
            lease.job
        );
        let state = self.jobs.get(&lease.job).and_then(|job| job.state);
        assert!(
            state == Some(JobState::Running),
            "6: work of {} was leased, which is {state:?}",
            lease.job
        );
        let params = self.jobs.get(&lease.job).map(|job| &job.params);
        assert!(
            params == Some(&lease.params),
            "8: {} runs with other params than the newest",
            lease.job
        );
        if let LeasedWork::Chunk(items) = &lease.work {
            for item in items {
                let repeats = self.recorded.contains(&(lease.job, item.seq));
                assert!(
                    !repeats,
                    "2: item {} of {} is leased though it succeeded",
                    item.seq, lease.job
                );
            }
        }
        self.rules.leased(lease, now);
        let held = Held {
            job: lease.job,
            node,
            task: lease.task.clone(),
        };
        self.live.insert(lease.id, held);
        let greedy = self.live.values();
        let greedy = greedy.filter(|held| held.node == node && held.task == GREEDY);
        assert!(
            greedy.count() <= 1,
            "resources: {node:?} runs more of {GREEDY} than it has room for"
        );
    }

    /// A report was accepted.
    pub(crate) fn accepted(&mut self, lease: LeaseId, job: JobId, succeeded: &[Seq], ends: bool) {
        assert!(
            self.live.contains_key(&lease),
            "4: a report on lease {lease} was accepted, which is gone"
        );
        for seq in succeeded {
            assert!(
                self.recorded.insert((job, *seq)),
                "2: item {seq} of {job} was recorded twice"
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

    pub(crate) fn leases_gone_of(&mut self, node: NodeId) {
        self.live.retain(|_, held| held.node != node);
    }

    /// A call of this node ended leases.
    pub(crate) fn revoked(&mut self, leases: impl Iterator<Item = LeaseId>, by: NodeId) {
        for lease in leases {
            if let Some(held) = self.live.remove(&lease) {
                self.reach.cancelled(lease, held.node, by);
            }
        }
    }

    pub(crate) fn leases_of(&self, job: JobId) -> Vec<LeaseId> {
        let live = self.live.iter().filter(|(_, held)| held.job == job);
        let mut leases: Vec<LeaseId> = live.map(|(lease, _)| *lease).collect();
        leases.sort_unstable();
        leases
    }

    /// A pause was acknowledged.
    pub(crate) fn pausing(&mut self, job: JobId) {
        self.paused.insert(job);
    }

    /// A run of a schedule gave a job.
    pub(crate) fn fired(&mut self, schedule: ScheduleId, tick: Time) {
        assert!(
            self.fired.insert((schedule, tick)),
            "schedules: the run of {schedule} at {tick:?} was done twice"
        );
    }

    pub(crate) fn changed(&mut self, job: JobId, priority: Priority) {
        if let Some(job) = self.jobs.get_mut(&job) {
            job.priority = priority;
        }
    }

    /// Takes in new events, and holds each against the rules.
    pub(crate) fn told(&mut self, events: &[EventRecord], now: Time) {
        for event in events {
            self.handed_out.told(event);
            let Some(id) = event.job else { continue };
            if event.kind == EventKind::Deleted {
                self.delete(id);
                continue;
            }
            let Some(to) = event.state else { continue };
            self.step(id, to, event);
            match (event.kind, to) {
                (EventKind::Started, _) => self.starts(id, now),
                (EventKind::Resumed, JobState::Running) => self.goes_on(id),
                _ => {}
            }
            if event.kind == EventKind::Restarted {
                self.recorded.retain(|(of, _)| *of != id);
            }
            self.jobs.get_mut(&id).expect("it is known").note(to, event);
            if event.kind == EventKind::Paused {
                self.paused.insert(id);
            }
            let goes_on = matches!(
                event.kind,
                EventKind::Resumed | EventKind::Retried | EventKind::Restarted | EventKind::Blocked
            );
            if goes_on || to.is_terminal() {
                self.paused.remove(&id);
            }
            if to.is_terminal() {
                // Whatever was still out of it is lost to who has it.
                self.live.retain(|_, held| held.job != id);
            }
        }
    }

    /// 8: of jobs that do the same work at most one waits.
    pub(crate) fn check_duplicates(&self) {
        let mut waiting = BTreeMap::new();
        for (id, job) in self.jobs.iter().filter(|(_, job)| job.is_replaceable()) {
            let Some(identity) = job.identity else {
                continue;
            };
            let other = waiting.insert(identity, id);
            assert!(
                other.is_none(),
                "8: both {id} and {other:?} wait, and do the same work"
            );
        }
    }

    fn delete(&mut self, id: JobId) {
        self.deleted.insert(id);
        let deleted = self.jobs.remove(&id);
        assert!(
            deleted.is_none_or(|job| job.has_ended()),
            "1: {id} was deleted before it ended"
        );
        for job in self.jobs.values_mut() {
            job.after.retain(|parent| *parent != id);
        }
        self.paused.remove(&id);
    }

    /// 7, and that every step is in the table.
    fn step(&self, id: JobId, to: JobState, event: &EventRecord) {
        let Some(job) = self.jobs.get(&id) else {
            panic!("12: {event:?} tells of a job that nobody submitted");
        };
        let Some(from) = job.state else {
            let is_first = event.kind == EventKind::Submitted;
            assert!(is_first, "12: the first of {id} is {event:?}");
            return;
        };
        assert!(
            event.kind != EventKind::Submitted,
            "1: {id} was submitted twice"
        );
        if from == to {
            return;
        }
        let legal = TRANSITIONS
            .iter()
            .any(|(state, _, targets)| *state == from && targets.contains(&to));
        assert!(legal, "7: {id} went from {from} to {to} by {event:?}");
        if !from.is_terminal() {
            return;
        }
        let by_hand = matches!(event.kind, EventKind::Retried | EventKind::Restarted);
        let parents = job.after.iter().filter_map(|parent| self.jobs.get(parent));
        let again = job.dropped && parents.into_iter().any(|parent| !parent.has_ended());
        let revived = event.kind == EventKind::Blocked && again;
        assert!(by_hand || revived, "7: {id} left {from} by {}", event.kind);
    }

    /// Jobs that were acknowledged and not deleted.
    pub(crate) fn kept(&self) -> Vec<JobId> {
        self.acknowledged
            .difference(&self.deleted)
            .copied()
            .collect()
    }

    pub(crate) fn recorded_of(&self, job: JobId) -> usize {
        self.recorded.iter().filter(|(of, _)| *of == job).count()
    }
}
