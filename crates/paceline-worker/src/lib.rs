//! Runs leases: warm worker processes, plain commands and in-process handlers.
//!
//! Owns processes, their supervision, deadlines, memory caps and logs. Owns no state that must
//! survive: what work there is and what became of it is known to the [`lease_source::LeaseSource`]
//! alone.

mod asking;
mod config;
mod declared;
mod executor;
mod host;
pub mod lease_source;
mod notes;
mod output;
mod pace;
mod reporter;
mod runner;
mod signals;
mod status;
mod stop;
pub mod supervise;
mod tree;
mod usage;
mod words;

pub use config::{CommandConfig, PoolConfig};
pub use executor::inproc::{Call, Handlers};
pub use lease_source::{LeaseSource, Stopping};
pub use runner::{Workers, WorkersConfig};
pub use supervise::Supervisor;
