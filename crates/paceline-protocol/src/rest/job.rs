//! A job as it is shown.

use std::collections::BTreeMap;

use paceline_core::JobError;
use paceline_core::links::{Graph, Node};
use paceline_core::query::Sample;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::options::OptionsView;
use crate::json::WireJson;
use crate::units::WireTime;
use crate::words::{WireErrorKind, WireJobId, WireJobState, WirePolicy, WirePriority};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Job)]
pub struct JobView {
    pub id: WireJobId,
    /// Readable and unique.
    #[schema(example = "predict_race-20261122-101530-k3fab")]
    pub name: String,
    pub task: String,
    pub queue: String,
    pub state: WireJobState,
    pub priority: WirePriority,
    pub user: Option<String>,
    /// Concurrency key.
    pub key: Option<String>,
    pub batch: Option<String>,
    pub labels: BTreeMap<String, String>,
    #[schema(value_type = Object)]
    pub params: WireJson,
    /// `unit`, `items` or `planned`.
    pub kind: String,
    /// 1 at first, one more by each automatic retry, retry or restart.
    pub attempt: u32,
    pub progress: ProgressView,
    pub created_at: WireTime,
    /// Does not start before this time.
    pub run_at: Option<WireTime>,
    pub started_at: Option<WireTime>,
    pub finished_at: Option<WireTime>,
    /// From the start to the end, or to now.
    pub duration_seconds: Option<f64>,
    /// How long the whole job should take, by the task's history; null when that is unknown.
    pub estimated_seconds: Option<f64>,
    /// How sure that is; null with `estimated_seconds`.
    #[serde(default)]
    pub estimate: Option<EstimateView>,
    /// Jobs that it waits or waited for, of those that are there still.
    pub after: Vec<WireJobId>,
    /// What it asks of them; null when there are none.
    pub after_policy: Option<WirePolicy>,
    /// What keeps it from going on, in words; empty when nothing does.
    #[schema(example = json!(["limit: dealer-7 1/1"]))]
    pub waiting_for: Vec<String>,
    /// The job that does its work, of one that is merged.
    pub merged_into: Option<WireJobId>,
    /// How many duplicates handed their params over to it.
    pub merged_count: u32,
    /// The job whose result it was answered with; its items are those of that one.
    pub cached_from: Option<WireJobId>,
    /// What the handler of a single-unit job returned.
    #[schema(value_type = Option<serde_json::Value>)]
    pub result: Option<WireJson>,
    /// Results of the job or of its items were past their time and were removed.
    #[serde(default)]
    pub results_expired: bool,
    pub error: Option<ErrorView>,
    pub options: OptionsView,
}

/// Counts of items; a job without items counts as one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Progress)]
pub struct ProgressView {
    pub total: u32,
    /// Items that have an end: succeeded, failed, skipped or cancelled.
    pub done: u32,
    pub succeeded: u32,
    pub failed: u32,
    pub skipped: u32,
    pub cancelled: u32,
    pub running: u32,
    /// Items without an end yet, the running ones included.
    pub remaining: u32,
    #[schema(minimum = 0, maximum = 100)]
    pub percent: f64,
    /// Items per second over the recent past; null when unknown.
    pub rate: Option<f64>,
    /// Time left; null when unknown.
    pub eta_seconds: Option<f64>,
    pub stage: Option<String>,
    pub message: Option<String>,
    /// Resident memory of the workers on this job at the last look.
    pub memory_bytes: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Error)]
pub struct ErrorView {
    pub kind: WireErrorKind,
    pub message: String,
    pub traceback: Option<String>,
    /// Key or position of the item that it happened to.
    pub item: Option<String>,
}

impl From<&JobError> for ErrorView {
    fn from(error: &JobError) -> Self {
        let JobError {
            kind,
            message,
            traceback,
            item,
        } = error;
        ErrorView {
            kind: WireErrorKind(*kind),
            message: message.clone(),
            traceback: traceback.clone(),
            item: item.clone(),
        }
    }
}

/// Values of a job at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Sample)]
pub struct SampleView {
    pub t: WireTime,
    pub done: u32,
    pub rate: Option<f64>,
    pub memory_bytes: Option<u64>,
    /// CPU time used so far.
    pub cpu_seconds: Option<f64>,
}

impl From<&Sample> for SampleView {
    fn from(sample: &Sample) -> Self {
        let Sample {
            at,
            done,
            rate,
            memory_bytes,
            cpu_seconds,
        } = *sample;
        SampleView {
            t: WireTime(at),
            done,
            rate,
            memory_bytes,
            cpu_seconds,
        }
    }
}

/// A job and all that it depends on or that depends on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Graph)]
pub struct GraphView {
    pub job: LinkView,
    /// The oldest first.
    pub ancestors: Vec<LinkView>,
    pub descendants: Vec<LinkView>,
    /// There are more than are listed.
    pub truncated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GraphNode)]
pub struct LinkView {
    pub id: WireJobId,
    pub name: String,
    pub task: String,
    pub state: WireJobState,
    /// The jobs among these that it waits or waited for.
    pub after: Vec<WireJobId>,
}

impl From<Node> for LinkView {
    fn from(node: Node) -> Self {
        let Node {
            id,
            name,
            task,
            state,
            after,
        } = node;
        LinkView {
            id: WireJobId(id),
            name,
            task,
            state: WireJobState(state),
            after: after.into_iter().map(WireJobId).collect(),
        }
    }
}

impl From<Graph> for GraphView {
    fn from(graph: Graph) -> Self {
        let Graph {
            job,
            ancestors,
            descendants,
            truncated,
        } = graph;
        GraphView {
            job: job.into(),
            ancestors: ancestors.into_iter().map(LinkView::from).collect(),
            descendants: descendants.into_iter().map(LinkView::from).collect(),
            truncated,
        }
    }
}

/// Seconds that a job should take by the history of its task, and what that is based upon.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Estimate)]
pub struct EstimateView {
    pub seconds: f64,
    /// By whole jobs: eight of ten took between these. By items: as far from it as half of the past
    /// items strayed from their mean, less where many follow each other.
    pub low: f64,
    pub high: f64,
    /// How many past jobs or items were looked at.
    pub based_on: u64,
    pub of: EstimateBasis,
}

/// What an estimate is based upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EstimateBasis {
    Jobs,
    Items,
}
