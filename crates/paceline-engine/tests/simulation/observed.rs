//! Every call to the store as an [`Observer`] makes it: the real one, with faults before, delays
//! around and the invariants checked at the instant at which it takes effect.

use std::collections::BTreeMap;
use std::path::Path;

use async_trait::async_trait;
use paceline_core::admission::Reason;
use paceline_core::batch::{Batch, BatchQuery, BatchStatus, BatchStore};
use paceline_core::clock::Clock;
use paceline_core::event::{EventKind, EventRecord};
use paceline_core::id::EventSeq;
use paceline_core::item::{Item, NewItem};
use paceline_core::lease::{LeaseReport, Note, ReportAnswer};
use paceline_core::limits::{Hold, LimitName, Limits, RuleBook, Setting};
use paceline_core::links::Graph;
use paceline_core::outbox::Outbox;
use paceline_core::query::{
    Count, ErrorGroup, EventQuery, ItemQuery, JobFilter, JobQuery, LogPage, Page, Sample, Selector,
};
use paceline_core::resources::Room;
use paceline_core::schedule::{DueSchedules, Fired, Firing, Schedule, ScheduleStore};
use paceline_core::scope::Scope;
use paceline_core::store::{
    Action, Claim, Claimed, CleanUp, CommitHook, Controlled, Health, NodeInfo, NodeNews, PoolUsage,
    Pruned, Result, Retention, Store, Submitted, Ticked,
};
use paceline_core::task::{Task, TaskHistory};
use paceline_core::task_history::{Bucket, Window};
use paceline_core::template::{Template, TemplateStore};
use paceline_core::throttle::{TaskThrottle, ThrottlePolicy};
use paceline_core::watch::Watch;
use paceline_core::{
    Job, JobId, JobState, Json, LeaseId, NewJob, NodeId, ScheduleId, TemplateId, Time, UploadId,
};

use crate::observer::{Observer, forget_successes};
use crate::sabotage::Sabotage;
use crate::tasks::FLAKY;

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
        let submitted = self.inner.submit(self.mangled(jobs.clone()), now).await?;
        for (job, answer) in jobs.iter().zip(&submitted) {
            self.checks().submitted(job, answer.merged_into);
        }
        self.after().await;
        self.dawdle().await;
        Ok(submitted)
    }

    async fn admit(&self, now: Time) -> Result<u64> {
        self.before().await?;
        let admitted = self.inner.admit(now).await;
        self.after().await;
        self.dawdle().await;
        admitted
    }

    async fn claim(&self, mut claim: Claim) -> Result<Claimed> {
        self.before().await?;
        if self.breaks(Sabotage::ForgetResources) {
            claim.room = Room::default();
        }
        let (node, now) = (claim.node, claim.now);
        if self.breaks(Sabotage::ForgetBreakers) {
            self.inner.reset_breaker(FLAKY.to_owned(), now).await?;
        }
        let mut claimed = self.inner.claim(claim).await?;
        self.core.nodes.leased(node, now);
        self.after().await;
        if self.breaks(Sabotage::LeaseTwice) {
            let again: Vec<_> = claimed.leases.iter().flatten().take(1).cloned().collect();
            claimed
                .leases
                .iter_mut()
                .take(1)
                .for_each(|leases| leases.extend(again.clone()));
        }
        for lease in claimed.leases.iter().flatten() {
            let mut checks = self.checks();
            checks.leased(lease, node, self.core.clock.now());
            checks.handed_out.leased(lease, now);
        }
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
        let mut recorded = reports.clone();
        if self.breaks(Sabotage::ForgetSuccesses) {
            recorded.iter_mut().for_each(forget_successes);
        }
        let answers = self.inner.report(recorded, seed, now).await?;
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
        let pauses = action == Action::Pause && !dry_run;
        let only = match &selector {
            Selector::Ids(ids) if pauses && ids.len() == 1 => ids.first().copied(),
            Selector::Ids(_) | Selector::Filter(_) => None,
        };
        let dry_run = dry_run || (pauses && self.breaks(Sabotage::ForgetPauses));
        let mut controlled = self.inner.control(selector, action, dry_run, now).await?;
        let revoked = controlled.revoked.iter().map(|(_, lease)| *lease);
        self.checks().revoked(revoked, self.node());
        self.after().await;
        if let Some(paused) = only.filter(|_| controlled.changed == 1) {
            self.checks().pausing(paused);
            if self.breaks(Sabotage::ForgetPausedWork) {
                self.forget_work_of(paused, now).await?;
                self.after().await;
            }
        }
        // What is lost with the caller here is found when the node asks for its leases.
        self.hide(&mut controlled.revoked);
        Ok(controlled)
    }

    async fn configure(&self, limits: Limits, now: Time) -> Result<()> {
        if !self.breaks(Sabotage::ForgetLimits) {
            self.inner.configure(limits.clone(), now).await?;
        }
        self.checks().rules.configured(&limits);
        Ok(())
    }

    async fn set_limits(&self, changes: Vec<(LimitName, Setting)>, now: Time) -> Result<()> {
        self.before().await?;
        if !self.breaks(Sabotage::ForgetLimits) {
            self.inner.set_limits(changes.clone(), now).await?;
        }
        self.checks().rules.set(&changes);
        self.dawdle().await;
        Ok(())
    }

    async fn hold(&self, hold: Hold, now: Time) -> Result<()> {
        self.before().await?;
        if !self.breaks(Sabotage::ForgetHolds) {
            self.inner.hold(hold.clone(), now).await?;
        }
        self.checks().rules.hold(&hold);
        self.dawdle().await;
        Ok(())
    }

    async fn lift(&self, scope: Scope, now: Time) -> Result<bool> {
        self.before().await?;
        let lifted = if self.breaks(Sabotage::ForgetLifts) {
            true
        } else {
            self.inner.lift(scope.clone(), now).await?
        };
        self.checks().rules.lift(&scope);
        self.dawdle().await;
        Ok(lifted)
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
        self.before().await?;
        let reset = self.inner.reset_breaker(task, now).await;
        self.after().await;
        reset
    }

    async fn register_node(&self, node: NodeInfo, until: Time, now: Time) -> Result<NodeId> {
        self.before().await?;
        let (node, takes_all) = self.core.nodes.register(node, until, now).await?;
        if takes_all {
            self.checks().all_leases_gone();
        }
        self.registered(node);
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
    ) -> Result<NodeNews> {
        let since = self.checks().reach.asks(node);
        let reached = self.before().await;
        self.checks().reach.asked(node, since);
        if let Err(error) = reached {
            self.checks().reach.trouble(node);
            return Err(error);
        }
        let mut news = self.inner.heartbeat(node, held, until, now).await?;
        self.core.nodes.heard_of(node, until);
        self.hide(&mut news.gone);
        Ok(news)
    }

    async fn remove_node(&self, node: NodeId, now: Time) -> Result<()> {
        self.before().await?;
        self.inner.remove_node(node, now).await?;
        self.core.nodes.forget(node);
        self.checks().leases_gone_of(node);
        self.after().await;
        Ok(())
    }

    async fn tick(&self, now: Time) -> Result<Ticked> {
        self.before().await?;
        for node in self.core.nodes.bury(now).await? {
            self.checks().leases_gone_of(node);
            self.after().await;
        }
        let mut ticked = self.inner.tick(now).await?;
        let revoked = ticked.revoked.iter().map(|(_, lease)| *lease);
        self.checks().revoked(revoked, self.node());
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
    async fn remember_first(
        &self,
        key: &str,
        hash: Vec<u8>,
        answer: String,
        until: Time,
        now: Time,
    ) -> Result<bool> {
        self.inner
            .remember_first(key, hash, answer, until, now)
            .await
    }
    async fn declare_tasks(&self, mut tasks: Vec<Task>) -> Result<()> {
        self.before().await?;
        if self.breaks(Sabotage::ForgetThrottles) {
            let none = ThrottlePolicy::default();
            for task in &mut tasks {
                task.throttle = none;
            }
        }
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
    async fn task_history(&self, task: &str, window: Window) -> Result<Vec<Bucket>> {
        self.inner.task_history(task, window).await
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
    fn connections(&self) -> (PoolUsage, Option<PoolUsage>) {
        self.inner.connections()
    }
    async fn backup(&self, to: &Path) -> Result<()> {
        self.inner.backup(to).await
    }
    fn on_commit(&self, hook: CommitHook) {
        self.core.nodes.on_commit(hook);
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
        self.before().await?;
        self.inner.add_schedule(schedule, now).await
    }

    async fn change_schedule(
        &self,
        schedule: Schedule,
        kind: EventKind,
        now: Time,
    ) -> Result<bool> {
        self.before().await?;
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
        self.before().await?;
        self.inner.due_schedules(now).await
    }

    async fn fire(&self, firing: Firing, now: Time) -> Result<Fired> {
        self.before().await?;
        let fired = self.inner.fire(firing.clone(), now).await?;
        self.fired(&firing, &fired);
        if self.breaks(Sabotage::FireTwice) {
            self.fired(&firing, &fired);
        }
        self.after().await;
        self.dawdle().await;
        Ok(fired)
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
