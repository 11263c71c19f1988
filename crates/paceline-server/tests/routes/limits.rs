//! Limits, queues and paused tasks.

use paceline_core::limits::Limits;
use serde_json::{Value, json};

use crate::harness::{Server, Setup, until};

async fn limited(limits: Limits) -> Server {
    let server = Server::start_with(Setup {
        limits,
        ..Setup::default()
    })
    .await;
    server.declare("t").await;
    server
}

impl Server {
    async fn limit(&self, name: &str) -> Value {
        let limits = self.get("/api/v1/limits").await.ok(200);
        let limits = limits["items"].as_array().expect("a list");
        let found = limits.iter().find(|limit| limit["name"] == name);
        found.cloned().unwrap_or(Value::Null)
    }

    async fn waiting_for(&self, id: &str) -> Value {
        let job = self.get(&format!("/api/v1/jobs/{id}")).await.ok(200);
        job["waiting_for"].clone()
    }

    async fn runs(&self, id: &str) {
        until("the job runs", async || {
            let job = self.get(&format!("/api/v1/jobs/{id}")).await.ok(200);
            (job["state"] == "running").then_some(())
        })
        .await;
    }
}

fn with_items(more: &Value) -> Value {
    let mut job = json!({"task": "t", "items": [{}]});
    for (name, value) in more.as_object().expect("an object") {
        job[name] = value.clone();
    }
    job
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_show_what_they_are_and_what_is_used() {
    let server = limited(Limits::general(Some(10), None)).await;
    let job = server
        .submit(&with_items(&json!({"key": "dealer-7"})))
        .await;
    server.runs(&job).await;
    assert_eq!(
        server.limit("jobs").await,
        json!({"name": "jobs", "most": 10, "source": "configured", "running": 1})
    );
    assert_eq!(
        server.limit("jobs_per_key").await,
        json!({"name": "jobs_per_key", "most": null, "source": "nobody", "running": null,
            "fullest": [{"name": "dealer-7", "running": 1}]})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_set_and_takes_effect_at_once() {
    let server = limited(Limits::NONE).await;
    let set = json!({"set": {"key:dealer-7": 1, "jobs": 20}});
    server.put("/api/v1/limits", &set).await.ok(200);
    let job = with_items(&json!({"key": "dealer-7"}));
    let first = server.submit(&job).await;
    server.runs(&first).await;
    let second = server.submit(&job).await;
    assert_eq!(
        server.waiting_for(&second).await,
        json!(["limit: dealer-7 1/1"])
    );
    assert_eq!(server.limit("key:dealer-7").await["running"], 1);
    let unset = json!({"unset": ["key:dealer-7"], "set": {"jobs": 0}});
    server.put("/api/v1/limits", &unset).await.ok(200);
    server.runs(&second).await;
    assert_eq!(server.limit("key:dealer-7").await, Value::Null);
    assert_eq!(server.limit("jobs").await["most"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_limits_are_named() {
    let server = limited(Limits::NONE).await;
    for (body, field) in [
        (json!({"set": {"dealer-7": 1}}), "set.dealer-7"),
        (json!({"unset": ["jobs", "key:"]}), "unset[1]"),
        (json!({"set": {"jobs": 1}, "unset": ["jobs"]}), "unset[0]"),
    ] {
        let refused = server.put("/api/v1/limits", &body).await;
        refused.field_problem("invalid_field", field);
    }
    let unknown = server.put("/api/v1/limits", &json!({"sets": {}})).await;
    unknown.problem("unknown_field");
    assert_eq!(
        server.limit("jobs").await["source"],
        "nobody",
        "all or nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_is_shown_limited_paused_and_resumed() {
    let server = limited(Limits::NONE).await;
    let missing = server.get("/api/v1/queues/mail").await;
    missing.problem("no_such_queue");
    let limited = json!({"max_running": 1});
    let queue = server.put("/api/v1/queues/mail", &limited).await.ok(200);
    assert_eq!(queue["max_running"], 1);
    let reason = json!({"reason": "the relay is down"});
    let paused = server
        .post("/api/v1/queues/mail/pause", &reason)
        .await
        .ok(200);
    assert_eq!(paused["paused"]["reason"], "the relay is down");
    let job = server.submit(&with_items(&json!({"queue": "mail"}))).await;
    let words = json!(["queue mail is paused: the relay is down"]);
    assert_eq!(server.waiting_for(&job).await, words);
    let queue = server.get("/api/v1/queues/mail").await.ok(200);
    assert_eq!(
        (&queue["running"], &queue["jobs"]["pending"]),
        (&json!(0), &json!(1))
    );
    let resumed = server.act("/api/v1/queues/mail/resume").await.ok(200);
    assert_eq!(resumed["paused"], Value::Null);
    server.runs(&job).await;
    let queues = server.get("/api/v1/queues").await.ok(200);
    assert_eq!(queues["items"][0]["running"], 1);
    let none = json!({"max_running": null});
    let queue = server.put("/api/v1/queues/mail", &none).await.ok(200);
    assert_eq!(queue["max_running"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_ends_in_the_future_or_never() {
    let server = limited(Limits::NONE).await;
    let over = json!({"until": "2001-01-01T00:00:00Z"});
    let refused = server.post("/api/v1/queues/mail/pause", &over).await;
    refused.field_problem("invalid_field", "until");
    let later = json!({"until": "2999-01-01T00:00:00Z"});
    let queue = server
        .post("/api/v1/queues/mail/pause", &later)
        .await
        .ok(200);
    assert_eq!(queue["paused"]["until"], "2999-01-01T00:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_paused_and_resumed() {
    let server = limited(Limits::NONE).await;
    let unknown = server.act("/api/v1/tasks/u/pause").await;
    unknown.problem("no_such_task");
    let running = server.submit(&with_items(&json!({}))).await;
    server.runs(&running).await;
    let task = server.act("/api/v1/tasks/t/pause").await.ok(200);
    assert_eq!(task["paused"]["until"], Value::Null);
    let pending = server.submit(&json!({"task": "t"})).await;
    for job in [&running, &pending] {
        assert_eq!(server.waiting_for(job).await, json!(["task t is paused"]));
    }
    let task = server.act("/api/v1/tasks/t/resume").await.ok(200);
    assert_eq!(task["paused"], Value::Null);
    assert_eq!(
        server.waiting_for(&pending).await,
        json!(["no worker declares `t`"])
    );
}
