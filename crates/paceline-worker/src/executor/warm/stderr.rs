//! The standard error of a worker process: the log of the job that runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use paceline_core::JobId;
use paceline_core::lease::LogLevel;
use tokio::process::ChildStderr;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::notes::NoteBoard;
use crate::output::{Tail, each_line};

/// How long the last lines of a dead process may take to arrive.
const LAST_LINES: Duration = Duration::from_secs(1);
/// How much later than a job's end, which comes another way, its last lines may be read.
const LATE_LINES: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(super) struct Stderr {
    shared: Arc<Shared>,
    reader: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    speaker: Mutex<Speaker>,
    tail: Mutex<Tail>,
}

/// The job that lines are of.
#[derive(Clone, Copy, Debug, Default)]
struct Speaker {
    job: Option<JobId>,
    ended: Option<Instant>,
}

impl Speaker {
    fn set(&mut self, job: Option<JobId>, now: Instant) {
        match job {
            Some(_) => *self = Speaker { job, ended: None },
            // What it printed last may not be read yet.
            None => self.ended = self.ended.or(Some(now)),
        }
    }

    fn at(self, now: Instant) -> Option<JobId> {
        let over = self
            .ended
            .is_some_and(|ended| now.duration_since(ended) > LATE_LINES);
        self.job.filter(|_| !over)
    }
}

impl Stderr {
    /// Reads from now on. Lines that are printed while no job runs are kept for [`Stderr::end`].
    pub(super) fn read(from: ChildStderr, worker: Arc<str>, notes: Arc<NoteBoard>) -> Self {
        let shared = Arc::new(Shared::default());
        let reader = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                let on_line = |line: &str| shared.take(&worker, &notes, line);
                each_line(from, on_line, || shared.room(&notes)).await;
            }
        });
        Stderr { shared, reader }
    }

    pub(super) fn set_job(&self, job: Option<JobId>) {
        let mut speaker = self.shared.speaker();
        speaker.set(job, Instant::now());
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
    fn speaker(&self) -> MutexGuard<'_, Speaker> {
        self.speaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn room(&self, notes: &NoteBoard) {
        let job = self.speaker().at(Instant::now());
        if let Some(job) = job {
            notes.room(job).await;
        }
    }

    fn take(&self, worker: &str, notes: &NoteBoard, line: &str) {
        let job = self.speaker().at(Instant::now());
        if let Some(job) = job {
            notes.log(job, worker, LogLevel::Info, line);
        } else {
            tracing::debug!(worker, "{line}");
        }
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.push(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_of_a_job_are_its_own() {
        let (one, other) = (JobId::from_bytes([1; 16]), JobId::from_bytes([2; 16]));
        let now = Instant::now();
        let mut speaker = Speaker::default();
        assert_eq!(speaker.at(now), None);
        speaker.set(Some(one), now);
        assert_eq!(speaker.at(now + LATE_LINES * 9), Some(one));
        speaker.set(None, now);
        speaker.set(None, now + LATE_LINES);
        assert_eq!(speaker.at(now + LATE_LINES), Some(one));
        assert_eq!(speaker.at(now + LATE_LINES * 2), None);
        speaker.set(Some(other), now + LATE_LINES);
        assert_eq!(speaker.at(now + LATE_LINES * 9), Some(other));
    }
}
