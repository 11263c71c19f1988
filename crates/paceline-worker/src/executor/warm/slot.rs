//! One slot of a pool: a process after the other, for as long as the node runs.

use std::sync::Arc;
use std::time::Duration;

use paceline_core::Json;
use paceline_core::event::EventKind;
use paceline_core::worker::WorkerState;
use tokio::task::JoinSet;

use super::pool::PoolShared;
use super::process::WorkerProcess;
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
}

impl Slot {
    pub(super) fn new(pool: Arc<PoolShared>, status: StatusCell) -> Self {
        Slot {
            pool,
            worker: status.get().name.into(),
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
        let mut process = match WorkerProcess::spawn(&self.pool, &self.worker) {
            Ok(process) => process,
            Err(error) => return Started::Failed(format!("worker {}: {error}", self.worker)),
        };
        let ready = tokio::select! {
            () = self.pool.host.stop.ordered() => {
                process.kill();
                process.end().await;
                return Started::Stopped;
            }
            ready = process.ready(self.pool.config.start_timeout) => ready,
        };
        let ready = match ready {
            Ok(ready) => ready,
            Err(error) => {
                process.kill();
                let death = process.end().await;
                let why = format!("worker {} {error}", self.worker);
                return Started::Failed(with_stderr(why, death.stderr.as_deref()));
            }
        };
        let tasks: Vec<String> = ready.tasks.iter().map(|task| task.name.clone()).collect();
        let pid = ready.pid.unwrap_or_else(|| process.root_pid());
        if self.pool.declare(ready.tasks).await.is_err() {
            process.kill();
            process.end().await;
            return Started::Stopped;
        }
        self.say_started(pid, ready.setup_seconds).await;
        self.status.set_ready(pid, &tasks);
        let (pool, worker, status) = (&self.pool, &self.worker, self.status.clone());
        let session = Session::new(Arc::clone(pool), Arc::clone(worker), status, process);
        Started::Ready(Box::new(session.with(tasks, ready.buffered, pid)))
    }

    async fn say_started(&mut self, pid: u32, setup_seconds: Option<f64>) {
        let data = serde_json::json!({
            "worker": &*self.worker,
            "pid": pid,
            "setup_seconds": setup_seconds,
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
        tracing::warn!(worker = &*self.worker, failures = self.failures, "{why}");
        let state = if self.failures >= BROKEN_AFTER {
            WorkerState::Broken
        } else {
            WorkerState::Starting
        };
        self.status.set_gone(state, Some(why));
        self.pause().await;
    }

    /// None after the first deaths, then growing.
    async fn pause(&self) {
        let Some(doublings) = self.failures.checked_sub(BROKEN_AFTER) else {
            return;
        };
        let pause = FIRST_PAUSE * 2u32.saturating_pow(doublings.min(10));
        tokio::select! {
            () = self.pool.host.stop.ordered() => {}
            () = tokio::time::sleep(pause.min(LONGEST_PAUSE)) => {}
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
