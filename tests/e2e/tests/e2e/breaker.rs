//! A service that is down: the work that needs it waits, and goes on when it is back.

use std::time::Duration;

use paceline_e2e::api::{progress, state};
use paceline_e2e::{Node, Project, wait};
use serde_json::json;

use crate::work::{LONG, items};

const ITEMS: usize = 60;

#[tokio::test]
async fn a_broken_task_waits_without_burning_attempts_and_goes_on() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let service = project.folder().join("service");
    let all = items("c", ITEMS, &json!({"service": service}));
    let id = node
        .api()
        .submit(&json!({"task": "call_service", "items": all}))
        .await;
    wait::until("the breaker to open", LONG, || async {
        let task = node.api().get("/tasks/call_service").await.ok();
        (task["breaker"]["state"] == "open").then_some(())
    })
    .await;
    let job = node
        .api()
        .job_until(&id, "the job to say why it waits", LONG, |job| {
            let why = job["waiting_for"][0].as_str().unwrap_or_default();
            why.starts_with("breaker: ")
        })
        .await;
    assert_eq!(state(&job), "running", "{job}");
    node.kill9().await;

    // The breaker is open still, or is just being tried.
    let node = Node::start(&project).await;
    let task = node.api().get("/tasks/call_service").await.ok();
    assert_ne!(task["breaker"]["state"], "closed", "{task}");
    std::fs::write(&service, "up").expect("the service comes back");
    let job = node.api().ended(&id, LONG).await;
    assert_eq!(state(&job), "completed", "{job}");
    let failed = progress(&job, "failed");
    assert!(failed < 10, "most never ran while it was down: {job}");
    let task = node.api().get("/tasks/call_service").await.ok();
    assert_eq!(task["breaker"]["state"], "closed", "{task}");
    node.stop(Duration::from_secs(15)).await;
}
