//! One worker process: started, ready, spoken to, gone.

use std::io;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use paceline_protocol::worker::{
    BadMessage, MAX_LINE_BYTES, NodeMessage, PROTOCOL, ReadyMessage, WorkerMessage,
};
use tokio::io::AsyncWriteExt;
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::mpsc;

use super::framing::{LineTooLong, Lines};
use super::pool::PoolShared;
use super::stderr::Stderr;
use crate::lease_source::Stopping;
use crate::supervise::{CommandLine, Supervised};
use crate::words;

/// How long a process whose output has ended may take to end by itself.
const AFTER_OUTPUT: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct WorkerProcess {
    supervised: Supervised,
    stdout: ChildStdout,
    pub(super) lines: Lines,
    to_stdin: mpsc::UnboundedSender<Vec<u8>>,
    pub(super) stderr: Stderr,
}

/// The worker broke the protocol.
#[derive(Debug, thiserror::Error)]
pub(super) enum Breach {
    #[error("broke the protocol: {0}")]
    BadMessage(#[from] BadMessage),
    #[error("broke the protocol: {0}")]
    LineTooLong(#[from] LineTooLong),
    #[error("broke the protocol: it ended within a line")]
    HalfLine,
    #[error("broke the protocol: {0}")]
    Said(String),
}

/// Why a process did not get ready.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotReady {
    #[error("{0}")]
    Spawn(#[from] io::Error),
    #[error("{0} before it was ready")]
    Ended(String),
    #[error("{0}")]
    Breach(#[from] Breach),
    #[error("was not ready within {}; a longer start_timeout may help", words::time(*.0))]
    TooSlow(Duration),
    #[error("speaks protocol {0}, this node speaks {PROTOCOL}: update one of the two")]
    OtherProtocol(u32),
    #[error("declares no task")]
    NoTasks,
    #[error("cannot declare its tasks: {0}")]
    Stopping(#[from] Stopping),
}

/// What is noticed of a running process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// There are new bytes in `lines`.
    Output,
    OutputEnded,
    /// It is dead; its last output may still be on its way.
    Ended,
}

/// How a process ended.
#[derive(Debug)]
pub(super) struct Death {
    pub(super) status: Option<ExitStatus>,
    /// The last lines of its standard error.
    pub(super) stderr: Option<String>,
}

impl WorkerProcess {
    pub(super) fn spawn(pool: &PoolShared, worker: &Arc<str>) -> io::Result<Self> {
        let mut env = pool.config.env.clone();
        env.push(("PACELINE_WORKER".into(), worker.to_string()));
        let line = CommandLine {
            command: pool.config.command.clone(),
            cwd: pool.config.cwd.clone(),
            env,
            data_limit: pool.config.data_limit(),
            stdin: true,
        };
        let mut supervised = Supervised::spawn(&pool.host.supervisor, &line)?;
        let pipes = (
            supervised.take_stdin(),
            supervised.take_stdout(),
            supervised.take_stderr(),
        );
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(io::Error::other("the process has no pipes"));
        };
        let (to_stdin, messages) = mpsc::unbounded_channel();
        tokio::spawn(write_all(stdin, messages));
        Ok(WorkerProcess {
            supervised,
            stdout,
            lines: Lines::default(),
            to_stdin,
            stderr: Stderr::read(stderr, Arc::clone(worker), Arc::clone(&pool.host.notes)),
        })
    }

    /// Waits for the `ready` message. Cancel-safe.
    pub(super) async fn ready(&mut self, within: Duration) -> Result<ReadyMessage, NotReady> {
        let ready = tokio::time::timeout(within, self.first_message()).await;
        let ready = ready.map_err(|_| NotReady::TooSlow(within))??;
        if ready.protocol != PROTOCOL {
            return Err(NotReady::OtherProtocol(ready.protocol));
        }
        if ready.tasks.is_empty() {
            return Err(NotReady::NoTasks);
        }
        Ok(ready)
    }

    async fn first_message(&mut self) -> Result<ReadyMessage, NotReady> {
        loop {
            while let Some(line) = self.lines.next(MAX_LINE_BYTES).map_err(Breach::from)? {
                match WorkerMessage::parse(line).map_err(Breach::from)? {
                    WorkerMessage::Ready(ready) => return Ok(ready),
                    WorkerMessage::Heartbeat | WorkerMessage::Unknown(_) => {}
                    other => {
                        let said = format!("it said {other:?} before `ready`");
                        return Err(Breach::Said(said).into());
                    }
                }
            }
            if self.read().await? == 0 {
                let status = self.exit_status().await;
                return Err(NotReady::Ended(words::ended(status)));
            }
        }
    }

    /// Reads what there is into `lines`; 0 is the end. Cancel-safe.
    async fn read(&mut self) -> io::Result<usize> {
        self.lines.fill(&mut self.stdout).await
    }

    /// Waits for a sign of the process: output, unless `read` is false, or its end, unless
    /// `ended`. Cancel-safe.
    pub(super) async fn sign(&mut self, read: bool, ended: bool) -> Sign {
        let lines = &mut self.lines;
        tokio::select! {
            biased;
            count = lines.fill(&mut self.stdout), if read => match count {
                Ok(1..) => Sign::Output,
                Ok(0) | Err(_) => Sign::OutputEnded,
            },
            _ = self.supervised.wait(), if !ended => Sign::Ended,
            else => std::future::pending().await,
        }
    }

    /// Leaves a message to be written; a process that is gone is noticed elsewhere.
    pub(super) fn say(&self, message: &NodeMessage<'_>) {
        let mut line = Vec::with_capacity(256);
        message.write_line(&mut line);
        self.say_line(line);
    }

    pub(super) fn say_line(&self, line: Vec<u8>) {
        let _ = self.to_stdin.send(line);
    }

    /// The root of its tree of processes.
    pub(super) fn root_pid(&self) -> u32 {
        self.supervised.pid()
    }

    /// Kills it and all that it started, at once.
    pub(super) fn kill(&mut self) {
        self.supervised.kill();
    }

    /// Waits for its end, after its output has ended; what does not end is killed.
    pub(super) async fn end(mut self) -> Death {
        let status = self.exit_status().await;
        Death {
            status,
            stderr: self.stderr.end().await,
        }
    }

    async fn exit_status(&mut self) -> Option<ExitStatus> {
        for _ in 0..2 {
            if let Ok(status) = tokio::time::timeout(AFTER_OUTPUT, self.supervised.wait()).await {
                return status.ok();
            }
            self.supervised.kill();
        }
        None
    }
}

async fn write_all(mut stdin: ChildStdin, mut messages: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(mut bytes) = messages.recv().await {
        // Several short messages go in one write.
        while bytes.len() < 32 << 10
            && let Ok(more) = messages.try_recv()
        {
            bytes.extend_from_slice(&more);
        }
        if stdin.write_all(&bytes).await.is_err() {
            return;
        }
    }
}
