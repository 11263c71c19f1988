//! A store that fails when a test says so.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use paceline_core::admission::Reason;
use paceline_core::batch::{Batch, BatchQuery, BatchStatus, BatchStore};
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
use paceline_core::schedule::{DueSchedules, Fired, Firing, Schedule, ScheduleStore};
use paceline_core::scope::Scope;
use paceline_core::store::{
    Action, Claim, Claimed, CleanUp, CommitHook, Controlled, Health, NodeInfo, NodeNews, PoolUsage,
    Pruned, Result, Retention, Store, StoreError, Submitted, Ticked,
};
use paceline_core::task::{Task, TaskHistory};
use paceline_core::task_history::{Bucket, Window};
use paceline_core::template::{Template, TemplateStore};
use paceline_core::throttle::TaskThrottle;
use paceline_core::watch::Watch;
use paceline_core::{
    Job, JobId, JobState, Json, LeaseId, NewJob, NodeId, ScheduleId, TemplateId, Time, UploadId,
};
use tokio::sync::Notify;

type Fault = fn() -> StoreError;
type Hook = Arc<dyn Fn() + Send + Sync>;

/// Passes calls on, but for verbs that were told to fail.
pub(crate) struct Faulty {
    inner: Arc<dyn Store>,
    faults: Mutex<BTreeMap<&'static str, Fault>>,
    uploads: Mutex<Vec<UploadId>>,
    tasks_read: Mutex<Option<Hook>>,
    submitting: Mutex<Option<Hook>>,
    endless_prune: AtomicBool,
    pruning: Notify,
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

impl Faulty {
    pub(crate) fn new(inner: Arc<dyn Store>) -> Self {
        Faulty {
            inner,
            faults: Mutex::default(),
            uploads: Mutex::default(),
            tasks_read: Mutex::default(),
            submitting: Mutex::default(),
            endless_prune: AtomicBool::new(false),
            pruning: Notify::new(),
        }
    }

    /// Just before the next submission `hook` runs.
    pub(crate) fn before_the_submission(&self, hook: impl Fn() + Send + Sync + 'static) {
        *self.submitting.lock().expect("not poisoned") = Some(Arc::new(hook));
    }

    /// The next clean-up does not end. Returns once it has begun.
    pub(crate) async fn prune_without_end(&self) {
        self.endless_prune.store(true, Ordering::Relaxed);
        self.pruning.notified().await;
    }

    /// From now on `hook` runs whenever the tasks have been read and are not yet seen.
    pub(crate) fn when_tasks_are_read(&self, hook: impl Fn() + Send + Sync + 'static) {
        *self.tasks_read.lock().expect("not poisoned") = Some(Arc::new(hook));
    }

    /// From now on `verb` fails.
    pub(crate) fn fail(&self, verb: &'static str, fault: Fault) {
        self.faults
            .lock()
            .expect("not poisoned")
            .insert(verb, fault);
    }

    /// From now on nothing fails.
    pub(crate) fn heal(&self) {
        self.faults.lock().expect("not poisoned").clear();
    }

    /// Uploads that were begun and are neither finished nor aborted.
    pub(crate) async fn open_uploads(&self) -> usize {
        let begun = self.uploads.lock().expect("not poisoned").clone();
        let mut open = 0;
        for upload in begun {
            match self.inner.append_upload(upload, Vec::new()).await {
                Ok(()) => open += 1,
                Err(StoreError::NotFound(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
        open
    }

    fn check(&self, verb: &'static str) -> Result<()> {
        match self.faults.lock().expect("not poisoned").get(verb) {
            Some(fault) => Err(fault()),
            None => Ok(()),
        }
    }
}

#[async_trait]
impl Store for Faulty {
    async fn submit(&self, jobs: Vec<NewJob>, now: Time) -> Result<Vec<Submitted>> {
        self.check("submit")?;
        let hook = self.submitting.lock().expect("not poisoned").take();
        if let Some(hook) = hook {
            hook();
        }
        let submitted = self.inner.submit(jobs, now).await;
        self.check("the answer to submit")?;
        submitted
    }

    async fn begin_upload(&self, job: NewJob, now: Time) -> Result<UploadId> {
        self.check("begin_upload")?;
        let upload = self.inner.begin_upload(job, now).await?;
        self.uploads.lock().expect("not poisoned").push(upload);
        Ok(upload)
    }

    async fn append_upload(&self, upload: UploadId, items: Vec<NewItem>) -> Result<()> {
        self.check("append_upload")?;
        self.inner.append_upload(upload, items).await
    }

    async fn finish_upload(&self, upload: UploadId, now: Time) -> Result<Submitted> {
        self.check("finish_upload")?;
        self.inner.finish_upload(upload, now).await
    }

    async fn abort_upload(&self, upload: UploadId) -> Result<()> {
        self.check("abort_upload")?;
        self.inner.abort_upload(upload).await
    }

    async fn recall(&self, key: &str, now: Time) -> Result<Option<(Vec<u8>, String)>> {
        self.check("recall")?;
        self.inner.recall(key, now).await
    }

    async fn remember(&self, key: &str, hash: Vec<u8>, answer: String, until: Time) -> Result<()> {
        self.check("remember")?;
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
        self.check("remember_first")?;
        self.inner
            .remember_first(key, hash, answer, until, now)
            .await
    }

    async fn admit(&self, now: Time) -> Result<u64> {
        self.check("admit")?;
        self.inner.admit(now).await
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed> {
        self.check("claim")?;
        self.inner.claim(claim).await
    }

    async fn report(
        &self,
        reports: Vec<LeaseReport>,
        seed: u64,
        now: Time,
    ) -> Result<Vec<ReportAnswer>> {
        self.check("report")?;
        self.inner.report(reports, seed, now).await
    }

    async fn note(&self, notes: Vec<Note>, now: Time) -> Result<()> {
        self.check("note")?;
        self.inner.note(notes, now).await
    }

    async fn control(
        &self,
        selector: Selector,
        action: Action,
        dry_run: bool,
        now: Time,
    ) -> Result<Controlled> {
        self.check("control")?;
        self.inner.control(selector, action, dry_run, now).await
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
        self.check("register_node")?;
        self.inner.register_node(node, until, now).await
    }

    async fn heartbeat(
        &self,
        node: NodeId,
        held: Vec<LeaseId>,
        until: Time,
        now: Time,
    ) -> Result<NodeNews> {
        self.check("heartbeat")?;
        self.inner.heartbeat(node, held, until, now).await
    }

    async fn remove_node(&self, node: NodeId, now: Time) -> Result<()> {
        self.check("remove_node")?;
        self.inner.remove_node(node, now).await
    }

    async fn tick(&self, now: Time) -> Result<Ticked> {
        self.check("tick")?;
        self.inner.tick(now).await
    }

    async fn prune(&self, retention: Retention, now: Time) -> Result<Pruned> {
        if self.endless_prune.load(Ordering::Relaxed) {
            self.pruning.notify_one();
            std::future::pending::<()>().await;
        }
        self.check("prune")?;
        self.inner.prune(retention, now).await
    }

    async fn declare_tasks(&self, tasks: Vec<Task>) -> Result<()> {
        self.check("declare_tasks")?;
        self.inner.declare_tasks(tasks).await
    }

    async fn record_event(&self, kind: EventKind, data: Json, now: Time) -> Result<()> {
        self.check("record_event")?;
        self.inner.record_event(kind, data, now).await
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>> {
        self.check("job")?;
        self.inner.job(id).await
    }

    async fn jobs_by_prefix(&self, prefix: &str) -> Result<Vec<JobId>> {
        self.check("jobs_by_prefix")?;
        self.inner.jobs_by_prefix(prefix).await
    }

    async fn jobs(&self, query: JobQuery) -> Result<Page<Job>> {
        self.check("jobs")?;
        self.inner.jobs(query).await
    }

    async fn count(&self, filter: JobFilter, cap: u64) -> Result<Count> {
        self.check("count")?;
        self.inner.count(filter, cap).await
    }

    async fn counts(&self) -> Result<BTreeMap<JobState, u64>> {
        self.check("counts")?;
        self.inner.counts().await
    }

    async fn waiting_for(&self, jobs: &[JobId], now: Time) -> Result<Vec<(JobId, Vec<Reason>)>> {
        self.check("waiting_for")?;
        self.inner.waiting_for(jobs, now).await
    }

    async fn graph(&self, job: JobId, most: u32) -> Result<Option<Graph>> {
        self.inner.graph(job, most).await
    }

    async fn items(&self, job: JobId, query: ItemQuery) -> Result<Vec<Item>> {
        self.check("items")?;
        self.inner.items(job, query).await
    }

    async fn item(&self, job: JobId, key: &str) -> Result<Option<Item>> {
        self.check("item")?;
        self.inner.item(job, key).await
    }

    async fn errors(&self, job: JobId) -> Result<Vec<ErrorGroup>> {
        self.check("errors")?;
        self.inner.errors(job).await
    }

    async fn events(&self, query: EventQuery) -> Result<Vec<EventRecord>> {
        self.check("events")?;
        self.inner.events(query).await
    }

    async fn last_event(&self) -> Result<EventSeq> {
        self.check("last_event")?;
        self.inner.last_event().await
    }

    async fn samples(&self, job: JobId) -> Result<Vec<Sample>> {
        self.check("samples")?;
        self.inner.samples(job).await
    }

    async fn log(&self, job: JobId, after: i64, max_bytes: usize) -> Result<LogPage> {
        self.check("log")?;
        self.inner.log(job, after, max_bytes).await
    }

    async fn log_tail(&self, job: JobId, lines: usize) -> Result<LogPage> {
        self.check("log_tail")?;
        self.inner.log_tail(job, lines).await
    }

    async fn tasks(&self) -> Result<Vec<Task>> {
        self.check("tasks")?;
        let tasks = self.inner.tasks().await;
        let hook = self.tasks_read.lock().expect("not poisoned").clone();
        if let Some(hook) = hook {
            hook();
        }
        tasks
    }

    async fn history(&self, task: &str) -> Result<TaskHistory> {
        self.check("history")?;
        self.inner.history(task).await
    }

    async fn task_history(&self, task: &str, window: Window) -> Result<Vec<Bucket>> {
        self.check("task_history")?;
        self.inner.task_history(task, window).await
    }

    async fn throughput(&self, since: Time) -> Result<(u64, u64)> {
        self.check("throughput")?;
        self.inner.throughput(since).await
    }

    async fn last_prune(&self) -> Result<Option<CleanUp>> {
        self.check("last_prune")?;
        self.inner.last_prune().await
    }

    async fn health(&self, now: Time) -> Result<Health> {
        self.check("health")?;
        self.inner.health(now).await
    }

    fn connections(&self) -> (PoolUsage, Option<PoolUsage>) {
        self.inner.connections()
    }

    async fn backup(&self, to: &Path) -> Result<()> {
        self.check("backup")?;
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
impl ScheduleStore for Faulty {
    async fn add_schedule(&self, schedule: Schedule, now: Time) -> Result<()> {
        self.check("add_schedule")?;
        self.inner.add_schedule(schedule, now).await
    }

    async fn change_schedule(
        &self,
        schedule: Schedule,
        kind: EventKind,
        now: Time,
    ) -> Result<bool> {
        self.check("change_schedule")?;
        self.inner.change_schedule(schedule, kind, now).await
    }

    async fn remove_schedule(&self, id: ScheduleId, now: Time) -> Result<()> {
        self.check("remove_schedule")?;
        self.inner.remove_schedule(id, now).await
    }

    async fn schedule(&self, named: &str) -> Result<Option<Schedule>> {
        self.check("schedule")?;
        self.inner.schedule(named).await
    }

    async fn schedules(&self) -> Result<Vec<Schedule>> {
        self.check("schedules")?;
        self.inner.schedules().await
    }

    async fn due_schedules(&self, now: Time) -> Result<DueSchedules> {
        self.check("due_schedules")?;
        self.inner.due_schedules(now).await
    }

    async fn fire(&self, firing: Firing, now: Time) -> Result<Fired> {
        self.check("fire")?;
        self.inner.fire(firing, now).await
    }
}

#[async_trait]
impl TemplateStore for Faulty {
    async fn add_template(&self, template: Template, now: Time) -> Result<()> {
        self.check("add_template")?;
        self.inner.add_template(template, now).await
    }

    async fn change_template(&self, template: Template, now: Time) -> Result<bool> {
        self.check("change_template")?;
        self.inner.change_template(template, now).await
    }

    async fn remove_template(&self, id: TemplateId, now: Time) -> Result<()> {
        self.check("remove_template")?;
        self.inner.remove_template(id, now).await
    }

    async fn template(&self, named: &str) -> Result<Option<Template>> {
        self.check("template")?;
        self.inner.template(named).await
    }

    async fn templates(&self) -> Result<Vec<Template>> {
        self.check("templates")?;
        self.inner.templates().await
    }
}

#[async_trait]
impl BatchStore for Faulty {
    async fn add_batch(&self, batch: Batch, now: Time) -> Result<()> {
        self.check("add_batch")?;
        self.inner.add_batch(batch, now).await
    }

    async fn batch(&self, name: &str) -> Result<Option<BatchStatus>> {
        self.check("batch")?;
        self.inner.batch(name).await
    }

    async fn batches(&self, query: BatchQuery) -> Result<Page<BatchStatus>> {
        self.check("batches")?;
        self.inner.batches(query).await
    }
}
