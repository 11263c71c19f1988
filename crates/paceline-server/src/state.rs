//! What all handlers share.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Weak};
use std::time::Duration;

use paceline_core::outbox::Courier;
use paceline_core::store::StoreError;
use paceline_core::task::TaskHistory;
use paceline_core::worker::{WorkerState, WorkerStatus};
use paceline_core::{JobOptions, Time};
use paceline_engine::Handle;
use tokio_util::sync::CancellationToken;

use crate::cache::Cache;
use crate::dashboard::Dashboard;
use crate::idempotency::KeyLocks;
use crate::job_maker::Maker;
use crate::metrics::Metrics;
use crate::settle::Tasks;

/// Where the workers of this node are seen.
pub type WorkersView = Arc<dyn Fn() -> Vec<WorkerStatus> + Send + Sync>;

/// What may be configured.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Version of the product, as `/health` and the API document name it.
    pub version: String,
    /// Options of jobs where neither the submission nor the task sets them.
    pub defaults: JobOptions,
    pub limits: BodyLimits,
    /// Host names, without port, that are answered besides loopback ones.
    pub allowed_hosts: Vec<String>,
    /// Longest time that requests in flight are waited for at the end.
    pub shutdown_grace: Duration,
    /// Who knows what can be sent outside; nothing can without.
    pub courier: Option<Arc<dyn Courier>>,
    pub dashboard: Dashboard,
}

impl ServerOptions {
    pub fn new(version: impl Into<String>) -> Self {
        ServerOptions {
            version: version.into(),
            defaults: JobOptions::default(),
            limits: BodyLimits::default(),
            allowed_hosts: Vec::new(),
            shutdown_grace: Duration::from_secs(10),
            courier: None,
            dashboard: Dashboard::embedded(),
        }
    }
}

/// How much a request may hold.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    /// Bytes of a JSON body.
    pub json: usize,
    /// Bytes of a bulk submission.
    pub bulk: usize,
    /// Bytes of one line of a streamed submission.
    pub line: usize,
    /// Jobs in a bulk submission, or ids in a bulk action.
    pub jobs: usize,
    /// Longest silence of a client that is sending a body.
    pub idle: Duration,
}

impl Default for BodyLimits {
    fn default() -> Self {
        BodyLimits {
            json: 16 << 20,
            bulk: 64 << 20,
            line: 16 << 20,
            jobs: 10_000,
            idle: Duration::from_mins(1),
        }
    }
}

/// The engine, the configuration and the server's own small state. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

pub struct Shared {
    pub(crate) engine: Handle,
    pub(crate) options: ServerOptions,
    workers: WorkersView,
    pub(crate) started: Time,
    pub(crate) metrics: Metrics,
    pub(crate) keys: KeyLocks,
    /// Ends streams and waits, which would otherwise keep the server from stopping.
    pub(crate) stop: CancellationToken,
    /// Ends every request: the time to stop in order is over.
    pub(crate) cut: CancellationToken,
    histories: Cache<String, TaskHistory>,
    throughputs: Cache<Duration, (u64, u64)>,
    /// What was declared a moment ago; who misses a task looks again.
    pub(crate) tasks: Cache<(), Tasks>,
}

impl AppState {
    /// The server of an engine, whose schedules run as long as it is kept.
    pub fn new(engine: Handle, options: ServerOptions, workers: WorkersView) -> Self {
        let started = engine.now();
        let shared = Arc::new(Shared {
            engine,
            options,
            workers,
            started,
            metrics: Metrics::new(),
            keys: KeyLocks::default(),
            stop: CancellationToken::new(),
            cut: CancellationToken::new(),
            histories: Cache::new(Duration::from_secs(5)),
            throughputs: Cache::new(Duration::from_secs(1)),
            tasks: Cache::new(Duration::from_millis(500)),
        });
        let maker = Maker(Arc::downgrade(&shared));
        shared.engine.run_schedules_with(Arc::new(maker));
        AppState(shared)
    }

    /// What a weak reference leads to, as long as the server is there.
    pub(crate) fn from_weak(shared: &Weak<Shared>) -> Option<Self> {
        shared.upgrade().map(AppState)
    }
}

impl Deref for AppState {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState")
            .field("options", &self.options)
            .field("started", &self.started)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// The workers of this node as they are now.
    pub(crate) fn workers(&self) -> Vec<WorkerStatus> {
        (self.workers)()
    }

    /// Some worker has not yet said which tasks it declares.
    pub(crate) fn workers_are_starting(&self) -> bool {
        some_are_starting(&self.workers())
    }

    /// How jobs of the task ran, at most a few seconds ago: a page of jobs asks for it often.
    pub(crate) async fn history(&self, task: &str) -> Result<TaskHistory, StoreError> {
        let ask = self.engine.store().history(task);
        self.histories
            .get(task.to_owned(), self.engine.now(), ask)
            .await
    }

    /// Jobs that ended in the time of `window` until now, and how many of them completed.
    pub(crate) async fn throughput(&self, window: Duration) -> Result<(u64, u64), StoreError> {
        let now = self.engine.now();
        let ask = self.engine.store().throughput(now - window);
        self.throughputs.get(window, now, ask).await
    }
}

/// Some of `workers` has not yet said which tasks it declares.
pub(crate) fn some_are_starting(workers: &[WorkerStatus]) -> bool {
    workers
        .iter()
        .any(|worker| worker.state == WorkerState::Starting && worker.tasks.is_empty())
}
