//! Duplicates: submissions of work that waits or runs already, and what becomes of them.
//!
//! Owns the policies and the decision. What identifies a job's work is made a digest where the
//! params are read; here it is opaque.

use std::fmt;
use std::str::FromStr;

use crate::job::JobKind;
use crate::state::{Priority, UnknownWord, words};
use crate::time::Time;

words!(
    /// What a submission asks for when its work is a duplicate.
    OnDuplicate, "duplicate policy", {
    /// A duplicate of a waiting job hands over its newer params and is done with; a duplicate of
    /// a running one waits for its end, as the one successor.
    Merge = "merge",
    /// A duplicate of an unfinished job is refused.
    Reject = "reject",
    /// Nobody looks, at this job or for it.
    Allow = "allow",
});

/// What identifies a job's work: a digest of its task and of the params that its task names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity(pub [u8; 32]);

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(")?;
        for byte in &self.0[..4] {
            write!(f, "{byte:02x}")?;
        }
        f.write_str("…)")
    }
}

/// Whether an unfinished job has begun: then its duplicates wait behind it and do not hand over.
///
/// What has started goes on with what it was given, also while it waits for its next attempt. And a
/// job with items that is to run again keeps the results that it has.
pub const fn has_begun(started: bool, attempt: u32, kind: JobKind) -> bool {
    started || (attempt > 1 && !matches!(kind, JobKind::Unit))
}

/// The unfinished jobs with the identity of a newcomer: at most one that has not begun, and at
/// most one that has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplicates<Id> {
    pub waiting: Option<Id>,
    pub begun: Option<Id>,
}

impl<Id> Default for Duplicates<Id> {
    fn default() -> Self {
        Duplicates {
            waiting: None,
            begun: None,
        }
    }
}

/// What becomes of a newcomer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision<Id> {
    /// It is no duplicate.
    Run,
    /// It waits for the end of this one.
    Behind(Id),
    /// It hands its params over to this one.
    Into(Id),
    Refuse(Id),
}

pub fn decide<Id: Copy>(policy: OnDuplicate, duplicates: Duplicates<Id>) -> Decision<Id> {
    match (policy, duplicates.waiting, duplicates.begun) {
        (OnDuplicate::Allow, _, _) | (_, None, None) => Decision::Run,
        (OnDuplicate::Merge, Some(waiting), _) => Decision::Into(waiting),
        (OnDuplicate::Merge, None, Some(begun)) => Decision::Behind(begun),
        (OnDuplicate::Reject, Some(id), _) | (OnDuplicate::Reject, None, Some(id)) => {
            Decision::Refuse(id)
        }
    }
}

/// What a waiting job has of its turn, and what a duplicate brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    pub priority: Priority,
    /// `None` is as soon as possible.
    pub run_at: Option<Time>,
}

impl Turn {
    pub const fn of(priority: Priority, run_at: Option<Time>) -> Self {
        Turn { priority, run_at }
    }

    /// The turn of the job that takes over: nobody who submitted it waits longer by the merging.
    #[must_use]
    pub fn merged(self, newer: Turn) -> Turn {
        Turn {
            priority: self.priority.max(newer.priority),
            run_at: self
                .run_at
                .zip(newer.run_at)
                .map(|(one, other)| one.min(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_duplicates() -> impl Strategy<Value = Duplicates<u8>> {
        (prop::option::of(0u8..9), prop::option::of(10u8..19))
            .prop_map(|(waiting, begun)| Duplicates { waiting, begun })
    }

    #[test]
    fn the_newest_params_are_always_used() {
        let none = Duplicates::<u8>::default();
        let waiting = Duplicates {
            waiting: Some(1),
            ..none
        };
        let begun = Duplicates {
            begun: Some(2),
            ..none
        };
        let both = Duplicates {
            waiting: Some(1),
            begun: Some(2),
        };
        let merged = [none, waiting, begun, both].map(|all| decide(OnDuplicate::Merge, all));
        assert_eq!(
            merged,
            [
                Decision::Run,
                Decision::Into(1),
                Decision::Behind(2),
                Decision::Into(1)
            ]
        );
        assert_eq!(decide(OnDuplicate::Reject, both), Decision::Refuse(1));
        assert_eq!(decide(OnDuplicate::Reject, begun), Decision::Refuse(2));
    }

    #[test]
    fn a_merged_job_is_as_urgent_and_as_early_as_both() {
        let turn = |priority, run_at: Option<i64>| Turn {
            priority,
            run_at: run_at.map(Time::from_micros),
        };
        let merged = turn(Priority::Low, Some(9)).merged(turn(Priority::High, Some(5)));
        assert_eq!(merged, turn(Priority::High, Some(5)));
        let merged = turn(Priority::High, Some(9)).merged(turn(Priority::Low, None));
        assert_eq!(merged, turn(Priority::High, None));
    }

    #[test]
    fn what_has_results_to_lose_has_begun() {
        assert!(
            has_begun(true, 1, JobKind::Unit),
            "it runs, or waits for its next attempt"
        );
        assert!(!has_begun(false, 1, JobKind::Items));
        assert!(
            has_begun(false, 2, JobKind::Planned),
            "a retry keeps what succeeded"
        );
        assert!(
            !has_begun(false, 2, JobKind::Unit),
            "a call is done again as a whole"
        );
    }

    proptest! {
        #[test]
        fn there_is_never_a_second_one_that_waits(
            policy in prop::sample::select(&[OnDuplicate::Merge, OnDuplicate::Reject][..]),
            duplicates in any_duplicates(),
        ) {
            let comes_to_wait = match decide(policy, duplicates) {
                Decision::Run | Decision::Behind(_) => true,
                Decision::Into(_) | Decision::Refuse(_) => false,
            };
            prop_assert!(!comes_to_wait || duplicates.waiting.is_none());
        }

        #[test]
        fn what_runs_is_never_joined_by_another(duplicates in any_duplicates()) {
            if duplicates.begun.is_some() {
                prop_assert_ne!(decide(OnDuplicate::Merge, duplicates), Decision::Run);
            }
        }

        #[test]
        fn allow_asks_nobody(duplicates in any_duplicates()) {
            prop_assert_eq!(decide(OnDuplicate::Allow, duplicates), Decision::Run);
        }
    }
}
