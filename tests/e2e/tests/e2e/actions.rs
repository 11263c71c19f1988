//! What pause, resume, cancel, retry and restart do to work that is going on.

use std::time::{Duration, Instant};

use paceline_e2e::api::{progress, state};
use paceline_e2e::{Node, Project, processes, project, wait};
use serde_json::json;

use crate::controls::clear;
use crate::work::{LONG, items, naps, started};

#[tokio::test]
async fn after_a_pause_no_item_of_a_new_chunk_starts_until_resume() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let (api, journal) = (node.api(), project.journal());
    let job = json!({"task": "nap", "items": naps("p", 60, 0.05), "chunk_size": 5});
    let id = api.submit(&job).await;
    started(&journal, 6).await;
    assert_eq!(state(&api.act(&id, "pause").await.ok()), "paused");

    // Chunks in flight may end: at most one of 5 items on each of 2 workers.
    let at_pause = journal.starts().len();
    let done = api
        .job_until(&id, "the chunks in flight to end", LONG, |job| {
            progress(job, "running") == 0
        })
        .await;
    let at_rest = journal.starts().len();
    assert!(
        at_rest <= at_pause + 10,
        "{at_pause} items had started, {at_rest} in the end"
    );
    assert_eq!(progress(&done, "done"), at_rest as u64);
    assert_still(at_rest, || journal.starts().len()).await;

    api.act(&id, "resume").await.ok();
    let job = api.ended(&id, LONG).await;
    assert_eq!(progress(&job, "succeeded"), 60, "{job}");
    assert!(
        journal.runs().values().all(|runs| *runs == 1),
        "an item ran twice"
    );
    node.stop(Duration::from_secs(15)).await;
}

/// Looks for a while whether something changes that must not.
async fn assert_still(expected: usize, look: impl Fn() -> usize) {
    let end = tokio::time::Instant::now() + Duration::from_millis(500);
    wait::until_true("the watch to end", LONG, || {
        assert_eq!(look(), expected, "something started while paused");
        tokio::time::Instant::now() >= end
    })
    .await;
}

#[tokio::test]
async fn a_pause_survives_a_kill_of_the_node() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let job = json!({"task": "nap", "items": naps("p", 40, 0.05), "chunk_size": 5});
    let id = node.api().submit(&job).await;
    started(&project.journal(), 4).await;
    node.api().act(&id, "pause").await.ok();
    node.kill9().await;

    let node = Node::start(&project).await;
    assert_eq!(state(&node.api().job(&id).await), "paused");
    node.api().act(&id, "resume").await.ok();
    let job = node.api().ended(&id, LONG).await;
    assert_eq!(progress(&job, "succeeded"), 40, "{job}");
    node.stop(Duration::from_secs(15)).await;
}

#[tokio::test]
async fn a_cancel_is_acknowledged_at_once_and_reaches_the_handler_within_a_second() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let (api, journal) = (node.api(), project.journal());
    let id = api
        .submit(&json!({"task": "patient", "params": {"key": "k"}}))
        .await;
    started(&journal, 1).await;
    let cancelled = Instant::now();
    assert_eq!(state(&api.act(&id, "cancel").await.ok()), "cancelled");
    let acknowledged = cancelled.elapsed();
    let heard = || {
        journal
            .entries()
            .iter()
            .any(|entry| entry.event == "cancelled")
    };
    wait::until_true("the handler to hear of it", Duration::from_secs(5), heard).await;
    let reached = cancelled.elapsed();
    println!("cancel: acknowledged after {acknowledged:?}, in the handler after {reached:?}");
    assert!(
        reached <= Duration::from_secs(1),
        "the handler heard of it after {reached:?}"
    );
    node.stop(Duration::from_secs(15)).await;
}

#[tokio::test]
async fn a_cancelled_handler_that_does_not_listen_is_killed_after_the_grace() {
    let project = Project::with(project::Options {
        grace: "1s",
        ..Default::default()
    });
    let node = Node::start(&project).await;
    let (api, journal) = (node.api(), project.journal());
    let mut deaf = items("m", 2, &json!({"deed": "ignore_signals"}));
    deaf[1]["payload"]["deed"] = "hang".into();
    let job = json!({"task": "misbehave", "items": deaf, "chunk_size": 1, "item_timeout": "60s"});
    let id = api.submit(&job).await;
    started(&journal, 2).await;
    let pids: Vec<u32> = journal.starts().iter().map(|entry| entry.pid).collect();
    api.act(&id, "cancel").await.ok();
    let took = wait::until_true(
        "the deaf workers to be killed",
        Duration::from_secs(5),
        || {
            let running = processes::marked(project.marker());
            !running.iter().any(|process| pids.contains(&process.pid))
        },
    )
    .await;
    println!("deaf workers were gone {took:?} after the cancel, with a grace of 1 s");
    let next = json!({"task": "misbehave", "items": items("n", 4, &json!({}))});
    let next = api.submit(&next).await;
    assert_eq!(progress(&api.ended(&next, LONG).await, "succeeded"), 4);
    node.stop(Duration::from_secs(15)).await;
}

#[tokio::test]
async fn a_retry_runs_only_what_failed_and_a_restart_runs_everything() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let (api, journal) = (node.api(), project.journal());
    let mut mixed = items("m", 10, &json!({}));
    mixed[3]["payload"]["deed"] = "raise".into();
    let id = api
        .submit(&json!({"task": "misbehave", "items": mixed}))
        .await;
    let job = api.ended(&id, LONG).await;
    assert_eq!(
        (progress(&job, "succeeded"), progress(&job, "failed")),
        (9, 1)
    );

    api.act(&id, "retry").await.ok();
    let job = api.ended(&id, LONG).await;
    assert_eq!(
        (progress(&job, "failed"), &job["attempt"]),
        (1, &json!(2)),
        "{job}"
    );
    let runs = journal.runs();
    assert_eq!((runs["m3"], runs.values().sum::<u32>()), (2, 11));

    api.act(&id, "restart").await.ok();
    let job = api.ended(&id, LONG).await;
    assert_eq!(&job["attempt"], &json!(3), "{job}");
    let runs = journal.runs();
    assert_eq!(
        (runs["m3"], runs["m0"], runs.values().sum::<u32>()),
        (3, 2, 21)
    );
    node.stop(Duration::from_secs(15)).await;
}

#[tokio::test]
async fn an_action_by_filter_can_be_counted_first() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let api = node.api();
    for user in ["ana", "ana", "ben"] {
        let job = json!({"task": "nap", "items": naps("f", 100, 0.2), "user": user});
        api.submit(&job).await;
    }
    let mut action = json!({"action": "cancel", "filter": {"user": "ana"}, "dry_run": true});
    let counted = api.post("/jobs/actions", &action).await.ok();
    assert_eq!(counted["matched"], 2, "{counted}");
    action["dry_run"] = false.into();
    let done = api.post("/jobs/actions", &action).await.ok();
    assert_eq!(
        (&done["matched"], &done["changed"]),
        (&json!(2), &json!(2)),
        "{done}"
    );
    let left = api.get("/jobs?state=running,pending").await.ok();
    assert_eq!(left["total"], 1, "{left}");
    clear(api).await;
    node.stop(Duration::from_secs(15)).await;
}
