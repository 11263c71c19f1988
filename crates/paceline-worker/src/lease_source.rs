//! Where work comes from: the one lease path.
//!
//! Every executor is a client of this trait. In a node it is the engine's handle; a remote
//! worker speaks HTTP behind it.

use async_trait::async_trait;
use paceline_core::event::EventKind;
use paceline_core::lease::{Lease, LeaseReport, LeaseSignal, Note, ReportAnswer};
use paceline_core::store::Offer;
use paceline_core::task::Task;
use paceline_core::{Json, Time};
use tokio::sync::broadcast;

/// The source is shutting down: no more leases will come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the node is stopping")]
pub struct Stopping;

#[async_trait]
pub trait LeaseSource: Send + Sync + std::fmt::Debug {
    /// Waits until there is work for the offer and returns at least one lease. Cancel-safe: a
    /// dropped call leases nothing.
    async fn lease(&self, offer: Offer) -> Result<Vec<Lease>, Stopping>;

    /// Records what happened; returns once it is durable, in the order of `reports`. Waits out a
    /// store that cannot write.
    async fn report(&self, reports: Vec<LeaseReport>) -> Result<Vec<ReportAnswer>, Stopping>;

    /// Passes news on; may be dropped when the store cannot write.
    async fn note(&self, notes: Vec<Note>);

    /// What happens to leases from outside while their worker holds them.
    fn signals(&self) -> broadcast::Receiver<LeaseSignal>;

    /// Makes tasks known, so that jobs of them can be submitted.
    async fn declare(&self, tasks: Vec<Task>) -> Result<(), Stopping>;

    /// Records an event of a worker's own life.
    async fn event(&self, kind: EventKind, data: Json);

    fn now(&self) -> Time;
}
