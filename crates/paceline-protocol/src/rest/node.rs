//! Nodes and their workers, now and over time.

use std::collections::BTreeMap;

use paceline_core::Time;
use paceline_core::node::{NodeFacts, NodeSeen, NodeState};
use paceline_core::sample::SystemPoint;
use paceline_core::worker::WorkerState;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::status::WorkerView;
use crate::units::WireTime;
use crate::words::WireNodeState;

/// A node as it last said of itself; null what it could not find out, or did not say yet. Of one that
/// fell silent it is not known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Node)]
pub struct ClusterNodeView {
    /// Each start of a node has a number of its own.
    pub id: i64,
    /// The host's.
    pub name: String,
    pub pid: u32,
    pub version: String,
    pub state: WireNodeState,
    /// Whether it is the node that answers.
    pub answers: bool,
    pub started_at: WireTime,
    /// When it said this.
    pub seen_at: Option<WireTime>,
    /// The gate of its machine that is shut, so that it takes no more work.
    pub gate: Option<String>,
    /// Share of all cores that was busy in the last seconds, 0 to 1.
    pub cpu: Option<f64>,
    /// Load average over one minute.
    pub load: Option<f64>,
    pub cores: Option<u32>,
    pub memory_total_bytes: Option<u64>,
    pub memory_available_bytes: Option<u64>,
    pub disk_total_bytes: Option<u64>,
    pub disk_free_bytes: Option<u64>,
    /// Number of workers by state; every state is there.
    pub workers: BTreeMap<String, u32>,
    /// Items that its workers finished.
    pub items_done: u64,
}

impl ClusterNodeView {
    pub fn new(node: NodeSeen, answers: bool, now: Time) -> Self {
        let state = WireNodeState(node.state(now));
        let NodeSeen {
            id,
            name,
            pid,
            version,
            started_at,
            until: _,
            is_drained: _,
            said_at,
            facts,
        } = node;
        let NodeFacts {
            cpu,
            load,
            cores,
            memory_total,
            memory_available,
            disk_total,
            disk_free,
            workers,
            gate,
            is_drained: _,
        } = facts
            .filter(|_| state.0 != NodeState::Silent)
            .unwrap_or_default();
        let every = WorkerState::ALL.iter().map(|state| (state.to_string(), 0));
        let mut by_state: BTreeMap<String, u32> = every.collect();
        for worker in &workers {
            *by_state.entry(worker.state.to_string()).or_default() += 1;
        }
        ClusterNodeView {
            id: id.0,
            name,
            pid,
            version,
            state,
            answers,
            started_at: WireTime(started_at),
            seen_at: said_at.map(WireTime),
            gate,
            cpu,
            load,
            cores,
            memory_total_bytes: memory_total,
            memory_available_bytes: memory_available,
            disk_total_bytes: disk_total,
            disk_free_bytes: disk_free,
            workers: by_state,
            items_done: workers.iter().map(|worker| worker.items_done).sum(),
        }
    }
}

/// A worker of any node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = NodeWorker)]
pub struct NodeWorkerView {
    /// Number and name of its node.
    pub node: i64,
    pub node_name: String,
    /// When its node said this.
    pub seen_at: Option<WireTime>,
    #[serde(flatten)]
    pub worker: WorkerView,
}

/// How the nodes were over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SystemSamples)]
pub struct SystemSamplesView {
    pub window_seconds: u64,
    /// The time that one point stands for.
    pub step_seconds: u64,
    /// The oldest first; none for a time in which no node ran.
    pub points: Vec<SystemPointView>,
}

/// All asked nodes together in a span of time: shares and loads are means, sizes and rates sums.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SystemPoint)]
pub struct SystemPointView {
    /// Where the span begins.
    pub at: WireTime,
    /// Nodes that ran in it.
    pub nodes: u32,
    /// Share of all cores that was busy, 0 to 1.
    pub cpu: Option<f64>,
    pub load: Option<f64>,
    pub memory_used_bytes: Option<f64>,
    pub memory_total_bytes: Option<f64>,
    pub disk_used_bytes: Option<f64>,
    pub disk_total_bytes: Option<f64>,
    /// Jobs that waited, and that ran.
    pub pending: f64,
    pub running: f64,
    /// Items that workers finished.
    pub items_per_second: f64,
}

impl From<SystemPoint> for SystemPointView {
    fn from(point: SystemPoint) -> Self {
        let SystemPoint {
            at,
            nodes,
            cpu,
            load,
            memory_used,
            memory_total,
            disk_used,
            disk_total,
            pending,
            running,
            finished_per_second,
        } = point;
        SystemPointView {
            at: WireTime(at),
            nodes,
            cpu,
            load,
            memory_used_bytes: memory_used,
            memory_total_bytes: memory_total,
            disk_used_bytes: disk_used,
            disk_total_bytes: disk_total,
            pending,
            running,
            items_per_second: finished_per_second,
        }
    }
}
