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
    /// So many items, for so many workers at once.
    Items { count: u32, workers: u32 },
}

/// Seconds that a job should take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub seconds: f64,
    /// Of ten jobs eight took between these; of items half did, each.
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
        Size::Items { count, workers } => by_items(history, count, workers),
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

/// Many items take as long as their mean says, not their median: a few long ones count.
fn by_items(history: &TaskHistory, count: u32, workers: u32) -> Option<Estimate> {
    if history.items < LEAST_ITEMS {
        return None;
    }
    let mean = history.item_mean?.as_secs_f64();
    let of = |time: Option<Duration>| time.map_or(mean, |time| time.as_secs_f64());
    // More workers than items do not help.
    let workers = workers.clamp(1, count.max(1));
    let all = |item: f64| item * f64::from(count) / f64::from(workers);
    Some(Estimate {
        seconds: all(mean),
        low: all(of(history.item_p25).min(mean)),
        high: all(of(history.item_p75).max(mean)),
        based_on: Basis::Items(history.items),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn millis(millis: u64) -> Option<Duration> {
        Some(Duration::from_millis(millis))
    }

    fn history() -> TaskHistory {
        TaskHistory {
            items: 100,
            item_mean: millis(500),
            item_p25: millis(300),
            item_p75: millis(450),
            jobs: 8,
            job_p10: millis(9_000),
            job_p50: millis(10_000),
            job_p90: millis(30_000),
            ..TaskHistory::default()
        }
    }

    #[test]
    fn items_by_their_mean_and_whole_jobs_by_their_median() {
        let items = Size::Items {
            count: 100,
            workers: 4,
        };
        let expected = Estimate {
            seconds: 12.5,
            low: 7.5,
            high: 12.5,
            based_on: Basis::Items(100),
        };
        assert_eq!(estimate(&history(), items), Some(expected));
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
    fn too_little_history_says_nothing() {
        let little = TaskHistory {
            items: LEAST_ITEMS - 1,
            jobs: LEAST_JOBS - 1,
            ..history()
        };
        let items = Size::Items {
            count: 9,
            workers: 1,
        };
        for size in [Size::Whole, Size::Unit, items] {
            assert_eq!(estimate(&little, size), None);
            assert_eq!(estimate(&TaskHistory::default(), size), None);
        }
    }

    proptest! {
        /// The range holds the estimate; more work takes no less, more workers no longer.
        #[test]
        fn estimates_are_in_their_range_and_grow_with_the_work(
            count in 0_u32..100_000, workers in 0_u32..64, mean in 0_u64..10_000,
            p25 in 0_u64..10_000, p75 in 0_u64..10_000,
        ) {
            let history = TaskHistory {
                item_mean: millis(mean),
                item_p25: millis(p25),
                item_p75: millis(p75),
                ..history()
            };
            let of = |count, workers| {
                estimate(&history, Size::Items { count, workers }).expect("enough is known")
            };
            let found = of(count, workers);
            prop_assert!(found.low <= found.seconds && found.seconds <= found.high);
            prop_assert!(of(count, workers + 1).seconds <= found.seconds);
            prop_assert!(of(count + workers.max(1), workers).seconds + 1e-9 >= found.seconds);
        }
    }
}
