//! Controls: one job, several, or all that a filter matches.

use crate::support::{Node, Project, until};

/// A job that runs until the file `go` is there.
fn waiting_job(project: &Project, node: &Node<'_>) -> String {
    let param = format!("until={}", project.path().join("go").display());
    let id = node
        .run(&["submit", "wait", "-p", &param, "-p", "count=4"])
        .exits(0)
        .line();
    until(|| (state(node, &id) == "running").then_some(()));
    id
}

fn state(node: &Node<'_>, id: &str) -> String {
    let job = node.run(&["job", id, "--json"]).exits(0).json();
    job["state"].as_str().expect("a state").to_owned()
}

#[test]
fn pause_resume_cancel_retry_delete() {
    let project = Project::with_tasks();
    let node = project.up();
    let id = waiting_job(&project, &node);
    node.run(&["pause", &id]).exits(0).says("paused 1 job");
    assert_eq!(state(&node, &id), "paused");
    node.run(&["resume", &id]).exits(0);
    node.run(&["cancel", &id, "--reason", "enough"]).exits(0);
    assert_eq!(state(&node, &id), "cancelled");
    node.run(&["watch", &id]).exits(1);
    project.write("go", "");
    node.run(&["retry", &id]).exits(0).says("retried 1 job");
    node.run(&["watch", &id]).exits(0);
    node.run(&["delete", &id]).exits(0);
    node.run(&["job", &id])
        .exits(1)
        .complains("there is no job");
}

#[test]
fn what_the_state_forbids_is_refused_with_the_reason() {
    let project = Project::with_tasks();
    let node = project.up();
    let id = node.run(&["submit", "square", "--wait"]).exits(0).line();
    node.run(&["retry", &id])
        .exits(1)
        .says("retried 0 jobs")
        .complains("nothing in it failed; restart runs everything again");
    node.run(&["resume", &id])
        .exits(1)
        .complains("only a paused job can be resumed");
}

#[test]
fn a_filter_is_counted_first_and_needs_a_yes() {
    let project = Project::with_tasks();
    let node = project.up();
    for _ in 0..3 {
        node.run(&["submit", "square", "--wait"]).exits(0);
    }
    node.run(&["submit", "add", "--wait"]).exits(0);
    node.run(&["delete", "--task", "square"])
        .exits(2)
        .complains("this would delete 3 jobs")
        .complains("--yes");
    node.run(&["delete", "--task", "nothing"])
        .exits(0)
        .says("deleted 0 jobs");
    let done = node
        .run(&["delete", "--task", "square", "--yes", "--json"])
        .exits(0)
        .json();
    assert_eq!(done["changed"], 3);
    let left = node.run(&["jobs", "--json"]).exits(0).json();
    assert_eq!(left["items"].as_array().map(Vec::len), Some(1));
    node.run(&["delete", "last", "--task", "add"])
        .exits(2)
        .complains("not both");
}
