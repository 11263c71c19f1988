//! What can be asked of a store.

use crate::id::{EventSeq, JobId, Seq};
use crate::state::{ItemState, JobState};
use crate::time::Time;

/// Conditions on jobs; all that are set must hold. Empty means all jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobFilter {
    pub states: Vec<JobState>,
    pub task: Option<String>,
    pub queue: Option<String>,
    pub user: Option<String>,
    pub key: Option<String>,
    pub batch: Option<String>,
    pub labels: Vec<(String, String)>,
    /// Id prefix, or part of name, user, key, label or params.
    pub text: Option<String>,
    pub created_after: Option<Time>,
    pub created_before: Option<Time>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    CreatedAt,
    StartedAt,
    FinishedAt,
    Priority,
    Progress,
    State,
    Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub key: SortKey,
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Sort {
            key: SortKey::CreatedAt,
            descending: true,
        }
    }
}

/// Where a page begins: opaque text made by the store that reads it.
pub type Cursor = String;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobQuery {
    pub filter: JobFilter,
    pub sort: Sort,
    pub limit: u32,
    pub cursor: Option<Cursor>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<Cursor>,
}

/// A count that stops at a cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    Exact(u64),
    AtLeast(u64),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemQuery {
    pub state: Option<ItemState>,
    /// Items after this position.
    pub after: Option<Seq>,
    pub limit: u32,
}

/// Failures of one kind and message shape.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorGroup {
    pub kind: crate::error::ErrorKind,
    /// See [`crate::fingerprint::shape`].
    pub shape: String,
    pub count: u64,
    /// A whole message of the group.
    pub message: String,
    /// Keys (or positions) of some items of the group, at most five.
    pub examples: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventQuery {
    pub after: EventSeq,
    pub job: Option<JobId>,
    pub limit: u32,
}

/// Which jobs an action is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    Ids(Vec<JobId>),
    Filter(Box<JobFilter>),
}

/// A value of a job over time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    pub at: Time,
    pub done: u32,
    pub rate: Option<f64>,
    pub memory_bytes: Option<u64>,
    pub cpu_seconds: Option<f64>,
}

/// A piece of a job's log: whole lines, each ended by a line feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPage {
    pub text: String,
    /// Ask for what comes after by this number.
    pub next: i64,
}
