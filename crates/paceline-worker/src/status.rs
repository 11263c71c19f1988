//! What a worker is doing, for people: written by its slot, read by anyone.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use paceline_core::lease::{Lease, LeasedWork};
use paceline_core::worker::{WorkerState, WorkerStatus};

use crate::lease_source::LeaseSource;

#[derive(Clone, Debug)]
pub(crate) struct StatusCell {
    source: Arc<dyn LeaseSource>,
    status: Arc<Mutex<WorkerStatus>>,
}

impl StatusCell {
    pub(crate) fn new(source: Arc<dyn LeaseSource>, pool: &str, index: u32) -> Self {
        let status = WorkerStatus::starting(pool, index, source.now());
        StatusCell {
            source,
            status: Arc::new(Mutex::new(status)),
        }
    }

    pub(crate) fn get(&self) -> WorkerStatus {
        self.lock().clone()
    }

    pub(crate) fn set_state(&self, state: WorkerState) {
        let mut status = self.lock();
        if status.state != state {
            status.since = self.source.now();
            status.state = state;
        }
    }

    /// Its process is up and can run `tasks`.
    pub(crate) fn set_ready(&self, pid: u32, tasks: &[String]) {
        self.set_state(WorkerState::Idle);
        let mut status = self.lock();
        status.pid = Some(pid);
        status.tasks = tasks.to_vec();
    }

    /// Nothing has to load before it can run `tasks`.
    pub(crate) fn set_tasks(&self, tasks: &[String]) {
        self.set_state(WorkerState::Idle);
        self.lock().tasks = tasks.to_vec();
    }

    pub(crate) fn set_pid(&self, pid: Option<u32>) {
        self.lock().pid = pid;
    }

    /// Busy with what was leased, or idle.
    pub(crate) fn set_work(&self, lease: Option<&Lease>) {
        self.set_state(match lease {
            Some(_) => WorkerState::Busy,
            None => WorkerState::Idle,
        });
        let mut status = self.lock();
        status.job = lease.map(|lease| lease.job);
        status.chunk_items = lease.and_then(|lease| match &lease.work {
            LeasedWork::Chunk(items) => u32::try_from(items.len()).ok(),
            LeasedWork::Unit | LeasedWork::Plan => None,
        });
    }

    pub(crate) fn add_items(&self, items: u64) {
        self.lock().items_done += items;
    }

    pub(crate) fn set_memory(&self, bytes: u64) {
        self.lock().memory_bytes = Some(bytes);
    }

    /// Its process is gone, and why unless that was in order.
    pub(crate) fn set_gone(&self, state: WorkerState, error: Option<String>) {
        self.set_state(state);
        let mut status = self.lock();
        (status.pid, status.memory_bytes) = (None, None);
        (status.job, status.chunk_items) = (None, None);
        if error.is_some() {
            status.last_error = error;
        }
    }

    fn lock(&self) -> MutexGuard<'_, WorkerStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
