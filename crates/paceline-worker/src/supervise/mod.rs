//! No worker outlives its node, whatever kills either of them.
//!
//! Each worker process runs under a small supervisor of its own: this binary, executed again. The
//! supervisor is the reaper of all that its command starts, daemons included, and holds the read
//! end of a lifeline, a pipe whose only write end is in the node. When the node dies, by whatever
//! means, the kernel closes the pipe and the supervisor kills everything below it.
//!
//! Owns the supervisor's process ([`supervise_main`]) and how a node starts one.
//! Knows nothing of the worker protocol: standard input, output and error go straight through.

mod args;
mod descendants;
mod guard;
mod spawn;

use std::ffi::OsString;
use std::path::PathBuf;

pub use guard::supervise_main;
pub(crate) use spawn::{CommandLine, Supervised};

/// How to execute this binary again as a supervisor: `program args… --lifeline N -- command…`.
///
/// The program must call [`supervise_main`] with what follows `args` before it starts a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supervisor {
    pub program: PathBuf,
    pub args: Vec<OsString>,
}
