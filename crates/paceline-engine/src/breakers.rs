//! When a breaker opens, on whichever node: what this one handed out of the task and nobody has
//! begun goes back, so that it does not fail too.

use std::collections::BTreeSet;

use futures::StreamExt;
use paceline_core::event::EventKind;
use paceline_core::store::StoreError;

use crate::handle::Handle;

/// Runs until the node stops. Listens from the first breaker on that a worker of this node
/// declares: without any it costs nothing.
pub(crate) async fn watch(handle: Handle) {
    let stop = handle.shared.stop.clone();
    tokio::select! {
        biased;
        () = stop.cancelled() => return,
        () = handle.shared.breaker_declared.notified() => {}
    }
    let newest = *handle.newest_event().borrow();
    let mut events = std::pin::pin!(handle.events().subscribe(newest));
    loop {
        let event = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            event = events.next() => event,
        };
        let Some(event) = event else {
            return;
        };
        if event.kind == EventKind::BreakerOpened
            && let Err(error) = call_back(&handle).await
        {
            tracing::debug!(%error, "what was handed out is not called back");
        }
    }
}

/// Calls back what was handed out of tasks whose breakers are not closed.
async fn call_back(handle: &Handle) -> Result<(), StoreError> {
    let throttles = handle.store().throttles().await?.into_iter();
    let broken = throttles.filter(|of_task| of_task.throttle.trial(&of_task.policy).is_some());
    let broken: BTreeSet<String> = broken.map(|of_task| of_task.task).collect();
    handle.shared.recall(|job| broken.contains(&job.task)).await
}
