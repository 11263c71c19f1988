//! The ways to run a lease.

pub(crate) mod command;
pub(crate) mod held;
pub(crate) mod inproc;
pub(crate) mod warm;
