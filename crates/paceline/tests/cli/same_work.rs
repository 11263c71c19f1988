//! The same work once: what `paceline.toml` and flags say of merging and of results used again.

use crate::support::{Project, until};

const CONFIGURATION: &str = r#"
[tasks.greet]
command = ["echo", "::result \"hello {params.name}\""]
cache_for = "1h"

[tasks.slow]
command = ["sh", "-c", "until [ -e go ]; do sleep 0.02; done"]
identity = ["sku"]
processes = 2
"#;

#[test]
fn a_result_is_used_again_until_somebody_forces_it() {
    let project = Project::empty();
    project.write("paceline.toml", CONFIGURATION);
    let node = project.up();
    let first = ["submit", "greet", "-p", "name=ana", "--wait", "--json"];
    let ran = node.run(&first).exits(0).json();
    assert_eq!(
        (&ran["cached_from"], &ran["result"]),
        (&serde_json::Value::Null, &"hello ana".into())
    );
    let submit = |more: &[&str]| {
        let line = [
            &["submit", "greet", "-p", "name=ana", "--wait", "--json"],
            more,
        ]
        .concat();
        node.run(&line).exits(0).json()
    };
    let answered = submit(&[]);
    assert_eq!(
        (&answered["cached_from"], &answered["result"]),
        (&ran["id"], &ran["result"])
    );
    node.run(&["submit", "greet", "-p", "name=ana"])
        .exits(0)
        .complains("--force runs it anew");
    assert!(submit(&["--force"])["cached_from"].is_null());
    assert!(submit(&["--cache-for", "1ms"])["cached_from"].is_null());
}

#[test]
fn duplicates_are_merged_rejected_or_let_be() {
    let project = Project::empty();
    project.write("paceline.toml", CONFIGURATION);
    let node = project.up();
    let submit = |more: &[&str]| {
        let line = [&["submit", "slow", "-p", "sku=7", "--json"], more].concat();
        node.run(&line)
    };
    let state = |id: &serde_json::Value| {
        let id = id.as_str().expect("an id");
        node.run(&["job", id, "--json"]).exits(0).json()["state"].clone()
    };
    let running = submit(&[]).exits(0).json();
    until(|| (state(&running["id"]) == "running").then_some(()));
    // The one that runs has older params: one more waits for its end, and takes in the others.
    let waiting = submit(&[]).exits(0).json();
    assert!(waiting["merged_into"].is_null(), "{waiting}");
    let merged = submit(&["-p", "note=newer"]).exits(0).json();
    assert_eq!(
        (&merged["state"], &merged["merged_into"]),
        (&"merged".into(), &waiting["id"])
    );
    submit(&["--on-duplicate", "reject"])
        .exits(1)
        .complains("the same work is not done yet");
    let beside = submit(&["--on-duplicate", "allow"]).exits(0).json();
    until(|| (state(&beside["id"]) == "running").then_some(()));
    project.write("go", "");
    until(|| (state(&waiting["id"]) == "completed").then_some(()));
}
