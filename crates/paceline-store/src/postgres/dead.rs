//! When leases of nodes that are gone are looked for: as a node falls silent, and now and then.
//!
//! A look walks over all that is leased, with what the index still holds of leases that have ended.
//! So it is not made at each tick: work that a silent node still has is found in the first look
//! after its time, and only a lease that it was given later waits for the next one.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use paceline_core::Time;

/// After this time a look is made whatever is known.
const EVERY: Duration = Duration::from_secs(5);

/// The last look of this node: when, and which nodes were silent then.
#[derive(Debug, Default)]
pub(crate) struct LastLook(Mutex<Option<(Time, Vec<i64>)>>);

impl LastLook {
    /// Whether to look now, when `silent` nodes have not been heard of in time.
    pub(crate) fn is_due(&self, silent: &[i64], now: Time) -> bool {
        self.lock().as_ref().is_none_or(|(at, known)| {
            // The clock may have been set back.
            known != silent || now < *at || now.since(*at) >= EVERY
        })
    }

    pub(crate) fn made(&self, silent: Vec<i64>, now: Time) {
        *self.lock() = Some((now, silent));
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Time, Vec<i64>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_made_when_a_node_falls_silent_and_now_and_then() {
        let look = LastLook::default();
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

    fn at(millis: u64) -> Time {
        Time::EPOCH + Duration::from_millis(millis)
    }
}
