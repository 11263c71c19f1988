//! Random verbs against a simple model, from a seed.
//!
//! The model knows what was leased and what was reported, and derives from it what must be true
//! of every job after every few steps (see [`check`]). At the end of each history all that is left
//! must run to an end: work that was lost on the way would be missed here.

mod check;
mod drain;
mod same;
mod verbs;

use std::collections::{BTreeSet, HashMap, HashSet};

use paceline_core::dice::Dice;
use paceline_core::id::EventSeq;
use paceline_core::lease::{Lease, LeasedWork};
use paceline_core::{JobId, LeaseId};

use crate::support::{Case, Replay};

const STEPS: u32 = 150;
/// The model is held against the store after so many steps.
const CHECK_EVERY: u32 = 5;

/// A lease that exists, by what the store has said so far.
#[derive(Debug)]
struct Live {
    lease: Lease,
    /// Positions not reported yet; of a unit its only one.
    left: BTreeSet<u32>,
}

struct Model {
    s: Case,
    dice: Dice,
    live: HashMap<LeaseId, Live>,
    /// Leases that are gone: reports on them must be refused.
    gone: Vec<Lease>,
    newest: LeaseId,
    /// Items that are recorded as succeeded, by job.
    recorded: HashMap<JobId, BTreeSet<u32>>,
    /// Attempts that ended, of items whose count was not set back since.
    attempts: HashMap<(JobId, u32), u32>,
    jobs: Vec<JobId>,
    deleted: HashSet<JobId>,
    replay: Replay,
    seen: EventSeq,
}

impl Model {
    fn new(s: Case, seed: u64) -> Self {
        Model {
            s,
            dice: Dice::new(seed),
            live: HashMap::new(),
            gone: Vec::new(),
            newest: LeaseId::default(),
            recorded: HashMap::new(),
            attempts: HashMap::new(),
            jobs: Vec::new(),
            deleted: HashSet::new(),
            replay: Replay::default(),
            seen: EventSeq::default(),
        }
    }

    /// A number below `end`.
    fn roll(&mut self, end: u32) -> u32 {
        u32::try_from(self.dice.next_u64() % u64::from(end)).expect("below a u32")
    }

    fn once_in(&mut self, times: u32) -> bool {
        self.roll(times) == 0
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let end = u32::try_from(from.len()).expect("small");
        (end > 0).then(|| from[self.roll(end) as usize].clone())
    }

    fn live_leases(&self) -> Vec<LeaseId> {
        let mut leases: Vec<LeaseId> = self.live.keys().copied().collect();
        leases.sort();
        leases
    }

    fn live_of(&self, job: JobId) -> Vec<LeaseId> {
        let mut leases = self.live_leases();
        leases.retain(|lease| self.live[lease].lease.job == job);
        leases
    }

    /// Takes in a lease: it must not repeat anything.
    fn leased(&mut self, lease: Lease) {
        let (id, job) = (lease.id, lease.job);
        assert!(id > self.newest, "lease {id} after {}", self.newest);
        self.newest = id;
        let left: BTreeSet<u32> = match &lease.work {
            LeasedWork::Unit => BTreeSet::from([0]),
            LeasedWork::Plan => BTreeSet::new(),
            LeasedWork::Chunk(items) => {
                for item in items {
                    let known = self
                        .attempts
                        .entry((job, item.seq.0))
                        .or_insert(item.attempt - 1);
                    assert_eq!(*known + 1, item.attempt, "attempt of {} of {job}", item.seq);
                }
                items.iter().map(|item| item.seq.0).collect()
            }
        };
        let recorded = self.recorded.entry(job).or_default();
        assert!(
            left.is_disjoint(recorded),
            "{left:?} of {job} is leased, {recorded:?} succeeded"
        );
        for other in self.live.values().filter(|other| other.lease.job == job) {
            assert!(
                left.is_disjoint(&other.left),
                "{lease:?} overlaps {other:?}"
            );
            let unit_or_plan = !matches!(lease.work, LeasedWork::Chunk(_));
            assert!(!unit_or_plan, "{lease:?} beside {other:?}");
        }
        self.live.insert(id, Live { lease, left });
    }

    fn ended(&mut self, lease: LeaseId) {
        if let Some(live) = self.live.remove(&lease) {
            self.gone.push(live.lease);
        }
    }

    fn all_ended(&mut self, leases: Vec<LeaseId>) {
        for lease in leases {
            self.ended(lease);
        }
    }
}

async fn random_verbs_keep_every_promise(s: Case, seed: u64) {
    let mut model = Model::new(s, seed);
    for step in 1..=STEPS {
        model.step().await;
        if step % CHECK_EVERY == 0 {
            model.check().await;
        }
    }
    model.drain().await;
    model.check().await;
}

seeded_store_tests!(random_verbs_keep_every_promise);
