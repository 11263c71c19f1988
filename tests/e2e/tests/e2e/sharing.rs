//! Several jobs on the same workers.

use std::time::Duration;

use paceline_e2e::api::{progress, state};
use paceline_e2e::{Api, Node, Project};
use serde_json::json;

use crate::work::{LONG, naps, started};

#[tokio::test]
async fn equals_share_the_workers_and_the_urgent_overtakes() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let (api, journal) = (node.api(), project.journal());
    let job = |prefix: &str, count, priority: &str| {
        let items = naps(prefix, count, 0.03);
        json!({"task": "nap", "items": items, "chunk_size": 2, "priority": priority})
    };
    let first = api.submit(&job("a", 200, "normal")).await;
    started(&journal, 4).await;
    let second = api.submit(&job("b", 200, "normal")).await;
    started(&journal, 60).await;

    // Both are at work: between two items of one there are few of the other.
    let letters: String = journal
        .starts()
        .iter()
        .map(|entry| &entry.key[..1])
        .collect();
    let shared = letters.trim_start_matches('a');
    assert!(
        shared.matches('a').count() >= shared.len() / 4,
        "the first starves: {letters}"
    );
    assert!(
        shared.matches('b').count() >= shared.len() / 4,
        "the second starves: {letters}"
    );

    let urgent = api.submit(&job("u", 40, "high")).await;
    let done = api.ended(&urgent, LONG).await;
    assert_eq!(progress(&done, "succeeded"), 40, "{done}");
    for id in [&first, &second] {
        let job = api.job(id).await;
        assert_eq!(state(&job), "running", "ended before the urgent one: {job}");
    }
    assert_overtaken(
        &journal
            .starts()
            .iter()
            .map(|entry| entry.key.clone())
            .collect::<Vec<_>>(),
    );
    api.ended(&first, LONG).await;
    api.ended(&second, LONG).await;
    assert!(
        journal.runs().values().all(|runs| *runs == 1),
        "an item ran twice"
    );
    node.stop(Duration::from_secs(15)).await;
}

/// Once the urgent job runs, others get only the chunks that were leased or fetched ahead.
fn assert_overtaken(keys: &[String]) {
    let first = keys
        .iter()
        .position(|key| key.starts_with('u'))
        .expect("it started");
    let last = keys
        .iter()
        .rposition(|key| key.starts_with('u'))
        .expect("it started");
    let between = keys[first..=last]
        .iter()
        .filter(|key| !key.starts_with('u'))
        .count();
    assert!(
        between <= 16,
        "{between} items of others between the urgent job's: {keys:?}"
    );
}

#[tokio::test]
async fn limits_hold_jobs_back_and_say_so() {
    let project = Project::with(paceline_e2e::project::Options {
        jobs: 2,
        jobs_per_user: 1,
        ..Default::default()
    });
    let node = Node::start(&project).await;
    let api = node.api();
    let mut ids = vec![];
    for user in ["ana", "ana", "ben", "cem"] {
        let job = json!({"task": "nap", "items": naps("l", 20, 0.1), "user": user});
        ids.push(api.submit(&job).await);
    }
    for number in [0, 2] {
        api.job_until(&ids[number], "its start", LONG, |job| {
            state(job) == "running"
        })
        .await;
    }
    let jobs = [api.job(&ids[1]).await, api.job(&ids[3]).await];
    for held in &jobs {
        assert_eq!(state(held), "pending", "{held}");
        let reasons = held["waiting_for"].to_string();
        assert!(
            reasons.contains("limit"),
            "no plain words on what holds it: {held}"
        );
    }
    let most = most_running_until_all_end(api, &ids).await;
    assert!(most <= 2, "{most} jobs ran at once, where 2 may");
    node.stop(Duration::from_secs(15)).await;
}

async fn most_running_until_all_end(api: &Api, ids: &[String]) -> u64 {
    let mut most = 0;
    for id in ids {
        while state(&api.job(id).await) != "completed" {
            let running = api.get("/jobs?state=running").await.ok();
            most = most.max(running["total"].as_u64().expect("a number"));
        }
    }
    most
}
