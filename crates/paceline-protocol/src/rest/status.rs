//! What is going on, in one call; liveness and readiness.

use std::collections::BTreeMap;

use paceline_core::worker::WorkerStatus;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::job::JobView;
use super::throttle::TaskBreakerView;
use crate::units::WireTime;
use crate::words::{WireJobId, WireWorkerState};

/// Everything that a dashboard's first page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Status)]
pub struct StatusView {
    pub version: String,
    pub now: WireTime,
    pub uptime_seconds: f64,
    /// Number of jobs by state; every state is there.
    pub jobs: BTreeMap<String, u64>,
    /// Running jobs, the newest first, at most 20.
    pub running: Vec<JobView>,
    pub throughput: ThroughputView,
    pub workers: Vec<WorkerView>,
    pub limits: LimitsView,
    pub machine: MachineView,
    pub node: NodeView,
    pub last_clean_up: Option<CleanUpView>,
    pub alerts: Vec<AlertView>,
    /// Those that are not closed.
    pub breakers: Vec<TaskBreakerView>,
    /// Number of the newest event: where to begin with `/events`.
    pub last_event: i64,
}

/// Jobs that ended in the last hour.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Throughput)]
pub struct ThroughputView {
    pub window_seconds: u64,
    pub ended: u64,
    pub completed: u64,
    /// Completed of all that ended, 0 to 1; null when none ended.
    pub success_rate: Option<f64>,
}

/// Most running jobs at once; null is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Limits)]
pub struct LimitsView {
    pub jobs: Option<u32>,
    pub jobs_per_user: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Worker)]
pub struct WorkerView {
    /// Pool and slot.
    #[schema(example = "races/0")]
    pub name: String,
    pub pool: String,
    pub state: WireWorkerState,
    pub pid: Option<u32>,
    pub tasks: Vec<String>,
    /// The job that it works on.
    pub job: Option<WireJobId>,
    /// Items of the chunk that it works on; null when its work is no chunk.
    #[serde(default)]
    pub chunk_items: Option<u32>,
    pub items_done: u64,
    pub memory_bytes: Option<u64>,
    /// When the state began.
    pub since: WireTime,
    pub last_error: Option<String>,
}

impl From<WorkerStatus> for WorkerView {
    fn from(worker: WorkerStatus) -> Self {
        let WorkerStatus {
            name,
            pool,
            state,
            pid,
            tasks,
            job,
            chunk_items,
            items_done,
            memory_bytes,
            since,
            last_error,
        } = worker;
        WorkerView {
            name,
            pool,
            state: WireWorkerState(state),
            pid,
            tasks,
            job: job.map(WireJobId),
            chunk_items,
            items_done,
            memory_bytes,
            since: WireTime(since),
            last_error,
        }
    }
}

/// The machine and this process; null where the system does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Machine)]
pub struct MachineView {
    pub cores: Option<u32>,
    /// Load average over one minute.
    pub load: Option<f64>,
    pub memory_total_bytes: Option<u64>,
    pub memory_available_bytes: Option<u64>,
    /// Resident memory of this node's process.
    pub process_memory_bytes: Option<u64>,
    /// CPU time that this node's process used so far.
    pub process_cpu_seconds: Option<f64>,
}

/// What this node has for its workers, and whether it takes more work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = NodeStatus)]
pub struct NodeView {
    /// Why no more work is taken; null when it is.
    #[schema(example = "gate: the load is 9.1, at most 8.0")]
    pub gate: Option<String>,
    /// `cpus`, `memory` (bytes) and those with names of their own; only of what is bounded.
    pub resources: BTreeMap<String, ResourceView>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Resource)]
pub struct ResourceView {
    pub has: f64,
    /// By tasks that say what they need.
    pub used: f64,
}

/// The last clean-up, and what it removed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = CleanUp)]
pub struct CleanUpView {
    pub at: WireTime,
    /// How long it took.
    #[serde(default)]
    pub seconds: f64,
    /// All jobs that were removed, and by the state that they had ended in.
    pub jobs: u64,
    #[serde(default)]
    pub completed: u64,
    #[serde(default)]
    pub failed: u64,
    #[serde(default)]
    pub cancelled: u64,
    #[serde(default)]
    pub merged: u64,
    /// Results of jobs and items that stay.
    #[serde(default)]
    pub results: u64,
    pub events: u64,
}

/// Something that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Alert)]
pub struct AlertView {
    #[schema(example = "workers_broken")]
    pub code: String,
    /// What it is about: a task, a node, a pool of a node.
    #[serde(default)]
    pub subject: String,
    pub message: String,
    pub since: Option<WireTime>,
}

/// The process lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Liveness)]
pub struct LivenessView {
    /// `ok`.
    pub status: String,
    pub version: String,
}

/// The node can take work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Readiness)]
pub struct ReadinessView {
    /// `ready`.
    pub status: String,
    pub store: StoreView,
    /// Whether the store is this node's alone (SQLite). Of several nodes on one PostgreSQL none leads:
    /// it is false there, and no fault.
    pub leader: bool,
    /// Number of workers by state.
    pub workers: BTreeMap<String, u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Store)]
pub struct StoreView {
    /// `sqlite` or `postgres`.
    pub backend: String,
    /// Time that one durable write took.
    pub write_latency_ms: f64,
    pub readers: PoolUse,
    /// Null where one thread does all writing.
    pub writers: Option<PoolUse>,
    pub size_bytes: u64,
    pub schema_version: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PoolUse {
    pub open: u32,
    pub in_use: u32,
    /// Calls that wait for a connection.
    pub waiting: u32,
    pub max: u32,
}
