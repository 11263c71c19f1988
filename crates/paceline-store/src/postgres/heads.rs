//! Where the lines of pending unit jobs begin, as far as this node knows.
//!
//! Who was served leaves a dead entry at the head of the line's index until the table is vacuumed:
//! the longer a deep line is served, the more of them a claim would walk over before it comes to
//! somebody who waits. So a claim begins where the last one came to. That is a hint and never the
//! truth: it ends after [`FRESH`], with whatever this node puts before it, and as soon as a claim
//! finds less than it wants. What another node puts before it waits for that long at most, and only
//! while other work of the task keeps the workers busy.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::lane::Lane;

/// So long after it was looked at from its start a line is looked at from there again.
const FRESH: Duration = Duration::from_millis(250);
/// Before every place.
pub(crate) const START: i64 = i64::MIN;

/// By task.
#[derive(Debug, Default)]
pub(crate) struct Heads(Mutex<HashMap<String, Head>>);

#[derive(Clone, Copy, Debug)]
struct Head {
    place: i64,
    until: Instant,
}

/// From where a claim has looked at a line, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looked {
    pub(crate) from: i64,
    pub(crate) at: Instant,
}

impl Heads {
    /// From where the line of each task is to be looked at.
    pub(crate) fn of(&self, tasks: &[String], now: Instant) -> Vec<i64> {
        let heads = self.lock();
        let fresh = |task| heads.get(task).filter(|head: &&Head| now < head.until);
        let places = tasks.iter().map(fresh);
        places
            .map(|head| head.map_or(START, |head| head.place))
            .collect()
    }

    /// A claim came to `place`, and left nobody before it whom it could have.
    pub(crate) fn found(&self, task: &str, place: i64, looked: Looked) {
        let mut heads = self.lock();
        if looked.from == START {
            let until = looked.at + FRESH;
            heads.insert(task.to_owned(), Head { place, until });
        } else if let Some(head) = heads.get_mut(task)
            // Else somebody came before it meanwhile.
            && head.place >= looked.from
        {
            head.place = place;
        }
    }

    /// The lines are looked at from their start.
    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Head>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first places that a transaction puts jobs at, by task.
#[derive(Debug, Default)]
pub(crate) struct Came(HashMap<String, i64>);

impl Came {
    pub(crate) fn note(&mut self, lane: Option<i32>, task: &str, place: i64) {
        if lane != Some(Lane::PendingUnits as i32) {
            return;
        }
        match self.0.get_mut(task) {
            Some(first) => *first = place.min(*first),
            None => {
                self.0.insert(task.to_owned(), place);
            }
        }
    }

    /// The transaction is committed.
    pub(crate) fn tell(self, heads: &Heads) {
        if self.0.is_empty() {
            return;
        }
        let mut heads = heads.lock();
        for (task, place) in self.0 {
            if let Some(head) = heads.get_mut(&task) {
                head.place = head.place.min(place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(heads: &Heads, now: Instant) -> i64 {
        heads.of(&["task".to_owned()], now)[0]
    }

    fn found(heads: &Heads, place: i64, from: i64, at: Instant) {
        heads.found("task", place, Looked { from, at });
    }

    fn came(heads: &Heads, task: &str, place: i64) {
        let mut came = Came::default();
        came.note(Some(Lane::PendingUnits as i32), task, place);
        came.tell(heads);
    }

    #[test]
    fn a_line_is_looked_at_from_its_start_after_a_while_however_often_it_is_served() {
        let (heads, begin) = (Heads::default(), Instant::now());
        assert_eq!(of(&heads, begin), START);
        found(&heads, 10, START, begin);
        let later = begin + FRESH / 2;
        assert_eq!(of(&heads, later), 10);
        found(&heads, 20, 10, later);
        assert_eq!(of(&heads, later), 20);
        let over = begin + FRESH;
        // Whoever looked before it was over does not make it longer.
        found(&heads, 30, 20, over);
        assert_eq!(of(&heads, over), START);
        found(&heads, 40, START, over);
        assert_eq!(of(&heads, over), 40);
    }

    #[test]
    fn who_comes_before_the_head_is_the_head() {
        let (heads, now) = (Heads::default(), Instant::now());
        found(&heads, 20, START, now);
        came(&heads, "task", 25);
        came(&heads, "another", 5);
        assert_eq!(of(&heads, now), 20);
        came(&heads, "task", 15);
        assert_eq!(of(&heads, now), 15);
        // A claim that looked before that does not hide it.
        found(&heads, 30, 20, now);
        assert_eq!(of(&heads, now), 15);
        heads.forget();
        assert_eq!(of(&heads, now), START);
    }

    #[test]
    fn only_pending_unit_jobs_stand_in_these_lines() {
        let (heads, now) = (Heads::default(), Instant::now());
        found(&heads, 20, START, now);
        let mut came = Came::default();
        came.note(None, "task", 1);
        came.note(Some(Lane::PendingItems as i32), "task", 1);
        came.tell(&heads);
        assert_eq!(of(&heads, now), 20);
    }
}
