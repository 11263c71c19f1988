//! The virtual clock: tokio's paused time, as the time of day.

use std::time::Duration;

use paceline_core::Time;
use paceline_core::clock::Clock;
use tokio::time::Instant;

#[derive(Debug)]
pub(crate) struct VirtualClock {
    start: Instant,
}

impl VirtualClock {
    pub(crate) fn new() -> Self {
        VirtualClock {
            start: Instant::now(),
        }
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Time {
        Time::EPOCH + Duration::from_hours(24 * 365 * 50) + self.start.elapsed()
    }
}
