//! The store itself: opens the database and passes each call to its verb.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

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
use rusqlite::Connection;

use crate::context::WriteContext;
use crate::hook::Hook;
use crate::readers::Readers;
use crate::writer::{Durable, Writer, WriterState};
use crate::{
    admit, claim, connection, control, counters, error, errors, events, health, idempotency, items,
    list, log, migrate, node, note, prune, read, report, samples, statistics, submit, tasks, tick,
    upload, waiting,
};

/// What a commit promises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// What must be durable survives a loss of power: one `fsync` for each group of commands.
    #[default]
    Full,
    /// Commits survive the death of the process, but the last ones not a loss of power.
    Relaxed,
}

/// How a database is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub durability: Durability,
    /// Most queries that run at once.
    pub readers: u32,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            durability: Durability::Full,
            readers: 4,
        }
    }
}

/// A store in one `SQLite` database, used by one process at a time.
#[derive(Debug)]
pub struct SqliteStore {
    backend: Backend,
    hook: Hook,
    /// Held as long as the store is open; the system lets go of it also when the process dies.
    _lock: Option<File>,
}

#[derive(Debug)]
enum Backend {
    Threads {
        path: PathBuf,
        writer: Writer,
        readers: Readers,
    },
    /// One connection, no threads: each call runs on its caller, one after the other.
    Inline(Box<Mutex<WriterState>>),
}

impl SqliteStore {
    /// Opens the database file, creating it (but no folders) if it is not there, and brings its
    /// schema up to date. [`StoreError::InUse`] when another process has it open.
    pub fn open(path: &Path, options: Options) -> Result<SqliteStore> {
        let lock = lock(path)?;
        let mut connection = connection::writer(path)?;
        migrate::migrate(&mut connection)?;
        let relaxed = options.durability == Durability::Relaxed;
        let state = WriterState::new(connection, relaxed)?;
        let hook = Hook::default();
        let writer = Writer::start(state, hook.clone())
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(SqliteStore {
            backend: Backend::Threads {
                path: path.to_owned(),
                writer,
                readers: Readers::new(path, options.readers.max(1)),
            },
            hook,
            _lock: Some(lock),
        })
    }

    /// A store in memory that runs each call at once on its caller: with a paused clock the same
    /// calls give the same answers in the same order.
    pub fn in_memory_inline() -> Result<SqliteStore> {
        let mut connection = connection::in_memory()?;
        migrate::migrate(&mut connection)?;
        let state = WriterState::new(connection, true)?;
        Ok(SqliteStore {
            backend: Backend::Inline(Box::new(Mutex::new(state))),
            hook: Hook::default(),
            _lock: None,
        })
    }

    async fn write<T: Send + 'static>(
        &self,
        durable: Durable,
        verb: impl Fn(&mut WriteContext<'_>) -> error::Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.backend {
            Backend::Threads { writer, .. } => writer.call(durable, verb).await,
            Backend::Inline(state) => {
                let (value, newest) = locked(state).single(durable, verb)?;
                if let Some(newest) = newest {
                    self.hook.call(newest);
                }
                Ok(value)
            }
        }
    }

    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> error::Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.backend {
            Backend::Threads { readers, .. } => readers.call(query).await,
            Backend::Inline(state) => Ok(query(&locked(state).connection)?),
        }
    }

    /// A query about a job that answers nothing when there is no such job.
    async fn read_job<T: Send + Default + 'static>(
        &self,
        id: JobId,
        query: impl FnOnce(&Connection, crate::num::JobNum) -> error::Result<T> + Send + 'static,
    ) -> Result<T> {
        self.read(move |connection| match read::num(connection, id)? {
            Some(num) => query(connection, num),
            None => Ok(T::default()),
        })
        .await
    }
}

fn locked(state: &Mutex<WriterState>) -> MutexGuard<'_, WriterState> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lock(path: &Path) -> Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let unavailable = |error: std::io::Error| {
        StoreError::Unavailable(format!(
            "cannot open {}: {error}",
            Path::new(&name).display()
        ))
    };
    let file = File::create(&name).map_err(unavailable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(StoreError::InUse(path.display().to_string()))
        }
        Err(std::fs::TryLockError::Error(error)) => Err(unavailable(error)),
    }
}

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

    async fn admit(&self, limits: Limits, now: Time) -> Result<u64> {
        self.write(Durable::No, move |context| {
            admit::admit(context, limits, now)
        })
        .await
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
        _now: Time,
    ) -> Result<Vec<LeaseId>> {
        self.write(Durable::No, move |context| {
            node::heartbeat(context, node, &held, until)
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
        let pruned = self
            .write(Durable::No, move |context| {
                prune::prune(context, retention, now)
            })
            .await?;
        if let Backend::Inline(state) = &self.backend {
            while locked(state).background() {}
        }
        Ok(pruned)
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
        self.read(move |connection| list::jobs(connection, &query))
            .await
    }

    async fn count(&self, filter: JobFilter, cap: u64) -> Result<Count> {
        self.read(move |connection| list::count(connection, &filter, cap))
            .await
    }

    async fn counts(&self) -> Result<BTreeMap<JobState, u64>> {
        self.read(counters::counts).await
    }

    async fn waiting_for(&self, jobs: &[JobId], limits: Limits) -> Result<Vec<(JobId, Reason)>> {
        let jobs = jobs.to_owned();
        self.read(move |connection| waiting::waiting_for(connection, &jobs, limits))
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

    async fn throughput(&self, since: Time) -> Result<(u64, u64)> {
        self.read(move |connection| list::throughput(connection, since))
            .await
    }

    async fn last_prune(&self) -> Result<Option<(Time, Pruned)>> {
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
        let (readers_in_use, readers_max) = match &self.backend {
            Backend::Threads { readers, .. } => readers.usage(),
            Backend::Inline(_) => (0, 1),
        };
        Ok(Health {
            backend: "sqlite",
            write_latency,
            readers_in_use,
            readers_max,
            size_bytes: self.read(health::size).await?,
            schema_version: migrate::known(),
        })
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
}
