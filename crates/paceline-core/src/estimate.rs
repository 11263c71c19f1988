//! How long a job should take, by how the jobs of its task ran so far: a range, and how much it is
//! based upon; nothing where too little is known.

use std::time::Duration;

use crate::task::TaskHistory;

/// Fewer whole jobs, or items, say too little.
const LEAST_JOBS: u64 = 3;
const LEAST_ITEMS: u64 = 5;

/// What a job consists of, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// One call, or items that nobody has counted yet: as long as whole jobs took.
    Whole,
    /// One call: an item and a job at once.
    Unit,
    /// So many items, of which so many are worked on at once.
    Items { count: u32, at_once: u32 },
}

/// Seconds that a job should take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub seconds: f64,
    /// Of ten jobs eight took between these. Of items half took between their marks, each; many
    /// together stray less.
    pub low: f64,
    pub high: f64,
    pub based_on: Basis,
}

/// How many of what was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    Jobs(u64),
    Items(u64),
}

/// `None` when too little has run.
pub fn estimate(history: &TaskHistory, size: Size) -> Option<Estimate> {
    match size {
        Size::Whole => by_jobs(history),
        Size::Unit => by_jobs(history).or_else(|| by_items(history, 1, 1)),
        Size::Items { count, at_once } => by_items(history, count, at_once),
    }
}

fn by_jobs(history: &TaskHistory) -> Option<Estimate> {
    if history.jobs < LEAST_JOBS {
        return None;
    }
    let seconds = history.job_p50?.as_secs_f64();
    let of = |time: Option<Duration>| time.map_or(seconds, |time| time.as_secs_f64());
    Some(Estimate {
        seconds,
        low: of(history.job_p10).min(seconds),
        high: of(history.job_p90).max(seconds),
        based_on: Basis::Jobs(history.jobs),
    })
}

/// Items that follow each other make up for each other's times, but not for what is common to all of
/// a job, such as a busy machine: beyond so many the range narrows no more.
const LEVELLING: f64 = 16.0;

/// Many items take as long as their mean says, not their median: a few long ones count.
fn by_items(history: &TaskHistory, count: u32, at_once: u32) -> Option<Estimate> {
    if history.items < LEAST_ITEMS {
        return None;
    }
    let mean = history.item_mean?.as_secs_f64();
    let of = |time: Option<Duration>| time.map_or(mean, |time| time.as_secs_f64());
    // More hands than items do not help.
    let at_once = at_once.clamp(1, count.max(1));
    let in_turn = f64::from(count) / f64::from(at_once);
    let narrower = in_turn.clamp(1.0, LEVELLING).sqrt();
    // A few very long items lift the mean above the upper mark: then the range goes as far beyond it
    // as the mark is away.
    let spread = |mark: f64| (mean - mark).abs() / narrower;
    let (low, high) = (of(history.item_p25), of(history.item_p75));
    Some(Estimate {
        seconds: mean * in_turn,
        low: (mean - spread(low)).max(0.0) * in_turn,
        high: (mean + spread(high)) * in_turn,
        based_on: Basis::Items(history.items),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn history() -> TaskHistory {
        TaskHistory {
            items: 100,
            item_mean: Some(millis(500)),
            item_p25: Some(millis(300)),
            item_p75: Some(millis(450)),
            jobs: 8,
            job_p10: Some(millis(9_000)),
            job_p50: Some(millis(10_000)),
            job_p90: Some(millis(30_000)),
            ..TaskHistory::default()
        }
    }

    fn items(count: u32, at_once: u32) -> Size {
        Size::Items { count, at_once }
    }

    #[test]
    fn items_by_their_mean_and_whole_jobs_by_their_median() {
        let expected = Estimate {
            seconds: 2.0,
            low: 1.6,
            high: 2.1,
            based_on: Basis::Items(100),
        };
        // Four in turn stray half as far as one.
        assert_eq!(estimate(&history(), items(16, 4)), Some(expected));
        let expected = Estimate {
            seconds: 10.0,
            low: 9.0,
            high: 30.0,
            based_on: Basis::Jobs(8),
        };
        assert_eq!(estimate(&history(), Size::Unit), Some(expected));
        assert_eq!(estimate(&history(), Size::Whole), Some(expected));
    }

    #[test]
    fn a_call_is_an_item_where_too_few_jobs_ended() {
        let young = TaskHistory {
            jobs: LEAST_JOBS - 1,
            ..history()
        };
        let found = estimate(&young, Size::Unit).expect("items are known");
        assert_eq!((found.seconds, found.based_on), (0.5, Basis::Items(100)));
        assert_eq!(estimate(&young, Size::Whole), None);
    }

    #[test]
    fn too_little_history_says_nothing() {
        let little = TaskHistory {
            items: LEAST_ITEMS - 1,
            jobs: LEAST_JOBS - 1,
            ..history()
        };
        for size in [Size::Whole, Size::Unit, items(9, 1)] {
            assert_eq!(estimate(&little, size), None);
            assert_eq!(estimate(&TaskHistory::default(), size), None);
        }
    }

    proptest! {
        /// The range holds the estimate and narrows with the items, not to nothing; more work takes
        /// no less, more hands no longer.
        #[test]
        fn estimates_are_in_their_range_and_grow_with_the_work(
            count in 0_u32..100_000, at_once in 0_u32..64, mean in 1_u64..10_000,
            p25 in 0_u64..10_000, p75 in 0_u64..10_000,
        ) {
            let history = TaskHistory {
                item_mean: Some(millis(mean)),
                item_p25: Some(millis(p25)),
                item_p75: Some(millis(p75)),
                ..history()
            };
            let of = |count, at_once| {
                estimate(&history, items(count, at_once)).expect("enough is known")
            };
            let found = of(count, at_once);
            prop_assert!(found.low >= 0.0);
            prop_assert!(found.low <= found.seconds && found.seconds <= found.high);
            prop_assert!(of(count, at_once + 1).seconds <= found.seconds);
            let more = of(count + at_once.max(1), at_once);
            prop_assert!(more.seconds + 1e-9 >= found.seconds);
            let strays = |of: Estimate| (of.high - of.seconds) / of.seconds.max(1e-9);
            if count > 0 {
                prop_assert!(strays(more) <= strays(found) + 1e-9);
                prop_assert!(strays(found) * 4.0 + 1e-9 >= strays(of(1, 1)));
            }
        }
    }
}
