//! Duplicates over HTTP: merged, refused, or let be.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Server, succeed};

const JOBS: &str = "/api/v1/jobs";

/// A task whose work is that of a SKU.
async fn server() -> Server {
    let server = Server::start().await;
    let options = json!({"identity": ["sku"]});
    server.declare_with("forecast", &options, None, false).await;
    server.declare("t").await;
    // Everything waits, so that what is merged does not depend on who is faster.
    server.act("/api/v1/tasks/forecast/pause").await.ok(200);
    server
}

fn forecast(sku: u32, day: u32) -> Value {
    json!({"task": "forecast", "params": {"sku": sku, "day": day}})
}

fn with(mut job: Value, field: &str, value: &Value) -> Value {
    job[field] = value.clone();
    job
}

async fn job(server: &Server, id: &Value) -> Value {
    let id = id.as_str().expect("an id");
    server.get(&format!("{JOBS}/{id}")).await.ok(200)
}

async fn stream(server: &Server, head: &Value, lines: &str) -> Answer {
    let body = format!("{head}\n{lines}");
    let send = |request: reqwest::RequestBuilder| {
        let request = request.header("content-type", "application/x-ndjson");
        request.body(body)
    };
    server.call(Method::POST, JOBS, send).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_is_merged_and_says_into_which_job() {
    let server = server().await;
    let first = server.post(JOBS, &forecast(1, 1)).await.ok(201);
    assert_eq!(first["merged_into"], Value::Null);
    let answer = server.post(JOBS, &forecast(1, 2)).await;
    let merged = answer.ok(200);
    assert_eq!(
        (&merged["state"], &merged["merged_into"]),
        (&json!("merged"), &first["id"])
    );
    let location = answer.header("location").to_owned();
    assert!(location.ends_with(merged["id"].as_str().expect("an id")));
    server.post(JOBS, &forecast(2, 1)).await.ok(201);

    let survivor = job(&server, &first["id"]).await;
    assert_eq!(survivor["params"], json!({"sku": 1, "day": 2}));
    assert_eq!(survivor["merged_count"], 1);
    let listed = server.get("/api/v1/jobs?state=merged").await.ok(200);
    assert_eq!(listed["items"][0]["id"], merged["id"]);
    let status = server.get("/api/v1/status").await.ok(200);
    assert_eq!(status["jobs"]["merged"], 1);
    let id = first["id"].as_str().expect("an id");
    let events = server.get(&format!("{JOBS}/{id}/events")).await.ok(200);
    let told = events["items"].as_array().expect("events");
    let told = told.iter().find(|event| event["type"] == "job.changed");
    assert_eq!(told.expect("told")["data"]["merged_from"], merged["id"]);
    let refused = server.act(&format!("{location}/retry")).await;
    let problem = refused.problem("wrong_state");
    let detail = problem["detail"].as_str().expect("a detail");
    assert!(detail.contains("merged into"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_of_a_running_job_waits_for_its_end() {
    let server = server().await;
    server.act("/api/v1/tasks/forecast/resume").await.ok(200);
    server.submit(&forecast(1, 1)).await;
    let lease = server.take("forecast").await;
    let next = server.post(JOBS, &forecast(1, 2)).await.ok(201);
    assert_eq!(next["state"], "blocked");
    let why = next["waiting_for"][0].as_str().expect("a reason");
    assert!(why.starts_with("waits for the running duplicate "), "{why}");
    server.post(JOBS, &forecast(1, 3)).await.ok(200);
    server.finish(&lease, succeed(&json!(1))).await;
    let id = next["id"].as_str().expect("an id");
    server.until(id, "pending").await;
    let lease = server.take("forecast").await;
    assert_eq!(lease.job.to_string(), next["id"]);
    let params: Value = serde_json::from_str(lease.params.as_str()).expect("JSON");
    assert_eq!(params["day"], 3);
    server.finish(&lease, succeed(&json!(2))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_is_refused_or_let_be_if_that_is_asked_for() {
    let server = server().await;
    let first = server.post(JOBS, &forecast(1, 1)).await.ok(201);
    let reject = with(forecast(1, 2), "on_duplicate", &json!("reject"));
    let problem = server.post(JOBS, &reject).await.problem("duplicate_job");
    let id = first["id"].as_str().expect("an id");
    assert_eq!(problem["status"], 409);
    assert_eq!(problem["job"], format!("{JOBS}/{id}"));
    server.get(&format!("{JOBS}/{id}")).await.ok(200);
    let many = json!({"jobs": [{"task": "t"}, reject]});
    let refused = server.post("/api/v1/jobs/bulk", &many).await;
    refused.problem("duplicate_job");
    let streamed = stream(&server, &reject, "{\"key\":\"a\"}\n").await;
    streamed.problem("duplicate_job");
    let allow = with(forecast(1, 2), "on_duplicate", &json!("allow"));
    let allowed = server.post(JOBS, &allow).await.ok(201);
    assert_eq!(allowed["state"], "pending");
    assert_eq!(server.get(JOBS).await.ok(200)["total"], 2);
    assert_eq!(
        job(&server, &first["id"]).await["params"]["day"],
        1,
        "nothing was handed over"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_of_submitting_merges() {
    let server = server().await;
    let first = server.submit(&forecast(1, 1)).await;
    let many = json!({"jobs": [forecast(1, 2), forecast(2, 1), forecast(2, 2)]});
    let answer = server.post("/api/v1/jobs/bulk", &many).await.ok(201);
    let [one, two, three] = [0, 1, 2].map(|index| &answer["jobs"][index]);
    assert_eq!(
        (&one["state"], &one["merged_into"]),
        (&json!("merged"), &json!(first))
    );
    assert_eq!(two.get("merged_into"), None);
    assert_eq!(three["merged_into"], two["id"]);

    let lines = "{\"key\":\"a\"}\n{\"key\":\"b\"}\n";
    let streamed = stream(&server, &forecast(1, 3), lines).await.ok(200);
    assert_eq!(streamed["merged_into"], first);
    let survivor = job(&server, &json!(first)).await;
    assert_eq!(survivor["progress"]["total"], 2, "its items are the newest");

    let template = json!({"name": "daily", "job": forecast(1, 4)});
    server.post("/api/v1/templates", &template).await.ok(201);
    let launched = server.act("/api/v1/templates/daily/launch").await.ok(200);
    assert_eq!(launched["merged_into"], first);
    let schedule = json!({"name": "nightly", "every": "1h", "template": "daily"});
    server.post("/api/v1/schedules", &schedule).await.ok(201);
    server.act("/api/v1/schedules/nightly/run").await.ok(200);
    let survivor = job(&server, &json!(first)).await;
    assert_eq!(survivor["merged_count"], 4);
    assert_eq!(survivor["params"]["day"], 4);
    assert_eq!(survivor["progress"]["total"], 1, "a call again");
}

#[tokio::test(flavor = "multi_thread")]
async fn items_without_any_identifying_param_are_work_of_their_own() {
    let server = server().await;
    let items = |key: &str| json!({"task": "forecast", "items": [{"key": key}]});
    server.post(JOBS, &items("a")).await.ok(201);
    server.post(JOBS, &items("b")).await.ok(201);
    let streamed = stream(&server, &json!({"task": "forecast"}), "{\"key\":\"c\"}\n").await;
    streamed.ok(201);
    let asked = with(items("d"), "on_duplicate", &json!("merge"));
    server.post(JOBS, &asked).await.ok(201);
    server.post(JOBS, &asked).await.ok(200);
    let none = json!({"task": "forecast"});
    let merged = server.post(JOBS, &none).await.ok(200);
    assert_eq!(
        merged["state"], "merged",
        "a call for no SKU is that of the last"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_declared_names_all_params_and_items_count() {
    let server = server().await;
    server.act("/api/v1/tasks/t/pause").await.ok(200);
    let same =
        json!({"task": "t", "params": {"a": 1}, "items": [{"key": "x"}], "on_duplicate": "merge"});
    server.post(JOBS, &same).await.ok(201);
    server.post(JOBS, &same).await.ok(200);
    let other = with(same.clone(), "items", &json!([{"key": "y"}]));
    server.post(JOBS, &other).await.ok(201);
    let mut head = same;
    head.as_object_mut().expect("an object").remove("items");
    let streamed = stream(&server, &head, "{\"key\":\"x\"}\n").await;
    streamed.field_problem("invalid_field", "on_duplicate");
}
