//! What a store keeps so that nodes can watch over all: what each node says of itself, what waits,
//! what ended last, and the alerts that are open.

use async_trait::async_trait;

use crate::alert::{Alert, Ended, Finding, NodeFacts, NodeSeen, Waiting};
use crate::id::{JobId, NodeId};
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
