//! News of running jobs on their way to the source: log lines, progress, memory and CPU.
//!
//! One board for all workers of a node. Writing never waits and never fails: news gathers for a
//! tenth of a second, newer progress replaces older, and lines beyond what memory allows are
//! dropped and counted. Who reads the pipe of a process that prints faster than the source takes
//! waits for room between two reads, so that the process waits, and nothing is dropped. Nothing here
//! is needed for correctness.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use paceline_core::JobId;
use paceline_core::lease::{LogLevel, LogLine, Note, NoteBody};
use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::lease_source::LeaseSource;
use crate::usage::UsageBoard;

/// Shortest time between two calls of the source.
const PAUSE: Duration = Duration::from_millis(100);
/// Between two notes on the memory and CPU time of a job.
const USAGE_PAUSE: Duration = Duration::from_secs(1);
/// Longest log line; the rest of a longer one is cut off.
const MAX_LINE_BYTES: usize = 16 << 10;
/// Most bytes of lines of one job that wait for the source.
const MAX_JOB_BYTES: usize = 4 << 20;
/// Most bytes of lines of all jobs that wait.
const MAX_BYTES: usize = 16 << 20;
/// Longest that a process waits for room. A source that is away must not stop it.
const PATIENCE: Duration = Duration::from_millis(500);

/// What a handler says of how far it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Progress {
    pub(crate) fraction: Option<f64>,
    pub(crate) stage: Option<String>,
    pub(crate) message: Option<String>,
}

#[derive(Debug)]
pub(crate) struct NoteBoard {
    source: Arc<dyn LeaseSource>,
    waiting: Mutex<Waiting>,
    pub(crate) usage: UsageBoard,
    news: Notify,
    /// All that waited was taken.
    taken: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    jobs: HashMap<JobId, JobNews>,
    bytes: usize,
    /// Somebody waited for room in vain: nobody does so again until something is taken.
    stalled: bool,
}

impl Waiting {
    /// Half of the room is gone: the other half is for what is being read meanwhile.
    fn is_crowded(&self, job: JobId) -> bool {
        let of_job = self.jobs.get(&job).map_or(0, |news| news.bytes);
        of_job > MAX_JOB_BYTES / 2 || self.bytes > MAX_BYTES / 2
    }
}

#[derive(Debug, Default)]
struct JobNews {
    progress: Option<Progress>,
    lines: Vec<LogLine>,
    bytes: usize,
    /// Lines that found no room, and the source of the last of them.
    dropped: u64,
    dropped_by: String,
}

impl NoteBoard {
    pub(crate) fn new(source: Arc<dyn LeaseSource>) -> Self {
        NoteBoard {
            source,
            waiting: Mutex::default(),
            usage: UsageBoard::default(),
            news: Notify::new(),
            taken: Notify::new(),
        }
    }

    /// Waits until there is room for more lines of a job, though not for long.
    pub(crate) async fn room(&self, job: JobId) {
        let mut taken = std::pin::pin!(self.taken.notified());
        // From here on it is heard, also if it comes before the waiting.
        taken.as_mut().enable();
        {
            let waiting = self.lock();
            if waiting.stalled || !waiting.is_crowded(job) {
                return;
            }
        }
        if tokio::time::timeout(PATIENCE, taken).await.is_err() {
            self.lock().stalled = true;
        }
    }

    /// Takes one line, without its line end, of a job's log.
    pub(crate) fn log(&self, job: JobId, source: &str, level: LogLevel, text: &str) {
        let mut waiting = self.lock();
        let waiting = &mut *waiting;
        let news = waiting.jobs.entry(job).or_default();
        let text = cut(text, MAX_LINE_BYTES);
        let bytes = text.len() + source.len() + size_of::<LogLine>();
        if news.dropped > 0
            || news.bytes + bytes > MAX_JOB_BYTES
            || waiting.bytes + bytes > MAX_BYTES
        {
            news.dropped += 1;
            source.clone_into(&mut news.dropped_by);
            return;
        }
        news.bytes += bytes;
        waiting.bytes += bytes;
        news.lines.push(LogLine {
            at: self.source.now(),
            level,
            source: source.to_owned(),
            text: text.into_owned(),
        });
        self.news.notify_one();
    }

    pub(crate) fn progress(&self, job: JobId, progress: Progress) {
        let mut waiting = self.lock();
        let latest = &mut waiting.jobs.entry(job).or_default().progress;
        let older = latest.take().unwrap_or_default();
        *latest = Some(Progress {
            fraction: progress.fraction.or(older.fraction),
            stage: progress.stage.or(older.stage),
            message: progress.message.or(older.message),
        });
        self.news.notify_one();
    }

    /// Passes news on until `stop`, and what is left then.
    pub(crate) async fn run(&self, stop: CancellationToken) {
        let mut usage_due = tokio::time::interval(USAGE_PAUSE);
        usage_due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let stopped = tokio::select! {
                () = stop.cancelled() => true,
                () = self.news.notified() => false,
                _ = usage_due.tick() => {
                    self.pass_on(self.usage.take()).await;
                    continue;
                }
            };
            self.pass_on(self.take()).await;
            if stopped {
                self.pass_on(self.usage.take()).await;
                return;
            }
            if self.somebody_may_wait() {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    fn somebody_may_wait(&self) -> bool {
        let waiting = self.lock();
        waiting.jobs.keys().any(|job| waiting.is_crowded(*job))
    }

    async fn pass_on(&self, notes: Vec<Note>) {
        if !notes.is_empty() {
            self.source.note(notes).await;
        }
    }

    fn take(&self) -> Vec<Note> {
        let waiting = std::mem::take(&mut *self.lock());
        self.taken.notify_waiters();
        let mut notes = Vec::with_capacity(waiting.jobs.len() * 2);
        for (job, mut news) in waiting.jobs {
            if let Some(marker) = self.marker(&news) {
                news.lines.push(marker);
            }
            if !news.lines.is_empty() {
                let body = NoteBody::Log(news.lines);
                notes.push(Note { job, body });
            }
            if let Some(Progress {
                fraction,
                stage,
                message,
            }) = news.progress
            {
                let body = NoteBody::Progress {
                    fraction,
                    stage,
                    message,
                };
                notes.push(Note { job, body });
            }
        }
        notes
    }

    fn marker(&self, news: &JobNews) -> Option<LogLine> {
        (news.dropped > 0).then(|| LogLine {
            at: self.source.now(),
            level: LogLevel::Warning,
            source: news.dropped_by.clone(),
            text: format!(
                "… {} lines dropped: more was written than the log takes",
                grouped(news.dropped)
            ),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// At most `bytes` of `text`, with a mark where it was cut.
pub(crate) fn cut(text: &str, bytes: usize) -> std::borrow::Cow<'_, str> {
    if text.len() <= bytes {
        return text.into();
    }
    let end = text.floor_char_boundary(bytes.saturating_sub('…'.len_utf8()));
    format!("{}…", &text[..end]).into()
}

/// `12,345`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_between_letters() {
        assert_eq!(cut("äöü", 6), "äöü");
        assert_eq!(cut("äöüä", 7), "äö…");
        assert_eq!(cut("abcdefgh", 7), "abcd…");
    }

    #[test]
    fn numbers_are_grouped() {
        let texts = [0, 12, 123, 1234, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "12", "123", "1,234", "1,234,567"]);
    }
}
