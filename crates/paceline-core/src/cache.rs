//! Results that are used again: which completed job answers a submission in place of a run.
//!
//! Owns the rule. What makes two jobs the same is made a digest where the params are read; here it
//! is opaque.

use std::fmt;
use std::time::Duration;

use crate::progress::Counters;
use crate::state::JobState;
use crate::time::Time;

/// What a job works out: a digest of its task with its version, its params and its items.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint(")?;
        for byte in &self.0[..4] {
            write!(f, "{byte:02x}")?;
        }
        f.write_str("…)")
    }
}

/// What a submission says of the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caching {
    pub fingerprint: Fingerprint,
    /// How old an answer may be; `None` goes past the cache. The result is remembered either way.
    pub max_age: Option<Duration>,
}

/// A job with the same fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    pub state: JobState,
    pub finished_at: Option<Time>,
    /// Of its items, if it has any.
    pub counters: Option<Counters>,
    /// Its results, or some of them, have been removed.
    pub expired: bool,
}

impl Caching {
    /// Whether the earlier job answers: it completed, nothing in it failed or was left out, and that
    /// is not longer ago than the submission bears.
    ///
    /// Answers have no fingerprint and do not answer: else a result could stay in use for ever.
    pub fn answered_by(&self, earlier: &Earlier, now: Time) -> bool {
        let whole = earlier.counters.is_none_or(|counters| {
            counters.failed == 0 && counters.skipped == 0 && counters.cancelled == 0
        });
        let fresh = match (self.max_age, earlier.finished_at) {
            (Some(age), Some(finished_at)) => now < finished_at + age,
            (None, _) | (_, None) => false,
        };
        earlier.state == JobState::Completed && whole && fresh && !earlier.expired
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);
    const ASKED: Caching = Caching {
        fingerprint: Fingerprint([1; 32]),
        max_age: Some(HOUR),
    };

    fn earlier() -> Earlier {
        Earlier {
            state: JobState::Completed,
            finished_at: Some(Time::EPOCH),
            counters: None,
            expired: false,
        }
    }

    #[test]
    fn a_completed_job_answers_until_it_is_too_old() {
        let just = Time::EPOCH + HOUR;
        let before = Time::from_micros(just.as_micros() - 1);
        assert!(ASKED.answered_by(&earlier(), before));
        assert!(!ASKED.answered_by(&earlier(), just));
        let forced = Caching {
            max_age: None,
            ..ASKED
        };
        assert!(!forced.answered_by(&earlier(), Time::EPOCH));
    }

    #[test]
    fn a_result_that_is_gone_is_not_used() {
        let gone = Earlier {
            expired: true,
            ..earlier()
        };
        assert!(!ASKED.answered_by(&gone, Time::EPOCH));
    }

    proptest! {
        #[test]
        fn only_what_is_whole_answers(
            state in prop::sample::select(JobState::ALL),
            failed in 0u32..2, skipped in 0u32..2, cancelled in 0u32..2,
        ) {
            let counters = Counters { total: 9, failed, skipped, cancelled, ..Counters::default() };
            let job = Earlier { state, counters: Some(counters), ..earlier() };
            let whole = state == JobState::Completed && failed + skipped + cancelled == 0;
            prop_assert_eq!(ASKED.answered_by(&job, Time::EPOCH), whole);
        }
    }
}
