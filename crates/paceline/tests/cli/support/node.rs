//! A node in a project's folder.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use super::{Project, Ran};

#[derive(Debug)]
pub(crate) struct Node<'a> {
    project: &'a Project,
    process: Child,
    /// What it said when it was ready.
    pub(crate) ready: Value,
}

impl<'a> Node<'a> {
    /// Starts a node on a free port and waits until it is ready.
    pub(crate) fn start(project: &'a Project, args: &[&str]) -> Self {
        let port = ["up", "--json", "--port", "0"];
        Node::adopt(project, &mut project.paceline(&[&port, args].concat()))
    }

    /// Starts a node by a command line of the test's own.
    pub(crate) fn adopt(project: &'a Project, command: &mut Command) -> Self {
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut line = String::new();
        let stdout = process.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("reads");
        if line.is_empty() {
            let words = rest_of_stderr(&mut process);
            process.wait().expect("ends");
            panic!("the node did not start: {words}");
        }
        Node {
            project,
            process,
            ready: serde_json::from_str(&line).expect("is JSON"),
        }
    }

    pub(crate) fn url(&self) -> &str {
        self.ready["url"].as_str().expect("an address")
    }

    /// A command line that talks to this node.
    pub(crate) fn paceline(&self, args: &[&str]) -> Command {
        let mut command = self.project.paceline(args);
        command.env("PACELINE_SERVER", self.url());
        command
    }

    /// Runs a command that talks to this node.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(&mut self.paceline(args), self.project.path())
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.process.id()).expect("a pid");
        kill(Pid::from_raw(pid), signal).expect("signals");
    }

    /// Waits for its end; what it wrote to standard error comes with it.
    pub(crate) fn ended(&mut self) -> (ExitStatus, String) {
        let words = rest_of_stderr(&mut self.process);
        (self.process.wait().expect("ends"), words)
    }
}

fn rest_of_stderr(process: &mut Child) -> String {
    let mut text = String::new();
    if let Some(mut stderr) = process.stderr.take() {
        stderr.read_to_string(&mut text).expect("reads");
    }
    text
}

impl Drop for Node<'_> {
    fn drop(&mut self) {
        // Ended already is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("the node said: {}", rest_of_stderr(&mut self.process));
        }
    }
}
