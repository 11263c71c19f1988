//! Progress as people see it: counters, rate, remaining time, events.

use std::time::{Duration, Instant};

use paceline_e2e::api::{progress, state};
use paceline_e2e::{Node, Project, events};
use serde_json::{Value, json};

use crate::work::{LONG, naps};

/// Twenty seconds of work, so that a tenth of it is several reports of each worker.
const ITEMS: usize = 800;

#[tokio::test]
async fn the_remaining_time_is_right_within_a_fifth_after_a_tenth() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let api = node.api();
    // The workers are warm: what is measured is the job.
    let warm = api
        .submit(&json!({"task": "nap", "items": naps("w", 4, 0.01)}))
        .await;
    api.ended(&warm, LONG).await;

    let job = json!({"task": "nap", "items": naps("e", ITEMS, 0.05), "chunk_size": 5});
    let id = api.submit(&job).await;
    let seen = api
        .job_until(&id, "a tenth of the job", LONG, |job| {
            progress(job, "done") >= ITEMS as u64 / 10
        })
        .await;
    let then = Instant::now();
    let told = seen["progress"]["eta_seconds"]
        .as_f64()
        .expect("an estimate");
    api.ended(&id, LONG).await;
    let real = then.elapsed().as_secs_f64();
    println!(
        "after {} of {ITEMS}: told {told:.2} s, took {real:.2} s",
        progress(&seen, "done")
    );
    assert!(
        (told - real).abs() <= real * 0.2,
        "told {told:.2} s, took {real:.2} s"
    );
    node.stop(Duration::from_secs(15)).await;
}

#[tokio::test]
async fn events_tell_the_whole_story_across_a_kill_of_the_node() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let job = json!({"task": "nap", "items": naps("s", 60, 0.05), "chunk_size": 5});
    let id = node.api().submit(&job).await;
    let progressed = |event: &Value| event["type"] == "job.progress";
    let first = events::until(node.api(), &id, 0, LONG, progressed).await;
    let last = first.last().expect("events")["seq"]
        .as_i64()
        .expect("a number");
    node.kill9().await;

    let node = Node::start(&project).await;
    let completed = |event: &Value| event["type"] == "job.completed";
    let rest = events::until(node.api(), &id, last, LONG, completed).await;
    let all: Vec<i64> = first
        .iter()
        .chain(&rest)
        .map(|event| event["seq"].as_i64().expect("a number"))
        .collect();
    assert!(
        all.is_sorted_by(|earlier, later| earlier < later),
        "twice or out of order: {all:?}"
    );
    let kinds: Vec<&str> = first
        .iter()
        .chain(&rest)
        .filter_map(|event| event["type"].as_str())
        .collect();
    assert_eq!(kinds.first(), Some(&"job.submitted"));
    for kind in ["job.started", "job.progress", "job.completed"] {
        assert!(kinds.contains(&kind), "no {kind} in {kinds:?}");
    }
    assert_eq!(state(&node.api().job(&id).await), "completed");
    node.stop(Duration::from_secs(15)).await;
}
