//! The races example under fire: a real model, the node killed again and again.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use paceline_e2e::api::{progress, state};
use paceline_e2e::node::command_on;
use paceline_e2e::numbers::summary;
use paceline_e2e::{Node, Project, node, project, seed, wait};
use rand::Rng;
use serde_json::json;

use crate::work::LONG;

const KILLS: usize = 20;
/// Enough to be killed in so often.
const RACES: u64 = 1_000;
/// Each start loads the model: seconds on a machine that others use too.
const VERY_LONG: Duration = Duration::from_mins(10);

#[tokio::test]
async fn twenty_kills_of_the_races_example() {
    let mut dice = seed::dice("kills of the races example");
    let example = prepared();
    let project = Project::existing(&example.join("paceline.toml"));
    let mut node = Node::start(&project).await;
    let id = node
        .api()
        .submit(&json!({"task": "predict_race", "force": true, "params": {"limit": RACES}}))
        .await;
    let mut resumed = vec![];
    let mut last = 0;
    for kill in 0..KILLS {
        let job = going_on(&node, &id, last).await;
        assert_ne!(
            state(&job),
            "completed",
            "over before kill {kill}: more RACES"
        );
        tokio::time::sleep(Duration::from_millis(dice.random_range(0..300))).await;
        let recorded = progress(&node.api().job(&id).await, "succeeded");
        node.kill9().await;
        let start = Instant::now();
        node = Node::start(&project).await;
        let job = node.api().job(&id).await;
        assert!(
            progress(&job, "succeeded") >= recorded,
            "recorded results are gone: {job}"
        );
        last = progress(&job, "succeeded");
        going_on(&node, &id, last).await;
        resumed.push(start.elapsed());
    }
    let job = node.api().ended(&id, VERY_LONG).await;
    assert_eq!(
        (progress(&job, "succeeded"), progress(&job, "total")),
        (RACES, RACES),
        "{job}"
    );
    let items = node.api().items(&id).await;
    assert_eq!(items.len() as u64, RACES);
    assert!(items.iter().all(|item| item["state"] == "succeeded"));
    println!(
        "races: new results recorded again after {}, model load included",
        summary(&resumed)
    );
    node.stop(Duration::from_secs(15)).await;
}

/// Waits until more is recorded than there was, or the job is over.
async fn going_on(node: &Node, id: &str, last: u64) -> serde_json::Value {
    let (job, _) = wait::until("the job to go on", LONG, || async {
        let job = node.api().job(id).await;
        (progress(&job, "succeeded") > last || state(&job) == "completed").then_some(job)
    })
    .await;
    job
}

/// The same example, nothing but its store changed.
#[tokio::test]
async fn the_races_example_on_a_shared_database() {
    const FEW: u64 = 60;
    let example = prepared();
    let project = Project::existing(&example.join("paceline.toml"));
    let url = paceline_test_postgres::shared().new_store();
    let node = Node::start_as(&project, command_on(&project, &url)).await;
    let job = json!({"task": "predict_race", "only_new": true, "params": {"limit": FEW}});
    let id = node.api().submit(&job).await;
    let job = node.api().ended(&id, VERY_LONG).await;
    assert_eq!(
        (progress(&job, "succeeded"), progress(&job, "total")),
        (FEW, FEW),
        "{job}"
    );
    let again = json!({"task": "predict_race", "only_new": true, "params": {"limit": FEW}});
    let id = node.api().submit(&again).await;
    let job = node.api().ended(&id, LONG).await;
    assert_eq!(progress(&job, "skipped"), FEW, "nothing is new: {job}");
    node.stop(Duration::from_secs(15)).await;
}

/// The example's folder, with its database and its model made.
fn prepared() -> PathBuf {
    let example = project::repository().join("examples/races");
    let prepared = Command::new(node::python())
        .args(["-m", "races", "prepare"])
        .current_dir(&example)
        .output()
        .expect("python runs");
    assert!(
        prepared.status.success(),
        "{}",
        String::from_utf8_lossy(&prepared.stderr)
    );
    example
}
