//! The node's workers: started in the background, because an interpreter takes its time.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::future::join_all;
use paceline_core::Time;
use paceline_core::worker::WorkerStatus;
use paceline_server::WorkersView;
use paceline_worker::{
    CommandConfig, Handlers, LeaseSource, PoolConfig, Supervisor, Workers, WorkersConfig,
};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use super::reload::{self, WatchedPool};

use crate::SUPERVISE;
use crate::config::{PoolSettings, TaskSettings};
use crate::python::{self, Prepared};

/// All workers of the node, from before they are there.
#[derive(Debug)]
pub(super) struct Pools {
    /// What is shown until the workers show themselves.
    expected: Vec<WorkerStatus>,
    workers: OnceLock<Workers>,
    /// Starts the workers, then replaces them when their code changes, if that is wanted.
    starting: Mutex<Option<JoinHandle<()>>>,
}

/// What there is to start.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) pools: Vec<PoolSettings>,
    pub(super) tasks: Vec<TaskSettings>,
    pub(super) handlers: Vec<Handlers>,
    /// How long a handler may take to heed a cancel.
    pub(super) grace: Duration,
    /// Replace workers when the Python code beside them changes.
    pub(super) reload: bool,
    /// Where the Python SDK goes when there is no cache folder.
    pub(super) fallback: PathBuf,
}

impl Pools {
    /// Begins to start the workers and returns at once.
    pub(super) fn start(plan: Plan, source: Arc<dyn LeaseSource>) -> Arc<Pools> {
        let now = source.now();
        let pools = Arc::new(Pools {
            expected: plan.expected(now),
            workers: OnceLock::new(),
            starting: Mutex::new(None),
        });
        let starting = tokio::spawn({
            let pools = Arc::clone(&pools);
            async move {
                let watched = plan.watched();
                let config = plan.prepare().await;
                // The first look comes before any worker reads its code, but after the SDK was
                // unpacked: that is no edit.
                let watched: Vec<_> = watched
                    .iter()
                    .map(|(name, folder)| WatchedPool::new(name, folder))
                    .collect();
                // Set once: this is the only task that starts workers.
                let workers = pools.workers.get_or_init(|| Workers::start(config, source));
                if !watched.is_empty() {
                    reload::watch(workers, watched).await;
                }
            }
        });
        if let Ok(mut slot) = pools.starting.try_lock() {
            *slot = Some(starting);
        }
        pools
    }

    /// How the server sees the workers.
    pub(super) fn view(self: &Arc<Self>) -> WorkersView {
        let pools = Arc::clone(self);
        Arc::new(move || match pools.workers.get() {
            Some(workers) => workers.status(),
            None => pools.expected.clone(),
        })
    }

    /// Lets the current items end for at most `grace`; everything else is handed back.
    pub(super) async fn stop(&self, grace: Duration) {
        if let Some(starting) = self.starting.lock().await.take() {
            starting.abort();
            // Aborted or done: either way nothing starts any more.
            let _ = starting.await;
        }
        if let Some(workers) = self.workers.get() {
            workers.stop(grace).await;
        }
    }
}

impl Plan {
    fn expected(&self, now: Time) -> Vec<WorkerStatus> {
        let pools = self.pools.iter().map(|pool| (&pool.name, pool.processes));
        let tasks = self.tasks.iter().map(|task| (&task.name, task.processes));
        pools
            .chain(tasks)
            .flat_map(|(name, processes)| {
                (0..processes).map(move |index| WorkerStatus::starting(name, index, now))
            })
            .collect()
    }

    /// The pools whose code is watched, and where it lies.
    fn watched(&self) -> Vec<(String, PathBuf)> {
        let pools = self.pools.iter().filter(|_| self.reload);
        pools
            .map(|pool| (pool.name.clone(), pool.cwd.clone()))
            .collect()
    }

    async fn prepare(self) -> WorkersConfig {
        let Plan {
            pools,
            tasks,
            handlers,
            grace,
            reload: _,
            fallback,
        } = self;
        let pools = pools
            .into_iter()
            .map(|pool| prepare(pool, grace, &fallback));
        WorkersConfig {
            pools: join_all(pools).await,
            commands: tasks.into_iter().map(|task| command(task, grace)).collect(),
            handlers,
            ..WorkersConfig::new(supervisor())
        }
    }
}

async fn prepare(pool: PoolSettings, grace: Duration, fallback: &Path) -> PoolConfig {
    let PoolSettings {
        name,
        command,
        processes,
        max_memory,
        cwd,
        env,
        start_timeout,
    } = pool;
    let written = Prepared {
        command,
        env: env.into_iter().collect::<BTreeMap<_, _>>(),
    };
    let prepared = match python::prepare(written.clone(), &cwd, fallback).await {
        Ok(prepared) => prepared,
        Err(error) => {
            // The pool may do without; if not, its own error says what is missing.
            tracing::warn!(
                pool = name,
                "the Python SDK is not there for this pool: {error:?}"
            );
            written
        }
    };
    PoolConfig {
        cwd: Some(cwd),
        env: prepared.env.into_iter().collect(),
        max_memory,
        grace,
        start_timeout,
        ..PoolConfig::new(name, prepared.command, processes)
    }
}

fn command(task: TaskSettings, grace: Duration) -> CommandConfig {
    let TaskSettings {
        name,
        command,
        processes,
        cwd,
        env,
        options,
    } = task;
    CommandConfig {
        cwd: Some(cwd),
        env,
        grace,
        options,
        ..CommandConfig::new(name, command, processes)
    }
}

/// This very binary again, also after its file was replaced by a newer one.
fn supervisor() -> Supervisor {
    let program = if cfg!(target_os = "linux") {
        PathBuf::from("/proc/self/exe")
    } else {
        std::env::current_exe().unwrap_or_else(|_| PathBuf::from("paceline"))
    };
    Supervisor {
        program,
        args: vec![OsString::from(SUPERVISE)],
    }
}
