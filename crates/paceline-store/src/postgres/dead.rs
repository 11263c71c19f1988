//! When leases of nodes that are gone are looked for: as a node falls silent, and now and then.
//!
//! A look walks over all that is leased, with what the index still holds of leases that have ended.
//! So it is not made at each tick: work that a silent node still has is found in the first look
//! after its time, and only a lease that it was given later waits for the next one.
//!
//! A node that was silent itself judges nobody for half of the time after which it would be taken for
//! dead: where the database was away, all are silent, and each hears of the others when they have come
//! back.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use paceline_core::Time;

/// After this time a look is made whatever is known.
const EVERY: Duration = Duration::from_secs(5);

/// The looks of this node.
#[derive(Debug, Default)]
pub(crate) struct Looks(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// When the last one was made, and which nodes were silent then.
    last: Option<(Time, Vec<i64>)>,
    /// When this node came back, and until when it judges nobody.
    back: Option<(Time, Time)>,
}

impl Looks {
    /// Whether to look now, when `silent` nodes have not been heard of in time.
    pub(crate) fn is_due(&self, silent: &[i64], now: Time) -> bool {
        let state = self.lock();
        // The clock may have been set back.
        let judges = state
            .back
            .is_none_or(|(at, until)| now < at || now >= until);
        judges
            && state
                .last
                .as_ref()
                .is_none_or(|(at, known)| known != silent || now < *at || now.since(*at) >= EVERY)
    }

    pub(crate) fn made(&self, silent: Vec<i64>, now: Time) {
        self.lock().last = Some((now, silent));
    }

    /// This node was not heard of in time, and is now.
    pub(crate) fn came_back(&self, now: Time, until: Time) {
        self.lock().back = Some((now, until));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_made_when_a_node_falls_silent_and_now_and_then() {
        let look = Looks::default();
        assert!(look.is_due(&[], at(10_000)));
        look.made(vec![], at(10_000));
        assert!(!look.is_due(&[], at(14_999)));
        assert!(look.is_due(&[], at(15_000)));
        assert!(look.is_due(&[7], at(10_001)));
        look.made(vec![7], at(10_001));
        assert!(!look.is_due(&[7], at(11_000)));
        assert!(look.is_due(&[7, 8], at(11_000)));
        assert!(look.is_due(&[7], at(9_000)), "the clock was set back");
    }

    #[test]
    fn who_was_silent_himself_judges_nobody_for_a_while() {
        let look = Looks::default();
        look.came_back(at(60_000), at(70_000));
        assert!(!look.is_due(&[7], at(69_999)));
        assert!(look.is_due(&[7], at(70_000)));
        assert!(look.is_due(&[7], at(50_000)), "the clock was set back");
    }

    fn at(millis: u64) -> Time {
        Time::EPOCH + Duration::from_millis(millis)
    }
}
