//! The circuit breaker of a task: after too many failures its work waits instead of failing too.
//!
//! Closed, work flows and its ends are counted. Open, nothing is handed out until the cool-down is
//! over. Half-open, a few items are tried; if they succeed it closes, and one failure opens it again
//! (M. Nygard, *Release It!*, 2007). Owns the rule; where its state is kept is the store's.

use std::time::Duration;

use crate::error::ErrorKind;
use crate::item::Outcome;
use crate::time::Time;

/// When a breaker opens and how it closes again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreakerPolicy {
    /// The share of failed attempts that opens it, above 0 and at most 1.
    pub failure_rate: f64,
    /// Fewer attempts in the window say nothing.
    pub minimum: u32,
    /// How far back attempts count.
    pub window: Duration,
    /// How long nothing is tried.
    pub cool_down: Duration,
    /// Items that must succeed, tried after the cool-down, to close it.
    pub probes: u32,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        BreakerPolicy {
            failure_rate: 0.5,
            minimum: 20,
            window: Duration::from_mins(1),
            cool_down: Duration::from_secs(30),
            probes: 3,
        }
    }
}

/// Where a breaker stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BreakerState {
    #[default]
    Closed,
    /// Until then nothing is handed out.
    Open { until: Time },
    /// So many items were handed out as probes and so many succeeded. Those that nobody heard of
    /// by then are handed out again.
    HalfOpen {
        handed_out: u32,
        succeeded: u32,
        until: Time,
    },
}

/// Attempts by their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    pub succeeded: u32,
    pub failed: u32,
}

impl Ends {
    /// Counts how an attempt ended, if that says anything about what the task calls.
    pub fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Succeeded(_) => self.succeeded = self.succeeded.saturating_add(1),
            Outcome::Failed(failure) => match failure.error.kind {
                ErrorKind::Handler | ErrorKind::Timeout | ErrorKind::Memory | ErrorKind::Crash => {
                    self.failed = self.failed.saturating_add(1);
                }
                ErrorKind::Dependency | ErrorKind::Cancelled | ErrorKind::Lost => {}
            },
        }
    }

    pub fn is_none(self) -> bool {
        self == Ends::default()
    }

    fn all(self) -> u32 {
        self.succeeded.saturating_add(self.failed)
    }

    fn plus(self, other: Ends) -> Ends {
        Ends {
            succeeded: self.succeeded.saturating_add(other.succeeded),
            failed: self.failed.saturating_add(other.failed),
        }
    }
}

/// A breaker with what it has counted. Two halves of the window stand for a window that slides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    pub state: BreakerState,
    pub before: Ends,
    pub now: Ends,
    /// When the half began that counts now.
    pub since: Time,
}

/// What a breaker did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// With the ends that made it.
    Opened {
        ends: Ends,
        until: Time,
    },
    Probing,
    Closed,
}

impl Breaker {
    /// How many items may be handed out now; `None` is any number.
    pub fn allows(&self, policy: &BreakerPolicy, now: Time) -> Option<u32> {
        match self.state {
            BreakerState::Closed => None,
            BreakerState::Open { until } if now < until => Some(0),
            BreakerState::Open { .. } => Some(policy.probes.max(1)),
            BreakerState::HalfOpen {
                handed_out,
                succeeded,
                until,
            } => {
                let known = if now < until { handed_out } else { succeeded };
                Some(policy.probes.max(1).saturating_sub(known))
            }
        }
    }

    /// The attempts that count now.
    pub fn counted(&self, policy: &BreakerPolicy, now: Time) -> Ends {
        let mut breaker = *self;
        breaker.roll(policy, now);
        breaker.before.plus(breaker.now)
    }

    /// When it may allow more than now, if only the time holds it.
    pub fn next_due(&self, now: Time) -> Option<Time> {
        match self.state {
            BreakerState::Closed => None,
            BreakerState::Open { until } | BreakerState::HalfOpen { until, .. } => {
                Some(until).filter(|until| *until > now)
            }
        }
    }

    /// Takes down that so many items were handed out, as [`Breaker::allows`] allowed.
    pub fn hand_out(&mut self, policy: &BreakerPolicy, items: u32, now: Time) -> Option<Change> {
        let (handed_out, succeeded, change) = match self.state {
            _ if items == 0 => return None,
            BreakerState::Closed => return None,
            BreakerState::Open { .. } => (0, 0, Some(Change::Probing)),
            BreakerState::HalfOpen {
                handed_out,
                succeeded,
                until,
            } if now < until => (handed_out, succeeded, None),
            BreakerState::HalfOpen { succeeded, .. } => (succeeded, succeeded, None),
        };
        self.state = BreakerState::HalfOpen {
            handed_out: handed_out.saturating_add(items),
            succeeded,
            until: now + policy.cool_down,
        };
        change
    }

    /// Counts how attempts ended. What was in work when it opened changes nothing while it is open.
    pub fn count(&mut self, policy: &BreakerPolicy, ends: Ends, now: Time) -> Option<Change> {
        match self.state {
            BreakerState::Open { .. } => None,
            BreakerState::Closed => {
                self.roll(policy, now);
                self.now = self.now.plus(ends);
                let counted = self.before.plus(self.now);
                let enough = counted.all() >= policy.minimum.max(1);
                let share = f64::from(counted.failed) / f64::from(counted.all().max(1));
                let trips = enough && counted.failed > 0 && share >= policy.failure_rate;
                trips.then(|| self.open(policy, counted, now))
            }
            BreakerState::HalfOpen { .. } if ends.failed > 0 => Some(self.open(policy, ends, now)),
            BreakerState::HalfOpen {
                handed_out,
                succeeded,
                until,
            } => {
                let succeeded = succeeded.saturating_add(ends.succeeded);
                if succeeded >= policy.probes.max(1) {
                    *self = Breaker::default();
                    return Some(Change::Closed);
                }
                self.state = BreakerState::HalfOpen {
                    handed_out,
                    succeeded,
                    until,
                };
                None
            }
        }
    }

    /// Somebody says that all is well again.
    pub fn reset(&mut self) -> Option<Change> {
        let was = std::mem::take(self);
        (was.state != BreakerState::Closed).then_some(Change::Closed)
    }

    fn open(&mut self, policy: &BreakerPolicy, ends: Ends, now: Time) -> Change {
        let until = now + policy.cool_down;
        *self = Breaker {
            state: BreakerState::Open { until },
            ..Breaker::default()
        };
        Change::Opened { ends, until }
    }

    fn roll(&mut self, policy: &BreakerPolicy, now: Time) {
        let half = policy.window / 2;
        let age = now.since(self.since);
        if age < half {
            return;
        }
        self.before = if age < policy.window {
            self.now
        } else {
            Ends::default()
        };
        self.now = Ends::default();
        self.since = now;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const POLICY: BreakerPolicy = BreakerPolicy {
        failure_rate: 0.5,
        minimum: 4,
        window: Duration::from_mins(1),
        cool_down: Duration::from_secs(30),
        probes: 2,
    };
    const fn at(seconds: i64) -> Time {
        Time::from_micros(1_000_000 * (1_000 + seconds))
    }
    const fn ends(succeeded: u32, failed: u32) -> Ends {
        Ends { succeeded, failed }
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::default();
        assert_eq!(breaker.count(&POLICY, ends(2, 1), at(0)), None);
        let opened = breaker.count(&POLICY, ends(0, 1), at(1));
        let told = Change::Opened {
            ends: ends(2, 2),
            until: at(31),
        };
        assert_eq!(opened, Some(told));
        breaker
    }

    #[test]
    fn too_many_failures_open_it_for_the_cool_down() {
        let breaker = opened();
        assert_eq!(breaker.allows(&POLICY, at(30)), Some(0));
        assert_eq!(breaker.next_due(at(30)), Some(at(31)));
        assert_eq!(breaker.allows(&POLICY, at(31)), Some(2));
    }

    #[test]
    fn probes_that_succeed_close_it() {
        let mut breaker = opened();
        assert_eq!(breaker.hand_out(&POLICY, 1, at(31)), Some(Change::Probing));
        assert_eq!(breaker.allows(&POLICY, at(32)), Some(1));
        assert_eq!(breaker.hand_out(&POLICY, 1, at(32)), None);
        assert_eq!(breaker.allows(&POLICY, at(33)), Some(0));
        assert_eq!(breaker.count(&POLICY, ends(1, 0), at(34)), None);
        let closed = breaker.count(&POLICY, ends(1, 0), at(35));
        assert_eq!(closed, Some(Change::Closed));
        assert_eq!(breaker, Breaker::default());
    }

    #[test]
    fn one_probe_that_fails_opens_it_again() {
        let mut breaker = opened();
        breaker.hand_out(&POLICY, 2, at(31));
        breaker.count(&POLICY, ends(1, 0), at(32));
        let again = breaker.count(&POLICY, ends(0, 1), at(33));
        assert!(matches!(again, Some(Change::Opened { .. })), "{again:?}");
        assert_eq!(breaker.allows(&POLICY, at(62)), Some(0));
    }

    #[test]
    fn probes_that_were_lost_are_handed_out_again() {
        let mut breaker = opened();
        breaker.hand_out(&POLICY, 2, at(31));
        assert_eq!(breaker.allows(&POLICY, at(60)), Some(0));
        assert_eq!(breaker.allows(&POLICY, at(61)), Some(2));
    }

    #[test]
    fn what_is_long_ago_does_not_count() {
        let mut breaker = Breaker::default();
        breaker.count(&POLICY, ends(0, 3), at(0));
        assert_eq!(breaker.count(&POLICY, ends(1, 1), at(61)), None);
        assert_eq!(breaker.state, BreakerState::Closed);
    }

    #[test]
    fn somebody_may_close_it() {
        assert_eq!(opened().reset(), Some(Change::Closed));
        assert_eq!(Breaker::default().reset(), None);
    }

    proptest! {
        /// Whatever happens, while it is open nothing is allowed, half-open never more than the
        /// probes are at work at once, and it does not stay shut for ever.
        #[test]
        fn never_more_than_the_probes_while_it_is_not_closed(
            acts in prop::collection::vec((0u8..3, 0u32..4, 0u32..4, 0i64..20), 1..200),
        ) {
            let mut breaker = Breaker::default();
            let mut now = at(0);
            for (act, first, second, pause) in acts {
                now = now + Duration::from_secs(u64::try_from(pause).expect("small"));
                let allowed = breaker.allows(&POLICY, now);
                prop_assert!(allowed.is_none_or(|items| items <= POLICY.probes));
                if let BreakerState::Open { until } = breaker.state {
                    prop_assert_eq!(allowed == Some(0), now < until);
                }
                match act {
                    0 => { breaker.hand_out(&POLICY, first.min(allowed.unwrap_or(first)), now); }
                    1 => { breaker.count(&POLICY, ends(first, second), now); }
                    _ => {}
                }
                let shut = breaker.allows(&POLICY, now) == Some(0);
                prop_assert_eq!(shut, shut && breaker.next_due(now).is_some());
            }
        }

        #[test]
        fn few_failures_never_open_it(counts in prop::collection::vec((4u32..9, 0u32..4), 1..50)) {
            let mut breaker = Breaker::default();
            for (second, (succeeded, failed)) in (0..).zip(counts) {
                prop_assert_eq!(breaker.count(&POLICY, ends(succeeded, failed), at(second)), None);
            }
        }
    }
}
