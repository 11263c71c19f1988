//! News of leases from outside, as an executor hears them.

use std::sync::Arc;

use paceline_core::lease::LeaseSignal;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::lease_source::LeaseSource;

#[derive(Debug)]
pub(crate) struct Signals {
    receiver: Receiver<LeaseSignal>,
    closed: bool,
}

/// So much happened that some of it was missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Missed;

impl Signals {
    /// Hears everything from now on.
    pub(crate) fn of(source: &Arc<dyn LeaseSource>) -> Self {
        Signals {
            receiver: source.signals(),
            closed: false,
        }
    }

    /// The next signal; never, once the source is gone. Cancel-safe.
    pub(crate) async fn next(&mut self) -> Result<LeaseSignal, Missed> {
        if !self.closed {
            match self.receiver.recv().await {
                Ok(signal) => return Ok(signal),
                Err(RecvError::Lagged(_)) => return Err(Missed),
                Err(RecvError::Closed) => self.closed = true,
            }
        }
        std::future::pending().await
    }
}
