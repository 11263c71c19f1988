//! Tasks that are commands: `[tasks.NAME] command = […]`. No SDK, one process per item.
//!
//! A slot leases one chunk (or single-unit job) at a time and runs one supervised process after
//! the other. What the command prints is the job's log; lines that begin with `::` speak to the
//! node (see `speech`).

mod process;
mod slot;
mod speech;
mod template;
mod watched;

use std::sync::Arc;

use paceline_core::task::Task;
use paceline_core::worker::WorkerStatus;
use tokio::task::JoinSet;

use self::slot::CommandSlot;
use crate::config::CommandConfig;
use crate::declared::enforced;
use crate::host::Host;
use crate::status::StatusCell;

/// The slots of one command task.
#[derive(Debug)]
pub(crate) struct Commands {
    statuses: Vec<StatusCell>,
}

impl Commands {
    /// Starts all slots in `tasks`; they run until the host's stop is ordered.
    pub(crate) fn start(config: CommandConfig, host: &Host, tasks: &mut JoinSet<()>) -> Self {
        let declared = declaration(&config, host);
        let config = Arc::new(config);
        let mut statuses = vec![];
        let mut slots = vec![];
        for index in 0..config.processes {
            let source = Arc::clone(&host.source);
            let status = StatusCell::new(source, &config.task, index);
            statuses.push(status.clone());
            slots.push(CommandSlot::new(Arc::clone(&config), host.clone(), status));
        }
        let host = host.clone();
        tasks.spawn(async move {
            if host.source.declare(vec![declared]).await.is_err() {
                return;
            }
            let mut running: JoinSet<()> = slots.into_iter().map(CommandSlot::run).collect();
            while running.join_next().await.is_some() {}
        });
        Commands { statuses }
    }

    pub(crate) fn status(&self) -> Vec<WorkerStatus> {
        self.statuses.iter().map(StatusCell::get).collect()
    }
}

fn declaration(config: &CommandConfig, host: &Host) -> Task {
    let (throttle, needs) = enforced(&config.task, &config.options);
    Task {
        name: config.task.clone(),
        options: config.options.clone(),
        params_schema: None,
        has_planner: false,
        throttle,
        needs,
        declared_by: config.task.clone(),
        declared_at: host.source.now(),
    }
}
