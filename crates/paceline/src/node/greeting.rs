//! The line that says that a node is ready.

use serde::Serialize;

use crate::config::{PoolSettings, StoreLocation, TaskSettings};
use crate::output::human;

/// What a node says of itself once it listens.
#[derive(Debug, Serialize)]
pub(crate) struct Greeting {
    pub(crate) ready: bool,
    pub(crate) version: &'static str,
    /// Where the API answers; null for a node without one.
    pub(crate) url: Option<String>,
    pub(crate) pid: u32,
    /// `sqlite:PATH`, or a URL without its password.
    pub(crate) store: String,
    pub(crate) workers: Vec<PoolReady>,
}

#[derive(Debug, Serialize)]
pub(crate) struct PoolReady {
    pub(crate) pool: String,
    pub(crate) processes: u32,
}

impl Greeting {
    pub(crate) fn new(
        url: Option<String>,
        store: &StoreLocation,
        pools: &[PoolSettings],
        tasks: &[TaskSettings],
    ) -> Self {
        let pools = pools.iter().map(|pool| (&pool.name, pool.processes));
        let tasks = tasks.iter().map(|task| (&task.name, task.processes));
        Greeting {
            ready: true,
            version: env!("CARGO_PKG_VERSION"),
            url,
            pid: std::process::id(),
            store: store.to_string(),
            workers: pools
                .chain(tasks)
                .map(|(name, processes)| PoolReady {
                    pool: name.clone(),
                    processes,
                })
                .collect(),
        }
    }

    /// `Paceline 0.1.0 is ready: http://127.0.0.1:7421 (store sqlite:./paceline.db, 2 workers of races)`
    pub(crate) fn line(&self) -> String {
        let place = self.url.as_deref().unwrap_or("without an API");
        let workers: Vec<String> = self
            .workers
            .iter()
            .map(|pool| {
                let count = human::plural(u64::from(pool.processes), "worker");
                format!("{count} of {}", pool.pool)
            })
            .collect();
        let workers = if workers.is_empty() {
            "no workers".to_owned()
        } else {
            workers.join(", ")
        };
        let (version, store) = (self.version, &self.store);
        format!("Paceline {version} is ready: {place} (store {store}, {workers})")
    }
}
