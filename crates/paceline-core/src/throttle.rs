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

/// A throttled task as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskThrottle {
    pub task: String,
    pub policy: ThrottlePolicy,
    pub throttle: Throttle,
}

/// What a breaker that is not closed means for admission, so that jobs which can do nothing do
/// not take the places of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Nothing starts before; `None` once probes are under way.
    pub open_until: Option<Time>,
    /// Most jobs of the task that run while it is tried.
    pub probes: u32,
}

impl Trial {
    /// How many more jobs of the task may start when so many run.
    pub fn room(&self, running: u32, now: Time) -> u32 {
        match self.open_until {
            Some(until) if now < until => 0,
            Some(_) | None => self.probes.saturating_sub(running),
        }
    }
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
    /// When it is more than nothing, if only the time holds it.
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

    /// Most items of the next chunk; `None` is any number.
    ///
    /// What is in a worker's hands when a breaker opens goes on there. So chunks of a task that has
    /// one are no larger than what its breaker needs to see.
    pub fn largest_chunk(&self, policy: &ThrottlePolicy, now: Time) -> Option<u32> {
        let seen = policy.breaker.map(|breaker| breaker.minimum.max(1));
        let allowed = self.allows(policy, now).most();
        allowed.into_iter().chain(seen).min()
    }

    /// `None` when no breaker holds its jobs back.
    pub fn trial(&self, policy: &ThrottlePolicy) -> Option<Trial> {
        let probes = policy.breaker?.probes.max(1);
        let open_until = match self.breaker.state {
            BreakerState::Closed => return None,
            BreakerState::Open { until } => Some(until),
            BreakerState::HalfOpen { .. } => None,
        };
        Some(Trial { open_until, probes })
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
    /// Most items that may be handed out at once; `None` is any number.
    fn most(&self) -> Option<u32> {
        match self.chunks {
            Some(0) => Some(0),
            Some(_) | None => self.items,
        }
    }

    fn narrow(&mut self, items: Option<u32>, holds: Holds, next_due: Option<Time>) {
        let Some(items) = items else {
            return;
        };
        self.items = Some(self.items.map_or(items, |least| least.min(items)));
        if items == 0 {
            self.holds.get_or_insert(holds);
            // Held by two, it goes on when the later lets it; asking too early asks again.
            self.next_due = self.next_due.max(next_due);
        }
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
        let none = ThrottlePolicy::default();
        assert_eq!(Throttle::default().largest_chunk(&none, at(1)), None);
    }

    #[test]
    fn a_chunk_is_no_larger_than_what_a_breaker_must_see() {
        let mut throttle = Throttle::default();
        assert_eq!(throttle.largest_chunk(&POLICY, at(100)), Some(2));
        throttle.hand_out(&POLICY, 9, at(100));
        let rooms = [at(101), at(102)].map(|now| throttle.largest_chunk(&POLICY, now));
        assert_eq!(
            rooms,
            [Some(0), Some(1)],
            "the pause, then what the rate leaves"
        );
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
    fn what_does_not_hold_does_not_delay() {
        let mut throttle = Throttle::default();
        throttle.hand_out(&POLICY, 8, at(100));
        let pausing = throttle.allows(&POLICY, at(101));
        assert_eq!(pausing.next_due, Some(at(102)), "{pausing:?}");
    }

    #[test]
    fn while_it_is_tried_no_more_jobs_run_than_it_has_probes() {
        let mut throttle = Throttle::default();
        assert_eq!(throttle.trial(&POLICY), None);
        let failed = Ends {
            succeeded: 0,
            failed: 2,
        };
        throttle.count(&POLICY, failed, at(100));
        let trial = throttle.trial(&POLICY).expect("not closed");
        let rooms = [(0, 110), (0, 130), (1, 130)].map(|(jobs, now)| trial.room(jobs, at(now)));
        assert_eq!(rooms, [0, 1, 0]);
        throttle.hand_out(&POLICY, 1, at(130));
        let trial = throttle.trial(&POLICY).expect("not closed");
        assert_eq!(trial.open_until, None);
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
