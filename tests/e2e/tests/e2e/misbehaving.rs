//! Handlers that misbehave, through the Python SDK: each costs its own item and nothing else.

use std::time::Duration;

use paceline_e2e::api::{progress, state, text};
use paceline_e2e::{Node, Project, processes, project};
use serde_json::{Value, json};

use crate::work::{LONG, items};

const ITEMS: usize = 30;
/// The item in the middle of a chunk that misbehaves.
const BAD: usize = 14;

/// Runs a job with one bad item among good ones; returns that item as it is recorded.
async fn bad_item(deed: &str) -> Value {
    let project = Project::with(project::Options {
        max_memory: Some("128MiB"),
        ..project::Options::default()
    });
    let node = Node::start(&project).await;
    let mut all = items("m", ITEMS, &json!({}));
    all[BAD]["payload"]["deed"] = deed.into();
    // Only those that never end wait for it: the others may be slow on a busy machine.
    let never_ends = ["hang", "ignore_signals"].contains(&deed);
    let timeout = if never_ends { "2s" } else { "60s" };
    let job = json!({"task": "misbehave", "items": all, "item_timeout": timeout});
    let id = node.api().submit(&job).await;
    let job = node.api().ended(&id, LONG).await;

    assert_eq!(state(&job), "completed", "{job}");
    let mut recorded = node.api().items(&id).await;
    assert_eq!(recorded.len(), ITEMS);
    let bad = recorded.remove(BAD);
    assert_eq!(text(&bad, "key"), format!("m{BAD}"));
    for item in &recorded {
        assert_eq!(
            (&item["state"], &item["result"]),
            (&json!("succeeded"), &json!("fine")),
            "{item}"
        );
        assert_eq!(item["attempts"], 1, "a chunk-mate was charged: {item}");
    }
    assert_eq!(
        progress(&job, "failed"),
        u64::from(bad["state"] == "failed")
    );
    assert_node_is_well(&node).await;
    node.stop(Duration::from_secs(15)).await;
    bad
}

/// The node that has borne it serves the next job as ever.
async fn assert_node_is_well(node: &Node) {
    let next = json!({"task": "misbehave", "items": items("n", 10, &json!({}))});
    let id = node.api().submit(&next).await;
    let job = node.api().ended(&id, LONG).await;
    assert_eq!(progress(&job, "succeeded"), 10, "{job}");
    assert!(
        processes::memory(node.pid()).1 < 256 << 20,
        "the node itself has grown"
    );
}

fn assert_failed(item: &Value, kind: &str, says: &str) {
    assert_eq!(item["state"], "failed", "{item}");
    assert_eq!(item["error"]["kind"], kind, "{item}");
    let message = text(&item["error"], "message");
    assert!(message.contains(says), "`{says}` is not in `{message}`");
}

#[tokio::test]
async fn raises() {
    let item = bad_item("raise").await;
    assert_failed(&item, "handler", "this item cannot be done");
    assert!(
        text(&item["error"], "traceback").contains("e2e_tasks.py"),
        "{item}"
    );
}

#[tokio::test]
async fn hangs() {
    assert_failed(&bad_item("hang").await, "timeout", "2");
}

#[tokio::test]
async fn exits() {
    assert_failed(&bad_item("exit").await, "crash", "3");
}

#[tokio::test]
async fn asks_the_interpreter_to_exit() {
    let item = bad_item("sys_exit").await;
    let kind = text(&item["error"], "kind");
    assert!(["handler", "crash"].contains(&kind.as_str()), "{item}");
    assert_failed(&item, &kind, "4");
}

#[tokio::test]
async fn segfaults() {
    assert_failed(&bad_item("segfault").await, "crash", "SIGSEGV");
}

#[tokio::test]
async fn takes_all_memory() {
    assert_failed(&bad_item("hog").await, "memory", "128");
}

#[tokio::test]
async fn prints_megabytes() {
    assert_eq!(bad_item("print").await["state"], "succeeded");
}

#[tokio::test]
async fn leaves_a_daemon_behind() {
    // That nothing survives the node is checked as it stops.
    assert_eq!(bad_item("fork").await["state"], "succeeded");
}

#[tokio::test]
async fn leaves_a_daemon_behind_and_dies() {
    assert_failed(&bad_item("fork_and_die").await, "crash", "SIGKILL");
}

#[tokio::test]
async fn ignores_every_polite_signal() {
    assert_failed(&bad_item("ignore_signals").await, "timeout", "2");
}

#[tokio::test]
async fn daemons_of_a_killed_node_die_with_it() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let mut all = items("m", 4, &json!({}));
    all[0]["payload"]["deed"] = "fork".into();
    all[3]["payload"]["deed"] = "ignore_signals".into();
    let job = json!({"task": "misbehave", "items": all, "item_timeout": "60s"});
    node.api().submit(&job).await;
    crate::work::started(&project.journal(), 4).await;
    let running = processes::marked(project.marker());
    assert!(
        running
            .iter()
            .any(|process| process.command.starts_with("sleep")),
        "{running:?}"
    );
    let took = node.kill9().await;
    println!("{} processes were gone after {took:?}", running.len());
}
