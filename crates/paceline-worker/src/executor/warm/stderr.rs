//! The standard error of a worker process: the log of the job that runs.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use paceline_core::JobId;
use paceline_core::lease::LogLevel;
use tokio::process::ChildStderr;
use tokio::task::JoinHandle;

use crate::notes::NoteBoard;
use crate::output::{Tail, each_line};

/// How long the last lines of a dead process may take to arrive.
const LAST_LINES: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Stderr {
    shared: Arc<Shared>,
    reader: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    job: Mutex<Option<JobId>>,
    tail: Mutex<Tail>,
}

impl Stderr {
    /// Reads from now on. Lines that are printed while no job runs are kept for [`Stderr::end`].
    pub(super) fn read(from: ChildStderr, worker: Arc<str>, notes: Arc<NoteBoard>) -> Self {
        let shared = Arc::new(Shared::default());
        let reader = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                each_line(from, |line| shared.take(&worker, &notes, line)).await;
            }
        });
        Stderr { shared, reader }
    }

    pub(super) fn set_job(&self, job: Option<JobId>) {
        *self
            .shared
            .job
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = job;
    }

    /// The last lines, once the process is dead.
    pub(super) async fn end(mut self) -> Option<String> {
        if tokio::time::timeout(LAST_LINES, &mut self.reader)
            .await
            .is_err()
        {
            self.reader.abort();
        }
        let tail = self.shared.tail.lock();
        tail.unwrap_or_else(PoisonError::into_inner).text()
    }
}

impl Shared {
    fn take(&self, worker: &str, notes: &NoteBoard, line: &str) {
        let job = *self.job.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(job) = job {
            notes.log(job, worker, LogLevel::Info, line);
        } else {
            tracing::debug!(worker, "{line}");
        }
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.push(line);
    }
}
