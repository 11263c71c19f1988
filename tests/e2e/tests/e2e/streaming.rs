//! A million items in one request.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use futures::stream;
use paceline_e2e::api::{progress, state, text};
use paceline_e2e::{Node, Project, processes};
use reqwest::Body;
use serde_json::json;

const ITEMS: u64 = 1_000_000;
const AT_ONCE: u64 = 2_000;

#[tokio::test]
async fn a_million_items_are_streamed_in_constant_memory() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let api = node.api();
    // The task must be known.
    let warm = api.submit(&json!({"task": "echo", "items": []})).await;
    assert_eq!(state(&api.job(&warm).await), "completed");
    let (_, before) = processes::memory(node.pid());

    let start = Instant::now();
    let request = api
        .http()
        .post(api.url("/jobs"))
        .header("content-type", "application/x-ndjson")
        .body(Body::wrap_stream(stream::iter(lines())));
    let job = api.send(request).await.ok();
    let took = start.elapsed();
    let (_, after) = processes::memory(node.pid());
    let grown = after.saturating_sub(before);
    println!(
        "{ITEMS} items streamed in {:.1} s: {:.0} a second (whatever build this is); most memory grew by {} MiB",
        took.as_secs_f64(),
        1e6 / took.as_secs_f64(),
        grown >> 20
    );
    assert!(
        grown < 64 << 20,
        "the node has grown by {} MiB",
        grown >> 20
    );

    let id = text(&job, "id");
    assert_eq!(progress(&api.job(&id).await, "total"), ITEMS);
    let last = api
        .get(&format!("/jobs/{id}/items/k{}", ITEMS - 1))
        .await
        .ok();
    assert_eq!(last["payload"]["n"], ITEMS - 1, "{last}");
    let cancelling = Instant::now();
    let cancelled = api.act(&id, "cancel").await.ok();
    println!("cancelled in {:?}", cancelling.elapsed());
    assert_eq!(state(&cancelled), "cancelled");
    assert!(
        cancelling.elapsed() < Duration::from_secs(1),
        "a cancel takes as long as the job is large"
    );
    node.stop(Duration::from_secs(15)).await;
}

/// The body, made as it is sent. The job does not start before it is looked at.
fn lines() -> impl Iterator<Item = Result<String, std::io::Error>> {
    let head = "{\"task\":\"echo\",\"run_at\":\"2999-01-01T00:00:00Z\"}\n".to_owned();
    let items = (0..ITEMS / AT_ONCE).map(|part| {
        let mut text = String::with_capacity(100 << 10);
        for number in part * AT_ONCE..(part + 1) * AT_ONCE {
            writeln!(
                text,
                "{{\"key\":\"k{number}\",\"payload\":{{\"n\":{number}}}}}"
            )
            .expect("a string");
        }
        text
    });
    std::iter::once(head).chain(items).map(Ok)
}

#[tokio::test]
async fn a_fault_in_the_last_line_leaves_nothing() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let api = node.api();
    api.submit(&json!({"task": "echo", "items": []})).await;
    let mut body = "{\"task\":\"echo\"}\n".to_owned();
    for number in 0..5_000 {
        writeln!(body, "{{\"key\":\"k{number}\",\"payload\":1}}").expect("a string");
    }
    for (last, code) in [
        ("{\"key\":", "not_json"),
        ("{\"key\":\"k17\",\"payload\":1}", "duplicate_key"),
    ] {
        let request = api
            .http()
            .post(api.url("/jobs"))
            .header("content-type", "application/x-ndjson")
            .body(format!("{body}{last}\n"));
        let answer = api.send(request).await;
        assert!(answer.status.is_client_error(), "{answer:?}");
        assert_eq!(answer.body["code"], code, "{answer:?}");
        let jobs = api.get("/jobs").await.ok();
        assert_eq!(jobs["total"], 1, "half a job is there: {jobs}");
    }
    node.stop(Duration::from_secs(15)).await;
}
