//! Warm worker processes: started once, they load once and run many chunks.
//!
//! A [`pool::Pool`] has one slot per process. A slot starts its process, serves leases through a
//! session as long as the process lives, and starts the next one. All that a session knows of a
//! lease is in a `Held`; what it decides (whom to blame, how much to ask for) is in small pure
//! modules beside it.

mod blame;
mod failed_starts;
mod framing;
pub(crate) mod pool;
mod process;
mod session;
mod slot;
mod stderr;
