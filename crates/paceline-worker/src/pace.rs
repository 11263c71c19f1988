//! How fast a worker gets through its work, and so how much of it to hold.
//!
//! A worker that waits for each next chunk wastes the time of a round trip; one that hoards
//! chunks leaves others idle at the end of a job. So a worker holds a few hundredths of a second
//! of work, by the time that items took so far. Pure arithmetic: times come in as arguments.

use std::collections::HashMap;
use std::time::Duration;

/// Ask for more when less than this is held: longer than a lease takes to come.
pub(crate) const LOW_WATER: Duration = Duration::from_millis(15);
/// Ask for so much that this is held.
pub(crate) const HIGH_WATER: Duration = Duration::from_millis(40);
/// Items slower than this vary more than a round trip costs: nothing is asked for ahead of them.
const SLOW_ITEM: Duration = Duration::from_millis(100);
/// Weight of the newest chunk in the average.
const NEWEST: f64 = 0.3;

/// The mean time of one item, per task.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// Seconds.
    per_item: HashMap<String, f64>,
    /// Seconds per lease of what ran last. After a slow one it falls slowly: jobs of one task may
    /// take milliseconds or seconds, and a quick one does not tell that the next is quick as well.
    recent_lease: Option<f64>,
}

impl Pace {
    /// Takes in that `items` of `task` took `time` together.
    pub(crate) fn observe(&mut self, task: &str, items: usize, time: Duration) {
        if items == 0 {
            return;
        }
        let newest = time.as_secs_f64() / count(items);
        match self.per_item.get_mut(task) {
            Some(mean) => *mean += (newest - *mean) * NEWEST,
            None => {
                self.per_item.insert(task.to_owned(), newest);
            }
        }
        let newest = time.as_secs_f64();
        self.recent_lease = Some(match self.recent_lease {
            Some(before) if before > SLOW_ITEM.as_secs_f64() => {
                newest.max(before + (newest - before) * NEWEST)
            }
            _ => newest,
        });
    }

    /// The time that one item of `task` may take; `None` before one was seen.
    pub(crate) fn item(&self, task: &str) -> Option<Duration> {
        self.per_item.get(task).map(|mean| duration(*mean))
    }

    /// The time that `items` of `task` may take.
    pub(crate) fn items(&self, task: &str, items: usize) -> Option<Duration> {
        let mean = self.per_item.get(task)?;
        Some(duration(mean * count(items)))
    }

    /// The time that so many leases like the last one may take.
    pub(crate) fn leases(&self, leases: usize) -> Option<Duration> {
        let lease = self.recent_lease?;
        Some(duration(lease * count(leases)))
    }

    /// Whether to ask ahead of `task`, whose items may be too slow for that.
    pub(crate) fn may_ask_ahead_of(&self, task: &str) -> bool {
        self.item(task).is_some_and(|item| item <= SLOW_ITEM)
    }

    /// How many leases bring `held` work to the high-water mark, 1 to `most`.
    pub(crate) fn leases_to_fill(&self, held: Duration, most: u32) -> u32 {
        let Some(lease) = self.recent_lease else {
            return 1;
        };
        let missing = HIGH_WATER.saturating_sub(held).as_secs_f64();
        let wanted = (missing / lease.max(1e-9)).ceil();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to the range of the type"
        )]
        let wanted = wanted.clamp(1.0, f64::from(u32::MAX)) as u32;
        wanted.min(most.max(1))
    }
}

/// After this long without a sign an item is late: what waits behind it is better run elsewhere.
pub(crate) fn late_after(item: Duration) -> Duration {
    item * 3 + Duration::from_millis(250)
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn count(items: usize) -> f64 {
    items as f64
}

fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn an_unknown_task_is_asked_for_one_at_a_time() {
        let pace = Pace::default();
        assert_eq!(pace.leases_to_fill(Duration::ZERO, 64), 1);
        assert_eq!(pace.items("a", 50), None);
        assert!(!pace.may_ask_ahead_of("a"));
    }

    #[test]
    fn quick_chunks_are_asked_for_in_numbers_and_slow_ones_singly() {
        let mut pace = Pace::default();
        pace.observe("quick", 50, MS);
        assert_eq!(pace.leases_to_fill(Duration::ZERO, 64), 40);
        assert_eq!(pace.leases_to_fill(MS * 30, 64), 10);
        assert_eq!(pace.leases_to_fill(Duration::ZERO, 5), 5);
        assert!(pace.may_ask_ahead_of("quick"));
        pace.observe("slow", 10, MS * 2000);
        assert_eq!(pace.leases_to_fill(Duration::ZERO, 64), 1);
        assert!(!pace.may_ask_ahead_of("slow"));
        assert_eq!(pace.items("slow", 2), Some(MS * 400));
    }

    #[test]
    fn one_quick_job_after_a_slow_one_is_no_reason_to_hoard() {
        let mut pace = Pace::default();
        pace.observe("a", 1, MS * 2000);
        pace.observe("a", 1, MS);
        assert_eq!(pace.leases_to_fill(Duration::ZERO, 64), 1);
        for _ in 0..30 {
            pace.observe("a", 1, MS);
        }
        assert_eq!(pace.leases_to_fill(Duration::ZERO, 64), 40);
    }

    #[test]
    fn the_average_follows_what_happens() {
        let mut pace = Pace::default();
        pace.observe("a", 1, MS * 10);
        for _ in 0..20 {
            pace.observe("a", 1, MS * 100);
        }
        let item = pace.item("a").expect("seen");
        assert!(item > MS * 99 && item <= MS * 100, "{item:?}");
    }

    #[test]
    fn instant_items_do_not_divide_by_zero() {
        let mut pace = Pace::default();
        pace.observe("a", 50, Duration::ZERO);
        assert_eq!(pace.leases_to_fill(Duration::ZERO, 64), 64);
        pace.observe("a", 0, MS);
        assert_eq!(pace.items("a", 10), Some(Duration::ZERO));
    }
}
