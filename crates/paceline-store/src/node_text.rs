//! How columns hold what nodes say of themselves, now and over time.
//!
//! What was added later may be missing: a node of the version before wrote it.

use std::time::Duration;

use paceline_core::node::NodeFacts;
use paceline_core::sample::SystemSample;
use paceline_core::worker::WorkerStatus;
use paceline_core::{JobId, Json, NodeId, Time};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::text::to_json;

/// [`NodeFacts`] as their column holds them.
#[derive(Serialize, Deserialize)]
struct FactsText {
    #[serde(default)]
    cpu: Option<f64>,
    load: Option<f64>,
    cores: Option<u32>,
    memory_total: Option<u64>,
    memory_available: Option<u64>,
    disk_total: Option<u64>,
    disk_free: Option<u64>,
    #[serde(default)]
    workers: Vec<WorkerText>,
    #[serde(default)]
    gate: Option<String>,
    #[serde(default)]
    is_drained: bool,
}

#[derive(Serialize, Deserialize)]
struct WorkerText {
    name: String,
    pool: String,
    state: String,
    pid: Option<u32>,
    tasks: Vec<String>,
    job: Option<String>,
    #[serde(default)]
    chunk_items: Option<u32>,
    items_done: u64,
    memory_bytes: Option<u64>,
    since: i64,
    last_error: Option<String>,
}

/// [`SystemSample`] without its node and its time.
#[derive(Serialize, Deserialize)]
struct SampleText {
    cpu: Option<f64>,
    load: Option<f64>,
    memory_used: Option<u64>,
    memory_total: Option<u64>,
    disk_used: Option<u64>,
    disk_total: Option<u64>,
    pending: u64,
    running: u64,
    finished: u64,
    #[serde(default)]
    covers_ms: u64,
}

pub(crate) fn facts_text(facts: NodeFacts) -> String {
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
        is_drained,
    } = facts;
    to_json(&FactsText {
        cpu,
        load,
        cores,
        memory_total,
        memory_available,
        disk_total,
        disk_free,
        workers: workers.into_iter().map(WorkerText::from).collect(),
        gate,
        is_drained,
    })
}

/// What a node said; nothing if another version of Paceline wrote it in a way unknown here.
pub(crate) fn facts_of(text: &str) -> Option<NodeFacts> {
    let FactsText {
        cpu,
        load,
        cores,
        memory_total,
        memory_available,
        disk_total,
        disk_free,
        workers,
        gate,
        is_drained,
    } = serde_json::from_str(text).ok()?;
    Some(NodeFacts {
        cpu,
        load,
        cores,
        memory_total,
        memory_available,
        disk_total,
        disk_free,
        workers: workers.into_iter().filter_map(WorkerText::read).collect(),
        gate,
        is_drained,
    })
}

impl From<WorkerStatus> for WorkerText {
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
        WorkerText {
            name,
            pool,
            state: state.to_string(),
            pid,
            tasks,
            job: job.map(|job| job.to_string()),
            chunk_items,
            items_done,
            memory_bytes,
            since: since.as_micros(),
            last_error,
        }
    }
}

impl WorkerText {
    /// Nothing when it is in a state that is unknown here.
    fn read(self) -> Option<WorkerStatus> {
        let WorkerText {
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
        } = self;
        Some(WorkerStatus {
            name,
            pool,
            state: state.parse().ok()?,
            pid,
            tasks,
            job: job.and_then(|job| job.parse::<JobId>().ok()),
            chunk_items,
            items_done,
            memory_bytes,
            since: Time::from_micros(since),
            last_error,
        })
    }
}

pub(crate) fn sample_text(sample: &SystemSample) -> String {
    let &SystemSample {
        node: _,
        at: _,
        cpu,
        load,
        memory_used,
        memory_total,
        disk_used,
        disk_total,
        pending,
        running,
        finished,
        covers,
    } = sample;
    to_json(&SampleText {
        covers_ms: u64::try_from(covers.as_millis()).unwrap_or(u64::MAX),
        cpu,
        load,
        memory_used,
        memory_total,
        disk_used,
        disk_total,
        pending,
        running,
        finished,
    })
}

/// What was written down of a node; nothing if another version did so in a way unknown here.
pub(crate) fn sample_of(node: NodeId, at: Time, text: &str) -> Option<SystemSample> {
    let SampleText {
        cpu,
        load,
        memory_used,
        memory_total,
        disk_used,
        disk_total,
        pending,
        running,
        finished,
        covers_ms,
    } = serde_json::from_str(text).ok()?;
    Some(SystemSample {
        covers: Duration::from_millis(covers_ms),
        node,
        at,
        cpu,
        load,
        memory_used,
        memory_total,
        disk_used,
        disk_total,
        pending,
        running,
        finished,
    })
}

/// What an event says of a node.
pub(crate) fn node_data(node: NodeId, name: &str) -> Json {
    Json::from_checked(to_json(&json!({"node": node.0, "name": name})))
}
