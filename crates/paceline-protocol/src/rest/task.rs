//! Tasks as they are shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::limits::HoldView;
use super::throttle::{BreakerView, NeedsView, RateView};
use crate::json::WireJson;
use crate::units::{WireDuration, WireTime};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Task)]
pub struct TaskView {
    pub name: String,
    /// The options that the declaration sets.
    #[schema(value_type = Object)]
    pub options: WireJson,
    /// JSON schema of the params.
    #[schema(value_type = Option<Object>)]
    pub params_schema: Option<WireJson>,
    /// The task lists its items itself when a submission brings none.
    pub has_planner: bool,
    /// The pool or configuration entry that declares it.
    pub declared_by: String,
    pub declared_at: WireTime,
    /// Most running jobs at once; null is no limit.
    pub max_running: Option<u32>,
    /// Null when it is not paused.
    pub paused: Option<HoldView>,
    /// Null when the task declares none.
    pub breaker: Option<BreakerView>,
    /// Null when the task declares none.
    pub rate: Option<RateView>,
    /// Least time between two chunks; null when the task declares none.
    pub delay: Option<WireDuration>,
    /// What one worker needs of its node while it runs the task; null is nothing.
    pub needs: Option<NeedsView>,
    /// Workers of this node that run it now.
    pub workers: u32,
    pub statistics: TaskStatistics,
}

/// How jobs of the task ran so far; times are null until one has ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaskStatistics {
    pub completed: u64,
    pub failed: u64,
    /// Completed of all that ended, 0 to 1.
    pub success_rate: Option<f64>,
    /// Median time of one item.
    pub item_p50_ms: Option<f64>,
    pub job_p50_seconds: Option<f64>,
    pub job_p95_seconds: Option<f64>,
    #[serde(default)]
    pub job_p99_seconds: Option<f64>,
}
