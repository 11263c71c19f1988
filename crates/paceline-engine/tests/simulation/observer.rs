//! The store as the simulated node sees it: the real one, with faults before, delays around and
//! the invariants checked at the instant of each call.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use paceline_core::admission::Reason;
use paceline_core::batch::{Batch, BatchQuery, BatchStatus, BatchStore};
use paceline_core::dice::Dice;
use paceline_core::event::{EventKind, EventRecord};
use paceline_core::id::EventSeq;
use paceline_core::item::{Item, NewItem, Outcome};
use paceline_core::lease::{LeaseReport, Note, ReportAnswer, ReportBody};
use paceline_core::limits::{Hold, LimitName, Limits, RuleBook, Setting};
use paceline_core::links::Graph;
use paceline_core::outbox::Outbox;
use paceline_core::query::{
    Count, ErrorGroup, EventQuery, ItemQuery, JobFilter, JobQuery, LogPage, Page, Sample, Selector,
};
use paceline_core::schedule::{DueSchedules, Fired, Firing, Schedule, ScheduleStore};
use paceline_core::scope::Scope;
use paceline_core::store::{
    Action, Claim, Claimed, CleanUp, CommitHook, Controlled, Health, NodeInfo, Pruned, Result,
    Retention, Store, StoreError, Submitted, Ticked,
};
use paceline_core::task::{Task, TaskHistory};
use paceline_core::template::{Template, TemplateStore};
use paceline_core::throttle::TaskThrottle;
use paceline_core::watch::Watch;
use paceline_core::{
    Job, JobId, JobState, Json, LeaseId, NewJob, NodeId, ScheduleId, Seq, TemplateId, Time,
    UploadId,
};

use crate::check::{Checks, lock};

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

/// A promise that the store is made to break, to see that the checks notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sabotage {
    ForgetSubmissions,
    LeaseTwice,
    AcceptLostReports,
    HideRevocations,
}

impl Sabotage {
    pub(crate) const ALL: &'static [Sabotage] = &[
        Sabotage::ForgetSubmissions,
        Sabotage::LeaseTwice,
        Sabotage::AcceptLostReports,
        Sabotage::HideRevocations,
    ];
}

#[derive(Debug)]
pub(crate) struct Observer {
    inner: Arc<dyn Store>,
    checks: Arc<Mutex<Checks>>,
    faults: Faults,
    calm: AtomicBool,
    sabotage: Option<Sabotage>,
    dice: Mutex<Dice>,
    seen: Mutex<EventSeq>,
}

impl Observer {
    pub(crate) fn new(
        inner: Arc<dyn Store>,
        checks: Arc<Mutex<Checks>>,
        faults: Faults,
        sabotage: Option<Sabotage>,
        dice: Dice,
    ) -> Self {
        let calm = AtomicBool::new(false);
        Observer {
            inner,
            checks,
            faults,
            calm,
            sabotage,
            dice: Mutex::new(dice),
            seen: Mutex::default(),
        }
    }

    /// No more faults.
    pub(crate) fn calm(&self) {
        self.calm.store(true, Ordering::Relaxed);
    }

    fn roll(&self) -> u64 {
        self.dice
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next_u64()
    }

    fn happens(&self, once_in: u64) -> bool {
        once_in > 0 && !self.calm.load(Ordering::Relaxed) && self.roll().is_multiple_of(once_in)
    }

    /// Takes virtual time, so that a crash may hit on either side of the call's effect.
    async fn dawdle(&self) {
        if self.happens(self.faults.dawdle) {
            let longest = if self.roll().is_multiple_of(20) {
                3_000_000
            } else {
                30_000
            };
            tokio::time::sleep(Duration::from_micros(self.roll() % longest)).await;
        }
    }

    async fn before(&self) -> Result<()> {
        self.dawdle().await;
        if self.happens(self.faults.refuse) {
            return Err(StoreError::Injected("the disk is away"));
        }
        Ok(())
    }

    /// Reads what the call told, and holds it against the rules.
    async fn after(&self) {
        let mut after = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let query = EventQuery {
                after,
                job: None,
                limit: 1000,
            };
            let events = self.inner.events(query).await.expect("events can be read");
            let Some(last) = events.last() else { break };
            after = last.seq;
            lock(&self.checks).told(&events);
        }
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = after;
    }

    fn judge(&self, reports: &[LeaseReport], answers: &[ReportAnswer]) {
        for (report, answer) in reports.iter().zip(answers) {
            let (succeeded, ends) = claims_of(report);
            let mut checks = lock(&self.checks);
            match answer {
                ReportAnswer::Accepted => {
                    checks.accepted(report.lease, report.job, &succeeded, ends);
                }
                ReportAnswer::Lost => checks.lost(report.lease),
            }
        }
    }

    fn breaks(&self, sabotage: Sabotage) -> bool {
        self.sabotage == Some(sabotage) && self.roll().is_multiple_of(3)
    }

    fn hide<T>(&self, revoked: &mut Vec<T>) {
        if self.breaks(Sabotage::HideRevocations) {
            revoked.clear();
        }
    }

    /// The events, replayed, give the states that the tables hold.
    pub(crate) async fn check_replay(&self) {
        self.after().await;
        let told: Vec<(JobId, JobState)> = lock(&self.checks).states().collect();
        for (id, state) in told {
            let job = self.inner.job(id).await.expect("a calm store");
            assert_eq!(
                job.map(|job| job.state),
                Some(state),
                "state of {id} against its events"
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

#[async_trait]
impl Store for Observer {
    async fn submit(&self, jobs: Vec<NewJob>, now: Time) -> Result<Vec<Submitted>> {
        self.before().await?;
        if self.breaks(Sabotage::ForgetSubmissions) {
            return Ok(jobs
                .iter()
                .map(|job| Submitted {
                    id: job.id,
                    state: JobState::Pending,
                    merged_into: None,
                    cached_from: None,
                })
                .collect());
        }
        let submitted = self.inner.submit(jobs, now).await;
        self.after().await;
        self.dawdle().await;
        submitted
    }

    async fn admit(&self, now: Time) -> Result<u64> {
        self.before().await?;
        let admitted = self.inner.admit(now).await;
        self.after().await;
        self.dawdle().await;
        admitted
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed> {
        self.before().await?;
        let mut claimed = self.inner.claim(claim).await?;
        self.after().await;
        if self.breaks(Sabotage::LeaseTwice) {
            let again: Vec<_> = claimed.leases.iter().flatten().take(1).cloned().collect();
            claimed
                .leases
                .iter_mut()
                .take(1)
                .for_each(|leases| leases.extend(again.clone()));
        }
        claimed
            .leases
            .iter()
            .flatten()
            .for_each(|lease| lock(&self.checks).leased(lease));
        self.dawdle().await;
        Ok(claimed)
    }

    async fn report(
        &self,
        reports: Vec<LeaseReport>,
        seed: u64,
        now: Time,
    ) -> Result<Vec<ReportAnswer>> {
        self.before().await?;
        let answers = self.inner.report(reports.clone(), seed, now).await?;
        self.judge(&reports, &answers);
        if self.breaks(Sabotage::AcceptLostReports) {
            // As if each report had come a second time, when its lease had ended.
            self.judge(&reports, &vec![ReportAnswer::Accepted; reports.len()]);
        }
        self.after().await;
        self.dawdle().await;
        Ok(answers)
    }

    async fn note(&self, notes: Vec<Note>, now: Time) -> Result<()> {
        self.before().await?;
        let outcome = self.inner.note(notes, now).await;
        self.after().await;
        outcome
    }

    async fn control(
        &self,
        selector: Selector,
        action: Action,
        dry_run: bool,
        now: Time,
    ) -> Result<Controlled> {
        self.before().await?;
        let mut controlled = self.inner.control(selector, action, dry_run, now).await?;
        lock(&self.checks).revoked(controlled.revoked.iter().map(|(_, lease)| *lease));
        self.after().await;
        // What is lost with the caller here is found by the node's next heartbeat.
        self.hide(&mut controlled.revoked);
        Ok(controlled)
    }

    async fn configure(&self, limits: Limits, now: Time) -> Result<()> {
        self.inner.configure(limits, now).await
    }

    async fn set_limits(&self, changes: Vec<(LimitName, Setting)>, now: Time) -> Result<()> {
        self.inner.set_limits(changes, now).await
    }

    async fn hold(&self, hold: Hold, now: Time) -> Result<()> {
        self.inner.hold(hold, now).await
    }

    async fn lift(&self, scope: Scope, now: Time) -> Result<bool> {
        self.inner.lift(scope, now).await
    }

    async fn rule_book(&self) -> Result<RuleBook> {
        self.inner.rule_book().await
    }

    async fn queues(&self) -> Result<Vec<String>> {
        self.inner.queues().await
    }

    async fn throttles(&self) -> Result<Vec<TaskThrottle>> {
        self.inner.throttles().await
    }

    async fn reset_breaker(&self, task: String, now: Time) -> Result<bool> {
        self.inner.reset_breaker(task, now).await
    }

    async fn register_node(&self, node: NodeInfo, until: Time, now: Time) -> Result<NodeId> {
        self.before().await?;
        let node = self.inner.register_node(node, until, now).await?;
        lock(&self.checks).all_leases_gone();
        self.after().await;
        self.dawdle().await;
        Ok(node)
    }

    async fn heartbeat(
        &self,
        node: NodeId,
        held: Vec<LeaseId>,
        until: Time,
        now: Time,
    ) -> Result<Vec<LeaseId>> {
        self.before().await?;
        let mut lost = self.inner.heartbeat(node, held, until, now).await?;
        self.hide(&mut lost);
        Ok(lost)
    }

    async fn remove_node(&self, node: NodeId, now: Time) -> Result<()> {
        let removed = self.inner.remove_node(node, now).await;
        lock(&self.checks).all_leases_gone();
        self.after().await;
        removed
    }

    async fn tick(&self, now: Time) -> Result<Ticked> {
        self.before().await?;
        let mut ticked = self.inner.tick(now).await?;
        lock(&self.checks).revoked(ticked.revoked.iter().map(|(_, lease)| *lease));
        self.after().await;
        self.hide(&mut ticked.revoked);
        Ok(ticked)
    }

    async fn prune(&self, retention: Retention, now: Time) -> Result<Pruned> {
        self.before().await?;
        let pruned = self.inner.prune(retention, now).await;
        self.after().await;
        pruned
    }

    // ---- passed through ---------------------------------------------------------------------

    async fn begin_upload(&self, job: NewJob, now: Time) -> Result<UploadId> {
        self.inner.begin_upload(job, now).await
    }
    async fn append_upload(&self, upload: UploadId, items: Vec<NewItem>) -> Result<()> {
        self.inner.append_upload(upload, items).await
    }
    async fn finish_upload(&self, upload: UploadId, now: Time) -> Result<Submitted> {
        self.inner.finish_upload(upload, now).await
    }
    async fn abort_upload(&self, upload: UploadId) -> Result<()> {
        self.inner.abort_upload(upload).await
    }
    async fn recall(&self, key: &str, now: Time) -> Result<Option<(Vec<u8>, String)>> {
        self.inner.recall(key, now).await
    }
    async fn remember(&self, key: &str, hash: Vec<u8>, answer: String, until: Time) -> Result<()> {
        self.inner.remember(key, hash, answer, until).await
    }
    async fn declare_tasks(&self, tasks: Vec<Task>) -> Result<()> {
        self.inner.declare_tasks(tasks).await
    }
    async fn record_event(&self, kind: EventKind, data: Json, now: Time) -> Result<()> {
        self.inner.record_event(kind, data, now).await
    }
    async fn job(&self, id: JobId) -> Result<Option<Job>> {
        self.inner.job(id).await
    }
    async fn jobs_by_prefix(&self, prefix: &str) -> Result<Vec<JobId>> {
        self.inner.jobs_by_prefix(prefix).await
    }
    async fn jobs(&self, query: JobQuery) -> Result<Page<Job>> {
        self.inner.jobs(query).await
    }
    async fn count(&self, filter: JobFilter, cap: u64) -> Result<Count> {
        self.inner.count(filter, cap).await
    }
    async fn counts(&self) -> Result<BTreeMap<JobState, u64>> {
        self.inner.counts().await
    }
    async fn waiting_for(&self, jobs: &[JobId], now: Time) -> Result<Vec<(JobId, Vec<Reason>)>> {
        self.inner.waiting_for(jobs, now).await
    }
    async fn graph(&self, job: JobId, most: u32) -> Result<Option<Graph>> {
        self.inner.graph(job, most).await
    }

    async fn items(&self, job: JobId, query: ItemQuery) -> Result<Vec<Item>> {
        self.inner.items(job, query).await
    }
    async fn item(&self, job: JobId, key: &str) -> Result<Option<Item>> {
        self.inner.item(job, key).await
    }
    async fn errors(&self, job: JobId) -> Result<Vec<ErrorGroup>> {
        self.inner.errors(job).await
    }
    async fn events(&self, query: EventQuery) -> Result<Vec<EventRecord>> {
        self.inner.events(query).await
    }
    async fn last_event(&self) -> Result<EventSeq> {
        self.inner.last_event().await
    }
    async fn samples(&self, job: JobId) -> Result<Vec<Sample>> {
        self.inner.samples(job).await
    }
    async fn log(&self, job: JobId, after: i64, max_bytes: usize) -> Result<LogPage> {
        self.inner.log(job, after, max_bytes).await
    }
    async fn log_tail(&self, job: JobId, lines: usize) -> Result<LogPage> {
        self.inner.log_tail(job, lines).await
    }
    async fn tasks(&self) -> Result<Vec<Task>> {
        self.inner.tasks().await
    }
    async fn history(&self, task: &str) -> Result<TaskHistory> {
        self.inner.history(task).await
    }
    async fn throughput(&self, since: Time) -> Result<(u64, u64)> {
        self.inner.throughput(since).await
    }
    async fn last_prune(&self) -> Result<Option<CleanUp>> {
        self.inner.last_prune().await
    }
    async fn health(&self, now: Time) -> Result<Health> {
        self.inner.health(now).await
    }
    async fn backup(&self, to: &Path) -> Result<()> {
        self.inner.backup(to).await
    }
    fn on_commit(&self, hook: CommitHook) {
        self.inner.on_commit(hook);
    }

    fn outbox(&self) -> &dyn Outbox {
        self.inner.outbox()
    }

    fn watch(&self) -> &dyn Watch {
        self.inner.watch()
    }
}

#[async_trait]
impl ScheduleStore for Observer {
    async fn add_schedule(&self, schedule: Schedule, now: Time) -> Result<()> {
        self.inner.add_schedule(schedule, now).await
    }

    async fn change_schedule(
        &self,
        schedule: Schedule,
        kind: EventKind,
        now: Time,
    ) -> Result<bool> {
        self.inner.change_schedule(schedule, kind, now).await
    }

    async fn remove_schedule(&self, id: ScheduleId, now: Time) -> Result<()> {
        self.inner.remove_schedule(id, now).await
    }

    async fn schedule(&self, named: &str) -> Result<Option<Schedule>> {
        self.inner.schedule(named).await
    }

    async fn schedules(&self) -> Result<Vec<Schedule>> {
        self.inner.schedules().await
    }

    async fn due_schedules(&self, now: Time) -> Result<DueSchedules> {
        self.inner.due_schedules(now).await
    }

    async fn fire(&self, firing: Firing, now: Time) -> Result<Fired> {
        self.inner.fire(firing, now).await
    }
}

#[async_trait]
impl TemplateStore for Observer {
    async fn add_template(&self, template: Template, now: Time) -> Result<()> {
        self.inner.add_template(template, now).await
    }

    async fn change_template(&self, template: Template, now: Time) -> Result<bool> {
        self.inner.change_template(template, now).await
    }

    async fn remove_template(&self, id: TemplateId, now: Time) -> Result<()> {
        self.inner.remove_template(id, now).await
    }

    async fn template(&self, named: &str) -> Result<Option<Template>> {
        self.inner.template(named).await
    }

    async fn templates(&self) -> Result<Vec<Template>> {
        self.inner.templates().await
    }
}

#[async_trait]
impl BatchStore for Observer {
    async fn add_batch(&self, batch: Batch, now: Time) -> Result<()> {
        self.inner.add_batch(batch, now).await
    }

    async fn batch(&self, name: &str) -> Result<Option<BatchStatus>> {
        self.inner.batch(name).await
    }

    async fn batches(&self, query: BatchQuery) -> Result<Page<BatchStatus>> {
        self.inner.batches(query).await
    }
}
