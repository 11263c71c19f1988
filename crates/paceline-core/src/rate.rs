//! Rate limits of a task: at most so many items in any period, and a pause between chunks, for
//! callers of other people's APIs.
//!
//! Items count as they are handed to a worker. The rule is strict: no period, wherever it begins,
//! holds more than it may. Owns the rule; where its state is kept is the store's.

use std::time::Duration;

use crate::time::Time;

/// How fast items may be handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatePolicy {
    /// Most items in any period.
    pub items: u32,
    pub period: Duration,
}

/// Hand-overs that are told apart; older ones are counted with the one after them, which errs on
/// the slow side.
const MOST_TOLD_APART: usize = 64;

/// What was handed out in the last period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// When, and how many items, in order of time.
    pub handed_out: Vec<(Time, u32)>,
}

impl Rate {
    /// How many items may be handed out now.
    pub fn allows(&self, policy: &RatePolicy, now: Time) -> u32 {
        policy.items.saturating_sub(self.counted(policy, now))
    }

    /// When more may be handed out than now, if it is less than all.
    pub fn next_due(&self, policy: &RatePolicy, now: Time) -> Option<Time> {
        let counting = self.handed_out.iter();
        let mut counting = counting.filter(|(at, _)| counts(*at, policy, now));
        counting.next().map(|(at, _)| *at + policy.period)
    }

    /// Takes down that so many were handed out.
    pub fn hand_out(&mut self, policy: &RatePolicy, items: u32, now: Time) {
        self.handed_out.retain(|(at, _)| counts(*at, policy, now));
        if items == 0 {
            return;
        }
        // A clock that was set back must not free what counts.
        let now = self.handed_out.last().map_or(now, |(at, _)| now.max(*at));
        match self.handed_out.last_mut() {
            Some((at, counted)) if *at == now => *counted = counted.saturating_add(items),
            Some(_) | None => self.handed_out.push((now, items)),
        }
        if self.handed_out.len() > MOST_TOLD_APART {
            let (_, oldest) = self.handed_out.remove(0);
            self.handed_out[0].1 = self.handed_out[0].1.saturating_add(oldest);
        }
    }

    fn counted(&self, policy: &RatePolicy, now: Time) -> u32 {
        let counting = self.handed_out.iter();
        let counting = counting.filter(|(at, _)| counts(*at, policy, now));
        counting.fold(0, |sum: u32, (_, items)| sum.saturating_add(*items))
    }
}

fn counts(at: Time, policy: &RatePolicy, now: Time) -> bool {
    now < at + policy.period
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const POLICY: RatePolicy = RatePolicy {
        items: 10,
        period: Duration::from_mins(1),
    };
    fn at(millis: i64) -> Time {
        Time::from_micros(1_000 * millis)
    }

    #[test]
    fn a_period_holds_no_more_than_it_may() {
        let mut rate = Rate::default();
        rate.hand_out(&POLICY, 6, at(0));
        assert_eq!(rate.allows(&POLICY, at(10_000)), 4);
        rate.hand_out(&POLICY, 4, at(10_000));
        assert_eq!(rate.allows(&POLICY, at(59_999)), 0);
        assert_eq!(rate.next_due(&POLICY, at(59_999)), Some(at(60_000)));
        assert_eq!(rate.allows(&POLICY, at(60_000)), 6);
    }

    proptest! {
        /// Asked at any moments, greedily: every period keeps the limit, and all is handed out in
        /// time.
        #[test]
        fn every_period_keeps_the_limit(pauses in prop::collection::vec((0i64..9_000, 1u32..12), 1..300)) {
            let mut rate = Rate::default();
            let mut now = 0;
            let mut given: Vec<(i64, u32)> = Vec::new();
            for (pause, wish) in pauses {
                now += pause;
                let items = wish.min(rate.allows(&POLICY, at(now)));
                rate.hand_out(&POLICY, items, at(now));
                given.push((now, items));
                prop_assert!(rate.handed_out.len() <= MOST_TOLD_APART);
                if items < wish {
                    let due = rate.next_due(&POLICY, at(now)).expect("a time");
                    prop_assert!(rate.allows(&POLICY, due) > 0);
                }
            }
            for (start, _) in &given {
                let within = given.iter().filter(|(at, _)| at >= start && at - start < 60_000);
                let sum: u32 = within.map(|(_, items)| *items).sum();
                prop_assert!(sum <= POLICY.items, "{sum} from {start} on");
            }
        }
    }
}
