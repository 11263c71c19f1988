//! Results that are used again, over HTTP.

use serde_json::{Value, json};

use crate::harness::{Server, succeed};

const JOBS: &str = "/api/v1/jobs";

fn job(params: &Value) -> Value {
    json!({"task": "score", "params": params, "cache_for": "1h"})
}

/// Runs the job and tells its id.
async fn run(server: &Server, job: &Value) -> String {
    let submitted = server.post(JOBS, job).await.ok(201);
    let id = submitted["id"].as_str().expect("an id").to_owned();
    server.until(&id, "completed").await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identical_job_is_answered_at_once() {
    let server = Server::start().await;
    server.declare("score").await;
    server.work("score", |lease, _| {
        succeed(&json!({"of": lease.job.to_string()}))
    });
    let id = run(&server, &job(&json!({"a": 1, "b": 2}))).await;
    let answer = server.post(JOBS, &job(&json!({"b": 2, "a": 1}))).await;
    let answered = answer.ok(200);
    assert_eq!(
        (&answered["state"], &answered["cached_from"]),
        (&json!("completed"), &json!(id))
    );
    assert_eq!(answered["result"]["of"], id);
    assert!(
        answer
            .header("location")
            .ends_with(answered["id"].as_str().expect("an id"))
    );

    let mut forced = job(&json!({"a": 1, "b": 2}));
    forced["force"] = json!(true);
    let newer = run(&server, &forced).await;
    let many = json!({"jobs": [job(&json!({"a": 1, "b": 2})), job(&json!({"a": 2}))]});
    let bulk = server.post("/api/v1/jobs/bulk", &many).await.ok(201);
    assert_eq!(bulk["jobs"][0]["cached_from"], newer, "the newest answers");
    assert_eq!(bulk["jobs"][1].get("cached_from"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_of_the_task_answers_nobody() {
    let server = Server::start().await;
    let declare = async |version: &str| {
        let options = json!({"version": version, "cache_for": "1h"});
        server.declare_with("score", &options, None, false).await;
    };
    declare("1").await;
    server.work("score", |_, _| succeed(&json!(1)));
    let plain = json!({"task": "score"});
    let id = run(&server, &plain).await;
    let answered = server.post(JOBS, &plain).await.ok(200);
    assert_eq!(answered["cached_from"], id, "the task's default");
    declare("2").await;
    // Declarations are remembered for a moment.
    let newer = crate::harness::until("the new version is known", async || {
        let submitted = server.post(JOBS, &plain).await;
        let submitted: Value = serde_json::from_str(&submitted.text).expect("JSON");
        (submitted["cached_from"] != id).then_some(submitted)
    })
    .await;
    assert_eq!(newer["cached_from"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn items_and_results_are_those_of_the_job_that_ran() {
    let server = Server::start().await;
    server.declare("score").await;
    server.work("score", |_, item| {
        succeed(&json!(item.map(|item| item.key.clone())))
    });
    let mut with_items = job(&json!({}));
    with_items["items"] = json!([{"key": "x"}, {"key": "y"}]);
    let source = run(&server, &with_items).await;
    let answered = server.post(JOBS, &with_items).await.ok(200);
    let id = answered["id"].as_str().expect("an id");
    assert_eq!(answered["progress"]["succeeded"], 2);
    let results = async |id: &str| {
        let path = format!("{JOBS}/{id}/results?format=ndjson");
        server.get(&path).await.text
    };
    assert_eq!(results(id).await, results(&source).await);
    assert_eq!(results(id).await.lines().count(), 2);
    with_items["items"] = json!([{"key": "x"}]);
    server.post(JOBS, &with_items).await.ok(201);
    let refused = server.act(&format!("{JOBS}/{id}/restart")).await;
    refused.problem("wrong_state");
}
