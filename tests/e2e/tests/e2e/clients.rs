//! Many clients at once, and clients that die.

use std::fmt::Write as _;
use std::time::Duration;

use futures::future::join_all;
use paceline_e2e::api::{progress, state};
use paceline_e2e::{Api, Node, Project, wait};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::work::{LONG, items};

const CLIENTS: usize = 100;

#[tokio::test]
async fn a_hundred_clients_at_once_are_all_served() {
    let project = Project::with(paceline_e2e::project::Options {
        jobs: 0,
        jobs_per_user: 0,
        ..Default::default()
    });
    let node = Node::start(&project).await;
    let warm = node
        .api()
        .submit(&json!({"task": "echo", "items": items("w", 1, &json!({}))}))
        .await;
    node.api().ended(&warm, LONG).await;
    let clients = (0..CLIENTS).map(|number| one_client(node.api(), number));
    join_all(clients).await;
    let jobs = node.api().get("/jobs?state=completed").await.ok();
    assert_eq!(jobs["total"], CLIENTS + 1, "{jobs}");
    node.stop(Duration::from_secs(15)).await;
}

/// Submits, looks at lists while the job runs, and reads its own results.
async fn one_client(api: &Api, number: usize) {
    let prefix = format!("c{number}-");
    let job = json!({"task": "echo", "items": items(&prefix, 10, &json!({"client": number}))});
    let id = api.submit(&job).await;
    api.get("/jobs?limit=10").await.ok();
    api.get("/status").await.ok();
    let done = api.get(&format!("/jobs/{id}/wait?timeout=120s")).await.ok();
    assert_eq!(
        (state(&done), progress(&done, "succeeded")),
        ("completed", 10),
        "{done}"
    );
    for item in api.items(&id).await {
        assert_eq!(
            item["result"]["client"], number,
            "somebody else's result: {item}"
        );
    }
}

#[tokio::test]
async fn a_client_that_dies_in_the_middle_of_a_stream_leaves_nothing() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let api = node.api();
    let first = json!({"task": "echo", "items": items("w", 1, &json!({}))});
    let warm = api.submit(&first).await;
    api.ended(&warm, LONG).await;

    die_in_the_middle(api, 20_000).await;
    // The items that had come are gone again when the same keys can be sent whole.
    let again = json!({"task": "echo", "items": items("d", 100, &json!({}))});
    let id = api.submit(&again).await;
    let job = api.ended(&id, LONG).await;
    assert_eq!(progress(&job, "succeeded"), 100, "{job}");
    let jobs = api.get("/jobs").await.ok();
    assert_eq!(jobs["total"], 2, "half a job is there: {jobs}");
    assert!(
        !project.journal().runs().contains_key("d100"),
        "an item of half a job has run"
    );
    node.stop(Duration::from_secs(15)).await;
}

/// Sends the head of a stream and `count` items, and hangs up.
async fn die_in_the_middle(api: &Api, count: usize) {
    let address = api.root().trim_start_matches("http://");
    let mut socket = TcpStream::connect(address).await.expect("connected");
    let head = format!(
        "POST /api/v1/jobs HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/x-ndjson\r\n\
         transfer-encoding: chunked\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.expect("sent");
    let mut lines = "{\"task\":\"echo\"}\n".to_owned();
    for item in items("d", count, &json!({})) {
        writeln!(lines, "{item}").expect("writing to a string");
    }
    for part in lines.as_bytes().chunks(64 << 10) {
        let size = format!("{:x}\r\n", part.len());
        for bytes in [size.as_bytes(), part, b"\r\n"] {
            socket.write_all(bytes).await.expect("sent");
        }
    }
    socket.flush().await.expect("sent");
    let jobs = api.get("/jobs").await.ok();
    assert_eq!(
        jobs["total"], 1,
        "a job is visible before its stream has ended: {jobs}"
    );
}

#[tokio::test]
async fn a_client_that_stops_listening_disturbs_nobody() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let api = node.api();
    let before = paceline_e2e::processes::memory(node.pid()).0;
    let deaf = join_all((0..20).map(|_| api.http().get(api.url("/events")).send())).await;
    assert!(deaf.iter().all(Result::is_ok));
    let job = json!({"task": "echo", "items": items("q", 5_000, &json!({})), "chunk_size": 5});
    let id = api.submit(&job).await;
    let job = api.ended(&id, LONG).await;
    assert_eq!(progress(&job, "succeeded"), 5_000, "{job}");
    let grown = paceline_e2e::processes::memory(node.pid())
        .0
        .saturating_sub(before);
    println!(
        "20 deaf listeners: the node has grown by {} KiB",
        grown / 1024
    );
    assert!(grown < 64 << 20, "grown by {grown} bytes");
    drop(deaf);
    let (_, took) = wait::until("an answer", Duration::from_secs(5), || async {
        Some(api.get("/status").await.ok())
    })
    .await;
    println!("status answered in {took:?}");
    node.stop(Duration::from_secs(15)).await;
}
