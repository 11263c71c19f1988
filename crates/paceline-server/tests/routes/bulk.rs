//! Many jobs at once: submitting them, acting on them.

use serde_json::{Value, json};

use crate::harness::{Server, succeed};

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_jobs_in_one_request() {
    let server = Server::start().await;
    server.declare("t").await;
    let jobs: Vec<Value> = (0..10_000)
        .map(|n| json!({"task": "t", "params": {"n": n}}))
        .collect();
    let answer = server
        .post("/api/v1/jobs/bulk", &json!({"jobs": jobs}))
        .await
        .ok(201);
    let answered = answer["jobs"].as_array().expect("jobs");
    assert_eq!(answered.len(), 10_000);
    assert_eq!(answered[0]["state"], "pending");
    let id = answered[4321]["id"].as_str().expect("an id");
    let job = server.get(&format!("/api/v1/jobs/{id}")).await.ok(200);
    assert_eq!(
        job["params"],
        json!({"n": 4321}),
        "answers are in the order of the request"
    );
    let page = server.get("/api/v1/jobs?limit=1").await.ok(200);
    assert_eq!(page["total"], 10_000);
    server.submit(&json!({"task": "t"})).await;
    let page = server.get("/api/v1/jobs?limit=1").await.ok(200);
    assert_eq!(
        (&page["total"], &page["total_at_least"]),
        (&Value::Null, &json!(10_000))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_wrong_job_refuses_all() {
    let server = Server::start().await;
    server.declare("t").await;
    for (job, code, field) in [
        (json!({"task": "x"}), "unknown_task", "jobs[1].task"),
        (
            json!({"task": "t", "prio": 1}),
            "unknown_field",
            "jobs[1].prio",
        ),
        (
            json!({"task": "t", "workers": 0}),
            "invalid_field",
            "jobs[1].workers",
        ),
        (
            json!({"task": "t", "user": ""}),
            "invalid_field",
            "jobs[1].user",
        ),
        (
            json!({"task": "t", "cache_for": "0s"}),
            "invalid_field",
            "jobs[1].cache_for",
        ),
        (
            json!({"task": "t", "params": 1}),
            "invalid_field",
            "jobs[1].params",
        ),
        (
            json!({"task": "t", "items": [{"key": "a"}, {"key": "a"}]}),
            "duplicate_key",
            "jobs[1].items[1].key",
        ),
        (json!({}), "invalid_field", "jobs[1].task"),
        (json!(7), "invalid_field", "jobs[1]"),
    ] {
        let body = json!({"jobs": [{"task": "t"}, job, {"task": "t"}]});
        server
            .post("/api/v1/jobs/bulk", &body)
            .await
            .field_problem(code, field);
    }
    let many: Vec<Value> = (0..10_001).map(|_| json!({"task": "t"})).collect();
    server
        .post("/api/v1/jobs/bulk", &json!({"jobs": many}))
        .await
        .field_problem("too_many", "jobs");
    server
        .post("/api/v1/jobs/bulk", &json!([]))
        .await
        .problem("invalid_field");
    server
        .post("/api/v1/jobs/bulk", &json!({"jobs": [], "x": 1}))
        .await
        .field_problem("unknown_field", "x");
    assert_eq!(server.get("/api/v1/jobs").await.ok(200)["total"], 0);
    let none = server
        .post("/api/v1/jobs/bulk", &json!({"jobs": []}))
        .await
        .ok(201);
    assert_eq!(none, json!({"jobs": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_reach_jobs_by_id_or_filter() {
    let server = Server::start().await;
    server.declare("t").await;
    let mut ids = Vec::new();
    for n in 0..6 {
        ids.push(
            server
                .submit(&json!({"task": "t", "user": (if n % 2 == 0 { "ana" } else { "ben" })}))
                .await,
        );
    }
    let act = async |body: Value| server.post("/api/v1/jobs/actions", &body).await.ok(200);
    let dry = act(json!({"action": "cancel", "filter": {"user": "ana"}, "dry_run": true})).await;
    assert_eq!((&dry["matched"], &dry["changed"]), (&json!(3), &json!(3)));
    assert_eq!(
        server.get("/api/v1/jobs?state=cancelled").await.ok(200)["total"],
        0
    );
    let real =
        act(json!({"action": "cancel", "filter": {"user": "ana"}, "reason": "not needed"})).await;
    assert_eq!((&real["matched"], &real["changed"]), (&json!(3), &json!(3)));
    let some = act(
        json!({"action": "pause", "ids": [ids[0], ids[1], "019d0f3a-0000-7000-8000-000000000000"]}),
    )
    .await;
    assert_eq!(some["changed"], 1);
    let refused = some["refused"].as_array().expect("refused");
    let codes: Vec<_> = refused
        .iter()
        .filter_map(|job| job["code"].as_str())
        .collect();
    assert_eq!(codes, ["wrong_state", "no_such_job"], "{some}");
    let changed = act(json!({"action": "change", "filter": {"state": "pending,paused"}, "change": {"priority": "urgent"}})).await;
    assert_eq!(changed["changed"], 3);
    let urgent = server
        .get("/api/v1/jobs?sort=-priority&limit=3")
        .await
        .ok(200);
    assert_eq!(urgent["items"][2]["priority"], "urgent");
    assert_eq!(
        act(json!({"action": "retry", "filter": {"state": "cancelled"}})).await["changed"],
        3
    );
    assert_eq!(
        act(json!({"action": "resume", "filter": {}})).await["changed"],
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_that_are_wrong() {
    let server = Server::start().await;
    for (body, code, field) in [
        (json!({"action": "cancel"}), "invalid_field", "ids"),
        (
            json!({"action": "cancel", "ids": [], "filter": {}}),
            "invalid_field",
            "ids",
        ),
        (
            json!({"action": "explode", "ids": []}),
            "invalid_field",
            "action",
        ),
        (
            json!({"action": "cancel", "filter": {"sate": "x"}}),
            "unknown_field",
            "filter.sate",
        ),
        (
            json!({"action": "cancel", "filter": {"state": "x"}}),
            "invalid_field",
            "state",
        ),
        (
            json!({"action": "pause", "ids": [], "reason": "x"}),
            "invalid_field",
            "reason",
        ),
        (
            json!({"action": "change", "ids": []}),
            "invalid_field",
            "change",
        ),
        (
            json!({"action": "pause", "ids": [], "change": {}}),
            "invalid_field",
            "change",
        ),
        (
            json!({"action": "pause", "ids": vec!["019d0f3a"; 10_001]}),
            "too_many",
            "ids",
        ),
    ] {
        server
            .post("/api/v1/jobs/actions", &body)
            .await
            .field_problem(code, field);
    }
    let body = json!({"action": "pause", "ids": ["nothing"]});
    server
        .post("/api/v1/jobs/actions", &body)
        .await
        .problem("no_such_job");
}

#[tokio::test(flavor = "multi_thread")]
async fn clearing_and_resetting_also_by_the_short_paths() {
    let server = Server::start().await;
    server.declare("t").await;
    server.declare("u").await;
    server.work("t", |_, _| succeed(&json!(1)));
    for (clear, reset) in [
        ("/api/v1/jobs/clear-completed", "/api/v1/jobs/reset"),
        ("/api/jobs/clear-completed", "/api/jobs/reset"),
    ] {
        let done = server.submit(&json!({"task": "t"})).await;
        let waiting = server.submit(&json!({"task": "u"})).await;
        let later = server
            .submit(&json!({"task": "u", "run_at": "2099-01-01T00:00:00Z"}))
            .await;
        server.until(&done, "completed").await;
        let cleared = server.act(clear).await.ok(200);
        assert_eq!(
            (&cleared["matched"], &cleared["changed"]),
            (&json!(1), &json!(1))
        );
        server
            .get(&format!("/api/v1/jobs/{done}"))
            .await
            .problem("no_such_job");
        server
            .act(reset)
            .await
            .field_problem("not_confirmed", "confirm");
        server
            .post(reset, &json!({"confirm": false}))
            .await
            .problem("not_confirmed");
        server.until(&waiting, "pending").await;
        let was_reset = server.post(reset, &json!({"confirm": true})).await.ok(200);
        assert_eq!(was_reset["changed"], 2);
        server.until(&waiting, "cancelled").await;
        server.until(&later, "cancelled").await;
    }
}
