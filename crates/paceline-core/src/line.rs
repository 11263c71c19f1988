//! The place of a job in line: how long it has waited, and the start that its priority gives it.
//!
//! A place is a number that never changes while the job waits, so that an index keeps the line. It
//! is the time since which the job waits less a bonus for its priority; the smallest goes first.
//! So a job overtakes those of a higher priority that came later than the difference of the two
//! bonuses, and nothing starves.

use std::time::Duration;

use crate::state::Priority;
use crate::time::Time;
use crate::turns;

/// Before all places of jobs that have only waited, in microseconds: work that came back stands
/// here, further behind the more often it did.
const CAME_BACK: i64 = -4_000_000_000_000_000;

/// How much earlier a job counts as having come.
pub const fn bonus(priority: Priority) -> Duration {
    match priority {
        Priority::Low => Duration::ZERO,
        Priority::Normal => Duration::from_mins(15),
        Priority::High => Duration::from_hours(1),
        Priority::Urgent => Duration::from_hours(24),
    }
}

/// A place in line; the smaller comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(Time);

impl Place {
    /// Of a job that waits since then.
    pub fn new(since: Time, priority: Priority) -> Self {
        Place(since - bonus(priority))
    }

    pub const fn from_micros(micros: i64) -> Self {
        Place(Time::from_micros(micros))
    }

    pub const fn as_micros(self) -> i64 {
        self.0.as_micros()
    }

    /// The place with another priority.
    #[must_use]
    pub fn moved(self, from: Priority, to: Priority) -> Self {
        if self.has_come_back() {
            return self;
        }
        Place(self.0 + bonus(from) - bonus(to))
    }

    /// Where a job stands that came back from a worker or a node that was lost: first, unless it
    /// came back so often that it may be what loses them. Then it waits anew.
    #[must_use]
    pub fn back(self, now: Time, priority: Priority) -> Self {
        let returns = self.returns() + 1;
        if turns::goes_first(returns) {
            Place::from_micros(CAME_BACK + i64::from(returns))
        } else {
            Place::new(now, priority)
        }
    }

    /// It goes first because it came back.
    pub fn has_come_back(self) -> bool {
        self.returns() > 0
    }

    fn returns(self) -> u32 {
        let returns = u32::try_from(self.as_micros() - CAME_BACK).unwrap_or(0);
        if turns::goes_first(returns) {
            returns
        } else {
            0
        }
    }

    /// The priority that the job counts as by now: its own, or a higher one if it has waited for
    /// as long as that is ahead.
    pub fn counts_as(self, now: Time) -> Priority {
        let credit = now.since(self.0);
        Priority::ALL
            .iter()
            .rev()
            .copied()
            .find(|priority| credit >= bonus(*priority))
            .unwrap_or(Priority::Low)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: i64 = 86_400_000_000;
    const NOW: Time = Time::from_micros(1_795_342_530_000_000);

    fn any_priority() -> impl Strategy<Value = Priority> {
        prop::sample::select(Priority::ALL)
    }

    #[test]
    fn who_waits_long_enough_counts_as_more_urgent() {
        let low = Place::new(NOW, Priority::Low);
        let after = |minutes| low.counts_as(NOW + Duration::from_mins(minutes));
        assert_eq!(after(0), Priority::Low);
        assert_eq!(after(14), Priority::Low);
        assert_eq!(after(15), Priority::Normal);
        assert_eq!(after(60), Priority::High);
        assert_eq!(after(24 * 60), Priority::Urgent);
    }

    #[test]
    fn who_came_back_goes_first_a_few_times() {
        let mut place = Place::new(NOW, Priority::Low);
        let urgent = Place::new(NOW - Duration::from_hours(1000), Priority::Urgent);
        for _ in 0..turns::MOST_RETURNS {
            let before = place;
            place = place.back(NOW, Priority::Low);
            assert!(place.has_come_back() && place < urgent);
            assert!(!before.has_come_back() || before < place);
            assert_eq!(place.moved(Priority::Low, Priority::High), place);
        }
        assert_eq!(
            place.back(NOW, Priority::Low),
            Place::new(NOW, Priority::Low)
        );
    }

    proptest! {
        #[test]
        fn at_first_a_job_counts_as_what_it_is(priority in any_priority()) {
            prop_assert_eq!(Place::new(NOW, priority).counts_as(NOW), priority);
        }

        #[test]
        fn a_changed_priority_keeps_the_time_that_was_waited(from in any_priority(), to in any_priority()) {
            prop_assert_eq!(Place::new(NOW, from).moved(from, to), Place::new(NOW, to));
        }

        /// No stream of others, however urgent, keeps a job from the head of the line for longer.
        #[test]
        fn nothing_starves(mine in any_priority(), other in any_priority(), later in 0..3 * DAY) {
            let ahead = bonus(other).saturating_sub(bonus(mine));
            let came = NOW + Duration::from_micros(later.unsigned_abs());
            let overtakes = Place::new(came, other) < Place::new(NOW, mine);
            prop_assert_eq!(overtakes, came.since(NOW) < ahead);
        }

        /// The order of places never contradicts what jobs count as.
        #[test]
        fn who_counts_as_more_stands_further_ahead(a in -DAY..DAY, b in -DAY..DAY, p in any_priority(), q in any_priority()) {
            let at = |offset: i64| Time::from_micros(NOW.as_micros() + offset);
            let (a, b) = (Place::new(at(a), p), Place::new(at(b), q));
            if a.counts_as(NOW) > b.counts_as(NOW) {
                prop_assert!(a < b);
            }
        }
    }
}
