//! Watching a job while its node goes away and comes back.

use std::process::Stdio;

use nix::sys::signal::Signal;

use crate::support::{Node, Project, until};

#[test]
fn a_watcher_waits_for_the_node_and_sees_the_end() {
    let project = Project::with_tasks();
    let mut node = project.up();
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
    node.signal(Signal::SIGKILL);
    node.ended();
    drop(node);
    project.write("go", "");
    let mut again = project.paceline(&["up", "--json", "--port", &port]);
    let _node = Node::adopt(&project, &mut again);
    let output = watcher.wait_with_output().expect("ends");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    let job: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    assert_eq!(job["state"], "completed");
    assert_eq!(job["progress"]["succeeded"], 3);
    assert!(stderr.contains("the node is back"), "{stderr}");
}

#[test]
fn a_log_without_lines_says_where_to_look() {
    let project = Project::with_tasks();
    let node = project.up();
    node.run(&["submit", "add", "--wait"]).exits(0);
    node.run(&["log", "last"])
        .exits(0)
        .complains("no log lines; what items failed with: `paceline items last --state failed`");
}
