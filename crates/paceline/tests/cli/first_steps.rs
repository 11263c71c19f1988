//! What a newcomer does first: init, up, submit, look at the results.

use std::path::PathBuf;
use std::process::Command;

use crate::support::{Node, Project, until};

#[test]
fn init_up_submit_results() {
    let project = Project::empty();
    project
        .run(&["init"])
        .exits(0)
        .says("paceline up")
        .says("paceline submit square --wait");
    let node = project.up();
    let ran = node
        .run(&["submit", "square", "--wait", "-p", "count=4"])
        .exits(0);
    let id = ran.line();
    assert!(ran.stderr.contains("completed"), "{ran:#?}");

    let results = node.run(&["results", &id]).exits(0).json_lines();
    let squares: Vec<_> = results
        .iter()
        .map(|line| &line["result"]["square"])
        .collect();
    assert_eq!(squares, [1, 4, 9, 16]);
    let job = node.run(&["job", &id, "--json"]).exits(0).json();
    assert_eq!(job["state"], "completed");
    assert_eq!(job["progress"]["succeeded"], 4);
    // Lines gather for a tenth of a second: the last may come after the end.
    until(|| {
        let log = node.run(&["log", "last"]).exits(0).stdout;
        log.contains("squared 4").then_some(())
    });
}

#[test]
fn init_overwrites_nothing() {
    let project = Project::empty();
    project.write("tasks.py", "mine");
    let ran = project.run(&["init"]).exits(1);
    insta::assert_snapshot!(ran.stderr);
    assert!(!project.path().join("paceline.toml").exists());
    project
        .run(&["init", "sub/jobs"])
        .exits(0)
        .says("cd sub/jobs && paceline up");
}

/// The SDK that is inside the binary is the one that workers find when they have none.
#[test]
fn workers_need_no_installed_sdk() {
    let project = Project::with_tasks();
    let bare = project.path().join("bare");
    let made = Command::new("python3")
        .args(["-m", "venv", "--without-pip"])
        .arg(&bare)
        .status();
    assert!(made.expect("python3 runs").success());
    let mut command = project.paceline(&["up", "--json", "--port", "0"]);
    let node = Node::adopt(
        &project,
        command.env("PACELINE_PYTHON", bare.join("bin/python")),
    );
    node.run(&["submit", "square", "--wait"]).exits(0);
    let unpacked = std::fs::read_dir(project.path().join("cache")).expect("unpacked");
    assert_eq!(unpacked.count(), 1);
}

#[expect(
    clippy::disallowed_methods,
    reason = "as of this run: checkouts may share what they build"
)]
fn here() -> PathBuf {
    PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("tests are run by cargo"))
}

/// A `paceline` that the interpreter finds by itself wins.
#[test]
fn an_installed_sdk_is_left_alone() {
    let project = Project::with_tasks();
    let sdk = here().join("../../sdk/python/src");
    let mut command = project.paceline(&["up", "--json", "--port", "0"]);
    let node = Node::adopt(&project, command.env("PYTHONPATH", sdk));
    node.run(&["submit", "square", "--wait"]).exits(0);
    assert!(!project.path().join("cache").exists());
}

#[test]
fn completions_and_manual_pages_are_made() {
    let project = Project::empty();
    for shell in ["bash", "zsh", "fish"] {
        project
            .run(&["completions", shell])
            .exits(0)
            .says("paceline");
    }
    project.run(&["man", "pages"]).exits(0);
    let page = project.path().join("pages/paceline-submit.1");
    assert!(page.exists());
}

/// A reader that has seen enough is no error, and no panic.
#[test]
fn output_into_a_closed_pipe_is_fine() {
    let project = Project::with_tasks();
    let node = project.up();
    node.run(&["submit", "square", "--wait", "-p", "count=3000"])
        .exits(0);
    let script = format!(
        "{} results last | head -n 1; exit ${{PIPESTATUS[0]}}",
        env!("CARGO_BIN_EXE_paceline")
    );
    let output = Command::new("bash")
        .args(["-c", &script])
        .env("PACELINE_SERVER", node.url())
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
