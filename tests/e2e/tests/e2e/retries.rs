//! Retries that wait while the node is away.

use std::time::Duration;

use paceline_e2e::api::{progress, state};
use paceline_e2e::journal::Entry;
use paceline_e2e::{Journal, Node, Project};
use serde_json::json;

use crate::work::{LONG, items, started};

/// What the tasks' retry policies say.
const WAIT: f64 = 3.0;

#[tokio::test]
async fn the_retry_of_an_item_survives_a_kill_and_comes_at_its_time() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let mut all = items("r", 8, &json!({}));
    all[2]["payload"]["fail_first"] = true.into();
    let id = node
        .api()
        .submit(&json!({"task": "second_item_attempt_lucky", "items": all}))
        .await;
    node.api()
        .job_until(&id, "all but one item", LONG, |job| {
            progress(job, "done") == 7
        })
        .await;
    node.kill9().await;

    let node = Node::start(&project).await;
    let job = node.api().ended(&id, LONG).await;
    assert_eq!(progress(&job, "succeeded"), 8, "{job}");
    let item = node.api().get(&format!("/jobs/{id}/items/r2")).await.ok();
    assert_eq!(item["attempts"], 2, "{item}");
    assert_due(&project.journal(), "r2");
    assert_eq!(project.journal().starts().len(), 9);
    node.stop(Duration::from_secs(15)).await;
}

#[tokio::test]
async fn the_retry_of_a_job_without_items_survives_a_kill_and_comes_at_its_time() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let job = json!({"task": "second_time_lucky", "params": {"key": "u"}});
    let id = node.api().submit(&job).await;
    started(&project.journal(), 1).await;
    let waiting = node
        .api()
        .job_until(&id, "the retry to be scheduled", LONG, |job| {
            state(job) == "scheduled"
        })
        .await;
    assert_eq!(waiting["attempt"], 2, "{waiting}");
    node.kill9().await;

    let node = Node::start(&project).await;
    let job = node.api().ended(&id, LONG).await;
    assert_eq!(
        (state(&job), &job["result"]),
        ("completed", &json!("done")),
        "{job}"
    );
    assert_due(&project.journal(), "u");
    node.stop(Duration::from_secs(15)).await;
}

/// The second attempt came when it was due: not before, and not much later.
fn assert_due(journal: &Journal, key: &str) {
    let starts: Vec<Entry> = journal
        .starts()
        .into_iter()
        .filter(|entry| entry.key == key)
        .collect();
    assert_eq!(starts.len(), 2, "{starts:?}");
    let waited = starts[1].at - starts[0].at;
    println!("the second attempt of {key} came {waited:.2} s after the first");
    assert!(waited >= WAIT, "{waited} s, before its time");
    assert!(waited <= WAIT + 3.0, "{waited} s, long after its time");
}
