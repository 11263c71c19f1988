//! What a store keeps so that nodes can watch over all: what each node says of itself, what waits,
//! what ended last, and the alerts that are open.

use async_trait::async_trait;

use crate::alert::{Alert, Ended, Finding, Waiting};
use crate::id::{JobId, NodeId};
use crate::node::{NodeFacts, NodeSeen};
use crate::sample::SystemSample;
use crate::store::Result;
use crate::time::Time;

/// A run that goes on, and that nobody was told of yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LongRun {
    pub job: JobId,
    pub task: String,
    pub user: Option<String>,
    pub started_at: Time,
}

/// What the store knows that alerts are found by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    pub nodes: Vec<NodeSeen>,
    /// Of each task the first job that could be worked on and is in nobody's hands.
    pub waiting: Vec<Waiting>,
    /// The last jobs that ended, at most a few hundred, none of them before `since`.
    pub ended: Vec<Ended>,
}

/// Alerts, and what they are found by.
#[async_trait]
pub trait Watch: Send + Sync {
    /// Keeps what a node says of itself; the last word counts.
    async fn say(&self, node: NodeId, facts: NodeFacts, now: Time) -> Result<()>;
    async fn seen(&self, since: Time, now: Time) -> Result<Seen>;
    /// All nodes, the oldest first; those that fell silent too, until they are forgotten.
    async fn nodes(&self) -> Result<Vec<NodeSeen>>;
    /// Asks a node to take no more work, or to take it again; it hears of that with its next
    /// heartbeat. False when there is no such node.
    async fn drain(&self, node: NodeId, drained: bool, now: Time) -> Result<bool>;

    /// Keeps how a node was.
    async fn sample(&self, sample: SystemSample) -> Result<()>;
    /// How all nodes were since then, the oldest first.
    async fn samples(&self, since: Time) -> Result<Vec<SystemSample>>;
    async fn forget_samples(&self, before: Time) -> Result<()>;

    /// Opens and closes alerts as [`crate::alert::step`] decides, with their events. Returns how
    /// many were opened or closed. Several nodes may do so at once.
    async fn settle_alerts(&self, findings: Vec<Finding>, now: Time) -> Result<u64>;
    /// Alerts that are open.
    async fn alerts(&self) -> Result<Vec<Alert>>;

    /// Runs that began before `before` and that nobody was told of, at most `limit`.
    async fn long_runs(&self, before: Time, limit: u32) -> Result<Vec<LongRun>>;
    /// Tells of those of these runs that still go on, each once. Returns how many.
    async fn tell_long(&self, runs: Vec<LongRun>, now: Time) -> Result<u64>;
}
