//! The dispatcher: gathers who asks for work, admits jobs, claims leases for all askers at once.
//!
//! It looks at the store only when something may have changed: somebody asks, something was
//! committed, or waiting work becomes due. It registers for wake-ups before it looks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use paceline_core::Time;
use paceline_core::lease::{Lease, LeaseReport, LeasedWork, Release, ReportBody};
use paceline_core::resources::Resources;
use paceline_core::store::{Claim, Claimed, Offer, StoreError};
use tokio::sync::{mpsc, oneshot};

use crate::backoff::Backoff;
use crate::handle::Shared;

/// A worker that waits for leases.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) offer: Offer,
    pub(crate) reply: oneshot::Sender<Granted>,
}

/// Leases on their way to the asker. Dropped before they are taken, they go back to their jobs,
/// so an asker may go away at any moment.
#[derive(Debug)]
pub(crate) struct Granted {
    leases: Vec<Lease>,
    shared: Arc<Shared>,
}

impl Granted {
    /// The leases, but for those that were revoked on the way: their revocation was signalled
    /// when the asker could not know that it concerned him.
    pub(crate) fn take(mut self) -> Vec<Lease> {
        let leases = std::mem::take(&mut self.leases);
        self.shared.outstanding.still_held(leases)
    }
}

impl Drop for Granted {
    fn drop(&mut self) {
        if self.leases.is_empty() {
            return;
        }
        // Without a runtime the node is ending, and its leases with it.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let shared = Arc::clone(&self.shared);
        let reports = self.leases.iter().map(unstarted).collect();
        runtime.spawn(async move { shared.report(reports).await });
    }
}

/// Without news the store is looked at this often, in case a wake-up was lost.
const POLL: Duration = Duration::from_secs(5);

/// A gate that is shut is looked at this often.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

pub(crate) struct Dispatcher {
    shared: Arc<Shared>,
    asks: mpsc::Receiver<Ask>,
    waiting: Vec<Ask>,
    next_due: Option<Time>,
    backoff: Backoff,
}

impl Dispatcher {
    pub(crate) fn new(shared: Arc<Shared>, asks: mpsc::Receiver<Ask>) -> Self {
        Dispatcher {
            shared,
            asks,
            waiting: Vec::new(),
            next_due: None,
            backoff: Backoff::new(),
        }
    }

    pub(crate) async fn run(mut self) {
        while self.wait_for_news().await {
            self.gather();
            // Admission does not depend on anybody asking: a job counts as running, and shows
            // why it gets no worker, once the limits let it start.
            match self.round().await {
                Ok(()) => self.backoff.reset(),
                Err(error) => {
                    tracing::warn!(%error, "cannot lease work; trying again");
                    self.backoff.pause().await;
                    self.shared.work.notify_one();
                }
            }
        }
    }

    /// False when the node stops.
    async fn wait_for_news(&mut self) -> bool {
        let until_due = self.until_due();
        tokio::select! {
            biased;
            () = self.shared.stop_leasing.cancelled() => false,
            ask = self.asks.recv() => {
                self.waiting.extend(ask);
                true
            }
            () = self.shared.work.notified() => true,
            () = tokio::time::sleep(until_due) => true,
        }
    }

    fn until_due(&self) -> Duration {
        let now = self.shared.clock.now();
        // A microsecond too early would look in vain.
        let margin = Duration::from_millis(1);
        self.next_due
            .map_or(POLL, |due| (due.since(now) + margin).min(POLL))
    }

    fn gather(&mut self) {
        while let Ok(ask) = self.asks.try_recv() {
            self.waiting.push(ask);
        }
        self.waiting.retain(|ask| !ask.reply.is_closed());
    }

    async fn round(&mut self) -> Result<(), StoreError> {
        let now = self.shared.clock.now();
        self.shared.store.admit(now).await?;
        if self.waiting.is_empty() {
            return Ok(());
        }
        if self.shared.capacity.gate().is_some() {
            self.next_due = Some(now + LOOK_AGAIN);
            return Ok(());
        }
        let room = self.shared.room();
        let mut offers: Vec<Offer> = self.waiting.iter().map(|ask| ask.offer.clone()).collect();
        if !room.needs.is_empty() {
            for offer in &mut offers {
                offer.tasks.retain(|task| room.fits(task));
            }
            if offers.iter().all(|offer| offer.tasks.is_empty()) {
                // What ends makes room, and wakes this up.
                self.next_due = None;
                return Ok(());
            }
        }
        let needs = room.needs.clone();
        let claim = Claim {
            node: self.shared.node,
            offers,
            room,
            now,
        };
        let known = *self.shared.newest.borrow();
        let Claimed { leases, next_due } = self.shared.store.claim(claim).await?;
        self.next_due = next_due;
        self.hand_out(leases, &needs);
        if *self.shared.newest.borrow() != known {
            // What others ended meanwhile may be among it.
            self.shared.overtaken.notify_one();
        }
        Ok(())
    }

    fn hand_out(&mut self, leases: Vec<Vec<Lease>>, needs: &BTreeMap<String, Resources>) {
        let asks = std::mem::take(&mut self.waiting);
        for (ask, leases) in asks.into_iter().zip(leases) {
            if leases.is_empty() {
                self.waiting.push(ask);
                continue;
            }
            let leases = self.shared.outstanding.add(leases, needs);
            let granted = Granted {
                leases,
                shared: Arc::clone(&self.shared),
            };
            // An asker that went away drops the grant, which gives the leases back.
            let _ = ask.reply.send(granted);
        }
    }
}

/// The report that gives back a lease whose work has not started.
fn unstarted(lease: &Lease) -> LeaseReport {
    let body = match lease.work {
        LeasedWork::Chunk(_) => ReportBody::Chunk {
            items: Vec::new(),
            release: Some(Release::Normal),
        },
        LeasedWork::Unit | LeasedWork::Plan => ReportBody::HandBack,
    };
    LeaseReport {
        lease: lease.id,
        job: lease.job,
        body,
    }
}
