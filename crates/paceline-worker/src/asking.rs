//! A call for leases that waits beside everything else that an executor does.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use paceline_core::lease::Lease;
use paceline_core::store::Offer;

use crate::lease_source::{LeaseSource, Stopping};

type Call = Pin<Box<dyn Future<Output = Result<Vec<Lease>, Stopping>> + Send>>;

/// At most one call at a time. Dropping it, or [`Asking::withdraw`], leases nothing.
#[derive(Default)]
pub(crate) struct Asking {
    call: Option<Call>,
    /// The source will give no more.
    over: bool,
}

impl Asking {
    /// Whether there is a call already, or no use in one.
    pub(crate) fn is_taken(&self) -> bool {
        self.call.is_some() || self.over
    }

    pub(crate) fn ask(&mut self, source: &Arc<dyn LeaseSource>, offer: Offer) {
        let source = Arc::clone(source);
        self.call = Some(Box::pin(async move { source.lease(offer).await }));
    }

    pub(crate) fn withdraw(&mut self) {
        self.call = None;
    }

    /// The leases, once they come. Cancel-safe.
    pub(crate) async fn answer(&mut self) -> Vec<Lease> {
        if let Some(call) = &mut self.call {
            let answer = call.await;
            self.call = None;
            match answer {
                Ok(leases) => return leases,
                Err(Stopping) => self.over = true,
            }
        }
        std::future::pending().await
    }
}

impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking")
            .field("asked", &self.call.is_some())
            .field("over", &self.over)
            .finish()
    }
}
