//! Clean-up, beside everything else: however much there is to remove, the ticker goes on, so that
//! nothing comes late and nobody takes this node for dead.

use std::sync::Arc;

use tokio::time::Instant;

use crate::engine::Options;
use crate::handle::Shared;

/// Runs until the node stops; what a clean-up has not removed by then is left for the next.
pub(crate) async fn clean(shared: Arc<Shared>, options: Options) {
    let mut next = Instant::now() + options.first_prune;
    loop {
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => return,
            () = tokio::time::sleep_until(next) => {}
        }
        next = Instant::now() + options.prune_every;
        let pruning = shared
            .store
            .prune(options.retention.clone(), shared.clock.now());
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => return,
            pruned = pruning => match pruned {
                Ok(pruned) => tracing::debug!(?pruned, "cleaned up"),
                Err(error) => {
                    tracing::warn!(%error, "the clean-up broke off; trying again in a while");
                    next = Instant::now() + options.node_timeout;
                }
            },
        }
    }
}
