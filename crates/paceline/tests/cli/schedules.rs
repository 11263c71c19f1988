//! Schedules and templates from the command line.

use crate::support::{Project, until};

#[test]
fn a_schedule_from_its_making_to_its_end() {
    let project = Project::with_tasks();
    let node = project.up();
    let create = [
        "schedule",
        "create",
        "nightly",
        "--cron",
        "0 6 * * *",
        "--timezone",
        "Europe/Paris",
        "--missed",
        "all",
        "--no-overlap",
        "--task",
        "add",
        "-p",
        "a=1",
        "--set",
        "priority=high",
    ];
    node.run(&create)
        .exits(0)
        .says("nightly  ◷ active")
        .says("0 6 * * * Europe/Paris")
        .says("T06:00:00+0");
    node.run(&create)
        .exits(1)
        .complains("there is a schedule `nightly` already");
    let shown = node
        .run(&["schedule", "show", "nightly", "--json"])
        .exits(0)
        .json();
    assert_eq!(shown["next_runs"].as_array().map(Vec::len), Some(5));
    assert_eq!(shown["template"]["priority"], "high");
    assert_eq!(
        (&shown["missed"], &shown["overlap"]),
        (&"all".into(), &false.into())
    );

    let id = node.run(&["schedule", "run", "nightly"]).exits(0).line();
    node.run(&["watch", &id]).exits(0);
    let job = node.run(&["job", &id, "--json"]).exits(0).json();
    assert_eq!(
        (&job["result"]["sum"], &job["labels"]["schedule"]),
        (&1.into(), &"nightly".into())
    );

    node.run(&[
        "schedule",
        "edit",
        "nightly",
        "--every",
        "90m",
        "-p",
        "b=2",
        "--overlap",
    ])
    .exits(0)
    .says("every 90m")
    .says(r#""params":{"a":1,"b":2}"#);
    node.run(&["schedule", "pause", "nightly"])
        .exits(0)
        .says("‖ paused");
    node.run(&["schedule", "resume", "nightly"])
        .exits(0)
        .says("◷ active");
    let list = node.run(&["schedule", "list"]).exits(0);
    list.says("STATE")
        .says("nightly")
        .says("every 90m")
        .says("add");
    node.run(&["schedule", "delete", "nightly"])
        .exits(0)
        .says("deleted nightly");
    node.run(&["schedule", "show", "nightly"])
        .exits(1)
        .complains("there is no schedule `nightly`");
    node.run(&["schedule", "list"])
        .exits(0)
        .complains("no schedules yet");
}

#[test]
fn what_makes_no_sense_is_said_before_or_by_the_node() {
    let project = Project::with_tasks();
    let node = project.up();
    node.run(&["schedule", "create", "x", "--every", "1m"])
        .exits(2)
        .complains("what should it submit?")
        .complains("--task TASK");
    node.run(&[
        "schedule", "create", "x", "--every", "1m", "--at", "90m", "--task", "add",
    ])
    .exits(2);
    until(|| {
        let args = [
            "schedule",
            "create",
            "x",
            "--cron",
            "0 25 * * *",
            "--task",
            "add",
        ];
        let ran = node.run(&args);
        ran.stderr
            .contains("`25` is no hour (0 to 23")
            .then_some(())
    });
    node.run(&[
        "schedule",
        "create",
        "x",
        "--every",
        "1m",
        "--template",
        "t",
    ])
    .exits(1)
    .complains("there is no template `t`");
}

#[test]
fn a_template_is_kept_launched_and_used_by_a_schedule() {
    let project = Project::with_tasks();
    let node = project.up();
    let create = ["template", "create", "sum", "--task", "add", "-p", "a=1"];
    node.run(&create)
        .exits(0)
        .says("sum  version 1")
        .says(r#""add""#);
    node.run(&["submit", "add", "--wait"]).exits(0);
    let launched = node
        .run(&["template", "launch", "sum", "-p", "b=2", "--wait", "--json"])
        .exits(0)
        .json();
    assert_eq!(launched["result"]["sum"], 3);
    node.run(&["template", "edit", "sum", "-p", "a=5", "--name", "total"])
        .exits(0)
        .says("total  version 2");
    node.run(&["template", "list"])
        .exits(0)
        .says("total")
        .says("add");
    node.run(&[
        "schedule",
        "create",
        "often",
        "--every",
        "1s",
        "--template",
        "total",
    ])
    .exits(0);
    until(|| {
        let page = node
            .run(&["jobs", "--label", "schedule=often", "--json"])
            .exits(0)
            .json();
        let done = page["items"]
            .as_array()?
            .iter()
            .find(|job| job["state"] == "completed")?;
        (done["result"]["sum"] == 5).then_some(())
    });
    node.run(&["template", "delete", "total"]).exits(0);
    node.run(&["template", "show", "total"])
        .exits(1)
        .complains("there is no template `total`");
}
