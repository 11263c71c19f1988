//! How a node starts a supervised command, and its hold on it.

use std::io::{self, PipeWriter, Write};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

use super::Supervisor;

/// Serialises starts: while one child is being made its lifeline is open to inheritance, and no
/// other child may get it.
static STARTING: Mutex<()> = Mutex::new(());

/// What to start.
#[derive(Clone, Debug, Default)]
pub(crate) struct CommandLine {
    /// Program and arguments; not empty.
    pub(crate) command: Vec<String>,
    pub(crate) cwd: Option<PathBuf>,
    /// Added to the node's own environment.
    pub(crate) env: Vec<(String, String)>,
    /// Most bytes of private writable memory of each of its processes.
    pub(crate) data_limit: Option<u64>,
    pub(crate) stdin: bool,
}

/// A running command below its supervisor. Dropping it kills the command and all that it started.
#[derive(Debug)]
pub(crate) struct Supervised {
    child: Child,
    /// Our end of the lifeline; closing it kills.
    lifeline: Option<PipeWriter>,
    pid: u32,
}

impl Supervised {
    pub(crate) fn spawn(supervisor: &Supervisor, line: &CommandLine) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        let mut command = command(supervisor, line, &reader);
        let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        fcntl(&reader, FcntlArg::F_SETFD(FdFlag::empty()))?;
        let spawned = command.spawn();
        drop(reader);
        let child = spawned.map_err(|error| {
            let program = supervisor.program.display();
            io::Error::other(format!("cannot start the supervisor {program}: {error}"))
        })?;
        let pid = child.id().unwrap_or_default();
        Ok(Supervised {
            child,
            lifeline: Some(writer),
            pid,
        })
    }

    /// Process id of the supervisor: the root of the tree.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    pub(crate) fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    pub(crate) fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    pub(crate) fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// Asks the command's process group to terminate (SIGTERM); it may ignore that.
    pub(crate) fn terminate(&mut self) {
        if let Some(lifeline) = &mut self.lifeline {
            // Nobody reads any more only when the command has ended.
            let _ = lifeline.write_all(b"T");
        }
    }

    /// Kills the command and everything that it started.
    pub(crate) fn kill(&mut self) {
        self.lifeline = None;
    }

    /// Waits until the command and everything that it started are gone. Cancel-safe.
    pub(crate) async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }
}

fn command(
    supervisor: &Supervisor,
    line: &CommandLine,
    lifeline: &impl std::os::fd::AsRawFd,
) -> Command {
    let mut command = Command::new(&supervisor.program);
    command.args(&supervisor.args);
    command
        .arg("--lifeline")
        .arg(lifeline.as_raw_fd().to_string());
    if let Some(bytes) = line.data_limit {
        command.arg("--data-limit").arg(bytes.to_string());
    }
    command.arg("--").args(&line.command);
    command.envs(line.env.iter().map(|(name, value)| (name, value)));
    if let Some(cwd) = &line.cwd {
        command.current_dir(cwd);
    }
    let stdin = if line.stdin {
        Stdio::piped()
    } else {
        Stdio::null()
    };
    command
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // Its own group: a terminal's Ctrl-C is for the node alone.
    command.process_group(0);
    command
}
