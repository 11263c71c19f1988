//! How long it takes until others have what a node lost, and that no new work goes before it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::snapshot::{Lease, Snapshot, Work};

/// So often in a row work goes first because it came back.
const MOST_RETURNS: i32 = 3;

/// Nodes that were lost, as the watch follows them up.
#[derive(Debug, Default)]
pub(crate) struct Losses(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    losses: Vec<Loss>,
    /// Lost work that waits for a worker and could have one, with the time since which all can see it.
    waits: HashMap<Work, i64>,
    /// Free work that goes when it is its turn.
    in_turn: HashSet<Work>,
    /// How many lost nodes each piece was with.
    lost: HashMap<Work, i32>,
    /// Leases and work that somebody had.
    leases: HashSet<i64>,
    begun: HashSet<Work>,
    overtaken: BTreeSet<String>,
}

#[derive(Debug)]
struct Loss {
    node: i64,
    at: Instant,
    /// What it held at the first look after.
    held: Option<HashSet<Work>>,
    /// Until none of its leases was left.
    taken_back: Option<Duration>,
    /// Until the last piece of it was leased to others, or done.
    elsewhere: Option<Duration>,
}

impl Losses {
    pub(crate) fn add(&self, node: i64, at: Instant) {
        self.lock().losses.push(Loss {
            node,
            at,
            held: None,
            taken_back: None,
            elsewhere: None,
        });
    }

    /// Takes note of what the tables said at a time.
    pub(crate) fn see(&self, snapshot: &Snapshot) {
        let mut known = self.lock();
        let known = &mut *known;
        let mut free = snapshot.free();
        known.see_what_waits_its_turn(&free, snapshot);
        free.retain(|work| !known.in_turn.contains(work));
        free.retain(|work| could_run(work, &known.lost, snapshot));
        for loss in &mut known.losses {
            let is_new = loss.held.is_none();
            loss.see(snapshot, &free);
            let held = loss.held.iter().flatten().filter(|_| is_new);
            for work in held {
                *known.lost.entry(*work).or_default() += 1;
            }
        }
        known.see_leases(snapshot, &free);
    }

    /// New work that was leased though lost work waited which the same worker could have had.
    pub(crate) fn overtaken(&self) -> BTreeSet<String> {
        self.lock().overtaken.clone()
    }

    /// The times until leases were taken back, and until their work ran elsewhere.
    pub(crate) fn times(&self) -> (Vec<Duration>, Vec<Duration>) {
        let known = self.lock();
        let lost = || known.losses.iter().filter(|loss| loss.had_work());
        let back = lost().map(|loss| loss.taken_back.unwrap_or_else(|| loss.at.elapsed()));
        let elsewhere = lost().map(|loss| loss.elsewhere.unwrap_or_else(|| loss.at.elapsed()));
        (back.collect(), elsewhere.collect())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// What came back too often waits its turn until somebody has it, also when others of its job
    /// are recorded meanwhile and the count begins anew.
    fn see_what_waits_its_turn(&mut self, free: &HashSet<Work>, snapshot: &Snapshot) {
        self.in_turn.retain(|work| free.contains(work));
        let too_often = free.iter().filter(|work| {
            let job = snapshot.jobs.get(&work.0);
            let items = job.and_then(|job| job.items.as_ref());
            items.is_some_and(|items| items.returns > MOST_RETURNS)
        });
        self.in_turn.extend(too_often);
    }

    /// Who asks for work after all could see that lost work waits gets that first.
    fn see_leases(&mut self, snapshot: &Snapshot, free: &HashSet<Work>) {
        for lease in &snapshot.leases {
            if self.leases.insert(lease.id) {
                let is_new = !lease.work().any(|work| self.begun.contains(&work));
                if is_new && !lease.items.is_empty() {
                    self.see_new_work(lease, snapshot);
                }
            }
        }
        let leased = snapshot.leases.iter().flat_map(Lease::work);
        self.begun.extend(leased);
        let losses = self.losses.iter().filter(|loss| loss.elsewhere.is_none());
        let lost: HashSet<Work> = losses
            .filter_map(|loss| loss.held.clone())
            .flatten()
            .collect();
        self.waits
            .retain(|work, _| lost.contains(work) && free.contains(work));
        for work in lost.intersection(free) {
            self.waits.entry(*work).or_insert(snapshot.read_at);
        }
    }

    fn see_new_work(&mut self, lease: &Lease, snapshot: &Snapshot) {
        let of_shell = |job: i64| snapshot.jobs.get(&job).map(|job| job.task == SHELL);
        for (work, seen) in &self.waits {
            if *seen < lease.since && of_shell(work.0) == of_shell(lease.job) {
                let (job, seq) = work;
                let fault = format!(
                    "lease {} of job {} went before item {seq} of job {job}, which came back",
                    lease.id, lease.job
                );
                self.overtaken.insert(fault);
            }
        }
    }
}

/// Neither its job's own limit holds free work, nor that it came back too often.
fn could_run(work: &Work, lost: &HashMap<Work, i32>, snapshot: &Snapshot) -> bool {
    match snapshot.jobs.get(&work.0).map(|job| &job.items) {
        Some(Some(items)) => {
            let has_room = items.most_leases.is_none_or(|most| items.leases < most);
            has_room && items.returns <= MOST_RETURNS
        }
        Some(None) => lost.get(work).is_none_or(|times| *times <= MOST_RETURNS),
        None => false,
    }
}

/// The task that has workers of its own.
const SHELL: &str = "shell";

impl Loss {
    fn had_work(&self) -> bool {
        self.held.is_some() && self.taken_back != Some(Duration::ZERO)
    }

    fn see(&mut self, snapshot: &Snapshot, free: &HashSet<Work>) {
        if snapshot.at < self.at || self.elsewhere.is_some() {
            return;
        }
        let after = snapshot.at - self.at;
        let holds = snapshot.held_by(self.node);
        let Some(held) = &mut self.held else {
            if holds.is_empty() {
                (self.taken_back, self.elsewhere) = (Some(Duration::ZERO), Some(Duration::ZERO));
            }
            self.held = Some(holds);
            return;
        };
        if holds.is_empty() && self.taken_back.is_none() {
            self.taken_back = Some(after);
        }
        held.retain(|work| holds.contains(work) || free.contains(work));
        if held.is_empty() {
            self.elsewhere = Some(after);
        }
    }
}
