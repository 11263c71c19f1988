//! The trait on the store: passes each call to its verb.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use paceline_core::admission::Reason;
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
use paceline_core::scope::Scope;
use paceline_core::store::{
    Action, Claim, Claimed, CleanUp, CommitHook, Controlled, Health, NodeInfo, NodeNews, PoolUsage,
    Pruned, Result, Retention, Store, StoreError, Submitted, Ticked,
};
use paceline_core::task::{Task, TaskHistory};
use paceline_core::task_history::{Bucket, Window};
use paceline_core::throttle::TaskThrottle;
use paceline_core::watch::Watch;
use paceline_core::{Job, JobId, JobState, Json, LeaseId, NewJob, NodeId, Time, UploadId};

use super::connect::PostgresStore;
use super::report::Reports;
use super::session::Session;
use super::submit::Submission;
use super::{
    admit, buckets, claim, control, errors, events, health, idempotency, items, list, logs, node,
    note, parents, prune, read, remember, rules, tasks, throttles, tick, upload, waiting,
};
use crate::packed::pack_results;

impl PostgresStore {
    pub(crate) async fn reader(&self) -> Result<Session> {
        Ok(self.shared.pools.reader().await?)
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn submit(&self, jobs: Vec<NewJob>, now: Time) -> Result<Vec<Submitted>> {
        let jobs = Arc::new(jobs);
        self.submissions.call(Submission { jobs, now }).await
    }

    async fn begin_upload(&self, job: NewJob, now: Time) -> Result<UploadId> {
        Ok(upload::begin(&self.shared, &job, now).await?)
    }

    async fn append_upload(&self, upload: UploadId, items: Vec<NewItem>) -> Result<()> {
        Ok(upload::append(&self.shared, upload, &items).await?)
    }

    async fn finish_upload(&self, upload: UploadId, now: Time) -> Result<Submitted> {
        Ok(upload::finish(&self.shared, upload, now).await?)
    }

    async fn abort_upload(&self, upload: UploadId) -> Result<()> {
        Ok(upload::abort(&self.shared, upload).await?)
    }

    async fn recall(&self, key: &str, now: Time) -> Result<Option<(Vec<u8>, String)>> {
        Ok(idempotency::recall(&mut self.reader().await?, key, now).await?)
    }

    async fn remember(&self, key: &str, hash: Vec<u8>, answer: String, until: Time) -> Result<()> {
        Ok(remember::remember(&self.shared, key, hash, answer, until).await?)
    }

    async fn remember_first(
        &self,
        key: &str,
        hash: Vec<u8>,
        answer: String,
        until: Time,
        now: Time,
    ) -> Result<bool> {
        let times = (until, now);
        Ok(remember::remember_first(&self.shared, key, hash, answer, times).await?)
    }

    async fn admit(&self, now: Time) -> Result<u64> {
        Ok(admit::admit(&self.shared, now).await?)
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed> {
        Ok(claim::claim(&self.shared, &claim).await?)
    }

    async fn report(
        &self,
        reports: Vec<LeaseReport>,
        seed: u64,
        now: Time,
    ) -> Result<Vec<ReportAnswer>> {
        let all = Arc::new(pack_results(reports).await);
        self.reports.call(Reports { all, seed, now }).await
    }

    async fn note(&self, notes: Vec<Note>, now: Time) -> Result<()> {
        Ok(note::note(&self.shared, &notes, now).await?)
    }

    async fn control(
        &self,
        selector: Selector,
        action: Action,
        dry_run: bool,
        now: Time,
    ) -> Result<Controlled> {
        Ok(control::control(&self.shared, &selector, &action, dry_run, now).await?)
    }

    async fn configure(&self, limits: Limits, _now: Time) -> Result<()> {
        Ok(rules::configure(&self.shared, &limits).await?)
    }

    async fn set_limits(&self, changes: Vec<(LimitName, Setting)>, now: Time) -> Result<()> {
        Ok(rules::set_limits(&self.shared, &changes, now).await?)
    }

    async fn hold(&self, hold: Hold, now: Time) -> Result<()> {
        Ok(rules::hold(&self.shared, &hold, now).await?)
    }

    async fn lift(&self, scope: Scope, now: Time) -> Result<bool> {
        Ok(rules::lift(&self.shared, &scope, now).await?)
    }

    async fn rule_book(&self) -> Result<RuleBook> {
        Ok(rules::book(&mut self.reader().await?).await?)
    }

    async fn queues(&self) -> Result<Vec<String>> {
        Ok(rules::queues(&mut self.reader().await?).await?)
    }

    async fn throttles(&self) -> Result<Vec<TaskThrottle>> {
        Ok(throttles::throttles(&mut self.reader().await?).await?)
    }

    async fn reset_breaker(&self, task: String, now: Time) -> Result<bool> {
        Ok(throttles::reset(&self.shared, &task, now).await?)
    }

    async fn register_node(&self, node: NodeInfo, until: Time, now: Time) -> Result<NodeId> {
        Ok(node::register(&self.shared, &node, until, now).await?)
    }

    async fn heartbeat(
        &self,
        node: NodeId,
        held: Vec<LeaseId>,
        until: Time,
        now: Time,
    ) -> Result<NodeNews> {
        Ok(node::heartbeat(&self.shared, node, &held, (until, now)).await?)
    }

    async fn remove_node(&self, node: NodeId, now: Time) -> Result<()> {
        Ok(node::remove(&self.shared, node, now).await?)
    }

    async fn tick(&self, now: Time) -> Result<Ticked> {
        Ok(tick::tick(&self.shared, now).await?)
    }

    async fn prune(&self, retention: Retention, now: Time) -> Result<Pruned> {
        Ok(prune::prune(&self.shared, &retention, now).await?)
    }

    async fn declare_tasks(&self, declared: Vec<Task>) -> Result<()> {
        Ok(remember::declare(&self.shared, &declared).await?)
    }

    async fn record_event(&self, kind: EventKind, data: Json, now: Time) -> Result<()> {
        Ok(remember::record(&self.shared, kind, &data, now).await?)
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>> {
        Ok(read::job(&mut self.reader().await?, id).await?)
    }

    async fn jobs_by_prefix(&self, prefix: &str) -> Result<Vec<JobId>> {
        Ok(read::by_prefix(&mut self.reader().await?, prefix).await?)
    }

    async fn jobs(&self, query: JobQuery) -> Result<Page<Job>> {
        Ok(list::jobs(&self.shared, &query).await?)
    }

    async fn count(&self, filter: JobFilter, cap: u64) -> Result<Count> {
        Ok(list::count(&self.shared, &filter, cap).await?)
    }

    async fn counts(&self) -> Result<BTreeMap<JobState, u64>> {
        Ok(list::counts(&mut self.reader().await?).await?)
    }

    async fn waiting_for(&self, jobs: &[JobId], now: Time) -> Result<Vec<(JobId, Vec<Reason>)>> {
        Ok(waiting::waiting_for(&mut self.reader().await?, jobs, now).await?)
    }

    async fn graph(&self, job: JobId, most: u32) -> Result<Option<Graph>> {
        Ok(parents::graph(&mut self.reader().await?, job, most).await?)
    }

    async fn items(&self, job: JobId, query: ItemQuery) -> Result<Vec<Item>> {
        Ok(items::items(&mut self.reader().await?, job, &query).await?)
    }

    async fn item(&self, job: JobId, key: &str) -> Result<Option<Item>> {
        Ok(items::item(&mut self.reader().await?, job, key).await?)
    }

    async fn errors(&self, job: JobId) -> Result<Vec<ErrorGroup>> {
        Ok(errors::errors(&mut self.reader().await?, job).await?)
    }

    async fn events(&self, query: EventQuery) -> Result<Vec<EventRecord>> {
        Ok(events::events(&mut self.reader().await?, &query).await?)
    }

    async fn last_event(&self) -> Result<EventSeq> {
        Ok(events::last(&mut self.reader().await?).await?)
    }

    async fn samples(&self, job: JobId) -> Result<Vec<Sample>> {
        Ok(logs::samples(&mut self.reader().await?, job).await?)
    }

    async fn log(&self, job: JobId, after: i64, max_bytes: usize) -> Result<LogPage> {
        Ok(logs::page(&mut self.reader().await?, job, after, max_bytes).await?)
    }

    async fn log_tail(&self, job: JobId, lines: usize) -> Result<LogPage> {
        Ok(logs::tail(&mut self.reader().await?, job, lines).await?)
    }

    async fn tasks(&self) -> Result<Vec<Task>> {
        Ok(tasks::tasks(&mut self.reader().await?).await?)
    }

    async fn history(&self, task: &str) -> Result<TaskHistory> {
        Ok(tasks::history(&mut self.reader().await?, task).await?)
    }

    async fn task_history(&self, task: &str, window: Window) -> Result<Vec<Bucket>> {
        Ok(buckets::buckets(&mut self.reader().await?, task, &window).await?)
    }

    async fn throughput(&self, since: Time) -> Result<(u64, u64)> {
        Ok(list::throughput(&mut self.reader().await?, since).await?)
    }

    async fn last_prune(&self) -> Result<Option<CleanUp>> {
        Ok(prune::last(&mut self.reader().await?).await?)
    }

    async fn health(&self, _now: Time) -> Result<Health> {
        Ok(health::health(&self.shared).await?)
    }

    fn connections(&self) -> (PoolUsage, Option<PoolUsage>) {
        let (readers, writers) = self.shared.pools.usage();
        (readers, Some(writers))
    }

    async fn backup(&self, _to: &Path) -> Result<()> {
        let how = "a PostgreSQL store is copied with pg_dump, which may run at any time";
        Err(StoreError::Unavailable(how.into()))
    }

    fn on_commit(&self, hook: CommitHook) {
        self.shared.told.set(hook);
    }

    fn outbox(&self) -> &dyn Outbox {
        self
    }

    fn watch(&self) -> &dyn Watch {
        self
    }
}
