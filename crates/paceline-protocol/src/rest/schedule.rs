//! Schedules: what people ask for, and what is shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::submit::JobRequest;
use crate::json::WireJson;
use crate::units::{WireDuration, WireTime};
use crate::words::{WireJobId, WireMissedRuns};

/// A schedule: when, by one of `cron`, `every` and `at`, and what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleRequest {
    /// Unique; its jobs have it as their label `schedule`.
    #[schema(example = "nightly")]
    pub name: String,
    /// Minute, hour, day of month, month, day of week, with a second before them or not; or a word
    /// such as `@daily`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "0 6 * * *")]
    pub cron: Option<String>,
    /// The zone by whose clocks `cron` goes; UTC when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Europe/Paris")]
    pub timezone: Option<String>,
    /// An interval, counted from the moment when it was set; 1 s at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<WireDuration>,
    /// Once, at this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<WireTime>,
    /// What becomes of runs whose time passed while no node was there; `once` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<WireMissedRuns>,
    /// Whether a run may begin while a job of an earlier one is unfinished; true when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap: Option<bool>,
    /// The name of a template, or a job as it is submitted, without `run_at`.
    #[schema(value_type = TemplateOrJob)]
    pub template: WireJson,
    /// When it is replaced: the version that was read. If it is another by now, nothing changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// What a schedule submits: a template by its name, or a job.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum TemplateOrJob {
    Name(String),
    Job(Box<JobRequest<'static>>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleState {
    /// It runs at `next_runs`.
    Active,
    /// It waits to be resumed.
    Paused,
    /// There is no further run.
    Ended,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Schedule)]
pub struct ScheduleView {
    #[schema(format = "uuid")]
    pub id: String,
    pub name: String,
    pub state: ScheduleState,
    pub cron: Option<String>,
    pub timezone: Option<String>,
    pub every: Option<WireDuration>,
    pub at: Option<WireTime>,
    pub missed: WireMissedRuns,
    pub overlap: bool,
    /// The name of a template, or a job.
    #[schema(value_type = serde_json::Value)]
    pub template: WireJson,
    /// The next five; fewer when it ends before.
    pub next_runs: Vec<WireTime>,
    /// The same by the clocks of its zone.
    #[schema(example = json!(["2026-12-01T06:00:00+01:00"]))]
    pub next_runs_local: Vec<String>,
    /// The time, by the rule, of the last run that gave a job.
    pub last_run: Option<WireTime>,
    pub last_job: Option<WireJobId>,
    /// Why the last run gave no job.
    pub last_error: Option<String>,
    /// Grows when somebody changes what it says.
    pub version: i64,
    pub created_at: WireTime,
    pub updated_at: WireTime,
}
