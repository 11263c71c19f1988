//! A node as a child process of this one, for the demo and for measuring: the same binary, the
//! same start, the same death as any other node.

use std::ffi::OsString;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

use crate::client::Client;
use crate::env;
use crate::exit::{CliError, Context, Result};

/// How long a node may take to say that it is ready.
const READY: Duration = Duration::from_mins(1);

/// What the node prints when it is ready, as far as it is needed here.
#[derive(Debug, Deserialize)]
struct ReadyLine {
    url: String,
}

/// A running child node. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct ChildNode {
    process: Child,
    /// The node stops when this is closed, by whatever end of this process. Waiting for the node
    /// would close it, were it left in `process`.
    _lifeline: ChildStdin,
    pub(crate) url: String,
    pub(crate) pid: u32,
}

/// How to start a child node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// More arguments of `paceline up`.
    pub(crate) args: Vec<OsString>,
    pub(crate) env: Vec<(String, String)>,
    /// Whether the node's log lines are shown.
    pub(crate) quiet: bool,
}

impl Plan {
    /// A node with this store, as `--store` names it.
    pub(crate) fn new(store: impl Into<OsString>) -> Self {
        Plan {
            args: vec![OsString::from("--store"), store.into()],
            ..Plan::default()
        }
    }

    /// A node with its store in this file.
    pub(crate) fn with_file(store: &Path) -> Self {
        let mut location = OsString::from("sqlite:");
        location.push(store);
        Self::new(location)
    }

    #[must_use]
    pub(crate) fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Starts the node on a free port and waits until it is ready.
    pub(crate) async fn start(&self) -> Result<ChildNode> {
        let program = std::env::current_exe()?;
        let mut command = Command::new(program);
        command
            .args(["up", "--json", "--port", "0", "--until-stdin-closes"])
            .args(&self.args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(if self.quiet {
                Stdio::null()
            } else {
                Stdio::inherit()
            })
            // Ctrl-C at the terminal is for this process, which then stops its node.
            .process_group(0)
            .kill_on_drop(true);
        for name in [env::CONFIG, env::STORE, env::BIND] {
            command.env_remove(name);
        }
        command.envs(self.env.iter().cloned());
        let mut process = command
            .spawn()
            .context(|| "cannot start a node".to_owned())?;
        let lifeline = process.stdin.take();
        let lifeline = lifeline.ok_or_else(|| CliError::failed("the node has no input"))?;
        let line = tokio::time::timeout(READY, first_line(&mut process)).await;
        let line = line.map_err(|_| CliError::failed("the node did not get ready"))??;
        let ready: ReadyLine = serde_json::from_str(&line)
            .context(|| "the node did not say it is ready".to_owned())?;
        let pid = process.id().unwrap_or_default();
        Ok(ChildNode {
            process,
            _lifeline: lifeline,
            url: ready.url,
            pid,
        })
    }
}

async fn first_line(process: &mut Child) -> Result<String> {
    let stdout = process.stdout.take();
    let stdout = stdout.ok_or_else(|| CliError::failed("the node has no output"))?;
    let line = BufReader::new(stdout).lines().next_line().await?;
    if let Some(line) = line {
        return Ok(line);
    }
    let status = process.wait().await?;
    Err(CliError::failed(format!(
        "the node did not start ({status})"
    )))
}

impl ChildNode {
    pub(crate) fn client(&self) -> Result<Client> {
        Client::new(&self.url, None)
    }

    /// How the node ended, if it has.
    pub(crate) fn has_ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.process.try_wait()?)
    }

    /// Waits for the node's end.
    pub(crate) async fn ended(&mut self) -> Result<ExitStatus> {
        Ok(self.process.wait().await?)
    }

    /// Stops the node cleanly.
    pub(crate) async fn stop(mut self) -> Result<ExitStatus> {
        self.signal(Signal::SIGTERM);
        self.ended().await
    }

    /// Ends the node as a crash would.
    pub(crate) async fn kill(mut self) -> Result<ExitStatus> {
        self.signal(Signal::SIGKILL);
        self.ended().await
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.process.id().and_then(|pid| i32::try_from(pid).ok()) {
            // A node that has ended already is as good.
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }
}
