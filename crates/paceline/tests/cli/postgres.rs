//! Commands that are about a `PostgreSQL`: the doctor's look into it, and moving a store there.

use paceline_test_postgres as postgres;
use serde_json::Value;

use crate::support::{Node, Project};

/// What the doctor found at a check.
fn finding<'a>(report: &'a Value, check: &str) -> &'a Value {
    let found = report["checks"].as_array().expect("a list");
    let of = found.iter().find(|finding| finding["check"] == check);
    of.unwrap_or_else(|| panic!("no {check} in {report}"))
}

#[test]
fn the_doctor_looks_into_the_server() {
    let project = Project::empty();
    let schema = postgres::new_schema();
    let url = postgres::shared().url(&schema);
    let look = |url: &str| {
        project
            .run(&["doctor", "--json", "--store", url])
            .exits(1)
            .json()
    };
    let before = look(&url);
    let detail = |report: &Value, check| finding(report, check)["detail"].to_string();
    assert!(
        detail(&before, "store").contains("answers: PostgreSQL"),
        "{before}"
    );
    assert!(
        detail(&before, "schema").contains("is not there yet"),
        "{before}"
    );
    assert_eq!(finding(&before, "rights")["ok"], true, "{before}");
    assert_eq!(finding(&before, "clock")["ok"], true, "{before}");
    assert!(
        detail(&before, "links").contains("1 node may open 17"),
        "{before}"
    );
    // The servers of the tests do not flush.
    assert!(
        detail(&before, "durable").contains("fsync is off"),
        "{before}"
    );

    let node = Node::start(&project, &["--store", &url]);
    let after = look(&url);
    assert!(
        detail(&after, "schema").contains("the newest known here"),
        "{after}"
    );
    drop(node);
    let refused = look("postgres://nobody@127.0.0.1:1/nothing?connect_timeout=2");
    assert_eq!(finding(&refused, "store")["ok"], false, "{refused}");
}

#[test]
fn a_move_asks_for_a_file_and_a_server() {
    let project = Project::empty();
    let url = postgres::shared().new_store();
    project
        .run(&["migrate", "--from", &url, "--to", "sqlite:x.db"])
        .exits(2)
        .complains("from SQLite to PostgreSQL only");
    project
        .run(&["migrate", "--from", "sqlite:none.db", "--to", &url])
        .exits(1)
        .complains("there is no store at none.db");
    assert!(
        !project.path().join("none.db.lock").exists(),
        "nothing was made"
    );
}

#[test]
fn a_move_prints_what_it_counted() {
    let project = Project::with_tasks();
    let node = project.up();
    node.run(&["submit", "square", "--wait"]).exits(0);
    drop(node);
    let url = postgres::shared().new_store();
    let args = ["migrate", "--from", "sqlite:paceline.db", "--to", &url];
    let ran = project.run(&args).exits(0).says("items: succeeded");
    let items = ran.stdout.lines().find(|line| line.starts_with("items "));
    let columns: Vec<&str> = items.expect("a row").split_whitespace().collect();
    assert_eq!(columns, ["items", "3", "3"]);
    project.run(&args).exits(1).complains("is not empty");
    let moved = Node::start(&project, &["--store", &url]);
    moved.run(&["jobs"]).exits(0).says("square");
}
