//! How the jobs of a task ran over time: in buckets of equal length, by when they ended.
//!
//! What ended lately is kept in short buckets, what ended before that in long ones; which buckets
//! can be asked for follows from that.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::time::Time;

/// The shortest bucket.
pub const SHORT: Duration = Duration::from_mins(5);
/// The shortest bucket of what ended longer than [`SHORT_FOR`] ago.
pub const LONG: Duration = Duration::from_hours(1);
pub const SHORT_FOR: Duration = Duration::from_hours(48);
/// Most buckets in one answer, besides the one that has just begun.
const MOST: u128 = 500;
/// Buckets that are chosen where none is asked for: the shortest with not many more than this.
const CHOICE: [Duration; 5] = [
    SHORT,
    Duration::from_mins(15),
    LONG,
    Duration::from_hours(6),
    Duration::from_hours(24),
];
const ENOUGH: u128 = 100;

/// What ended in one bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bucket {
    /// Where it begins.
    pub at: Time,
    pub jobs: Ended,
    /// Items, and jobs without items.
    pub items: Ended,
}

/// Those that ended by themselves. Cancelled ones say nothing of their task.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ended {
    pub succeeded: u64,
    pub failed: u64,
    /// Of jobs from their start to their end, however they ended; of items that succeeded, the last
    /// attempt.
    pub p50: Option<Duration>,
    pub p95: Option<Duration>,
    pub p99: Option<Duration>,
}

/// Which buckets are asked for: those that begin from `from` to `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Time,
    pub to: Time,
    pub bucket: Duration,
}

/// Why there are no such buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongWindow {
    #[error("must be at least 5m, the shortest bucket that is kept")]
    TooShort,
    #[error("buckets below an hour must divide it: 5m, 10m, 15m, 20m or 30m")]
    Uneven,
    #[error("buckets of an hour or more must be whole hours")]
    NotWholeHours,
    #[error("what ended more than 48h ago is kept by the hour: use 1h or more")]
    NoLongerKept,
    #[error("these would be more than 500 buckets: use a longer bucket, or a shorter window")]
    TooMany,
}

impl Window {
    /// The last `window` until `now`, in buckets of this length or of one that suits the window.
    pub fn of(window: Duration, bucket: Option<Duration>, now: Time) -> Result<Self, WrongWindow> {
        let bucket = bucket.unwrap_or_else(|| suiting(window));
        if bucket < SHORT {
            return Err(WrongWindow::TooShort);
        }
        let is_whole =
            |length: Duration, of: Duration| length.as_micros().is_multiple_of(of.as_micros());
        if bucket < LONG {
            if !(is_whole(LONG, bucket) && is_whole(bucket, SHORT)) {
                return Err(WrongWindow::Uneven);
            }
            if window > SHORT_FOR {
                return Err(WrongWindow::NoLongerKept);
            }
        } else if !is_whole(bucket, LONG) {
            return Err(WrongWindow::NotWholeHours);
        }
        if window.as_micros() > bucket.as_micros() * MOST {
            return Err(WrongWindow::TooMany);
        }
        Ok(Window {
            from: begin(now - window, bucket),
            to: begin(now, bucket),
            bucket,
        })
    }

    /// The beginning of the bucket that holds `at`.
    pub fn bucket_of(&self, at: Time) -> Time {
        begin(at, self.bucket)
    }

    /// All buckets of the window, those in which nothing ended too.
    pub fn fill(&self, found: impl IntoIterator<Item = Bucket>) -> Vec<Bucket> {
        let mut found: BTreeMap<Time, Bucket> = found
            .into_iter()
            .map(|bucket| (bucket.at, bucket))
            .collect();
        let mut all = Vec::new();
        let mut at = self.from;
        while at <= self.to {
            let empty = Bucket {
                at,
                ..Bucket::default()
            };
            all.push(found.remove(&at).unwrap_or(empty));
            at = at + self.bucket;
        }
        all
    }
}

fn suiting(window: Duration) -> Duration {
    let fits = |bucket: &Duration| window.as_micros() <= bucket.as_micros() * ENOUGH;
    let longest = CHOICE[CHOICE.len() - 1];
    CHOICE.into_iter().find(fits).unwrap_or(longest)
}

/// The beginning of the bucket of this length that holds `at`; days begin at midnight in UTC.
pub fn begin(at: Time, bucket: Duration) -> Time {
    let length = i64::try_from(bucket.as_micros()).unwrap_or(i64::MAX).max(1);
    let at = at.as_micros();
    Time::from_micros(at - at.rem_euclid(length))
}

/// What began before this is kept in long buckets from now on.
pub fn long_before(now: Time) -> Time {
    begin(now - SHORT_FOR, LONG)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn minutes(minutes: u64) -> Duration {
        Duration::from_mins(minutes)
    }

    fn of(window: u64, bucket: u64) -> Result<Window, WrongWindow> {
        let now = Time::from_micros(1_800_000_123_456_789);
        Window::of(minutes(window), Some(minutes(bucket)), now)
    }

    #[test]
    fn buckets_that_are_not_kept_are_refused() {
        assert_eq!(of(60, 4), Err(WrongWindow::TooShort));
        assert_eq!(of(60, 25), Err(WrongWindow::Uneven));
        assert_eq!(of(60, 7), Err(WrongWindow::Uneven));
        assert_eq!(of(48 * 60 + 1, 30), Err(WrongWindow::NoLongerKept));
        assert_eq!(of(600, 90), Err(WrongWindow::NotWholeHours));
        assert_eq!(of(501 * 60, 60), Err(WrongWindow::TooMany));
        assert_eq!(of(42 * 60, 5), Err(WrongWindow::TooMany));
        for (window, bucket) in [(0, 5), (60, 10), (48 * 60, 30), (500 * 60, 60), (7, 1440)] {
            assert!(of(window, bucket).is_ok(), "{window} by {bucket}");
        }
    }

    #[test]
    fn a_window_chooses_its_buckets() {
        let hours = |hours: u64| suiting(Duration::from_hours(hours)).as_secs() / 60;
        assert_eq!([1, 8].map(hours), [5, 5]);
        assert_eq!([24, 7 * 24, 30 * 24].map(hours), [15, 360, 1440]);
    }

    proptest! {
        /// Whatever is accepted can be told from what is kept: short buckets lie in those of the
        /// window, and long ones where only those are kept.
        #[test]
        fn accepted_windows_hold_whole_buckets(
            now in 0_i64..4_000_000_000_000_000, window in 0_u64..200_000, bucket in prop::option::of(0_u64..3_000),
            ago in 0_u64..200_000,
        ) {
            let now = Time::from_micros(now);
            let Ok(asked) = Window::of(minutes(window), bucket.map(minutes), now) else {
                return Ok(());
            };
            let all = asked.fill([]);
            prop_assert!(all.len() as u128 <= MOST + 2);
            prop_assert!(asked.from <= now - minutes(window) && asked.to <= now && now < asked.to + asked.bucket);
            let ended = now - minutes(ago.min(window));
            let kept = if ended < long_before(now) { LONG } else { SHORT };
            let kept_at = begin(ended, kept);
            let told = asked.bucket_of(ended);
            prop_assert_eq!(asked.bucket_of(kept_at), told);
            prop_assert!(all.iter().any(|bucket| bucket.at == told));
        }

        #[test]
        fn filling_keeps_what_is_there(places in prop::collection::btree_set(0_u32..12, 0..12)) {
            let asked = of(55, 5).expect("kept");
            let found: Vec<Bucket> = places.iter().map(|&place| Bucket {
                at: asked.from + SHORT * place,
                jobs: Ended { succeeded: 1, ..Ended::default() },
                ..Bucket::default()
            }).collect();
            let all = asked.fill(found.clone());
            prop_assert_eq!(all.len(), 12);
            prop_assert!(all.windows(2).all(|pair| pair[1].at == pair[0].at + SHORT));
            let kept: Vec<Bucket> = all.into_iter().filter(|bucket| bucket.jobs.succeeded > 0).collect();
            prop_assert_eq!(kept, found);
        }
    }
}
