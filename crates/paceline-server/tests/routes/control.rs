//! Acting on one job, in states that allow it and in states that do not.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Server, fail, succeed};

async fn act(server: &Server, id: &str, verb: &str) -> Value {
    server
        .act(&format!("/api/v1/jobs/{id}/{verb}"))
        .await
        .ok(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_paused_resumed_cancelled_retried_and_restarted() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server.submit(&json!({"task": "t"})).await;
    assert_eq!(act(&server, &id, "pause").await["state"], "paused");
    assert_eq!(act(&server, &id, "resume").await["state"], "pending");
    let path = format!("/api/v1/jobs/{id}/cancel");
    let job = server
        .post(&path, &json!({"reason": "wrong model"}))
        .await
        .ok(200);
    assert_eq!(job["state"], "cancelled");
    assert!(job["finished_at"].is_string());
    let events = server.get(&format!("/api/v1/jobs/{id}/events")).await.text;
    assert!(
        events.contains("wrong model"),
        "the reason is on record: {events}"
    );
    let job = act(&server, &id, "retry").await;
    assert_eq!(
        (&job["state"], &job["attempt"]),
        (&json!("pending"), &json!(2))
    );
    server.work("t", |_, _| succeed(&json!(1)));
    server.until(&id, "completed").await;
    let job = act(&server, &id, "restart").await;
    assert_eq!(job["attempt"], 3);
    server.until(&id, "completed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn states_forbid_what_makes_no_sense() {
    let server = Server::start().await;
    server.declare("t").await;
    let pending = server.submit(&json!({"task": "t"})).await;
    let completed = server.submit(&json!({"task": "t", "items": []})).await;
    for (id, verb, detail) in [
        (
            &pending,
            "resume",
            "cannot resume a job that is pending: only a paused job can be resumed",
        ),
        (
            &pending,
            "retry",
            "cannot retry a job that is pending: cancel it first, or wait for its end",
        ),
        (
            &pending,
            "restart",
            "cannot restart a job that is pending: cancel it first, or wait for its end",
        ),
        (
            &completed,
            "cancel",
            "cannot cancel a job that is completed: it has ended already",
        ),
        (
            &completed,
            "pause",
            "cannot pause a job that is completed: it has ended already",
        ),
        (
            &completed,
            "retry",
            "cannot retry a job that is completed: nothing in it failed; restart runs everything again",
        ),
    ] {
        let problem = server
            .act(&format!("/api/v1/jobs/{id}/{verb}"))
            .await
            .problem("wrong_state");
        assert_eq!(problem["detail"], detail);
    }
    let path = format!("/api/v1/jobs/{pending}");
    server
        .call(Method::DELETE, &path, |request| request)
        .await
        .problem("wrong_state");
    let path = format!("/api/v1/jobs/{completed}");
    let patched = server.call(Method::PATCH, &path, |request| {
        request.json(&json!({"priority": "low"}))
    });
    patched.await.problem("wrong_state");
    let answer = server.call(Method::DELETE, &path, |request| request).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    server.get(&path).await.problem("no_such_job");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_reaches_the_worker_and_its_report_is_refused() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server.submit(&json!({"task": "t"})).await;
    let lease = server.take("t").await;
    let mut signals = server.engine.handle().signals();
    assert_eq!(act(&server, &id, "cancel").await["state"], "cancelled");
    let signal = signals.recv().await.expect("a signal");
    assert_eq!(signal, paceline_core::lease::LeaseSignal::Revoked(lease.id));
    server.finish(&lease, succeed(&json!(1))).await;
    assert_eq!(
        server.get(&format!("/api/v1/jobs/{id}")).await.ok(200)["state"],
        "cancelled"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_runs_only_what_failed() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server
        .submit(&json!({"task": "t", "items": [{"key": "good"}, {"key": "bad"}]}))
        .await;
    let worker = server.work("t", |_, item| {
        match item.and_then(|item| item.key.as_deref()) {
            Some("bad") => fail("bad item"),
            _ => succeed(&json!("first")),
        }
    });
    let job = server.until(&id, "completed").await;
    assert_eq!(job["progress"]["failed"], 1);
    worker.abort();
    act(&server, &id, "retry").await;
    server.work("t", |_, _| succeed(&json!("second")));
    server.until(&id, "completed").await;
    let items = server
        .get(&format!("/api/v1/jobs/{id}/items"))
        .await
        .ok(200);
    let results: Vec<_> = items["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| &item["result"])
        .collect();
    assert_eq!(results, [&json!("first"), &json!("second")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_job_can_be_changed() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server
        .submit(&json!({"task": "t", "labels": {"a": "b"}}))
        .await;
    let path = format!("/api/v1/jobs/{id}");
    let change = async |body: Value| {
        server
            .call(Method::PATCH, &path, |request| request.json(&body))
            .await
    };
    let job = change(json!({"priority": "urgent", "labels": {"x": "y"}, "workers": 3}))
        .await
        .ok(200);
    assert_eq!(
        (&job["priority"], &job["labels"], &job["options"]["workers"]),
        (&json!("urgent"), &json!({"x": "y"}), &json!(3))
    );
    let job = change(json!({"run_at": "2099-01-01T00:00:00Z"}))
        .await
        .ok(200);
    assert_eq!(
        (&job["state"], &job["run_at"]),
        (&json!("scheduled"), &json!("2099-01-01T00:00:00Z"))
    );
    let job = change(json!({"run_at": null, "workers": -1})).await.ok(200);
    assert_eq!(
        (&job["state"], &job["run_at"], &job["options"]["workers"]),
        (&json!("pending"), &Value::Null, &json!(-1))
    );
    let job = change(json!({})).await.ok(200);
    assert_eq!(job["priority"], "urgent");
    change(json!({"state": "completed"}))
        .await
        .field_problem("unknown_field", "state");
    change(json!({"priority": 7}))
        .await
        .field_problem("invalid_field", "priority");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_short_paths_act_too() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server.submit(&json!({"task": "t"})).await;
    for (verb, state) in [
        ("pause", "paused"),
        ("resume", "pending"),
        ("cancel", "cancelled"),
    ] {
        let job = server.act(&format!("/api/jobs/{verb}/{id}")).await.ok(200);
        assert_eq!(job["state"], state);
    }
    server
        .act(&format!("/api/jobs/cancel/{id}"))
        .await
        .problem("wrong_state");
    server
        .act("/api/jobs/cancel/nothing")
        .await
        .problem("no_such_job");
}
