//! Numbers of the jobs that this node has leased lately: reports name jobs by id, rows by number.

use std::collections::HashMap;
use std::mem;
use std::sync::{Mutex, PoisonError};

use paceline_core::JobId;
use paceline_core::job::JobKind;

use crate::num::JobNum;

/// The last so many jobs are in here, and at most as many older ones.
const ENOUGH: usize = 16_384;

type Jobs = HashMap<JobId, (JobNum, JobKind)>;

/// A job's number and kind never change and are never used twice, so that nothing in here is ever
/// wrong. What is not in here is looked up in the database.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    newer: Jobs,
    older: Jobs,
}

impl Seen {
    pub(crate) fn add(&self, jobs: impl Iterator<Item = (JobId, JobNum, JobKind)>) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, num, kind) in jobs {
            if seen.newer.len() >= ENOUGH {
                seen.older = mem::take(&mut seen.newer);
            }
            seen.newer.insert(id, (num, kind));
        }
    }

    pub(crate) fn get(&self, id: JobId) -> Option<(JobNum, JobKind)> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.newer.get(&id).or_else(|| seen.older.get(&id)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_the_last_and_does_not_grow_without_end() {
        let seen = Seen::default();
        let id = |n: usize| JobId::from_bytes(((n as u128) << 64).to_be_bytes());
        let num = |n: usize| JobNum(i64::try_from(n).expect("small"));
        let last = 5 * ENOUGH;
        seen.add((0..=last).map(|n| (id(n), num(n), JobKind::Unit)));
        assert_eq!(seen.get(id(0)), None);
        for n in last - ENOUGH..=last {
            assert_eq!(seen.get(id(n)), Some((num(n), JobKind::Unit)));
        }
        let inner = seen.0.lock().expect("not poisoned");
        assert!(inner.newer.len() + inner.older.len() <= 2 * ENOUGH);
    }
}
