//! Batches from the command line.

use crate::support::{Project, until};

#[test]
fn a_batch_is_made_watched_and_controlled_as_one() {
    let project = Project::with_tasks();
    let node = project.up();
    node.run(&["batch", "list"])
        .exits(0)
        .complains("no batches yet");
    node.run(&["batch", "create", "night", "--reason", "new odds"])
        .exits(0)
        .says("night")
        .says("empty")
        .says("new odds");
    node.run(&["batch", "create", "night"])
        .exits(1)
        .complains("a batch `night` already");
    let until_go = format!("until={}", project.path().join("go").display());
    let submit = [
        "submit", "wait", "-p", &until_go, "-p", "count=2", "--batch", "night",
    ];
    for _ in 0..2 {
        node.run(&submit).exits(0);
    }
    let show = || {
        node.run(&["batch", "show", "night", "--json"])
            .exits(0)
            .json()
    };
    until(|| (show()["jobs"]["running"] == 2).then_some(()));
    node.run(&["batch", "list"])
        .exits(0)
        .says("● open")
        .says("2 running");

    node.run(&["batch", "pause", "night"])
        .exits(0)
        .says("paused 2 jobs");
    node.run(&["batch", "resume", "night"])
        .exits(0)
        .says("resumed 2 jobs");
    node.run(&["batch", "cancel", "night", "--reason", "enough"])
        .exits(0)
        .says("cancelled 2 jobs");
    project.write("go", "");
    node.run(&["batch", "retry", "night"])
        .exits(0)
        .says("retried 2 jobs");
    until(|| (show()["state"] == "completed").then_some(()));
    node.run(&["batch", "show", "night"])
        .exits(0)
        .says("✓ completed")
        .says("100% 4/4")
        .says("2 completed");
    let again = node.run(&["batch", "restart", "night", "--json"]).exits(0);
    assert_eq!(again.json()["changed"], 2);
    node.run(&["batch", "show", "nights"])
        .exits(1)
        .complains("no batch `nights`");
}
