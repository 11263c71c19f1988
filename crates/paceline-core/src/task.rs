//! Tasks as their code declares them, and what is known of how they ran.

use std::time::Duration;

use crate::json::Json;
use crate::resources::Resources;
use crate::throttle::ThrottlePolicy;
use crate::time::Time;

/// A task as a worker declared it.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    pub name: String,
    /// The options that the declaration sets, in wire form; an object.
    pub options: Json,
    pub params_schema: Option<Json>,
    pub has_planner: bool,
    /// Its breaker and rate, as `options` say.
    pub throttle: ThrottlePolicy,
    /// What one worker needs of its node while it runs the task, as `options` say.
    pub needs: Resources,
    /// The pool or configuration entry that declares it, such as `races`.
    pub declared_by: String,
    pub declared_at: Time,
}

/// How jobs of a task ran so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TaskHistory {
    pub completed: u64,
    pub failed: u64,
    /// How many items (or units) the times of items are of: the latest ones, at most about 2,000.
    pub items: u64,
    pub item_mean: Option<Duration>,
    pub item_p25: Option<Duration>,
    /// Median time of one item (or unit), one worker at work.
    pub item_p50: Option<Duration>,
    pub item_p75: Option<Duration>,
    /// How many jobs the times of jobs are of: the latest ones, at most about 2,000.
    pub jobs: u64,
    pub job_p10: Option<Duration>,
    /// Median wall time of a whole job.
    pub job_p50: Option<Duration>,
    pub job_p90: Option<Duration>,
    pub job_p95: Option<Duration>,
    pub job_p99: Option<Duration>,
}
