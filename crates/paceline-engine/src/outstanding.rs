//! The leases that this node's workers hold now.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use paceline_core::lease::{Lease, LeaseReport, ReportAnswer, ReportBody};
use paceline_core::resources::Resources;
use paceline_core::{JobId, LeaseId};

#[derive(Debug, Default)]
pub(crate) struct Outstanding(Mutex<Leases>);

#[derive(Debug, Default)]
struct Leases {
    held: BTreeMap<LeaseId, JobId>,
    /// What the workers of some leases need.
    needing: BTreeMap<LeaseId, Resources>,
    /// Revoked while the claim that made them was still on its way back from the store.
    revoked_early: VecDeque<LeaseId>,
}

impl Leases {
    fn forget(&mut self, lease: LeaseId) -> Option<JobId> {
        if !self.needing.is_empty() {
            self.needing.remove(&lease);
        }
        self.held.remove(&lease)
    }
}

/// Claims on their way at one time are far fewer leases than this.
const REMEMBERED: usize = 4096;

impl Outstanding {
    fn lock(&self) -> MutexGuard<'_, Leases> {
        // The map stays whole whatever a panicking holder did: each change is one call.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Takes up new leases, but for those that were revoked already; returns the others.
    pub(crate) fn add(
        &self,
        mut leases: Vec<Lease>,
        needs: &BTreeMap<String, Resources>,
    ) -> Vec<Lease> {
        let mut known = self.lock();
        leases.retain(|lease| !known.revoked_early.contains(&lease.id));
        known
            .held
            .extend(leases.iter().map(|lease| (lease.id, lease.job)));
        if !needs.is_empty() {
            let needing = leases.iter().filter_map(|lease| {
                let need = needs.get(&lease.task)?;
                Some((lease.id, need.clone()))
            });
            known.needing.extend(needing);
        }
        leases
    }

    /// What the workers of all leases need together.
    pub(crate) fn used(&self) -> Resources {
        let mut used = Resources::default();
        for need in self.lock().needing.values() {
            used.add(need);
        }
        used
    }

    /// The leases that are still held.
    pub(crate) fn still_held(&self, mut leases: Vec<Lease>) -> Vec<Lease> {
        let known = self.lock();
        leases.retain(|lease| known.held.contains_key(&lease.id));
        leases
    }

    /// Forgets the leases that a report ended or that turned out to be lost.
    pub(crate) fn settle(&self, reports: &[LeaseReport], answers: &[ReportAnswer]) {
        let mut known = self.lock();
        for (report, answer) in reports.iter().zip(answers) {
            if *answer == ReportAnswer::Lost || ends_lease(&report.body) {
                known.forget(report.lease);
            }
        }
    }

    pub(crate) fn revoke(&self, leases: &[LeaseId]) {
        let mut known = self.lock();
        for lease in leases {
            if known.forget(*lease).is_none() {
                known.revoked_early.push_back(*lease);
            }
        }
        let forget = known.revoked_early.len().saturating_sub(REMEMBERED);
        known.revoked_early.drain(..forget);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().held.is_empty()
    }

    pub(crate) fn all(&self) -> Vec<LeaseId> {
        self.lock().held.keys().copied().collect()
    }

    /// Jobs with a lease, each once.
    pub(crate) fn jobs(&self) -> BTreeSet<JobId> {
        self.lock().held.values().copied().collect()
    }

    /// Leases on jobs for which `wanted` holds.
    pub(crate) fn of(&self, wanted: impl Fn(JobId) -> bool) -> Vec<LeaseId> {
        self.lock()
            .held
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
