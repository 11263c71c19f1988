//! Batches: jobs that belong together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::units::WireTime;
use crate::words::WireJobState;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchRequest {
    /// The name that jobs give as their `batch`.
    #[schema(example = "nightly-2026-11-26")]
    pub name: String,
    /// Why these jobs are run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "new model")]
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// It has no jobs yet.
    Empty,
    /// A job of it is unfinished.
    Open,
    /// All its jobs have ended, in whatever way.
    Completed,
}

/// Jobs with one name, and what they have come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Batch)]
pub struct BatchView {
    /// The name: by it the routes know the batch.
    pub id: String,
    pub name: String,
    pub reason: Option<String>,
    pub state: BatchState,
    /// Jobs by state, merged ones too; states that none is in are 0.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub jobs: BTreeMap<WireJobState, u64>,
    pub progress: BatchProgressView,
    pub created_at: WireTime,
    /// When the first of its jobs started.
    pub started_at: Option<WireTime>,
    /// When the last of its jobs ended; null while one is unfinished.
    pub completed_at: Option<WireTime>,
}

/// Items of all jobs together. A job without items counts as one item, and so does one whose items
/// are not listed yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = BatchProgress)]
pub struct BatchProgressView {
    pub total: u64,
    pub done: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub skipped: u64,
    pub cancelled: u64,
    pub running: u64,
    pub remaining: u64,
    /// Done of all, 0 to 100; 100 only when no job is unfinished.
    pub percent: f64,
    /// Seconds until the end at the pace since the first job started; null when it is not known.
    pub eta_seconds: Option<f64>,
}
