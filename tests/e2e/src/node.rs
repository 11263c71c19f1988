//! A node: the real binary as a process of its own, to be used, killed and started again.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::api::Api;
use crate::project::{Project, repository};
use crate::{processes, wait};

/// A debug binary on a busy machine.
const START: Duration = Duration::from_secs(30);
/// What a kill leaves may take to go.
const CLEAN: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub struct Node {
    child: Child,
    api: Api,
    marker: String,
    log: PathBuf,
    /// From the start of the process to the line that says it is ready.
    pub ready_after: Duration,
}

impl Node {
    /// Starts a node and waits until it says that it is ready.
    ///
    /// # Panics
    /// When it does not.
    pub async fn start(project: &Project) -> Node {
        Node::start_as(project, command(project)).await
    }

    /// Like [`Node::start`], by a command line that ends up as the node (`sh -c "…; exec …"`).
    ///
    /// # Panics
    /// When the node does not get ready.
    pub async fn start_as(project: &Project, command: Command) -> Node {
        Node::start_at(project, command, None).await
    }

    /// Like [`Node::start_as`], for a node whose API is reached at another address than its own.
    ///
    /// # Panics
    /// When the node does not get ready.
    pub async fn start_at(project: &Project, mut command: Command, root: Option<String>) -> Node {
        let log = project.folder().join("node.log");
        let stderr = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .expect("a log file");
        let (name, value) = project.marker().split_once('=').expect("NAME=value");
        let start = Instant::now();
        let mut child = command
            .env(name, value)
            .current_dir(project.folder())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let stdout = child.stdout.take().expect("piped");
        let Some(url) = ready_url(stdout).await else {
            child.kill().ok();
            let log = std::fs::read_to_string(&log).unwrap_or_default();
            panic!("the node did not get ready; its log:\n{log}");
        };
        Node {
            child,
            api: Api::new(root.unwrap_or(url)),
            marker: project.marker().to_owned(),
            log,
            ready_after: start.elapsed(),
        }
    }

    pub fn api(&self) -> &Api {
        &self.api
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills the node's process alone, as the kernel would, and checks that all it had started is
    /// gone soon after. Returns how long that took.
    ///
    /// # Panics
    /// When something survives for more than 2 s.
    pub async fn kill9(mut self) -> Duration {
        self.child.kill().expect("killed");
        self.child.wait().expect("reaped");
        processes::none_left(&self.marker, CLEAN).await
    }

    /// Stops the node as a service manager would, and checks that nothing is left.
    ///
    /// # Panics
    /// When it takes more than `most`, fails, or leaves something behind.
    pub async fn stop(mut self, most: Duration) -> Duration {
        let start = Instant::now();
        let status = self.terminate(most).await;
        let took = start.elapsed();
        assert!(status.success(), "the node stopped with {status}");
        processes::none_left(&self.marker, CLEAN).await;
        took
    }

    /// Stops the node, whether or not it can sign off, and checks that nothing is left.
    ///
    /// # Panics
    /// When it takes more than `most`, or leaves something behind.
    pub async fn end(mut self, most: Duration) -> Duration {
        let start = Instant::now();
        self.terminate(most).await;
        let took = start.elapsed();
        processes::none_left(&self.marker, CLEAN).await;
        took
    }

    /// Halts the node's process; its workers go on.
    pub fn halt(&self) {
        self.signal(Signal::SIGSTOP);
    }

    /// Lets a halted node go on.
    pub fn go_on(&self) {
        self.signal(Signal::SIGCONT);
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().try_into().expect("a pid"));
        kill(pid, signal).expect("signalled");
    }

    async fn terminate(&mut self, most: Duration) -> ExitStatus {
        self.signal(Signal::SIGTERM);
        let child = &mut self.child;
        let (status, _) = wait::until("the node to stop", most, || {
            let ended = child.try_wait().expect("waitable");
            async move { ended }
        })
        .await;
        status
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if self.child.kill().is_ok() {
            self.child.wait().ok();
        }
        if std::thread::panicking() {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            let lines: Vec<_> = log.lines().collect();
            let tail = &lines[lines.len().saturating_sub(40)..];
            eprintln!("--- the end of the node's log\n{}", tail.join("\n"));
        }
    }
}

/// `paceline up` for the project, on a free port.
pub fn command(project: &Project) -> Command {
    command_on(project, &format!("sqlite:{}", project.store().display()))
}

/// The same on another store.
pub fn command_on(project: &Project, store: &str) -> Command {
    command_on_at(project, store, "127.0.0.1:0")
}

/// The same at a certain address.
pub fn command_on_at(project: &Project, store: &str, bind: &str) -> Command {
    let mut command = Command::new(binary());
    command
        .args(["up", "--json", "--bind", bind, "--config"])
        .arg(project.config())
        .arg("--store")
        .arg(store)
        .env("PACELINE_PYTHON", python())
        .env_remove("PACELINE_CONFIG")
        .env_remove("PACELINE_STORE");
    command
}

/// The binary under test: `PACELINE_BIN`, else the one that cargo built beside this test.
///
/// # Panics
/// When there is none; it says how to build it.
pub fn binary() -> PathBuf {
    let named = std::env::var_os("PACELINE_BIN").map(PathBuf::from);
    let beside = || {
        let test = std::env::current_exe().expect("a path");
        test.ancestors()
            .nth(2)
            .expect("target/debug")
            .join("paceline")
    };
    let binary = named.unwrap_or_else(beside);
    assert!(
        binary.is_file(),
        "there is no {}: build it with `cargo build -p paceline`, or set PACELINE_BIN",
        binary.display()
    );
    binary
}

/// `PACELINE_PYTHON`, else the checkout's environment, else `python3`.
pub fn python() -> PathBuf {
    let made = repository().join(".venv/bin/python");
    match std::env::var_os("PACELINE_PYTHON") {
        Some(named) => named.into(),
        None if made.exists() => made,
        None => "python3".into(),
    }
}

/// The address in the object that `paceline up --json` prints when it is ready. The rest of its
/// output is read and dropped, so that it never blocks.
async fn ready_url(stdout: impl std::io::Read + Send + 'static) -> Option<String> {
    let (send, receive) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let url = lines.find_map(|line| {
            let said: Value = serde_json::from_str(&line).ok()?;
            Some(said.get("url")?.as_str()?.to_owned())
        });
        // Nobody waits any more when the start took too long.
        send.send(url).ok();
        lines.for_each(drop);
    });
    tokio::time::timeout(START, receive).await.ok()?.ok()?
}
