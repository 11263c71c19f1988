//! Counters, percent, rate and the estimate of the time left.

use std::time::Duration;

use crate::options::MaxFailures;
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

    /// 0 to 100; 100 only when nothing remains. A job without items is at 100.
    pub fn percent(&self) -> f64 {
        if self.total == 0 {
            return 100.0;
        }
        f64::from(self.done()) * 100.0 / f64::from(self.total)
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

/// Items per second over the recent past, exponentially smoothed over time.
///
/// Each observation weighs by the time that it covers, so many small reports and few large ones
/// give the same figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    per_second: f64,
    since_start: Duration,
    done: u32,
    last: Time,
}

impl Rate {
    /// Memory of the average: after this long an old rate weighs 1/e.
    const WINDOW: Duration = Duration::from_secs(20);
    /// Reports closer together than this are taken as one.
    const STEP: Duration = Duration::from_millis(500);

    pub fn start(now: Time, done: u32) -> Self {
        Rate {
            per_second: 0.0,
            since_start: Duration::ZERO,
            done,
            last: now,
        }
    }

    /// Takes in that `done` items were finished at `now`.
    ///
    /// The first report comes late by what it took to start and to fill a chunk. It gives a first
    /// figure, and is then where the measurement begins: from report to report that delay cancels
    /// out.
    pub fn observe(&mut self, now: Time, done: u32) {
        let passed = now.since(self.last);
        if self.since_start.is_zero() && self.per_second == 0.0 {
            if done > self.done && !passed.is_zero() {
                self.per_second = f64::from(done - self.done) / passed.as_secs_f64();
                self.done = done;
                self.last = now;
            }
            return;
        }
        if passed < Self::STEP {
            return;
        }
        let seconds = passed.as_secs_f64();
        let current = f64::from(done.saturating_sub(self.done)) / seconds;
        // Before the window is full the plain mean of the run is the better estimate.
        let known = self.since_start.min(Self::WINDOW).as_secs_f64();
        let weight = seconds
            / (known + seconds)
                .min(Self::WINDOW.as_secs_f64())
                .max(seconds);
        self.per_second += (current - self.per_second) * weight;
        self.since_start += passed;
        self.done = done;
        self.last = now;
    }

    /// Items per second; `None` before anything was finished.
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

    #[test]
    fn a_late_first_report_does_not_slow_the_rate() {
        // Two workers, chunks of 5 items of 50 ms, each reported 30 ms late: 40 a second.
        let mut rate = Rate::start(Time::EPOCH, 0);
        for report in 0..8 {
            let at = 280 + 250 * u64::from(report / 2) + u64::from(report % 2);
            rate.observe(Time::EPOCH + Duration::from_millis(at), 5 * (report + 1));
        }
        let found = rate.per_second().expect("known");
        assert!((found - 40.0).abs() < 0.1 * 40.0, "{found}");
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
