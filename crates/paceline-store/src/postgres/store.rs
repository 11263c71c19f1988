//! The trait on the store: passes each call to its verb.

use std::collections::BTreeMap;
use std::path::Path;

use async_trait::async_trait;
use paceline_core::admission::{Limits, Reason};
use paceline_core::event::{EventKind, EventRecord};
use paceline_core::id::EventSeq;
use paceline_core::item::{Item, NewItem};
use paceline_core::lease::{LeaseReport, Note, ReportAnswer};
use paceline_core::query::{
    Count, ErrorGroup, EventQuery, ItemQuery, JobFilter, JobQuery, LogPage, Page, Sample, Selector,
};
use paceline_core::store::{
    Action, Claim, Claimed, CommitHook, Controlled, Health, NodeInfo, Pruned, Result, Retention,
    Store, StoreError, Submitted, Ticked,
};
use paceline_core::task::{Task, TaskHistory};
use paceline_core::{Job, JobId, JobState, Json, LeaseId, NewJob, NodeId, Time, UploadId};

use super::connect::PostgresStore;
use super::session::Session;
use super::{errors, events, health, idempotency, items, list, logs, read, tasks, waiting};

impl PostgresStore {
    async fn reader(&self) -> Result<Session> {
        Ok(self.shared.pools.reader().await?)
    }
}

fn unwritten<T>() -> Result<T> {
    Err(StoreError::Unavailable("not written yet".into()))
}

#[async_trait]
impl Store for PostgresStore {
    async fn submit(&self, _jobs: Vec<NewJob>, _now: Time) -> Result<Vec<Submitted>> {
        unwritten()
    }

    async fn begin_upload(&self, _job: NewJob, _now: Time) -> Result<UploadId> {
        unwritten()
    }

    async fn append_upload(&self, _upload: UploadId, _items: Vec<NewItem>) -> Result<()> {
        unwritten()
    }

    async fn finish_upload(&self, _upload: UploadId, _now: Time) -> Result<Submitted> {
        unwritten()
    }

    async fn abort_upload(&self, _upload: UploadId) -> Result<()> {
        unwritten()
    }

    async fn recall(&self, key: &str, now: Time) -> Result<Option<(Vec<u8>, String)>> {
        Ok(idempotency::recall(&mut self.reader().await?, key, now).await?)
    }

    async fn remember(&self, _: &str, _: Vec<u8>, _: String, _: Time) -> Result<()> {
        unwritten()
    }

    async fn admit(&self, _limits: Limits, _now: Time) -> Result<u64> {
        unwritten()
    }

    async fn claim(&self, _claim: Claim) -> Result<Claimed> {
        unwritten()
    }

    async fn report(
        &self,
        _reports: Vec<LeaseReport>,
        _seed: u64,
        _now: Time,
    ) -> Result<Vec<ReportAnswer>> {
        unwritten()
    }

    async fn note(&self, _notes: Vec<Note>, _now: Time) -> Result<()> {
        unwritten()
    }

    async fn control(
        &self,
        _selector: Selector,
        _action: Action,
        _dry_run: bool,
        _now: Time,
    ) -> Result<Controlled> {
        unwritten()
    }

    async fn register_node(&self, _node: NodeInfo, _until: Time, _now: Time) -> Result<NodeId> {
        unwritten()
    }

    async fn heartbeat(
        &self,
        _node: NodeId,
        _held: Vec<LeaseId>,
        _until: Time,
        _now: Time,
    ) -> Result<Vec<LeaseId>> {
        unwritten()
    }

    async fn remove_node(&self, _node: NodeId, _now: Time) -> Result<()> {
        unwritten()
    }

    async fn tick(&self, _now: Time) -> Result<Ticked> {
        unwritten()
    }

    async fn prune(&self, _retention: Retention, _now: Time) -> Result<Pruned> {
        unwritten()
    }

    async fn declare_tasks(&self, _declared: Vec<Task>) -> Result<()> {
        unwritten()
    }

    async fn record_event(&self, _kind: EventKind, _data: Json, _now: Time) -> Result<()> {
        unwritten()
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>> {
        Ok(read::job(&mut self.reader().await?, id).await?)
    }

    async fn jobs_by_prefix(&self, prefix: &str) -> Result<Vec<JobId>> {
        Ok(read::by_prefix(&mut self.reader().await?, prefix).await?)
    }

    async fn jobs(&self, query: JobQuery) -> Result<Page<Job>> {
        let catalogue = &self.shared.catalogue;
        Ok(list::jobs(&mut self.reader().await?, catalogue, &query).await?)
    }

    async fn count(&self, filter: JobFilter, cap: u64) -> Result<Count> {
        let catalogue = &self.shared.catalogue;
        Ok(list::count(&mut self.reader().await?, catalogue, &filter, cap).await?)
    }

    async fn counts(&self) -> Result<BTreeMap<JobState, u64>> {
        Ok(list::counts(&mut self.reader().await?).await?)
    }

    async fn waiting_for(&self, jobs: &[JobId], limits: Limits) -> Result<Vec<(JobId, Reason)>> {
        Ok(waiting::waiting_for(&mut self.reader().await?, jobs, limits).await?)
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

    async fn throughput(&self, since: Time) -> Result<(u64, u64)> {
        Ok(list::throughput(&mut self.reader().await?, since).await?)
    }

    async fn last_prune(&self) -> Result<Option<(Time, Pruned)>> {
        Ok(health::last_prune(&mut self.reader().await?).await?)
    }

    async fn health(&self, _now: Time) -> Result<Health> {
        Ok(health::health(&self.shared).await?)
    }

    async fn backup(&self, _to: &Path) -> Result<()> {
        let how = "a PostgreSQL store is copied with pg_dump, which may run at any time";
        Err(StoreError::Unavailable(how.into()))
    }

    fn on_commit(&self, hook: CommitHook) {
        self.shared.told.set(hook);
    }
}
