//! Many callers at once.

use std::collections::HashSet;

use futures::future::join_all;
use serde_json::json;

use crate::harness::{Server, Stream, succeed, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_clients_submit_look_and_control() {
    let server = Server::start().await;
    server.declare("t").await;
    server.work("t", |_, _| succeed(&json!(1)));
    let clients = (0..100).map(async |client| {
        let mut ids = Vec::new();
        for n in 0..10 {
            let id = server
                .submit(&json!({"task": "t", "user": format!("u{client}"), "params": {"n": n}}))
                .await;
            server.get(&format!("/api/v1/jobs/{id}")).await.ok(200);
            server
                .get(&format!("/api/v1/jobs?user=u{client}&limit=5"))
                .await
                .ok(200);
            let cancelled = server.act(&format!("/api/v1/jobs/{id}/cancel")).await;
            assert!(matches!(cancelled.status, 200 | 409), "{}", cancelled.text);
            ids.push(id);
        }
        ids
    });
    let ids: HashSet<String> = join_all(clients).await.into_iter().flatten().collect();
    assert_eq!(ids.len(), 1000);
    let ended = until("all have ended", async || {
        let jobs = server.get("/api/v1/status").await.ok(200)["jobs"].clone();
        let ended = jobs["completed"].as_u64()? + jobs["cancelled"].as_u64()?;
        (ended == 1000).then_some(jobs)
    })
    .await;
    assert_eq!(
        (&ended["pending"], &ended["running"], &ended["failed"]),
        (&json!(0), &json!(0), &json!(0))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_listeners_all_see_the_end() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server
        .submit(&json!({"task": "t", "items": vec![json!({}); 2000], "chunk_size": 20}))
        .await;
    let opened = (0..200).map(|_| {
        let request = server
            .client
            .get(server.url(&format!("/api/v1/events?job={id}")));
        Stream::open(request)
    });
    let mut streams = join_all(opened).await;
    server.work("t", |_, _| succeed(&json!(1)));
    let all = streams
        .iter_mut()
        .map(async |stream| stream.until("job.completed").await.len());
    let counts = join_all(all).await;
    assert_eq!(counts.len(), 200);
}
