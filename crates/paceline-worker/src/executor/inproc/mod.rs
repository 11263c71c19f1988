//! Handlers written in Rust, inside the process that embeds the engine.
//!
//! No process to guard and nothing to encode: made for very many small jobs. A handler is
//! isolated as far as one process allows: its panic is its own failure and its time is bounded at
//! its next `await`; memory is shared, and a handler that blocks its thread blocks its slot.

mod call;
mod catch;
mod handlers;
mod slot;

use std::sync::Arc;

use paceline_core::worker::WorkerStatus;
use tokio::task::JoinSet;

pub use self::call::Call;
pub use self::handlers::Handlers;
use self::slot::HandlerSlot;
use crate::host::Host;
use crate::status::StatusCell;

/// The slots of a set of handlers.
#[derive(Debug)]
pub(crate) struct InProcess {
    statuses: Vec<StatusCell>,
}

impl InProcess {
    /// Starts all slots in `tasks`; they run until the host's stop is ordered.
    pub(crate) fn start(handlers: Handlers, host: &Host, tasks: &mut JoinSet<()>) -> Self {
        let handlers = Arc::new(handlers);
        let mut statuses = vec![];
        let mut slots = vec![];
        for index in 0..handlers.slots {
            let status = StatusCell::new(Arc::clone(&host.source), &handlers.name, index);
            statuses.push(status.clone());
            slots.push(HandlerSlot::new(
                Arc::clone(&handlers),
                host.clone(),
                status,
            ));
        }
        let source = Arc::clone(&host.source);
        tasks.spawn(async move {
            let declared = handlers.declarations(source.now());
            if source.declare(declared).await.is_err() {
                return;
            }
            let mut running: JoinSet<()> = slots.into_iter().map(HandlerSlot::run).collect();
            while running.join_next().await.is_some() {}
        });
        InProcess { statuses }
    }

    pub(crate) fn status(&self) -> Vec<WorkerStatus> {
        self.statuses.iter().map(StatusCell::get).collect()
    }
}
