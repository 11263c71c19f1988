//! Items from files and pipes.

use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use crate::support::Project;

#[test]
fn csv_rows_are_items_with_their_keys() {
    let project = Project::with_tasks();
    project.write("numbers.csv", "id,a,b\nx,1,2\ny,0.5,\n");
    let node = project.up();
    let args = [
        "submit",
        "add",
        "--items",
        "numbers.csv",
        "--key-column",
        "id",
        "--wait",
    ];
    node.run(&args).exits(0);
    let results = node.run(&["results", "last"]).exits(0).json_lines();
    assert_eq!(results[0]["key"], "x");
    assert_eq!(results[0]["result"], json!({"sum": 3}));
    assert_eq!(results[1]["result"], json!({"sum": 0.5}));

    let again = [&args[..], &["--only-new", "--json"]].concat();
    let job = node.run(&again).exits(0).json();
    assert_eq!(job["progress"]["skipped"], 2);
}

#[test]
fn json_lines_come_through_a_pipe() {
    let project = Project::with_tasks();
    let node = project.up();
    node.run(&["submit", "square", "--wait"]).exits(0);
    let mut command = node.paceline(&["submit", "add", "--items", "-", "--wait", "--json"]);
    let mut submit = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut input = submit.stdin.take().expect("piped");
    for number in 0..1000 {
        writeln!(input, "{{\"a\":{number}}}").expect("writes");
    }
    drop(input);
    let output = submit.wait_with_output().expect("ends");
    assert!(output.status.success());
    let job: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    assert_eq!(job["progress"]["succeeded"], 1000);
}

#[test]
fn a_fault_in_the_file_is_named_and_leaves_no_job() {
    let project = Project::with_tasks();
    project.write("bad.ndjson", "{\"a\":1}\n{\"a\":\n");
    project.write("twice.csv", "id,a\nx,1\nx,2\n");
    let node = project.up();
    node.run(&["submit", "square", "--wait"]).exits(0);
    node.run(&["submit", "add", "--items", "bad.ndjson"])
        .exits(1)
        .complains("bad.ndjson: line 2");
    node.run(&[
        "submit",
        "add",
        "--items",
        "twice.csv",
        "--key-column",
        "id",
    ])
    .exits(1)
    .complains("line 3: key: `x` is the key of line 2 already");
    node.run(&["submit", "add", "--items", "none.csv"])
        .exits(1)
        .complains("none.csv");
    node.run(&["submit", "add", "--items", "numbers.xlsx"])
        .exits(2)
        .complains("--items-format");
    node.run(&["submit", "add", "--items", "twice.csv", "--only-new"])
        .exits(2)
        .complains("--key-column");
    let jobs = node
        .run(&["jobs", "--task", "add", "--json"])
        .exits(0)
        .json();
    assert_eq!(jobs["items"], json!([]));
}
