//! When a failed attempt is tried again.

use std::time::Duration;

use crate::dice::Dice;
use crate::error::Failure;
use crate::time::Time;

/// Exponential backoff: attempt `n` waits `base * factor^(n-1)`, at most `max`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// Attempts in all, the first one included; 1 means no retry.
    pub attempts: u32,
    pub base: Duration,
    pub factor: f64,
    pub max: Duration,
    /// Spread each wait evenly over its upper half, so that failures of one moment do not return
    /// in one moment ("equal jitter", M. Brooker, AWS Architecture Blog, 2015).
    pub jitter: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy {
            attempts: 3,
            base: Duration::from_secs(1),
            factor: 2.0,
            max: Duration::from_mins(5),
            jitter: true,
        }
    }
}

/// What becomes of a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    RetryAt(Time),
    GiveUp,
}

impl RetryPolicy {
    /// Decides on attempt number `attempt` (from 1) that failed at `now`.
    pub fn decide(&self, attempt: u32, failure: &Failure, now: Time, dice: &mut Dice) -> Verdict {
        if failure.permanent || attempt >= self.attempts {
            return Verdict::GiveUp;
        }
        let wait = failure
            .retry_after
            .unwrap_or_else(|| self.backoff(attempt, dice));
        Verdict::RetryAt(now + wait)
    }

    fn backoff(&self, attempt: u32, dice: &mut Dice) -> Duration {
        let exponent = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
        let seconds = self.base.as_secs_f64() * self.factor.max(1.0).powi(exponent);
        let capped = seconds.min(self.max.as_secs_f64());
        let share = if self.jitter {
            0.5 + 0.5 * dice.fraction()
        } else {
            1.0
        };
        Duration::from_secs_f64(capped * share)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::ErrorKind;

    fn failure() -> Failure {
        Failure::new(ErrorKind::Handler, "no")
    }

    #[test]
    fn backs_off_exponentially_up_to_the_cap() {
        let policy = RetryPolicy {
            attempts: 10,
            jitter: false,
            max: Duration::from_secs(5),
            ..RetryPolicy::default()
        };
        let waits: Vec<_> = (1..=4)
            .map(|attempt| {
                match policy.decide(attempt, &failure(), Time::EPOCH, &mut Dice::new(1)) {
                    Verdict::RetryAt(at) => at.as_micros() / 1_000_000,
                    Verdict::GiveUp => panic!("gave up at {attempt}"),
                }
            })
            .collect();
        assert_eq!(waits, [1, 2, 4, 5]);
    }

    #[test]
    fn permanent_failures_and_the_last_attempt_give_up() {
        let policy = RetryPolicy::default();
        let permanent = failure().permanent();
        assert_eq!(
            policy.decide(1, &permanent, Time::EPOCH, &mut Dice::new(1)),
            Verdict::GiveUp
        );
        assert_eq!(
            policy.decide(3, &failure(), Time::EPOCH, &mut Dice::new(1)),
            Verdict::GiveUp
        );
    }

    #[test]
    fn the_handlers_own_delay_wins() {
        let asked = Failure {
            retry_after: Some(Duration::from_secs(99)),
            ..failure()
        };
        let verdict = RetryPolicy::default().decide(1, &asked, Time::EPOCH, &mut Dice::new(1));
        assert_eq!(
            verdict,
            Verdict::RetryAt(Time::EPOCH + Duration::from_secs(99))
        );
    }

    proptest! {
        #[test]
        fn waits_stay_between_half_and_all_of_the_backoff(
            attempt in 1u32..60, base_ms in 1u64..100_000, factor in 0.0f64..10.0, seed: u64,
        ) {
            let policy = RetryPolicy {
                attempts: 100, base: Duration::from_millis(base_ms), factor,
                max: Duration::from_mins(10), jitter: true,
            };
            let full = RetryPolicy { jitter: false, ..policy }.backoff(attempt, &mut Dice::new(seed));
            let wait = policy.backoff(attempt, &mut Dice::new(seed));
            prop_assert!(wait <= full && wait >= full.mul_f64(0.49));
            prop_assert!(full <= policy.max);
        }

        #[test]
        fn never_more_attempts_than_allowed(attempts in 1u32..20, seed: u64) {
            let policy = RetryPolicy { attempts, ..RetryPolicy::default() };
            let mut tried = 1;
            while let Verdict::RetryAt(_) = policy.decide(tried, &failure(), Time::EPOCH, &mut Dice::new(seed)) {
                tried += 1;
                prop_assert!(tried <= attempts);
            }
            prop_assert_eq!(tried, attempts);
        }
    }
}
