//! Only new items, or all of them.

use std::time::Duration;

use paceline_e2e::api::progress;
use paceline_e2e::{Node, Project};
use serde_json::{Value, json};

use crate::work::{LONG, items};

#[tokio::test]
async fn only_new_skips_what_succeeded_before_and_force_runs_all() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let api = node.api();
    let mut mixed = items("k", 20, &json!({}));
    mixed[7]["payload"]["deed"] = "raise".into();
    let job = |all: &[Value], extra: (&str, bool)| {
        let mut job = json!({"task": "misbehave", "items": all});
        job[extra.0] = extra.1.into();
        job
    };
    let first = api.submit(&job(&mixed, ("only_new", true))).await;
    let first = api.ended(&first, LONG).await;
    assert_eq!(
        (progress(&first, "succeeded"), progress(&first, "failed")),
        (19, 1)
    );

    // Another job, after a restart, with the same keys and five more.
    node.stop(Duration::from_secs(15)).await;
    let node = Node::start(&project).await;
    let api = node.api();
    let all = items("k", 25, &json!({}));
    let second = api.submit(&job(&all, ("only_new", true))).await;
    let second = api.ended(&second, LONG).await;
    assert_eq!(
        (progress(&second, "skipped"), progress(&second, "succeeded")),
        (19, 6),
        "{second}"
    );

    let third = api.submit(&job(&all, ("force", true))).await;
    let third = api.ended(&third, LONG).await;
    assert_eq!(
        (progress(&third, "skipped"), progress(&third, "succeeded")),
        (0, 25),
        "{third}"
    );

    // Nothing is new: done at once, nothing runs.
    let before = project.journal().starts().len();
    let fourth = api.submit(&job(&all, ("only_new", true))).await;
    let fourth = api.ended(&fourth, Duration::from_secs(5)).await;
    assert_eq!(progress(&fourth, "skipped"), 25, "{fourth}");
    assert_eq!(project.journal().starts().len(), before);
    node.stop(Duration::from_secs(15)).await;
}
