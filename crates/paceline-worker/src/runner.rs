//! All workers of a node: started together, watched together, stopped together.

use std::sync::Arc;
use std::time::Duration;

use paceline_core::worker::WorkerStatus;
use tokio::sync::Mutex;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::config::{CommandConfig, PoolConfig};
use crate::executor::command::Commands;
use crate::executor::inproc::{Handlers, InProcess};
use crate::executor::warm::pool::Pool;
use crate::host::Host;
use crate::lease_source::LeaseSource;
use crate::notes::NoteBoard;
use crate::stop::Stop;
use crate::supervise::Supervisor;

/// Beyond a stop's deadline: killing, and recording what was finished.
const AFTER_DEADLINE: Duration = Duration::from_secs(5);

/// What a node runs.
#[derive(Debug)]
pub struct WorkersConfig {
    /// How this binary is executed again to guard worker processes.
    pub supervisor: Supervisor,
    pub pools: Vec<PoolConfig>,
    pub commands: Vec<CommandConfig>,
    /// Handlers inside this process.
    pub handlers: Vec<Handlers>,
}

impl WorkersConfig {
    /// Nothing yet.
    pub fn new(supervisor: Supervisor) -> Self {
        WorkersConfig {
            supervisor,
            pools: vec![],
            commands: vec![],
            handlers: vec![],
        }
    }
}

/// The running workers of a node.
#[derive(Debug)]
pub struct Workers {
    pools: Vec<Pool>,
    commands: Vec<Commands>,
    in_process: Vec<InProcess>,
    stop: Stop,
    slots: Mutex<JoinSet<()>>,
    notes_stop: CancellationToken,
    notes: Mutex<Option<JoinHandle<()>>>,
}

impl Workers {
    /// Starts everything at once and returns without waiting for any process to be ready. Must be
    /// called within a tokio runtime.
    pub fn start(config: WorkersConfig, source: Arc<dyn LeaseSource>) -> Self {
        let host = Host {
            supervisor: Arc::new(config.supervisor),
            notes: Arc::new(NoteBoard::new(Arc::clone(&source))),
            source,
            stop: Stop::default(),
        };
        let mut slots = JoinSet::new();
        let pools = config.pools.into_iter();
        let pools = pools
            .map(|pool| Pool::start(pool, host.clone(), &mut slots))
            .collect();
        let commands = config.commands.into_iter();
        let commands = commands
            .map(|command| Commands::start(command, &host, &mut slots))
            .collect();
        let handlers = config.handlers.into_iter();
        let in_process = handlers
            .map(|handlers| InProcess::start(handlers, &host, &mut slots))
            .collect();
        let notes_stop = CancellationToken::new();
        let notes = tokio::spawn({
            let (board, stop) = (Arc::clone(&host.notes), notes_stop.clone());
            async move { board.run(stop).await }
        });
        Workers {
            pools,
            commands,
            in_process,
            stop: host.stop,
            slots: Mutex::new(slots),
            notes_stop,
            notes: Mutex::new(Some(notes)),
        }
    }

    /// Every worker: pool by pool, then commands, then handlers.
    pub fn status(&self) -> Vec<WorkerStatus> {
        let pools = self.pools.iter().flat_map(Pool::status);
        let commands = self.commands.iter().flat_map(Commands::status);
        let in_process = self.in_process.iter().flat_map(InProcess::status);
        pools.chain(commands).chain(in_process).collect()
    }

    /// Replaces the processes of a pool, each once it has finished what it was given; those that
    /// do not start are tried again at once. Nothing is charged with it.
    pub fn renew(&self, pool: &str, why: &str) {
        for pool in self.pools.iter().filter(|one| one.name() == pool) {
            pool.renew(why);
        }
    }

    /// Begins nothing more, lets the current items end for at most `patience`, hands everything
    /// else back and returns when no process is left. May be called again; that waits as well.
    pub async fn stop(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        self.stop.order(deadline);
        let mut slots = self.slots.lock().await;
        let all = async { while slots.join_next().await.is_some() {} };
        if tokio::time::timeout_at(deadline + AFTER_DEADLINE, all)
            .await
            .is_err()
        {
            tracing::warn!("some workers did not stop in time; their work will be leased again");
            slots.shutdown().await;
        }
        self.notes_stop.cancel();
        if let Some(notes) = self.notes.lock().await.take() {
            let _ = tokio::time::timeout(AFTER_DEADLINE, notes).await;
        }
    }
}
