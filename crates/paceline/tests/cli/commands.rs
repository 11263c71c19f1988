//! The commands that look, for people and for programs.

use serde_json::Value;

use crate::support::Project;

#[test]
fn everything_that_shows_data_shows_it_as_json() {
    let project = Project::with_tasks();
    let node = project.up();
    let id = node.run(&["submit", "square", "--wait"]).exits(0).line();
    for (args, field) in [
        (&["jobs"][..], "items"),
        (&["job", &id], "state"),
        (&["status"], "jobs"),
    ] {
        let args = [args, &["--json"]].concat();
        let value = node.run(&args).exits(0).json();
        assert!(value.get(field).is_some(), "{args:?}: {value}");
    }
    // Whether all is well depends on the machine: its disk may be nearly full.
    let doctor = node.run(&["doctor", "--json"]).json();
    assert!(doctor.get("checks").is_some(), "{doctor}");
    for args in [&["items", &id][..], &["events", &id], &["results", &id]] {
        let args = [args, &["--json"]].concat();
        let lines = node.run(&args).exits(0).json_lines();
        assert!(lines.len() >= 3, "{args:?}: {lines:?}");
    }
    let job = node
        .run(&["submit", "add", "-p", "a=1", "--wait", "--json"])
        .exits(0)
        .json();
    assert_eq!(job["result"]["sum"], 1);
}

#[test]
fn people_get_tables() {
    let project = Project::with_tasks();
    let node = project.up();
    node.run(&["submit", "square", "--wait", "--user", "ana"])
        .exits(0);
    let jobs = node.run(&["jobs"]).exits(0);
    let heads: Vec<_> = jobs
        .stdout
        .lines()
        .next()
        .expect("heads")
        .split_whitespace()
        .collect();
    assert_eq!(
        heads,
        [
            "STATE", "NAME", "PROGRESS", "RATE", "ETA", "PRIORITY", "USER", "AGE"
        ]
    );
    jobs.says("✓ completed")
        .says("━━━━━━━━━━  100%")
        .says("3/3")
        .says("ana");
    node.run(&["items", "last"])
        .exits(0)
        .says("✓ succeeded  n0");
    node.run(&["events", "last"]).exits(0).says("job.completed");
    node.run(&["status"])
        .exits(0)
        .says("1 completed")
        .says("test/0");
}

#[test]
fn a_job_is_found_by_id_beginning_name_and_last() {
    let project = Project::with_tasks();
    let node = project.up();
    node.run(&["jobs"]).exits(0).complains("no jobs yet");
    node.run(&["job", "last"]).exits(1).complains("no job yet");
    let submitted = node
        .run(&["submit", "add", "--wait", "--json"])
        .exits(0)
        .json();
    let field = |name: &str| submitted[name].as_str().expect("text").to_owned();
    let (id, name) = (field("id"), field("name"));
    for way in [id.as_str(), &id[..30], &name, "last"] {
        let job = node.run(&["job", way, "--json"]).exits(0).json();
        assert_eq!(job["id"], Value::from(id.clone()), "{way}");
    }
    node.run(&["job", "add-of-yesterday"])
        .exits(1)
        .complains("there is no job");
}

#[test]
fn exit_codes_tell_how_the_job_ended() {
    let project = Project::with_tasks();
    let node = project.up();
    node.run(&["submit", "square", "--wait"]).exits(0);
    let failed = node
        .run(&["submit", "fail", "--wait", "-p", "count=2"])
        .exits(1);
    assert!(failed.stderr.contains("ValueError: number"), "{failed:#?}");
    assert!(failed.stderr.contains("paceline retry"), "{failed:#?}");
    node.run(&["watch", "last"]).exits(1);
    node.run(&["submit", "nothing"])
        .exits(1)
        .complains("no task `nothing`; known:");
    project
        .run(&["jobs"])
        .exits(3)
        .complains("cannot reach a node at http://127.0.0.1:1")
        .complains("paceline up");
    project.run(&["--server", "localhost", "jobs"]).exits(2);
}

#[test]
fn doctor_finds_what_is_wrong() {
    let project = Project::with_tasks();
    project
        .run(&["doctor"])
        .exits(1)
        .says("✗ node")
        .says("→ start one: paceline up");
    project.write(
        "paceline.toml",
        "[workers.broken]\ncommand = [\"python3\", \"-c\", \"raise SystemExit('no model')\"]\nprocesses = 1\n",
    );
    let node = project.up();
    let doctor = crate::support::until(|| {
        let ran = node.run(&["doctor"]);
        ran.stdout.contains("✗ workers").then_some(ran)
    });
    doctor
        .exits(1)
        .says("no model")
        .says("✓ store")
        .says("✓ clock");
}
