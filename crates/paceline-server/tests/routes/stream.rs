//! Streamed submissions: any length in constant memory, all or nothing.

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use futures::{SinkExt, StreamExt, stream};
use paceline_core::store::StoreError;
use paceline_server::ServerOptions;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Server, Setup, until};

const NDJSON: &str = "application/x-ndjson";

async fn send(server: &Server, body: impl Into<reqwest::Body>) -> Answer {
    let body = body.into();
    server
        .call(Method::POST, "/api/v1/jobs", |request| {
            request.header("content-type", NDJSON).body(body)
        })
        .await
}

/// Nothing of an upload is left: no job, and no upload that could still be finished.
async fn nothing_is_left(server: &Server) {
    assert_eq!(server.get("/api/v1/jobs").await.ok(200)["total"], 0);
    until("the upload is gone", async || {
        (server.faulty.open_uploads().await == 0).then_some(())
    })
    .await;
}

/// Lines of `count` items after the job's, in pieces that do not end where lines do.
fn lines(
    count: u32,
) -> impl futures::Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    const PER_PIECE: u32 = 500;
    let head = Bytes::from_static(b"{\"task\":\"t\",\"params\":{\"model\":\"m\"}}\n{\"ke");
    let pieces = (0..count.div_ceil(PER_PIECE)).map(move |piece| {
        let mut text = Vec::with_capacity(64 << 10);
        let (from, to) = (piece * PER_PIECE, ((piece + 1) * PER_PIECE).min(count));
        for n in from..to {
            write!(
                text,
                "y\":\"race-{n}\",\"payload\":{{\"race_id\":{n},\"distance\":1200.50}}}}\n{{\"ke"
            )
            .expect("written");
        }
        if to == count {
            text.truncate(text.len() - b"{\"ke".len());
        }
        Bytes::from(text)
    });
    stream::iter(std::iter::once(head).chain(pieces).map(Ok))
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_become_items() {
    let server = Server::start().await;
    server
        .declare_with("t", &json!({"chunk_size": 9}), None, true)
        .await;
    let body = "\n{\"task\":\"t\",\"user\":\"ana\",\"only_new\":true}\r\n{\"key\":\"a\",\"payload\":{\"x\":1.50}}\r\n\n  \n{\"payload\":[1]}\n{}";
    let job = send(&server, body).await.ok(201);
    assert_eq!(
        (&job["kind"], &job["user"], &job["progress"]["total"]),
        (&json!("items"), &json!("ana"), &json!(3))
    );
    assert_eq!(
        (&job["options"]["chunk_size"], &job["options"]["only_new"]),
        (&json!(9), &json!(true))
    );
    let id = job["id"].as_str().expect("an id");
    let items = server.get(&format!("/api/v1/jobs/{id}/items")).await;
    assert!(
        items.text.contains("{\"x\":1.50}"),
        "payloads are passed on as they are: {}",
        items.text
    );
    let payloads: Vec<_> = items.ok(200)["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["payload"].clone())
        .collect();
    assert_eq!(payloads, [json!({"x": 1.5}), json!([1]), Value::Null]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_items_are_nothing_to_do() {
    let server = Server::start().await;
    server.declare("t").await;
    let job = send(&server, "{\"task\":\"t\"}\n").await.ok(201);
    assert_eq!(
        (&job["state"], &job["progress"]["total"]),
        (&json!("completed"), &json!(0))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_items_in_constant_memory() {
    const COUNT: u32 = 300_000;
    let server = Server::start().await;
    server.declare("t").await;
    send(&server, reqwest::Body::wrap_stream(lines(20_000)))
        .await
        .ok(201);
    let before = forget_peak_memory();
    let began = tokio::time::Instant::now();
    let job = send(&server, reqwest::Body::wrap_stream(lines(COUNT)))
        .await
        .ok(201);
    let took = began.elapsed();
    let grown = peak_memory().saturating_sub(before);
    println!(
        "{COUNT} items in {took:?}, {:.0}/s, peak memory grew by {} KiB",
        f64::from(COUNT) / took.as_secs_f64(),
        grown >> 10
    );
    assert_eq!(job["progress"]["total"], COUNT);
    assert!(grown < 64 << 20, "grew by {grown} bytes");
    let id = job["id"].as_str().expect("an id");
    let last = server
        .get(&format!("/api/v1/jobs/{id}/items/race-{}", COUNT - 1))
        .await
        .ok(200);
    assert_eq!(
        (&last["seq"], &last["payload"]["race_id"]),
        (&json!(COUNT - 1), &json!(COUNT - 1))
    );
}

/// Sets the high-water mark back to what is used now, and returns that.
fn forget_peak_memory() -> u64 {
    std::fs::write("/proc/self/clear_refs", "5").expect("procfs");
    peak_memory()
}

/// High-water mark of this process' resident memory, in bytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("procfs");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .expect("VmHWM");
    let kib = line.split_whitespace().nth(1).expect("a number");
    kib.parse::<u64>().expect("a number") << 10
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_line_is_named_and_leaves_nothing() {
    let mut options = ServerOptions::new("1");
    options.limits.line = 5000;
    let server = Server::start_with(Setup {
        options,
        ..Setup::default()
    })
    .await;
    server.declare("t").await;
    let long = format!("{{\"payload\":\"{}\"}}", "x".repeat(20_000));
    let two_thousand = "{}\n".repeat(10_000);
    for (lines, code, place) in [
        (String::new(), "not_json", "empty"),
        ("\n \n".to_owned(), "not_json", "empty"),
        ("nope\n".to_owned(), "not_json", "line 1"),
        ("{\"task\":\"t\"".to_owned(), "not_json", "line 1"),
        ("{\"task\":\"x\"}\n{}\n".to_owned(), "unknown_task", "`x`"),
        (
            "{\"task\":\"t\",\"items\":[]}\n{}\n".to_owned(),
            "invalid_field",
            "items",
        ),
        (
            "{\"task\":\"t\",\"prio\":1}\n{}\n".to_owned(),
            "unknown_field",
            "line 1: prio",
        ),
        (
            "{\"task\":\"t\"}\n{}\n{\n{}\n".to_owned(),
            "not_json",
            "line 3",
        ),
        (
            "{\"task\":\"t\"}\n{}\n{\"key\":\"a\"} {}\n".to_owned(),
            "not_json",
            "line 3",
        ),
        (
            "{\"task\":\"t\"}\n{}\n[1]\n".to_owned(),
            "invalid_field",
            "line 3",
        ),
        (
            "{\"task\":\"t\"}\n{}\n{\"key\":7}\n".to_owned(),
            "invalid_field",
            "line 3: key",
        ),
        (
            "{\"task\":\"t\"}\n{}\n{\"kee\":\"a\"}\n".to_owned(),
            "unknown_field",
            "line 3: kee",
        ),
        (
            "{\"task\":\"t\"}\n{}\n{\"key\":\"\"}\n".to_owned(),
            "invalid_field",
            "line 3: key",
        ),
        (
            "{\"task\":\"t\"}\n{}\n{\"key\":\"a\"".to_owned(),
            "not_json",
            "line 3",
        ),
        (
            format!("{{\"task\":\"t\"}}\n{{}}\n{long}\n"),
            "body_too_large",
            "line 3",
        ),
        (
            "{\"task\":\"t\"}\n{\"key\":\"a\"}\n{}\n{\"key\":\"a\"}\n".to_owned(),
            "duplicate_key",
            "line 4: key",
        ),
        (
            format!("{{\"task\":\"t\"}}\n{two_thousand}nope\n"),
            "not_json",
            "line 10002",
        ),
    ] {
        let shown: String = lines.chars().take(60).collect();
        let answer = send(&server, lines).await;
        let problem = answer.problem(code).to_string();
        assert!(problem.contains(place), "{shown}: {problem}");
        nothing_is_left(&server).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicates_far_apart_are_found() {
    let server = Server::start().await;
    server.declare("t").await;
    let mut body = String::from("{\"task\":\"t\"}\n");
    for n in 0..12_000 {
        use std::fmt::Write;
        writeln!(body, "{{\"key\":\"k{}\"}}", n % 11_000).expect("written");
    }
    let problem = send(&server, body).await.problem("duplicate_key");
    let first = &problem["errors"][0];
    assert_eq!(first["field"], "line 11002: key", "{problem}");
    assert!(
        first["message"].as_str().expect("text").contains("line 2"),
        "{problem}"
    );
    nothing_is_left(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_dies_leaves_nothing() {
    let server = Server::start().await;
    server.declare("t").await;
    let (mut to_body, body) = futures::channel::mpsc::channel::<Result<Bytes, std::io::Error>>(0);
    let request = server
        .client
        .post(server.url("/api/v1/jobs"))
        .header("content-type", NDJSON)
        .body(reqwest::Body::wrap_stream(body))
        .send();
    let sending = tokio::spawn(request);
    let mut pieces = lines(50_000).take(60).boxed();
    while let Some(piece) = pieces.next().await {
        to_body.send(piece).await.expect("taken");
    }
    until("the upload is under way", async || {
        (server.faulty.open_uploads().await == 1).then_some(())
    })
    .await;
    // Dropping the request closes the connection in the middle of the body.
    sending.abort();
    drop(to_body);
    nothing_is_left(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_stalls_is_given_up() {
    let mut options = ServerOptions::new("1");
    options.limits.idle = Duration::from_millis(100);
    let server = Server::start_with(Setup {
        options,
        ..Setup::default()
    })
    .await;
    server.declare("t").await;
    let body = lines(1000).take(2).chain(stream::pending());
    send(&server, reqwest::Body::wrap_stream(body))
        .await
        .problem("body_timeout");
    nothing_is_left(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_in_the_middle_leaves_nothing() {
    let server = Server::start().await;
    server.declare("t").await;
    for verb in ["begin_upload", "append_upload", "finish_upload"] {
        server.faulty.fail(verb, || StoreError::Full);
        let answer = send(&server, reqwest::Body::wrap_stream(lines(10_000))).await;
        answer.problem("store_full");
        server.faulty.heal();
        nothing_is_left(&server).await;
    }
}
