//! Where this node's own workers get their leases: straight from the engine.

use async_trait::async_trait;
use paceline_core::event::EventKind;
use paceline_core::lease::{Lease, LeaseReport, LeaseSignal, Note, ReportAnswer};
use paceline_core::store::Offer;
use paceline_core::task::Task;
use paceline_core::{Json, Time};
use paceline_engine::Handle;
use paceline_worker::{LeaseSource, Stopping};
use tokio::sync::broadcast;

/// The engine's handle, as the workers see it.
#[derive(Clone, Debug)]
pub(super) struct LocalSource(pub(super) Handle);

/// The engine's word for the end, in the workers' words.
fn stopping(paceline_engine::Stopping: paceline_engine::Stopping) -> Stopping {
    Stopping
}

#[async_trait]
impl LeaseSource for LocalSource {
    async fn lease(&self, offer: Offer) -> Result<Vec<Lease>, Stopping> {
        self.0.lease(offer).await.map_err(stopping)
    }

    async fn report(&self, reports: Vec<LeaseReport>) -> Result<Vec<ReportAnswer>, Stopping> {
        self.0.report(reports).await.map_err(stopping)
    }

    async fn note(&self, notes: Vec<Note>) {
        self.0.note(notes).await;
    }

    fn signals(&self) -> broadcast::Receiver<LeaseSignal> {
        self.0.signals()
    }

    async fn declare(&self, tasks: Vec<Task>) -> Result<(), Stopping> {
        self.0.declare(tasks).await.map_err(stopping)
    }

    async fn event(&self, kind: EventKind, data: Json) {
        self.0.event(kind, data).await;
    }

    fn now(&self) -> Time {
        self.0.now()
    }
}
