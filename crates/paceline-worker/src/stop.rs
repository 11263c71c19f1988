//! The order to stop, and until when.

use std::sync::{Arc, OnceLock};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Cheap to clone; all clones stop together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop {
    deadline: Arc<OnceLock<Instant>>,
    ordered: CancellationToken,
}

impl Stop {
    /// The first order counts; later ones change nothing.
    pub(crate) fn order(&self, deadline: Instant) {
        let _ = self.deadline.set(deadline);
        self.ordered.cancel();
    }

    pub(crate) async fn ordered(&self) {
        self.ordered.cancelled().await;
    }

    pub(crate) fn is_ordered(&self) -> bool {
        self.ordered.is_cancelled()
    }

    /// When work that still runs must be ended.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline.get().copied()
    }
}
