//! The worker protocol, version 1: JSON Lines between a node and its worker processes.
//!
//! Owns the shape of every message, both ways, and the conversion from and to core's words. Owns
//! no pipes and no process: [`WorkerMessage::parse`] takes one line, [`NodeMessage::write_line`]
//! appends one. Params, payloads and results are passed through as text and never parsed beyond
//! the check that they are JSON.
//!
//! Both sides ignore unknown fields and unknown message types, so that a later minor version may
//! add some, and refuse an unknown `protocol`.

mod from_worker;
mod to_worker;

pub use from_worker::{
    BadMessage, DeclaredTask, LeaseEnd, PlannedItem, ReadyMessage, WorkerMessage,
};
pub use to_worker::{NodeMessage, RunJob};

/// The version that this node speaks; the only one so far.
pub const PROTOCOL: u32 = 1;

/// Most bytes of one line, its line feed not counted.
pub const MAX_LINE_BYTES: usize = 16 << 20;
