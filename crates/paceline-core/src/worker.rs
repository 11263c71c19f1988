//! Workers as people see them.

use crate::id::JobId;
use crate::state::{UnknownWord, words};
use crate::time::Time;
use std::fmt;
use std::str::FromStr;

words!(
    /// What a worker is doing.
    WorkerState, "worker state", {
    /// Its process is loading: imports, models.
    Starting = "starting",
    Idle = "idle",
    Busy = "busy",
    /// Replaced by a fresh process: grown over its memory cap, or died.
    Recycling = "recycling",
    /// Died three times before it was ready; tried again with growing pauses.
    Broken = "broken",
    Stopped = "stopped",
});

/// A worker at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerStatus {
    /// `races/0`: pool and slot.
    pub name: String,
    pub pool: String,
    pub state: WorkerState,
    pub pid: Option<u32>,
    pub tasks: Vec<String>,
    pub job: Option<JobId>,
    /// Items of the chunk that it works on; none when its work is no chunk.
    pub chunk_items: Option<u32>,
    pub items_done: u64,
    pub memory_bytes: Option<u64>,
    /// When the state began.
    pub since: Time,
    /// Why it is broken or was last recycled: exit status and the last lines of stderr.
    pub last_error: Option<String>,
}

impl WorkerStatus {
    /// The worker in slot `index` of a pool, of which nothing was heard yet.
    pub fn starting(pool: &str, index: u32, since: Time) -> Self {
        WorkerStatus {
            name: format!("{pool}/{index}"),
            pool: pool.to_owned(),
            state: WorkerState::Starting,
            pid: None,
            tasks: Vec::new(),
            job: None,
            chunk_items: None,
            items_done: 0,
            memory_bytes: None,
            since,
            last_error: None,
        }
    }
}
