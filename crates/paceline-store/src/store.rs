//! The trait on the store: passes each call to its verb.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

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
use rusqlite::Connection;

use crate::command::Durable;
use crate::context::WriteContext;
use crate::sqlite::{Backend, SqliteStore, locked};
use crate::{
    admit, buckets, claim, connection, control, counters, errors, events, health, idempotency,
    items, list, list_sql, log, migrate, node, note, packed, parents, prune, read, report, rules,
    samples, statistics, submit, tasks, throttles, tick, upload, waiting,
};

#[async_trait]
impl Store for SqliteStore {
    async fn submit(&self, jobs: Vec<NewJob>, now: Time) -> Result<Vec<Submitted>> {
        self.write(Durable::Yes, move |context| {
            submit::submit(context, &jobs, now)
        })
        .await
    }

    async fn begin_upload(&self, job: NewJob, now: Time) -> Result<UploadId> {
        self.write(Durable::No, move |context| {
            upload::begin(context, &job, now)
        })
        .await
    }

    async fn append_upload(&self, upload: UploadId, items: Vec<NewItem>) -> Result<()> {
        self.write(Durable::No, move |context| {
            upload::append(context, upload, &items)
        })
        .await
    }

    async fn finish_upload(&self, upload: UploadId, now: Time) -> Result<Submitted> {
        self.write(Durable::Yes, move |context| {
            upload::finish(context, upload, now)
        })
        .await
    }

    async fn abort_upload(&self, upload: UploadId) -> Result<()> {
        self.write(Durable::No, move |context| upload::abort(context, upload))
            .await
    }

    async fn recall(&self, key: &str, now: Time) -> Result<Option<(Vec<u8>, String)>> {
        let key = key.to_owned();
        self.read(move |connection| idempotency::recall(connection, &key, now))
            .await
    }

    async fn remember(&self, key: &str, hash: Vec<u8>, answer: String, until: Time) -> Result<()> {
        let key = key.to_owned();
        self.write(Durable::Yes, move |context| {
            idempotency::remember(context, &key, &hash, &answer, until)
        })
        .await
    }

    async fn remember_first(
        &self,
        key: &str,
        hash: Vec<u8>,
        answer: String,
        until: Time,
        now: Time,
    ) -> Result<bool> {
        let key = key.to_owned();
        self.write(Durable::Yes, move |context| {
            idempotency::remember_first(context, &key, &hash, &answer, (until, now))
        })
        .await
    }

    async fn admit(&self, now: Time) -> Result<u64> {
        let mut all = 0;
        loop {
            let step = move |context: &mut WriteContext<'_>| admit::admit(context, now);
            let (started, more) = self.write(Durable::No, step).await?;
            all += started;
            if !more {
                return Ok(all);
            }
        }
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed> {
        self.write(Durable::No, move |context| claim::claim(context, &claim))
            .await
    }

    async fn report(
        &self,
        reports: Vec<LeaseReport>,
        seed: u64,
        now: Time,
    ) -> Result<Vec<ReportAnswer>> {
        let reports = packed::pack_results(reports).await;
        self.write(Durable::Yes, move |context| {
            report::report(context, &reports, seed, now)
        })
        .await
    }

    async fn note(&self, notes: Vec<Note>, now: Time) -> Result<()> {
        self.write(Durable::No, move |context| note::note(context, &notes, now))
            .await
    }

    async fn control(
        &self,
        selector: Selector,
        action: Action,
        dry_run: bool,
        now: Time,
    ) -> Result<Controlled> {
        self.write(Durable::Yes, move |context| {
            control::control(context, &selector, &action, dry_run, now)
        })
        .await
    }

    async fn configure(&self, limits: Limits, _now: Time) -> Result<()> {
        self.write(Durable::Yes, move |context| {
            rules::configure(context, &limits)
        })
        .await
    }

    async fn set_limits(&self, changes: Vec<(LimitName, Setting)>, now: Time) -> Result<()> {
        self.write(Durable::Yes, move |context| {
            rules::set_limits(context, &changes, now)
        })
        .await
    }

    async fn hold(&self, hold: Hold, now: Time) -> Result<()> {
        self.write(Durable::Yes, move |context| {
            rules::hold(context, &hold, now)
        })
        .await
    }

    async fn lift(&self, scope: Scope, now: Time) -> Result<bool> {
        self.write(Durable::Yes, move |context| {
            rules::lift(context, &scope, now)
        })
        .await
    }

    async fn rule_book(&self) -> Result<RuleBook> {
        self.read(rules::full_book).await
    }

    async fn queues(&self) -> Result<Vec<String>> {
        self.read(rules::queues).await
    }

    async fn throttles(&self) -> Result<Vec<TaskThrottle>> {
        self.read(throttles::throttles).await
    }

    async fn reset_breaker(&self, task: String, now: Time) -> Result<bool> {
        self.write(Durable::Yes, move |context| {
            throttles::reset(context, &task, now)
        })
        .await
    }

    async fn register_node(&self, node: NodeInfo, until: Time, now: Time) -> Result<NodeId> {
        self.write(Durable::No, move |context| {
            node::register(context, &node, until, now)
        })
        .await
    }

    async fn heartbeat(
        &self,
        node: NodeId,
        held: Vec<LeaseId>,
        until: Time,
        now: Time,
    ) -> Result<NodeNews> {
        self.write(Durable::No, move |context| {
            node::heartbeat(context, node, &held, (until, now))
        })
        .await
    }

    async fn remove_node(&self, node: NodeId, now: Time) -> Result<()> {
        self.write(Durable::No, move |context| node::remove(context, node, now))
            .await
    }

    async fn tick(&self, now: Time) -> Result<Ticked> {
        self.write(Durable::No, move |context| tick::tick(context, now))
            .await
    }

    async fn prune(&self, retention: Retention, now: Time) -> Result<Pruned> {
        self.clean_up(retention, now).await
    }

    async fn declare_tasks(&self, declared: Vec<Task>) -> Result<()> {
        self.write(Durable::No, move |context| {
            tasks::declare(context, &declared)
        })
        .await
    }

    async fn record_event(&self, kind: EventKind, data: Json, now: Time) -> Result<()> {
        self.write(Durable::No, move |context| {
            events::record(context, kind, &data, now)
        })
        .await
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>> {
        self.read(move |connection| read::job(connection, id)).await
    }

    async fn jobs_by_prefix(&self, prefix: &str) -> Result<Vec<JobId>> {
        let prefix = prefix.to_owned();
        self.read(move |connection| read::by_prefix(connection, &prefix))
            .await
    }

    async fn jobs(&self, query: JobQuery) -> Result<Page<Job>> {
        let catalogue = self.catalogue.clone();
        self.read_as_it_comes(move |connection| list::jobs(connection, &catalogue, &query))
            .await
    }

    async fn count(&self, filter: JobFilter, cap: u64) -> Result<Count> {
        let catalogue = self.catalogue.clone();
        self.read_as_it_comes(move |connection| list::count(connection, &catalogue, &filter, cap))
            .await
    }

    async fn counts(&self) -> Result<BTreeMap<JobState, u64>> {
        self.read(counters::counts).await
    }

    async fn waiting_for(&self, jobs: &[JobId], now: Time) -> Result<Vec<(JobId, Vec<Reason>)>> {
        let jobs = jobs.to_owned();
        self.read(move |connection| waiting::waiting_for(connection, &jobs, now))
            .await
    }

    async fn graph(&self, job: JobId, most: u32) -> Result<Option<Graph>> {
        self.read(move |connection| parents::graph(connection, job, most))
            .await
    }

    async fn items(&self, job: JobId, query: ItemQuery) -> Result<Vec<Item>> {
        self.read(move |connection| items::items(connection, job, &query))
            .await
    }

    async fn item(&self, job: JobId, key: &str) -> Result<Option<Item>> {
        let key = key.to_owned();
        self.read(move |connection| items::item(connection, job, &key))
            .await
    }

    async fn errors(&self, job: JobId) -> Result<Vec<ErrorGroup>> {
        self.read(move |connection| errors::errors(connection, job))
            .await
    }

    async fn events(&self, query: EventQuery) -> Result<Vec<EventRecord>> {
        self.read(move |connection| events::events(connection, &query))
            .await
    }

    async fn last_event(&self) -> Result<EventSeq> {
        self.read(events::last).await
    }

    async fn samples(&self, job: JobId) -> Result<Vec<Sample>> {
        self.read_job(job, samples::samples).await
    }

    async fn log(&self, job: JobId, after: i64, max_bytes: usize) -> Result<LogPage> {
        let page = move |connection: &Connection| match read::num(connection, job)? {
            Some(num) => log::page(connection, num, after, max_bytes),
            None => Ok(log::nothing_after(after)),
        };
        self.read(page).await
    }

    async fn log_tail(&self, job: JobId, lines: usize) -> Result<LogPage> {
        let tail = move |connection: &Connection| match read::num(connection, job)? {
            Some(num) => log::tail(connection, num, lines),
            None => Ok(log::nothing_after(0)),
        };
        self.read(tail).await
    }

    async fn tasks(&self) -> Result<Vec<Task>> {
        self.read(tasks::tasks).await
    }

    async fn history(&self, task: &str) -> Result<TaskHistory> {
        let task = task.to_owned();
        self.read(move |connection| statistics::history(connection, &task))
            .await
    }

    async fn task_history(&self, task: &str, window: Window) -> Result<Vec<Bucket>> {
        let task = task.to_owned();
        self.read(move |connection| buckets::buckets(connection, &task, &window))
            .await
    }

    async fn throughput(&self, since: Time) -> Result<(u64, u64)> {
        self.read(move |connection| list_sql::throughput(connection, since))
            .await
    }

    async fn last_prune(&self) -> Result<Option<CleanUp>> {
        self.read(prune::last).await
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "how long a write takes is a matter of real time"
    )]
    async fn health(&self, _now: Time) -> Result<Health> {
        let started = Instant::now();
        self.write(Durable::Yes, |context| health::probe(context))
            .await?;
        let write_latency = started.elapsed();
        let (readers, writers) = self.connections();
        Ok(Health {
            backend: "sqlite",
            write_latency,
            readers,
            writers,
            size_bytes: self.read(health::size).await?,
            schema_version: migrate::known(),
        })
    }

    fn connections(&self) -> (PoolUsage, Option<PoolUsage>) {
        let readers = match &self.backend {
            Backend::Threads { readers, .. } => readers.usage(),
            Backend::Inline(_) => PoolUsage {
                open: 1,
                max: 1,
                ..PoolUsage::default()
            },
        };
        (readers, None)
    }

    async fn backup(&self, to: &Path) -> Result<()> {
        let to = to.to_owned();
        match &self.backend {
            // Not one of the readers: a copy of a large database takes its time.
            Backend::Threads { path, .. } => {
                let path = path.clone();
                let copy = move || health::backup(&connection::reader(&path)?, &to);
                tokio::task::spawn_blocking(copy)
                    .await
                    .map_err(|panic| StoreError::Unavailable(panic.to_string()))?
            }
            Backend::Inline(state) => health::backup(&locked(state).connection, &to),
        }
    }

    fn on_commit(&self, hook: CommitHook) {
        self.hook.set(hook);
    }

    fn outbox(&self) -> &dyn Outbox {
        self
    }

    fn watch(&self) -> &dyn Watch {
        self
    }
}
