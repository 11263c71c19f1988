//! A pool of equal worker processes, and what its slots share.

use std::sync::Arc;

use paceline_core::Json;
use paceline_core::task::Task;
use paceline_core::worker::WorkerStatus;
use paceline_protocol::rest::NeedsItems;
use paceline_protocol::worker::DeclaredTask;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;

use super::failed_starts::FailedStarts;
use super::slot::Slot;
use crate::config::PoolConfig;
use crate::declared::enforced;
use crate::host::Host;
use crate::lease_source::Stopping;
use crate::status::StatusCell;

/// Hears why processes that were started before are to be replaced.
pub(super) type Renewals = watch::Receiver<Arc<str>>;

/// What all slots of a pool share.
#[derive(Debug)]
pub(crate) struct PoolShared {
    pub(crate) config: PoolConfig,
    pub(crate) host: Host,
    /// What was last declared to the source.
    declared: Mutex<Vec<Task>>,
    /// Why processes that were started before are to be replaced.
    renewal: watch::Sender<Arc<str>>,
    pub(super) failed_starts: FailedStarts,
}

impl PoolShared {
    /// Hears of each [`Pool::renew`] from now on.
    pub(super) fn renewals(&self) -> Renewals {
        self.renewal.subscribe()
    }

    /// Makes the tasks of a process known, unless an equal process has done so.
    pub(super) async fn declare(&self, tasks: &[DeclaredTask]) -> Result<(), Stopping> {
        let mut declared = self.declared.lock().await;
        let unchanged_at = declared.first().map(|task| task.declared_at);
        let mut tasks: Vec<Task> = tasks.iter().map(|task| self.task(task)).collect();
        if let Some(at) = unchanged_at {
            for task in &mut tasks {
                task.declared_at = at;
            }
            if tasks == *declared {
                return Ok(());
            }
        }
        let now = self.host.source.now();
        for task in &mut tasks {
            task.declared_at = now;
        }
        self.host.source.declare(tasks.clone()).await?;
        *declared = tasks;
        Ok(())
    }

    fn task(&self, task: &DeclaredTask) -> Task {
        let options = task
            .options
            .as_ref()
            .filter(|options| options.get() != "null");
        let options = options.map_or_else(Json::empty_object, |raw| Json::from_checked(raw.get()));
        let (throttle, needs) = enforced(&task.name, &options);
        let options = if task.has_items && !task.has_planner {
            NeedsItems::said_in(&options)
        } else {
            options
        };
        Task {
            name: task.name.clone(),
            options,
            params_schema: task
                .params_schema
                .as_ref()
                .map(|raw| Json::from_checked(raw.get())),
            has_planner: task.has_planner,
            throttle,
            needs,
            declared_by: self.config.name.clone(),
            declared_at: self.host.source.now(),
        }
    }
}

/// A running pool.
#[derive(Debug)]
pub(crate) struct Pool {
    shared: Arc<PoolShared>,
    statuses: Vec<StatusCell>,
}

impl Pool {
    /// Starts all slots in `tasks`; they run until the host's stop is ordered.
    pub(crate) fn start(config: PoolConfig, host: Host, tasks: &mut JoinSet<()>) -> Self {
        let shared = Arc::new(PoolShared {
            config,
            host,
            declared: Mutex::default(),
            renewal: watch::Sender::new(Arc::from("")),
            failed_starts: FailedStarts::default(),
        });
        let mut statuses = vec![];
        for index in 0..shared.config.processes {
            let source = Arc::clone(&shared.host.source);
            let status = StatusCell::new(source, &shared.config.name, index);
            statuses.push(status.clone());
            tasks.spawn(Slot::new(Arc::clone(&shared), status).run());
        }
        Pool { shared, statuses }
    }

    pub(crate) fn name(&self) -> &str {
        &self.shared.config.name
    }

    /// Replaces every process once it has finished what it was given.
    pub(crate) fn renew(&self, why: &str) {
        self.shared.renewal.send_replace(why.into());
    }

    pub(crate) fn status(&self) -> Vec<WorkerStatus> {
        self.statuses.iter().map(StatusCell::get).collect()
    }
}
