//! The system's clock: the one place that reads the time of day.

use jiff::Timestamp;
use paceline_core::Time;
use paceline_core::clock::Clock;

/// The time of day as the operating system tells it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        Time::from_micros(now().as_microsecond())
    }
}

/// The time of day.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
