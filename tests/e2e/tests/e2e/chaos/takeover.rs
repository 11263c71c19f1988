//! How long it takes until others have what a node lost.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::snapshot::{Snapshot, Work};

/// Nodes that were lost, as the watch follows them up.
#[derive(Debug, Default)]
pub(crate) struct Losses(Mutex<Vec<Loss>>);

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
        self.lock().push(Loss {
            node,
            at,
            held: None,
            taken_back: None,
            elsewhere: None,
        });
    }

    /// Takes note of what the tables said at a time.
    pub(crate) fn see(&self, snapshot: &Snapshot) {
        for loss in self.lock().iter_mut() {
            loss.see(snapshot);
        }
    }

    /// The times until leases were taken back, and until their work ran elsewhere.
    pub(crate) fn times(&self) -> (Vec<Duration>, Vec<Duration>) {
        let losses = self.lock();
        let lost = || losses.iter().filter(|loss| loss.had_work());
        let back = lost().map(|loss| loss.taken_back.unwrap_or_else(|| loss.at.elapsed()));
        let elsewhere = lost().map(|loss| loss.elsewhere.unwrap_or_else(|| loss.at.elapsed()));
        (back.collect(), elsewhere.collect())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Loss>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Loss {
    fn had_work(&self) -> bool {
        self.held.is_some() && self.taken_back != Some(Duration::ZERO)
    }

    fn see(&mut self, snapshot: &Snapshot) {
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
        let free = snapshot.free();
        held.retain(|work| holds.contains(work) || free.contains(work));
        if held.is_empty() {
            self.elsewhere = Some(after);
        }
    }
}
