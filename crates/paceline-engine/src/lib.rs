//! Paceline's loops: admission, dispatch, leases, recovery, control, schedules, clean-up,
//! notifications and alerts.
//!
//! Owns *when* the store is asked for what, and who is told. Owns no rule (those are in
//! `paceline-core`), no SQL, no HTTP and no process: it sees a [`paceline_core::store::Store`] on
//! one side and whoever asks for leases on the other, so a simulation can drive it on a virtual
//! clock.

mod backoff;
mod breakers;
mod capacity;
mod cleaner;
mod dispatch;
mod engine;
mod feed;
mod handle;
mod hold_back;
mod losses;
mod notifier;
mod outstanding;
mod schedules;
mod ticker;
mod watcher;

pub use capacity::Machine;
pub use engine::{Engine, Options};
pub use feed::EventFeed;
pub use handle::{Handle, Stopping};
pub use notifier::Notifications;
pub use schedules::{JobMaker, NotMade, RunError};
pub use watcher::{SAMPLES_KEPT, Watching};
