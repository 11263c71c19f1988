//! Watching a job while its node goes away and comes back.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use nix::sys::signal::Signal;

use crate::support::{Node, Project, until};

#[test]
fn a_watcher_waits_for_the_node_and_sees_the_end() {
    let project = Project::with_tasks();
    let node = project.up();
    let port = node.url().rsplit(':').next().expect("a port").to_owned();
    let param = format!("until={}", project.path().join("go").display());
    let args = ["submit", "wait", "-p", &param, "--wait", "--json"];
    let watcher = node
        .paceline(&args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    until(|| {
        let jobs = node.run(&["jobs", "--state", "running", "--json"]).json();
        (jobs["items"].as_array().map(Vec::len) == Some(1)).then_some(())
    });
    let _node = killed_and_back(&project, node, &port);
    let output = watcher.wait_with_output().expect("ends");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    let job: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    assert_eq!(job["state"], "completed");
    assert_eq!(job["progress"]["succeeded"], 3);
    assert!(stderr.contains("the node is back"), "{stderr}");
}

#[test]
fn who_follows_a_log_sees_all_of_it_across_a_restart() {
    let project = Project::with_tasks();
    project.write("tasks.py", LOGS);
    let node = project.up();
    let port = node.url().rsplit(':').next().expect("a port").to_owned();
    let param = format!("until={}", project.path().join("go").display());
    until(|| (node.run(&["submit", "speak", "-p", &param]).code == 0).then_some(()));
    let mut follower = node
        .paceline(&["log", "last", "--follow"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(follower.stdout.take().expect("piped"));
    let mut first = String::new();
    lines.read_line(&mut first).expect("a line");
    assert!(first.contains("attempt 1 begins"), "{first}");
    let _node = killed_and_back(&project, node, &port);
    let mut rest = String::new();
    lines.read_to_string(&mut rest).expect("the rest");
    let output = follower.wait_with_output().expect("ends");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    assert!(rest.contains("ends"), "{rest}, and on stderr: {stderr}");
    let again = rest.matches("attempt 1 begins").count();
    assert_eq!(again, 1, "nothing twice: {rest}");
}

/// One item that says when it begins, waits for a file, and says that it ends.
const LOGS: &str = r#"
import os, time
import paceline as pl
app = pl.App()

@app.task(items=lambda params: [pl.Item("one")])
def speak(item, ctx):
    ctx.log.info("attempt %d begins", ctx.attempt)
    while not os.path.exists(ctx.params["until"]):
        time.sleep(0.01)
    ctx.log.info("ends")
    time.sleep(1)  # lines gather for a moment: this one is to come before the job's end
"#;

#[test]
fn a_log_without_lines_says_where_to_look() {
    let project = Project::with_tasks();
    let node = project.up();
    node.run(&["submit", "add", "--wait"]).exits(0);
    node.run(&["log", "last"])
        .exits(0)
        .complains("no log lines; what items failed with: `paceline items last --state failed`");
}

/// Kills the node and starts another at the same port, under which handlers may end.
fn killed_and_back<'p>(project: &'p Project, mut node: Node<'p>, port: &str) -> Node<'p> {
    node.signal(Signal::SIGKILL);
    node.ended();
    drop(node);
    project.write("go", "");
    let mut again = project.paceline(&["up", "--json", "--port", port]);
    Node::adopt(project, &mut again)
}
