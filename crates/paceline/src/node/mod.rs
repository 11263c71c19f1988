//! A node: the store, the engine, the workers and the server, put together, started and stopped.
//!
//! Owns the order of these steps and nothing of what the parts do.

mod bench_handlers;
mod bind;
mod gauges;
mod greeting;
mod local_source;
mod machine;
mod open_store;
mod pools;
mod reload;
mod start;
mod stop;

pub(crate) use start::{Node, Parts};
pub(crate) use stop::{Signals, run_until_stopped};
