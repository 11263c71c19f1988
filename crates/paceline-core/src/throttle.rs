//! How much work of a task may be handed out now: its breaker, its rate and its pause together.
//!
//! One answer for the one place that leases work. A task that has none of these costs nothing.

use std::fmt;
use std::time::Duration;

use crate::breaker::{Breaker, BreakerPolicy, BreakerState, Change, Ends};
use crate::rate::{Rate, RatePolicy};
use crate::time::Time;

/// What a task declares.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ThrottlePolicy {
    pub breaker: Option<BreakerPolicy>,
    pub rate: Option<RatePolicy>,
    /// Least time between two chunks, whichever job they are of.
    pub pause: Option<Duration>,
}

impl ThrottlePolicy {
    pub fn is_none(&self) -> bool {
        *self == ThrottlePolicy::default()
    }
}

/// What is remembered of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Throttle {
    pub breaker: Breaker,
    pub rate: Rate,
    /// When its last chunk was handed out.
    pub last: Option<Time>,
}

/// What holds a task's work, in plain words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The breaker is open.
    Broken { until: Time },
    /// Probes are under way.
    Probing,
    /// As many items as may were handed out in the last period.
    Rate { items: u32, period: Duration },
    /// The pause since the last chunk is not over.
    Pause,
}

impl fmt::Display for Holds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Holds::Broken { .. } => f.write_str("breaker: open, too many failures"),
            Holds::Probing => f.write_str("breaker: half-open, waits for its probes"),
            Holds::Rate { items, period } => {
                write!(f, "rate: {items} items in {period:?} were handed out")
            }
            Holds::Pause => f.write_str("pause between chunks"),
        }
    }
}

/// What may be handed out now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Items, in all chunks together; `None` is any number.
    pub items: Option<u32>,
    /// Chunks (or units); `None` is any number.
    pub chunks: Option<u32>,
    /// Why it is nothing.
    pub holds: Option<Holds>,
    /// When it is more, if only the time holds it.
    pub next_due: Option<Time>,
}

impl Throttle {
    pub fn allows(&self, policy: &ThrottlePolicy, now: Time) -> Allowance {
        let mut allowance = Allowance {
            items: None,
            chunks: None,
            holds: None,
            next_due: None,
        };
        if let Some(breaker) = &policy.breaker {
            let items = self.breaker.allows(breaker, now);
            let holds = match self.breaker.state {
                BreakerState::Open { until } => Holds::Broken { until },
                BreakerState::Closed | BreakerState::HalfOpen { .. } => Holds::Probing,
            };
            allowance.narrow(items, holds, self.breaker.next_due(now));
        }
        if let Some(rate) = &policy.rate {
            let RatePolicy { items, period } = *rate;
            let holds = Holds::Rate { items, period };
            let next_due = self.rate.next_due(rate, now);
            allowance.narrow(Some(self.rate.allows(rate, now)), holds, next_due);
        }
        if let Some(pause) = policy.pause {
            // A clock that was set back must not make the pause longer than it is.
            let due = self.last.map(|last| last.min(now) + pause);
            let due = due.filter(|due| *due > now);
            allowance.chunks = Some(u32::from(due.is_none()));
            if due.is_some() {
                allowance.narrow(Some(0), Holds::Pause, due);
            }
        }
        allowance
    }

    /// Takes down a chunk (or unit) that was handed out.
    pub fn hand_out(&mut self, policy: &ThrottlePolicy, items: u32, now: Time) -> Option<Change> {
        if let Some(rate) = &policy.rate {
            self.rate.hand_out(rate, items, now);
        }
        if policy.pause.is_some() {
            self.last = Some(now);
        }
        let breaker = policy.breaker.as_ref()?;
        self.breaker.hand_out(breaker, items, now)
    }

    /// Counts how attempts ended.
    pub fn count(&mut self, policy: &ThrottlePolicy, ends: Ends, now: Time) -> Option<Change> {
        let breaker = policy.breaker.as_ref()?;
        self.breaker.count(breaker, ends, now)
    }
}

impl Allowance {
    fn narrow(&mut self, items: Option<u32>, holds: Holds, next_due: Option<Time>) {
        let Some(items) = items else {
            return;
        };
        self.items = Some(self.items.map_or(items, |least| least.min(items)));
        if items == 0 {
            self.holds.get_or_insert(holds);
        }
        // Held by two, it goes on when the later lets it; asking too early asks again.
        self.next_due = self.next_due.max(next_due);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_micros(1_000_000 * seconds)
    }

    const POLICY: ThrottlePolicy = ThrottlePolicy {
        breaker: Some(BreakerPolicy {
            failure_rate: 0.5,
            minimum: 2,
            window: Duration::from_mins(1),
            cool_down: Duration::from_secs(30),
            probes: 1,
        }),
        rate: Some(RatePolicy {
            items: 10,
            period: Duration::from_mins(1),
        }),
        pause: Some(Duration::from_secs(2)),
    };

    #[test]
    fn a_task_that_declares_nothing_is_not_held() {
        let allowance = Throttle::default().allows(&ThrottlePolicy::default(), at(1));
        assert_eq!((allowance.items, allowance.chunks), (None, None));
    }

    #[test]
    fn chunks_keep_their_pause_and_items_their_rate() {
        let mut throttle = Throttle::default();
        let first = throttle.allows(&POLICY, at(100));
        assert_eq!((first.items, first.chunks), (Some(10), Some(1)));
        throttle.hand_out(&POLICY, 8, at(100));
        let pausing = throttle.allows(&POLICY, at(101));
        assert_eq!(
            (pausing.items, pausing.holds),
            (Some(0), Some(Holds::Pause))
        );
        let second = throttle.allows(&POLICY, at(102));
        assert_eq!((second.items, second.chunks), (Some(2), Some(1)));
        throttle.hand_out(&POLICY, 2, at(102));
        let third = throttle.allows(&POLICY, at(110));
        assert!(matches!(third.holds, Some(Holds::Rate { .. })), "{third:?}");
        assert_eq!(third.next_due, Some(at(160)));
    }

    #[test]
    fn an_open_breaker_holds_all() {
        let mut throttle = Throttle::default();
        let failed = Ends {
            succeeded: 0,
            failed: 2,
        };
        throttle.count(&POLICY, failed, at(100));
        let open = throttle.allows(&POLICY, at(110));
        let until = at(130);
        assert_eq!(open.holds, Some(Holds::Broken { until }));
        assert_eq!(open.next_due, Some(until));
        assert_eq!(throttle.allows(&POLICY, until).items, Some(1));
    }
}
