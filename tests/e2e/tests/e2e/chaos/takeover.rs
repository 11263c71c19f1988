//! How long it takes until others have what a node lost, and that no new work goes before it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::snapshot::{Lease, Snapshot, Work};

/// So often in a row work goes first because it came back.
const MOST_RETURNS: i32 = 3;
/// So many items that came back had all been given back once more since the last look: too many.
const ENOUGH: usize = 5;

/// Nodes that were lost, as the watch follows them up.
#[derive(Debug, Default)]
pub(crate) struct Losses(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    losses: Vec<Loss>,
    /// Lost work that waits for a worker and could have one, with the time since which all can see it.
    waits: HashMap<Work, i64>,
    /// Lost work that was seen to wait, and what of that went first.
    waited: HashSet<Work>,
    waited_first: HashSet<Work>,
    /// Free items that go first, with the last turn of their job.
    marked: HashMap<Work, i64>,
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
        known.see_marks(snapshot);
        free.retain(|work| could_run(work, &known.lost, snapshot));
        known.count_marks(&free, snapshot);
        free.retain(|work| goes_first(work, snapshot));
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
        let known = self.lock();
        let mut overtaken = known.overtaken.clone();
        if known.waited.len() >= ENOUGH && known.waited_first.is_empty() {
            overtaken.insert("nothing that came back goes first".to_owned());
        }
        overtaken
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
    /// Takes note of which lost items wait, and which of those go first.
    fn count_marks(&mut self, free: &HashSet<Work>, snapshot: &Snapshot) {
        let losses = self.losses.iter().filter(|loss| loss.elsewhere.is_none());
        let held = losses.filter_map(|loss| loss.held.as_ref()).flatten();
        let waiting = held.filter(|work| work.1 > 0 && free.contains(work));
        for work in waiting {
            self.waited.insert(*work);
            if goes_first(work, snapshot) {
                self.waited_first.insert(*work);
            }
        }
    }

    /// What goes first does so until somebody has it, and that is a turn of its job.
    fn see_marks(&mut self, snapshot: &Snapshot) {
        let marked = std::mem::take(&mut self.marked);
        for (num, job) in &snapshot.jobs {
            let Some(items) = &job.items else { continue };
            for seq in items.free.iter().filter(|seq| !items.marked.contains(seq)) {
                if marked.get(&(*num, *seq)) == Some(&items.last_served) {
                    let fault = format!("item {seq} of job {num} came back and is forgotten");
                    self.overtaken.insert(fault);
                }
            }
            let seqs = items.marked.iter();
            self.marked
                .extend(seqs.map(|seq| ((*num, *seq), items.last_served)));
        }
    }

    /// Who asks for work after all could see that lost work waits gets that first.
    fn see_leases(&mut self, snapshot: &Snapshot, free: &HashSet<Work>) {
        for lease in &snapshot.leases {
            if self.leases.insert(lease.id) {
                let is_new = !lease.work().any(|work| self.begun.contains(&work));
                if is_new && !lease.items.is_empty() {
                    self.see_new_work(lease, snapshot, free);
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

    fn see_new_work(&mut self, lease: &Lease, snapshot: &Snapshot, free: &HashSet<Work>) {
        let of_shell = |job: i64| snapshot.jobs.get(&job).map(|job| job.task == SHELL);
        // Whose job has become full meanwhile may have been so when the lease was given.
        let waits = self.waits.iter().filter(|(work, _)| free.contains(work));
        for (work, seen) in waits {
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

/// An item says so by its mark; one that somebody had in between and gave back has it no more.
fn goes_first(work: &Work, snapshot: &Snapshot) -> bool {
    let items = snapshot
        .jobs
        .get(&work.0)
        .and_then(|job| job.items.as_ref());
    items.is_none_or(|items| items.marked.contains(&work.1))
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
