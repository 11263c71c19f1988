//! Where the time of day comes from. The binary passes the system's clock, the simulation its own.

use crate::time::Time;

/// A source of the current time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    fn now(&self) -> Time;
}
