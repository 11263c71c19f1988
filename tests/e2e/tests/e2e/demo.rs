//! `paceline demo --once`: a node, a job and its end by one command.

use std::path::Path;
use std::process::{Command, Output};

use paceline_e2e::api::{progress, state};
use paceline_e2e::node::{binary, command_on, python};
use paceline_e2e::{Node, Project, processes, project};

/// Of the 166 race days of the example; what is left is predicted in seconds.
const LEFT_OUT: &str = "158";

/// A command of the example, with what it builds in a folder of the test's own.
fn run(mut command: Command, build: &Path) -> Output {
    command
        .current_dir(project::repository().join("examples/races"))
        .env("RACES_BUILD", build)
        .env("PACELINE_PYTHON", python())
        .env_remove("PACELINE_STORE")
        .env_remove("PACELINE_CONFIG");
    command.output().expect("it runs")
}

#[tokio::test]
async fn the_demo_ends_when_its_job_is_done() {
    let config = project::repository().join("examples/races/paceline.toml");
    let project = Project::existing(&config);
    let build = project.folder().join("build");
    let mut prepare = Command::new(python());
    prepare.args(["-m", "races", "prepare", "--hold-back", LEFT_OUT]);
    let prepared = run(prepare, &build);
    assert!(prepared.status.success(), "{prepared:?}");

    let store = format!("sqlite:{}", project.store().display());
    let mut demo = Command::new(binary());
    demo.args(["demo", "--once", "--dir", ".", "--store", &store]);
    let (name, value) = project.marker().split_once('=').expect("NAME=value");
    demo.env(name, value);
    let demo = run(demo, &build);
    assert_eq!(demo.status.code(), Some(0), "{demo:?}");
    let printed = String::from_utf8_lossy(&demo.stdout);
    assert!(printed.contains("log-loss per race"), "{demo:?}");
    processes::none_left(project.marker(), std::time::Duration::from_secs(2)).await;

    let mut look = command_on(&project, &store);
    look.arg("--no-workers");
    let node = Node::start_as(&project, look).await;
    let jobs = node.api().get("/jobs").await.ok();
    assert_eq!(jobs["total"], 1, "{jobs}");
    let job = &jobs["items"][0];
    assert_eq!(state(job), "completed", "{job}");
    assert!(progress(job, "total") > 0, "{job}");
    assert_eq!(progress(job, "succeeded"), progress(job, "total"), "{job}");
    node.stop(std::time::Duration::from_secs(15)).await;
}
