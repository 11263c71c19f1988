//! Items: the units of a job.

use std::time::Duration;

use crate::error::{Failure, JobError};
use crate::id::Seq;
use crate::json::Json;
use crate::state::ItemState;

/// An item as it is submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    /// What the item is about (a race, a SKU), unique in its job. Without one the item's position
    /// stands in for it, and `only_new` does not know it.
    pub key: Option<String>,
    pub payload: Json,
}

/// An item as it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub seq: Seq,
    pub key: Option<String>,
    pub payload: Json,
    pub state: ItemState,
    /// Attempts that ended, the recorded one included.
    pub attempts: u32,
    pub result: Option<Json>,
    pub error: Option<JobError>,
    pub duration: Option<Duration>,
    pub finished_at: Option<crate::time::Time>,
}

/// How one attempt at an item ended.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemReport {
    pub seq: Seq,
    pub outcome: Outcome,
    pub duration: Duration,
}

/// How an attempt at an item or at a single-unit job ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Succeeded(Json),
    Failed(Failure),
}
