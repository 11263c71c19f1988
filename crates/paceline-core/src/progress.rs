//! Counters, percent, rate and the estimate of the time left.

use std::time::Duration;

use crate::job::JobKind;
use crate::options::MaxFailures;
use crate::state::JobState;
use crate::time::Time;

/// Items of a job by their end. A single-unit job counts as one item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    pub total: u32,
    pub succeeded: u32,
    pub failed: u32,
    pub skipped: u32,
    pub cancelled: u32,
    /// Leased to workers now.
    pub running: u32,
}

impl Counters {
    pub fn done(&self) -> u32 {
        self.succeeded + self.failed + self.skipped + self.cancelled
    }

    /// Items without an end yet, the running ones included.
    pub fn remaining(&self) -> u32 {
        self.total.saturating_sub(self.done())
    }

    /// The share of items that have an end, 0 to 100; 0 while there are none.
    fn percent(&self) -> f64 {
        if self.total == 0 {
            return 0.0;
        }
        f64::from(self.done()) * 100.0 / f64::from(self.total)
    }
}

/// How far a job is, 0 to 100. One that has completed is at 100, also if there was nothing to do.
///
/// A single-unit job is as far as its handler `said` until then. What was merged into another job
/// never ran, and is at 0, as is what ended before it had any items.
pub fn percent(state: JobState, kind: JobKind, counters: &Counters, said: Option<f64>) -> f64 {
    match state {
        JobState::Completed => 100.0,
        JobState::Merged => 0.0,
        JobState::Scheduled
        | JobState::Blocked
        | JobState::Pending
        | JobState::Running
        | JobState::Paused
        | JobState::Failed
        | JobState::Cancelled => match kind {
            JobKind::Unit => said.unwrap_or(0.0).clamp(0.0, 1.0) * 100.0,
            JobKind::Items | JobKind::Planned => counters.percent(),
        },
    }
}

/// How a job whose items all have an end, or which failed too often, ends itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    Completed,
    /// Every item failed.
    AllFailed,
    /// More items failed than `max_failures` allows; the rest is not run.
    TooManyFailures,
}

/// Decides whether a job is over, from its counters alone.
///
/// Skipped items neither succeed nor fail: a job of nothing but skipped items completes.
pub fn conclude(counters: &Counters, max_failures: MaxFailures) -> Option<Conclusion> {
    if counters.failed > 0 && max_failures.exceeded_by(counters.failed, counters.total) {
        return Some(Conclusion::TooManyFailures);
    }
    if counters.remaining() > 0 {
        return None;
    }
    if counters.failed > 0 && counters.succeeded == 0 && counters.cancelled == 0 {
        return Some(Conclusion::AllFailed);
    }
    Some(Conclusion::Completed)
}

/// What the handler last said of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stage {
    /// 0 to 1, of a single-unit job.
    pub fraction: Option<f64>,
    pub name: Option<String>,
    pub message: Option<String>,
}

/// Items per second over the recent past, smoothed over time.
///
/// Each observation weighs by the time that it covers, so many small reports and few large ones
/// give the same figure. Only time in which somebody works counts: what it takes to start workers,
/// to list items or to wait for a retry says nothing of the items to come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    per_second: f64,
    since_start: Duration,
    done: u32,
    last: Time,
}

impl Rate {
    /// Memory of the average: what is older than this hardly counts.
    const WINDOW: Duration = Duration::from_secs(20);
    /// The memory holds at least so many items: of slow ones, 20 seconds would hold none or two.
    const ITEMS: f64 = 50.0;
    /// Less work than this is no basis for a figure.
    const BASIS: Duration = Duration::from_secs(1);
    /// Workers are without work for less than this between two chunks.
    const PAUSE: Duration = Duration::from_secs(1);

    pub fn start(now: Time, done: u32) -> Self {
        Rate {
            per_second: 0.0,
            since_start: Duration::ZERO,
            done,
            last: now,
        }
    }

    /// Takes in that work begins at `now` while nobody was on the job: the time since the last
    /// observation was one of waiting.
    pub fn work_begins(&mut self, now: Time, done: u32) {
        let nothing_yet = self.since_start.is_zero() && done == self.done;
        if nothing_yet || now.since(self.last) > Self::PAUSE {
            (self.done, self.last) = (done, now);
        }
    }

    /// Takes in that `done` items were finished at `now`.
    pub fn observe(&mut self, now: Time, done: u32) {
        let passed = now.since(self.last);
        if passed.is_zero() || self.since_start + passed < Self::BASIS {
            return;
        }
        let seconds = passed.as_secs_f64();
        let current = f64::from(done.saturating_sub(self.done)) / seconds;
        // Before the window is full the plain mean of the run is the better estimate.
        let known = self.since_start.as_secs_f64() + seconds;
        let weight = seconds / known.min(self.window()).max(seconds);
        self.per_second += (current - self.per_second) * weight;
        self.since_start += passed;
        self.done = done;
        self.last = now;
    }

    fn window(&self) -> f64 {
        let items = Self::ITEMS / self.per_second.max(f64::MIN_POSITIVE);
        Self::WINDOW.as_secs_f64().max(items)
    }

    /// Items per second; `None` before there is a basis.
    pub fn per_second(&self) -> Option<f64> {
        (self.per_second > 0.0).then_some(self.per_second)
    }
}

/// What a [`Rate`] knows, as a store keeps it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateState {
    pub per_second: f64,
    /// Time that the observations cover.
    pub since_start: Duration,
    /// Items that were done at the last observation.
    pub done: u32,
    pub last: Time,
}

impl Rate {
    pub fn state(&self) -> RateState {
        let Rate {
            per_second,
            since_start,
            done,
            last,
        } = *self;
        RateState {
            per_second,
            since_start,
            done,
            last,
        }
    }

    /// Goes on where the state was taken.
    pub fn resume(state: RateState) -> Self {
        let RateState {
            per_second,
            since_start,
            done,
            last,
        } = state;
        Rate {
            per_second,
            since_start,
            done,
            last,
        }
    }
}

/// Seconds until `remaining` items are done at `rate` a second; `None` when it is not known.
pub fn eta_seconds(remaining: u32, rate: Option<f64>) -> Option<f64> {
    match rate {
        _ if remaining == 0 => Some(0.0),
        Some(rate) if rate > 0.0 => Some(f64::from(remaining) / rate),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counters(total: u32, succeeded: u32, failed: u32, skipped: u32) -> Counters {
        Counters {
            total,
            succeeded,
            failed,
            skipped,
            ..Counters::default()
        }
    }

    #[test]
    fn concludes_as_the_design_says() {
        let all = MaxFailures::Percent(100.0);
        assert_eq!(
            conclude(&counters(1000, 998, 2, 0), all),
            Some(Conclusion::Completed)
        );
        assert_eq!(
            conclude(&counters(3, 0, 3, 0), all),
            Some(Conclusion::AllFailed)
        );
        assert_eq!(
            conclude(&counters(3, 0, 1, 2), all),
            Some(Conclusion::AllFailed)
        );
        assert_eq!(
            conclude(&counters(3, 0, 0, 3), all),
            Some(Conclusion::Completed)
        );
        assert_eq!(
            conclude(&counters(0, 0, 0, 0), all),
            Some(Conclusion::Completed)
        );
        assert_eq!(conclude(&counters(3, 1, 1, 0), all), None);
        assert_eq!(
            conclude(&counters(10, 0, 3, 0), MaxFailures::Count(2)),
            Some(Conclusion::TooManyFailures)
        );
        assert_eq!(
            conclude(&counters(10, 0, 2, 0), MaxFailures::Percent(20.0)),
            None
        );
    }

    #[test]
    fn the_rate_of_a_steady_job_is_right_after_a_tenth_of_it() {
        let mut rate = Rate::start(Time::EPOCH, 0);
        let mut now = Time::EPOCH;
        for done in 1..=100 {
            now = now + Duration::from_millis(125);
            rate.observe(now, done);
        }
        let eta = eta_seconds(900, rate.per_second()).expect("known");
        assert!((eta - 112.5).abs() < 0.2 * 112.5, "eta {eta}");
    }

    /// The rate after reports at these milliseconds of so many finished items in all.
    fn after(reports: impl IntoIterator<Item = (u64, u32)>) -> Rate {
        let mut rate = Rate::start(Time::EPOCH, 0);
        for (at, done) in reports {
            rate.observe(Time::EPOCH + Duration::from_millis(at), done);
        }
        rate
    }

    fn assert_near(rate: Rate, truth: f64, share: f64) {
        let found = rate.per_second().expect("known");
        assert!(
            (found - truth).abs() < share * truth,
            "{found} instead of {truth}"
        );
    }

    #[test]
    fn a_late_first_report_does_not_slow_the_rate() {
        // Two workers, chunks of 5 items of 50 ms, each reported 30 ms late: 40 a second.
        let at = |report: u32| 280 + 250 * u64::from(report / 2) + u64::from(report % 2);
        let reports = (0..8).map(|report| (at(report), 5 * (report + 1)));
        assert_near(after(reports), 40.0, 0.1);
    }

    #[test]
    fn a_moment_of_work_is_no_basis() {
        assert_eq!(after([(20, 1), (500, 40), (980, 80)]).per_second(), None);
        assert_near(after([(20, 1), (500, 40), (1_000, 80)]), 80.0, 0.01);
    }

    #[test]
    fn what_it_takes_to_get_going_does_not_count() {
        // Admitted at 0; the workers have loaded and the items are listed after 4 s.
        let mut rate = Rate::start(Time::EPOCH, 0);
        let at = |ms| Time::EPOCH + Duration::from_millis(ms);
        rate.work_begins(at(3_000), 0); // the planner
        rate.work_begins(at(4_000), 0);
        for report in 1..=3 {
            rate.observe(at(4_000 + 500 * u64::from(report)), 45 * report);
        }
        assert_near(rate, 90.0, 0.01);
    }

    #[test]
    fn a_pause_does_not_count_and_a_gap_between_chunks_does() {
        let mut rate = after([(1_000, 10), (2_000, 20)]);
        let at = |ms| Time::EPOCH + Duration::from_millis(ms);
        rate.work_begins(at(60_000), 20);
        rate.observe(at(61_000), 30);
        assert_near(rate, 10.0, 0.01);
        // One worker that needs as long to get its chunks as to run them.
        let mut rate = Rate::start(Time::EPOCH, 0);
        for chunk in 0..20 {
            let begins = 400 * u64::from(chunk);
            rate.work_begins(at(begins), chunk);
            rate.observe(at(begins + 200), chunk + 1);
        }
        assert_near(rate, 2.5, 0.1);
    }

    #[test]
    fn slow_items_of_workers_out_of_step_give_one_rate() {
        // Two workers, items of 10 minutes, the second worker 2 s behind.
        let reports = (1..=40_u32).map(|item| {
            let round = u64::from(item.div_ceil(2));
            (600_000 * round + 2_000 * u64::from(1 - item % 2), item)
        });
        let reports: Vec<_> = reports.collect();
        for seen in 4..reports.len() {
            let rate = after(reports[..seen].iter().copied());
            assert_near(rate, 2.0 / 600.0, 0.3);
        }
        assert_near(after(reports), 2.0 / 600.0, 0.05);
    }

    #[test]
    fn a_change_of_pace_is_followed() {
        let slow = (1..=60_u32).map(|second| (u64::from(second) * 1_000, second));
        let fast = (1..=50_u32).map(|second| (u64::from(60 + second) * 1_000, 60 + 100 * second));
        assert_near(after(slow.chain(fast)), 100.0, 0.2);
    }

    proptest! {
        #[test]
        fn a_steady_rate_is_found_whatever_the_reporting(step_ms in 600u32..5000, per_step in 1u32..1000, steps in 2u32..200) {
            let mut rate = Rate::start(Time::EPOCH, 0);
            for step in 1..=steps {
                rate.observe(Time::EPOCH + Duration::from_millis(u64::from(step_ms) * u64::from(step)), per_step * step);
            }
            let truth = f64::from(per_step) * 1000.0 / f64::from(step_ms);
            let found = rate.per_second().expect("known");
            prop_assert!((found - truth).abs() < 0.01 * truth, "{found} for {truth}");
        }
    }
}
