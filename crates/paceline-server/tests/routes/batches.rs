//! Batches: joint progress, and actions on all jobs.

use paceline_core::Json;
use paceline_core::item::Outcome;
use serde_json::{Value, json};

use crate::harness::{Server, fail, until};

async fn batch(server: &Server) -> Value {
    server.get("/api/v1/batches/night%201").await.ok(200)
}

async fn act(server: &Server, verb: &str) -> Value {
    server
        .act(&format!("/api/v1/batches/night%201/{verb}"))
        .await
        .ok(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_has_joint_progress_and_ends_with_its_last_job() {
    let server = Server::start().await;
    server.declare("t").await;
    let made = json!({"name": "night 1", "reason": "new model"});
    let answer = server.post("/api/v1/batches", &made).await.ok(201);
    assert_eq!(
        (&answer["state"], &answer["reason"]),
        (&json!("empty"), &json!("new model"))
    );
    server
        .post("/api/v1/batches", &made)
        .await
        .problem("name_taken");
    server
        .post("/api/v1/batches", &json!({"name": ""}))
        .await
        .field_problem("invalid_field", "name");
    server
        .get("/api/v1/batches/none")
        .await
        .problem("no_such_batch");
    server
        .act("/api/v1/batches/none/cancel")
        .await
        .problem("no_such_batch");

    server
        .submit(&json!({"task": "t", "batch": "night 1"}))
        .await;
    let items = json!([{"key": "a"}, {"key": "b"}, {"key": "c"}]);
    let job = json!({"task": "t", "batch": "night 1", "items": items, "retry": {"attempts": 1}});
    let big = server.submit(&job).await;
    let open = batch(&server).await;
    assert_eq!(open["state"], "open");
    let unfinished = [&open["jobs"]["pending"], &open["jobs"]["running"]];
    let unfinished: u64 = unfinished.iter().filter_map(|count| count.as_u64()).sum();
    assert_eq!(unfinished, 2, "{open}");
    assert_eq!(
        (&open["progress"]["total"], &open["progress"]["percent"]),
        (&json!(4), &json!(0.0))
    );

    assert_eq!(act(&server, "pause").await["changed"], 2);
    assert_eq!(batch(&server).await["jobs"]["paused"], 2);
    assert_eq!(act(&server, "pause").await["matched"], 0);
    assert_eq!(act(&server, "resume").await["changed"], 2);
    server.work("t", |_, item| match item {
        Some(item) if item.key.as_deref() == Some("b") => fail("no"),
        _ => Outcome::Succeeded(Json::null()),
    });
    server.until(&big, "completed").await;
    let over = until("the batch to end", async || {
        let batch = batch(&server).await;
        (batch["state"] == "completed").then_some(batch)
    })
    .await;
    assert_eq!(
        (&over["jobs"]["completed"], &over["progress"]["percent"]),
        (&json!(2), &json!(100.0))
    );
    assert_eq!(
        (&over["progress"]["succeeded"], &over["progress"]["failed"]),
        (&json!(3), &json!(1))
    );
    assert!(over["completed_at"].is_string() && over["started_at"].is_string());

    let retried = act(&server, "retry").await;
    assert_eq!(
        (&retried["matched"], &retried["changed"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(retried["refused"][0]["code"], "wrong_state");
    server.until(&big, "completed").await;
    let all = server.get("/api/v1/batches?limit=1").await.ok(200);
    assert_eq!(all["items"][0]["name"], "night 1");
    assert_eq!(all["next_cursor"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_cancelled_with_a_reason() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server
        .submit(&json!({"task": "t", "batch": "night 1"}))
        .await;
    let path = "/api/v1/batches/night%201/cancel";
    let done = server
        .post(path, &json!({"reason": "wrong data"}))
        .await
        .ok(200);
    assert_eq!(done["changed"], 1);
    let job = server.until(&id, "cancelled").await;
    assert_eq!(job["error"]["message"], "wrong data");
    assert_eq!(batch(&server).await["jobs"]["cancelled"], 1);
}
