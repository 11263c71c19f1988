//! The store as a simulated node sees it: how faults and delays come about, and what is held
//! against the rules at the instant of each call.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use paceline_core::clock::Clock;
use paceline_core::dice::Dice;
use paceline_core::event::{EventKind, EventRecord};
use paceline_core::id::EventSeq;
use paceline_core::item::Outcome;
use paceline_core::lease::{LeaseReport, ReportAnswer, ReportBody};
use paceline_core::query::EventQuery;
use paceline_core::schedule::{Fired, Firing};
use paceline_core::store::{Result, Store, StoreError};
use paceline_core::{JobId, JobState, Json, NewJob, NodeId, Priority, Seq, Time, Work};

use crate::check::{Checks, lock};
use crate::clock::VirtualClock;
use crate::nodes::Nodes;
use crate::sabotage::Sabotage;

/// How often calls fail or dawdle: once in so many; 0 is never.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Faults {
    refuse: u64,
    dawdle: u64,
}

impl Faults {
    pub(crate) const NONE: Faults = Faults {
        refuse: 0,
        dawdle: 0,
    };
    pub(crate) const SOME: Faults = Faults {
        refuse: 25,
        dawdle: 3,
    };
}

/// What the observers of all nodes share.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) nodes: Nodes,
    pub(crate) checks: Arc<Mutex<Checks>>,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) faults: Faults,
    pub(crate) sabotage: Option<Sabotage>,
    pub(crate) dice: Mutex<Dice>,
    pub(crate) calm: AtomicBool,
    pub(crate) seen: Mutex<EventSeq>,
    /// All that was told, if it is wanted.
    pub(crate) told: Option<Mutex<Vec<String>>>,
}

/// One node's way to the store.
#[derive(Debug)]
pub(crate) struct Observer {
    pub(crate) core: Arc<Core>,
    pub(crate) inner: Arc<dyn Store>,
    checks: Arc<Mutex<Checks>>,
    node: Mutex<NodeId>,
    /// The node does not reach the store.
    cut: AtomicBool,
}

impl Core {
    fn write_down(&self, events: &[EventRecord]) {
        let Some(told) = &self.told else {
            return;
        };
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            let EventRecord {
                at,
                kind,
                job,
                state,
                ..
            } = event;
            let job = job.map(|job| job.to_string()).unwrap_or_default();
            told.push(format!("{at:?} {kind} {job} {state:?}"));
        }
    }

    fn roll(&self) -> u64 {
        self.dice
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next_u64()
    }
}

impl Observer {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Observer {
            inner: Arc::clone(&core.nodes.store),
            checks: Arc::clone(&core.checks),
            core,
            node: Mutex::new(NodeId(0)),
            cut: AtomicBool::new(false),
        }
    }

    /// Cuts the node off from the store, or connects it again.
    pub(crate) fn cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::Relaxed);
    }

    /// No more faults, for all nodes.
    pub(crate) fn calm(&self) {
        self.core.calm.store(true, Ordering::Relaxed);
    }

    pub(crate) fn registered(&self, node: NodeId) {
        *self.node.lock().unwrap_or_else(PoisonError::into_inner) = node;
    }

    pub(crate) fn node(&self) -> NodeId {
        *self.node.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn happens(&self, once_in: u64) -> bool {
        let is_calm = self.core.calm.load(Ordering::Relaxed);
        once_in > 0 && !is_calm && self.core.roll().is_multiple_of(once_in)
    }

    /// Takes virtual time, so that a crash may hit on either side of the call's effect.
    pub(crate) async fn dawdle(&self) {
        if self.happens(self.core.faults.dawdle) {
            let longest = if self.core.roll().is_multiple_of(20) {
                3_000_000
            } else {
                30_000
            };
            tokio::time::sleep(Duration::from_micros(self.core.roll() % longest)).await;
        }
    }

    pub(crate) async fn before(&self) -> Result<()> {
        self.dawdle().await;
        if self.cut.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(300)).await;
            return Err(StoreError::Injected("the node is cut off"));
        }
        if self.happens(self.core.faults.refuse) {
            return Err(StoreError::Injected("the disk is away"));
        }
        Ok(())
    }

    /// Reads what the call told, and holds it against the rules.
    pub(crate) async fn after(&self) {
        let seen = || {
            self.core
                .seen
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        let mut after = *seen();
        loop {
            let query = EventQuery {
                after,
                job: None,
                limit: 1000,
            };
            let mut events = self.inner.events(query).await.expect("events can be read");
            let Some(last) = events.last() else { break };
            after = last.seq;
            for event in &events {
                if let (EventKind::Changed, Some(id)) = (event.kind, event.job) {
                    let job = self.inner.job(id).await.expect("a job can be read");
                    let priority = job.map(|job| job.priority);
                    priority.inspect(|priority| self.checks().changed(id, *priority));
                }
            }
            self.core.write_down(&events);
            self.forge(&mut events);
            self.checks().told(&events, self.core.clock.now());
            self.checks().check_duplicates();
        }
        *seen() = after;
    }

    /// The model. Never held over an await.
    pub(crate) fn checks(&self) -> MutexGuard<'_, Checks> {
        lock(&self.checks)
    }

    pub(crate) fn judge(&self, reports: &[LeaseReport], answers: &[ReportAnswer]) {
        for (report, answer) in reports.iter().zip(answers) {
            let (succeeded, ends) = claims_of(report);
            let mut checks = self.checks();
            match answer {
                ReportAnswer::Accepted => {
                    checks.accepted(report.lease, report.job, &succeeded, ends);
                }
                ReportAnswer::Lost => checks.lost(report.lease),
            }
        }
    }

    pub(crate) fn breaks(&self, sabotage: Sabotage) -> bool {
        self.core.sabotage == Some(sabotage)
            && (sabotage.is_constant() || self.core.roll().is_multiple_of(3))
    }

    /// What workers have of a job is said to be back, though they go on with it.
    pub(crate) async fn forget_work_of(&self, job: JobId, now: Time) -> Result<()> {
        let leases = self.checks().leases_of(job);
        let hand_back = |lease| LeaseReport {
            lease,
            job,
            body: ReportBody::HandBack,
        };
        let reports = leases.into_iter().map(hand_back).collect();
        self.inner.report(reports, 0, now).await.map(|_| ())
    }

    pub(crate) fn hide<T>(&self, revoked: &mut Vec<T>) {
        if self.breaks(Sabotage::HideRevocations) {
            revoked.clear();
        }
    }

    /// Makes the events tell less than was done.
    fn forge(&self, events: &mut Vec<EventRecord>) {
        for event in events.iter_mut() {
            let again = matches!(event.kind, EventKind::Retried | EventKind::Restarted);
            if again && self.breaks(Sabotage::MaskRetries) {
                event.kind = EventKind::Due;
            }
        }
        events.retain(|event| {
            event.kind != EventKind::Completed || !self.breaks(Sabotage::SwallowEvents)
        });
        events.retain(|event| {
            event.kind != EventKind::BreakerClosed || !self.breaks(Sabotage::ForgetBreakers)
        });
    }

    /// What the store is given of a submission.
    pub(crate) fn mangled(&self, mut jobs: Vec<NewJob>) -> Vec<NewJob> {
        for job in &mut jobs {
            if let Work::Items(items) = &mut job.work
                && self.breaks(Sabotage::LoseItems)
            {
                items.pop();
            }
            if self.breaks(Sabotage::ForgetParents) {
                job.links.after.clear();
            }
            if self.breaks(Sabotage::ForgetIdentities) {
                job.links.identity = None;
            }
            if self.breaks(Sabotage::ForgetBatches) {
                job.batch = None;
            }
            if job.links.identity.is_some() && self.breaks(Sabotage::KeepOldParams) {
                job.params = Json::from_checked("[0,0,0,1]");
            }
            if self.breaks(Sabotage::SwapPriorities) {
                job.priority = Priority::from_level(3 - job.priority.level());
            }
        }
        jobs
    }

    /// Runs of a schedule gave jobs, each its own.
    pub(crate) fn fired(&self, firing: &Firing, fired: &Fired) {
        let done = firing.runs.iter();
        let done = done.filter(|run| fired.jobs.contains(&run.job.id));
        for run in done {
            self.checks().submitted(&run.job, None);
            if !firing.by_hand {
                self.checks().fired(firing.schedule.id, run.tick);
            }
        }
    }

    /// The events, replayed, give the states that the tables hold.
    pub(crate) async fn check_replay(&self) {
        self.after().await;
        let told: Vec<(JobId, Option<JobState>)> = {
            let checks = self.checks();
            let jobs = checks.jobs.iter();
            jobs.map(|(id, job)| (*id, job.state)).collect()
        };
        for (id, state) in told {
            let job = self.inner.job(id).await.expect("a calm store");
            assert_eq!(
                job.map(|job| job.state),
                state,
                "12: state of {id} against its events"
            );
        }
    }
}

/// Which items a report records as succeeded, and whether it ends its lease.
fn claims_of(report: &LeaseReport) -> (Vec<Seq>, bool) {
    let success = |outcome: &Outcome| matches!(outcome, Outcome::Succeeded(_));
    match &report.body {
        ReportBody::Chunk { items, release } => {
            let succeeded = items
                .iter()
                .filter(|item| success(&item.outcome))
                .map(|item| item.seq);
            (succeeded.collect(), release.is_some())
        }
        ReportBody::Unit { outcome, .. } => (
            success(outcome).then_some(Seq(0)).into_iter().collect(),
            true,
        ),
        ReportBody::HandBack | ReportBody::PlanDone | ReportBody::PlanFailed(_) => {
            (Vec::new(), true)
        }
        ReportBody::Planned(_) => (Vec::new(), false),
    }
}

/// Nothing is recorded, and the lease does not end by it.
pub(crate) fn forget_successes(report: &mut LeaseReport) {
    if let ReportBody::Chunk { items, .. } = &mut report.body {
        items.retain(|item| !matches!(item.outcome, Outcome::Succeeded(_)));
    }
}
