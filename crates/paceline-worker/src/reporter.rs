//! Reports on their way to the source: in order, one call at a time, never lost.
//!
//! While a call waits for the disk, what comes meanwhile gathers and goes with the next one. So a
//! report on a lease never overtakes an earlier one, and a busy source sees fewer, larger calls.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use paceline_core::LeaseId;
use paceline_core::item::Outcome;
use paceline_core::lease::{LeaseReport, ReportAnswer, ReportBody};

use crate::lease_source::{LeaseSource, Stopping};

/// Beyond this much unreported work, in bytes, the worker should be made to wait.
const PLENTY_BYTES: usize = 16 << 20;
/// Likewise, in reports, unless said otherwise.
const PLENTY: usize = 256;
/// What a report weighs beside its results.
const OVERHEAD_BYTES: usize = 128;

type Call = Pin<Box<dyn Future<Output = Result<Vec<ReportAnswer>, Stopping>> + Send>>;

pub(crate) struct Reporter {
    source: Arc<dyn LeaseSource>,
    waiting: Vec<LeaseReport>,
    waiting_bytes: usize,
    in_flight: Option<(Vec<LeaseId>, Call)>,
    in_flight_bytes: usize,
    room: usize,
}

impl Reporter {
    pub(crate) fn new(source: Arc<dyn LeaseSource>) -> Self {
        Reporter {
            source,
            waiting: vec![],
            waiting_bytes: 0,
            in_flight: None,
            in_flight_bytes: 0,
            room: PLENTY,
        }
    }

    /// So many reports may wait.
    pub(crate) fn with_room(mut self, reports: usize) -> Self {
        self.room = reports;
        self
    }

    pub(crate) fn push(&mut self, report: LeaseReport) {
        self.waiting_bytes += weight(&report);
        self.waiting.push(report);
    }

    pub(crate) fn extend(&mut self, reports: impl IntoIterator<Item = LeaseReport>) {
        for report in reports {
            self.push(report);
        }
    }

    /// Nothing waits and nothing is in flight.
    pub(crate) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.in_flight.is_none()
    }

    /// So much waits that the worker should wait too.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= self.room || self.waiting_bytes + self.in_flight_bytes >= PLENTY_BYTES
    }

    /// Sends what waits and returns, once the call in flight is done, the leases that are lost.
    /// Cancel-safe. Must not be called when idle.
    pub(crate) async fn turn(&mut self) -> Vec<LeaseId> {
        let (_, call) = match &mut self.in_flight {
            Some(in_flight) => in_flight,
            None => self.in_flight.insert(Self::send(
                &self.source,
                std::mem::take(&mut self.waiting),
                (&mut self.waiting_bytes, &mut self.in_flight_bytes),
            )),
        };
        let answers = call.await;
        let leases = self.in_flight.take().map(|(leases, _)| leases);
        self.in_flight_bytes = 0;
        // A source that is stopping knows better than we do what becomes of the leases.
        lost(&leases.unwrap_or_default(), &answers.unwrap_or_default())
    }

    fn send(
        source: &Arc<dyn LeaseSource>,
        reports: Vec<LeaseReport>,
        (waiting_bytes, in_flight_bytes): (&mut usize, &mut usize),
    ) -> (Vec<LeaseId>, Call) {
        *in_flight_bytes = std::mem::take(waiting_bytes);
        let leases = reports.iter().map(|report| report.lease).collect();
        let source = Arc::clone(source);
        let call = Box::pin(async move { source.report(reports).await });
        (leases, call)
    }

    /// Sends all that waits.
    pub(crate) async fn drain(mut self) {
        while !self.is_idle() {
            self.turn().await;
        }
    }
}

fn lost(leases: &[LeaseId], answers: &[ReportAnswer]) -> Vec<LeaseId> {
    let answered = leases.iter().zip(answers);
    answered
        .filter(|(_, answer)| **answer == ReportAnswer::Lost)
        .map(|(lease, _)| *lease)
        .collect()
}

fn weight(report: &LeaseReport) -> usize {
    let content = match &report.body {
        ReportBody::Chunk { items, .. } => {
            let results = items.iter().map(|item| result_bytes(&item.outcome));
            results.sum::<usize>()
        }
        ReportBody::Unit { outcome, .. } => result_bytes(outcome),
        ReportBody::Planned(items) => {
            let payloads = items.iter().map(|item| item.payload.as_str().len());
            payloads.map(|bytes| bytes + OVERHEAD_BYTES).sum()
        }
        ReportBody::HandBack | ReportBody::PlanDone | ReportBody::PlanFailed(_) => 0,
    };
    content + OVERHEAD_BYTES
}

fn result_bytes(outcome: &Outcome) -> usize {
    OVERHEAD_BYTES
        + match outcome {
            Outcome::Succeeded(result) => result.as_str().len(),
            Outcome::Failed(failure) => {
                failure.error.message.len()
                    + failure.error.traceback.as_ref().map_or(0, String::len)
            }
        }
}

impl fmt::Debug for Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reporter")
            .field("waiting", &self.waiting)
            .field(
                "in_flight",
                &self.in_flight.as_ref().map(|(leases, _)| leases),
            )
            .finish_non_exhaustive()
    }
}
