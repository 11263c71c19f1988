//! Stopping: open streams and waits do not hold it up, requests in flight are finished.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{Server, Setup, Stream};

#[tokio::test(flavor = "multi_thread")]
async fn streams_and_waits_end_with_the_server() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server.submit(&json!({"task": "t"})).await;
    let get = |path: &str| server.client.get(server.url(path));
    let mut events = Stream::open(get("/api/v1/events")).await;
    let log = format!("/api/v1/jobs/{id}/log?follow=true");
    let mut log = Stream::open(get(&log).header("accept", "text/event-stream")).await;
    let wait = tokio::spawn(get(&format!("/api/v1/jobs/{id}/wait?timeout=5m")).send());
    let stopping = tokio::time::Instant::now();
    server.stop.cancel();
    assert!(events.next().await.is_none());
    assert!(log.next().await.is_none());
    if let Ok(Ok(answer)) = wait.await {
        assert_eq!(answer.status(), 200);
    }
    server.end().await;
    assert!(
        stopping.elapsed() < Duration::from_secs(5),
        "{:?}",
        stopping.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_does_not_end_is_cut_off_after_the_grace() {
    let mut setup = Setup::default();
    setup.options.shutdown_grace = Duration::from_millis(300);
    let server = Server::start_with(setup).await;
    let mut stuck = tokio::net::TcpStream::connect(server.address)
        .await
        .expect("connects");
    let half = "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    stuck.write_all(half.as_bytes()).await.expect("sent");
    server.get("/health").await.ok(200);
    let stopping = tokio::time::Instant::now();
    server.end().await;
    assert!(
        stopping.elapsed() < Duration::from_secs(5),
        "{:?}",
        stopping.elapsed()
    );
    let mut rest = String::new();
    stuck
        .read_to_string(&mut rest)
        .await
        .expect("closed in order");
    assert!(
        rest.starts_with("HTTP/1.1 503") && rest.contains("\"code\":\"stopping\""),
        "{rest}"
    );
}
