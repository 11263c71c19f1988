//! A schedule on a node that is killed: each run once, also those that came while none was there.

use std::collections::BTreeSet;
use std::time::Duration;

use paceline_e2e::api::text;
use paceline_e2e::{Api, Node, Project, seed, wait};
use rand::Rng;
use reqwest::Method;
use serde_json::{Value, json};

use crate::work::LONG;

/// Waits until the schedule has given so many jobs in all.
async fn runs(api: &Api, least: usize) {
    wait::until(format!("{least} runs"), LONG, || async {
        (jobs(api).await.len() >= least).then_some(())
    })
    .await;
}

async fn jobs(api: &Api) -> Vec<Value> {
    let page = api.get("/jobs?label=schedule:beat&limit=500").await.ok();
    page["items"].as_array().expect("jobs").clone()
}

fn seconds(time: &str) -> f64 {
    let time: jiff::Timestamp = time.parse().expect("a time");
    time.as_duration().as_secs_f64()
}

#[tokio::test]
async fn kills_cost_no_run_and_repeat_none() {
    let mut dice = seed::dice("a schedule over kills of the node");
    let project = Project::new();
    let mut node = Node::start(&project).await;
    let template = json!({"task": "unit", "params": {"key": "beat", "seconds": 0.01}});
    let beat = json!({"name": "beat", "every": "1s", "missed": "all", "template": template});
    let (made, _) = wait::until("the task to be declared", LONG, || async {
        let answer = node.api().post("/schedules", &beat).await;
        (answer.status.as_u16() != 503).then_some(answer)
    })
    .await;
    let made = made.ok();
    for kill in 1..=2 {
        runs(node.api(), 2 * kill).await;
        node.kill9().await;
        // The node is down for a run or two.
        tokio::time::sleep(Duration::from_millis(dice.random_range(300..2_500))).await;
        node = Node::start(&project).await;
    }
    runs(node.api(), 6).await;
    let paused = node
        .api()
        .call(Method::POST, "/schedules/beat/pause")
        .await
        .ok();

    // One interval after the other from the moment when it was made.
    let took = seconds(&text(&paused, "last_run")) - seconds(&text(&made, "created_at"));
    let jobs = jobs(node.api()).await;
    let ids: BTreeSet<String> = jobs.iter().map(|job| text(job, "id")).collect();
    assert_eq!(ids.len(), jobs.len());
    #[expect(clippy::cast_precision_loss, reason = "a few")]
    let count = ids.len() as f64;
    // That moment is told by a look at the clock of its own.
    assert!((took - count).abs() < 0.2, "{count} jobs in {took} s");
    for id in ids {
        let ended = node.api().ended(&id, LONG).await;
        assert_eq!(ended["state"], "completed", "{ended}");
    }
    node.stop(Duration::from_secs(15)).await;
}
