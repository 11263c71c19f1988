//! One process of a command, with its output on its way to the job.

use std::io;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use paceline_core::item::Outcome;
use paceline_core::lease::LogLevel;
use paceline_core::{ErrorKind, Failure, JobId, Json};
use tokio::task::JoinHandle;

use super::speech::{self, Speech};
use crate::host::Host;
use crate::notes::{NoteBoard, Progress};
use crate::output::{Tail, each_line};
use crate::supervise::{CommandLine, Supervised};
use crate::words;

/// How long the last lines of an ended process may take to arrive.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Where a process's output goes.
#[derive(Clone, Debug)]
pub(super) struct Audience {
    pub(super) notes: Arc<NoteBoard>,
    pub(super) worker: Arc<str>,
    pub(super) job: JobId,
    /// The process is the whole job, so its progress is the job's.
    pub(super) is_unit: bool,
}

#[derive(Debug)]
pub(super) struct CommandProcess {
    pub(super) supervised: Supervised,
    stdout: JoinHandle<()>,
    stderr: JoinHandle<()>,
    said: Arc<Mutex<Said>>,
}

/// What the process printed that matters after its end.
#[derive(Debug, Default)]
struct Said {
    result: Option<Json>,
    stderr: Tail,
}

impl CommandProcess {
    pub(super) fn start(host: &Host, line: &CommandLine, audience: Audience) -> io::Result<Self> {
        let mut supervised = Supervised::spawn(&host.supervisor, line)?;
        let (Some(stdout), Some(stderr)) = (supervised.take_stdout(), supervised.take_stderr())
        else {
            return Err(io::Error::other("the process has no pipes"));
        };
        let said = Arc::new(Mutex::new(Said::default()));
        let stdout = tokio::spawn({
            let (said, audience) = (Arc::clone(&said), audience.clone());
            async move {
                let on_line = |line: &str| audience.hear(line, &said);
                each_line(stdout, on_line, || audience.room()).await;
            }
        });
        let stderr = tokio::spawn({
            let said = Arc::clone(&said);
            async move {
                let on_line = |line: &str| {
                    audience.log(line);
                    lock(&said).stderr.push(line);
                };
                each_line(stderr, on_line, || audience.room()).await;
            }
        });
        Ok(CommandProcess {
            supervised,
            stdout,
            stderr,
            said,
        })
    }

    /// What its end means, once it has ended by itself.
    pub(super) async fn outcome(mut self, status: io::Result<ExitStatus>) -> Outcome {
        self.last_lines().await;
        let mut said = lock(&self.said);
        let status = status.ok();
        if status.is_some_and(|status| status.success()) {
            let result = said.result.take();
            return Outcome::Succeeded(
                result.unwrap_or_else(|| Json::from_checked(r#"{"exit_code":0}"#)),
            );
        }
        // By itself it exits; only something from outside, or a bug, kills it.
        let exited = status.is_some_and(|status| status.code().is_some());
        let kind = if exited {
            ErrorKind::Handler
        } else {
            ErrorKind::Crash
        };
        let mut failure = Failure::new(kind, format!("the command {}", words::ended(status)));
        failure.error.traceback = said.stderr.text();
        Outcome::Failed(failure)
    }

    /// A failure of this kind, with what the process printed last.
    pub(super) async fn failure(mut self, kind: ErrorKind, message: String) -> Outcome {
        self.last_lines().await;
        let mut failure = Failure::new(kind, message);
        failure.error.traceback = lock(&self.said).stderr.text();
        Outcome::Failed(failure)
    }

    async fn last_lines(&mut self) {
        for reader in [&mut self.stdout, &mut self.stderr] {
            if tokio::time::timeout(LAST_LINES, &mut *reader)
                .await
                .is_err()
            {
                reader.abort();
            }
        }
    }
}

impl Audience {
    fn hear(&self, line: &str, said: &Mutex<Said>) {
        match speech::parse(line) {
            Some(Speech::Progress(progress)) => self.progress(progress),
            Some(Speech::Result(result)) => lock(said).result = Some(result),
            None => self.log(line),
        }
    }

    fn progress(&self, progress: Progress) {
        let fraction = progress.fraction.filter(|_| self.is_unit);
        self.notes.progress(
            self.job,
            Progress {
                fraction,
                ..progress
            },
        );
    }

    async fn room(&self) {
        self.notes.room(self.job).await;
    }

    fn log(&self, line: &str) {
        self.notes.log(self.job, &self.worker, LogLevel::Info, line);
    }
}

fn lock(said: &Mutex<Said>) -> std::sync::MutexGuard<'_, Said> {
    said.lock().unwrap_or_else(PoisonError::into_inner)
}
