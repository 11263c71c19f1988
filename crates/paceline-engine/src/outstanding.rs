//! The leases that this node's workers hold now.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use paceline_core::lease::{Lease, LeaseReport, ReportAnswer, ReportBody};
use paceline_core::{JobId, LeaseId};

#[derive(Debug, Default)]
pub(crate) struct Outstanding(Mutex<HashMap<LeaseId, JobId>>);

impl Outstanding {
    fn lock(&self) -> MutexGuard<'_, HashMap<LeaseId, JobId>> {
        // The map stays whole whatever a panicking holder did: each change is one call.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, leases: &[Lease]) {
        self.lock()
            .extend(leases.iter().map(|lease| (lease.id, lease.job)));
    }

    /// Forgets the leases that a report ended or that turned out to be lost.
    pub(crate) fn settle(&self, reports: &[LeaseReport], answers: &[ReportAnswer]) {
        let mut held = self.lock();
        for (report, answer) in reports.iter().zip(answers) {
            if *answer == ReportAnswer::Lost || ends_lease(&report.body) {
                held.remove(&report.lease);
            }
        }
    }

    pub(crate) fn remove(&self, leases: impl IntoIterator<Item = LeaseId>) {
        let mut held = self.lock();
        for lease in leases {
            held.remove(&lease);
        }
    }

    pub(crate) fn all(&self) -> Vec<LeaseId> {
        self.lock().keys().copied().collect()
    }

    /// Jobs with a lease, each once.
    pub(crate) fn jobs(&self) -> HashSet<JobId> {
        self.lock().values().copied().collect()
    }

    /// Leases on jobs for which `wanted` holds.
    pub(crate) fn of(&self, wanted: impl Fn(JobId) -> bool) -> Vec<LeaseId> {
        self.lock()
            .iter()
            .filter(|(_, job)| wanted(**job))
            .map(|(lease, _)| *lease)
            .collect()
    }
}

fn ends_lease(body: &ReportBody) -> bool {
    match body {
        ReportBody::Chunk { release, .. } => release.is_some(),
        ReportBody::Planned(_) => false,
        ReportBody::Unit { .. }
        | ReportBody::HandBack
        | ReportBody::PlanDone
        | ReportBody::PlanFailed(_) => true,
    }
}
