//! One slot of a pool: a process after the other, for as long as the node runs.

use std::sync::Arc;
use std::time::Duration;

use paceline_core::Json;
use paceline_core::event::EventKind;
use paceline_core::worker::WorkerState;
use paceline_protocol::worker::ReadyMessage;
use tokio::task::JoinSet;

use super::pool::{PoolShared, Renewals};
use super::process::{NotReady, WorkerProcess};
use super::session::{Ended, Session};
use crate::pace::Pace;
use crate::status::StatusCell;

/// Deaths before `ready` after which the pool counts as broken.
const BROKEN_AFTER: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(super) struct Slot {
    pool: Arc<PoolShared>,
    worker: Arc<str>,
    status: StatusCell,
    pace: Pace,
    /// Deaths since a process last did something.
    failures: u32,
    /// Why the process before was replaced.
    replaces: Option<String>,
    /// Last reports of processes that are gone.
    reports: JoinSet<()>,
    /// What a process that is started now must be replaced for later.
    renewals: Renewals,
}

impl Slot {
    pub(super) fn new(pool: Arc<PoolShared>, status: StatusCell) -> Self {
        Slot {
            renewals: pool.renewals(),
            worker: status.get().name.into(),
            pool,
            status,
            pace: Pace::default(),
            failures: 0,
            replaces: None,
            reports: JoinSet::new(),
        }
    }

    pub(super) async fn run(mut self) {
        while !self.pool.host.stop.is_ordered() {
            self.one_process().await;
            while self.reports.try_join_next().is_some() {}
        }
        while self.reports.join_next().await.is_some() {}
        self.status.set_gone(WorkerState::Stopped, None);
    }

    async fn one_process(&mut self) {
        if self.failures == 0 && self.replaces.is_none() {
            self.status.set_state(WorkerState::Starting);
        }
        match self.start().await {
            Started::Ready(session) => {
                let ended = session.serve(&mut self.pace).await;
                self.after(ended).await;
            }
            Started::Failed(why) => self.failed_start(why).await,
            Started::Stopped => {}
        }
    }

    async fn start(&mut self) -> Started {
        self.renewals.mark_unchanged();
        let mut process = match WorkerProcess::spawn(&self.pool, &self.worker) {
            Ok(process) => process,
            Err(error) => return Started::Failed(error.to_string()),
        };
        let stop = self.pool.host.stop.clone();
        let prepared = tokio::select! {
            () = stop.ordered() => None,
            prepared = self.prepare(&mut process) => Some(prepared),
        };
        if let Some(Ok(ready)) = prepared {
            return Started::Ready(Box::new(self.session(process, &ready)));
        }
        process.kill();
        let death = process.end().await;
        match prepared {
            Some(Err(error)) => {
                Started::Failed(with_stderr(error.to_string(), death.stderr.as_deref()))
            }
            Some(Ok(_)) | None => Started::Stopped,
        }
    }

    /// All that must be before the first lease.
    async fn prepare(&mut self, process: &mut WorkerProcess) -> Result<ReadyMessage, NotReady> {
        let ready = process.ready(self.pool.config.start_timeout).await?;
        self.pool.declare(&ready.tasks).await?;
        // What earlier processes left to report is long through, unless the store cannot write;
        // then a worker that dies again and again must not pile up reports.
        while self.reports.join_next().await.is_some() {}
        self.say_started(&ready, process.root_pid()).await;
        Ok(ready)
    }

    fn session(&self, process: WorkerProcess, ready: &ReadyMessage) -> Session {
        let tasks: Vec<String> = ready.tasks.iter().map(|task| task.name.clone()).collect();
        let pid = ready.pid.unwrap_or_else(|| process.root_pid());
        self.status.set_ready(pid, &tasks);
        let (pool, worker) = (Arc::clone(&self.pool), Arc::clone(&self.worker));
        pool.failed_starts.over();
        let renewals = self.renewals.clone();
        let session = Session::new(pool, worker, self.status.clone(), process, renewals);
        session.with(tasks, ready.buffered, pid)
    }

    async fn say_started(&mut self, ready: &ReadyMessage, root_pid: u32) {
        let data = serde_json::json!({
            "worker": &*self.worker,
            "pid": ready.pid.unwrap_or(root_pid),
            "setup_seconds": ready.setup_seconds,
            "replaces": self.replaces.take(),
        });
        let data = Json::from_checked(data.to_string());
        self.pool
            .host
            .source
            .event(EventKind::WorkerStarted, data)
            .await;
    }

    async fn after(&mut self, ended: Ended) {
        self.reports.spawn(ended.reports.drain());
        // A process that dies without ever having worked is a failed start, however ready it was.
        self.failures = if ended.worked { 0 } else { self.failures + 1 };
        self.replaces = Some(ended.why.clone());
        let state = if self.pool.host.stop.is_ordered() {
            WorkerState::Stopped
        } else {
            WorkerState::Recycling
        };
        let error = with_stderr(ended.why, ended.stderr.as_deref());
        self.status.set_gone(state, Some(error));
        if self.failures > 0 {
            self.pause().await;
        }
    }

    async fn failed_start(&mut self, why: String) {
        self.failures += 1;
        self.pool.failed_starts.tell(&self.worker, &why);
        let state = if self.failures >= BROKEN_AFTER {
            WorkerState::Broken
        } else {
            WorkerState::Starting
        };
        self.status.set_gone(state, Some(why));
        self.pause().await;
    }

    /// None after the first deaths, then growing.
    async fn pause(&mut self) {
        let Some(doublings) = self.failures.checked_sub(BROKEN_AFTER) else {
            return;
        };
        let pause = FIRST_PAUSE * 2u32.saturating_pow(doublings.min(10));
        tokio::select! {
            () = self.pool.host.stop.ordered() => {}
            () = tokio::time::sleep(pause.min(LONGEST_PAUSE)) => {}
            // What kept it from starting may be mended.
            Ok(()) = self.renewals.changed() => self.failures = 0,
        }
    }
}

enum Started {
    Ready(Box<Session>),
    Failed(String),
    Stopped,
}

/// What happened, and below it what the process printed last.
fn with_stderr(why: String, stderr: Option<&str>) -> String {
    match stderr {
        Some(stderr) => format!("{why}; its last lines:\n{stderr}"),
        None => why,
    }
}
