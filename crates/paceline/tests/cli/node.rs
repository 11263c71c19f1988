//! The node itself: how it starts, refuses to start, and stops.

use nix::sys::signal::Signal;

use crate::support::{Node, Project};

#[test]
fn says_where_it_is() {
    let project = Project::with_tasks();
    let node = project.up();
    assert!(
        node.url().starts_with("http://127.0.0.1:"),
        "{}",
        node.ready
    );
    assert_eq!(node.ready["workers"][0]["pool"], "test");
    assert_eq!(node.ready["store"], "sqlite:./paceline.db");
}

#[test]
fn a_taken_port_and_a_taken_store_are_told_apart() {
    let project = Project::with_tasks();
    let node = project.up();
    let port = node.url().rsplit(':').next().expect("a port");
    let other = Project::empty();
    other
        .run(&["up", "--port", port])
        .exits(1)
        .complains("is in use, perhaps by another node")
        .complains("--port");
    assert!(!other.path().join("paceline.db").exists());
    project
        .run(&["up", "--port", "0"])
        .exits(1)
        .complains("paceline.db is in use by another paceline node");
}

#[test]
fn a_file_that_is_no_store_is_not_touched() {
    let project = Project::empty();
    project.write(
        "notes.txt",
        "not a database, but long enough to look at"
            .repeat(40)
            .as_str(),
    );
    let before = std::fs::read(project.path().join("notes.txt")).expect("reads");
    project
        .run(&["up", "--port", "0", "--store", "sqlite:notes.txt"])
        .exits(1)
        .complains("cannot open the store notes.txt");
    assert_eq!(
        std::fs::read(project.path().join("notes.txt")).expect("reads"),
        before
    );
}

#[test]
fn stops_cleanly_and_starts_again() {
    let project = Project::with_tasks();
    let mut node = project.up();
    let id = node.run(&["submit", "square", "--wait"]).exits(0).line();
    node.signal(Signal::SIGTERM);
    let (status, words) = node.ended();
    assert!(status.success(), "{status}: {words}");
    drop(node);
    let node = project.up();
    let job = node.run(&["job", &id, "--json"]).exits(0).json();
    assert_eq!(job["state"], "completed");
}

#[test]
fn ends_with_its_standard_input_when_told_so() {
    let project = Project::empty();
    // The harness gives it an input that has ended already.
    let mut node = Node::start(&project, &["--until-stdin-closes"]);
    let (status, words) = node.ended();
    assert!(status.success(), "{status}: {words}");
}
