//! The worker crate against real processes and a store in memory.

mod cancel;
mod command;
mod inproc;
mod misbehaviour;
mod pool;
mod supervision;
mod support;
