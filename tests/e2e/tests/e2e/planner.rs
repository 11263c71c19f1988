//! Items that the task's own planner lists.

use std::time::Duration;

use paceline_e2e::api::{progress, state};
use paceline_e2e::{Node, Project, wait};
use serde_json::json;

use crate::work::LONG;

#[tokio::test]
async fn the_planner_lists_the_items_in_the_background() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let api = node.api();
    let id = api
        .submit(&json!({"task": "planned", "params": {"count": 3000}}))
        .await;
    let job = api.ended(&id, LONG).await;
    assert_eq!(
        (state(&job), progress(&job, "succeeded")),
        ("completed", 3_000),
        "{job}"
    );
    let item = api.get(&format!("/jobs/{id}/items/n2999")).await.ok();
    assert_eq!(
        (&item["state"], &item["result"]),
        (&json!("succeeded"), &json!(25)),
        "{item}"
    );
    node.stop(Duration::from_secs(15)).await;
}

#[tokio::test]
async fn a_plan_cut_short_by_a_kill_starts_anew_and_lists_nothing_twice() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let id = node
        .api()
        .submit(&json!({"task": "planned", "params": {"count": 100_000}}))
        .await;
    let journal = project.journal();
    wait::until_true("the planner to start", LONG, || {
        journal.entries().iter().any(|entry| entry.event == "plan")
    })
    .await;
    node.kill9().await;

    let node = Node::start(&project).await;
    let job = node
        .api()
        .job_until(&id, "the plan to be done", LONG, |job| {
            progress(job, "total") > 0
        })
        .await;
    assert_eq!(progress(&job, "total"), 100_000, "{job}");
    let plans = journal
        .entries()
        .iter()
        .filter(|entry| entry.event == "plan")
        .count();
    println!("planned {plans} times");
    node.api().act(&id, "cancel").await.ok();
    node.stop(Duration::from_secs(15)).await;
}

#[tokio::test]
async fn a_planner_that_raises_fails_the_job_with_its_words() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let api = node.api();
    let params = json!({"count": 5000, "fail_at": 4000});
    let id = api
        .submit(&json!({"task": "planned", "params": params}))
        .await;
    let job = api.ended(&id, LONG).await;
    assert_eq!(state(&job), "failed", "{job}");
    assert!(
        job["error"]["message"]
            .to_string()
            .contains("the list ends here"),
        "{job}"
    );
    assert!(
        project.journal().starts().is_empty(),
        "items of half a plan have run"
    );
    node.stop(Duration::from_secs(15)).await;
}
