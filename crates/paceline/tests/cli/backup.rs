//! Backups of a store that is in use.

use crate::support::{Node, Project};

#[test]
fn a_copy_made_while_the_node_runs_is_a_store() {
    let project = Project::with_tasks();
    let node = project.up();
    let id = node.run(&["submit", "square", "--wait"]).exits(0).line();
    node.run(&["backup", "copy.db"])
        .exits(0)
        .says("copied to copy.db");
    node.run(&["backup", "copy.db"])
        .exits(1)
        .complains("is there already");
    let restored = Node::start(&project, &["--store", "sqlite:copy.db"]);
    let job = restored.run(&["job", &id, "--json"]).exits(0).json();
    assert_eq!(job["progress"]["succeeded"], 3);
}

#[test]
fn without_a_store_there_is_nothing_to_copy() {
    let project = Project::empty();
    project
        .run(&["backup", "copy.db"])
        .exits(1)
        .complains("there is no store at paceline.db");
    assert!(!project.path().join("copy.db").exists());
}
