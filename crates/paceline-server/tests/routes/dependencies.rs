//! Jobs that wait for others, over HTTP.

use serde_json::{Value, json};

use crate::harness::{Server, fail, succeed};

#[tokio::test(flavor = "multi_thread")]
async fn a_graph_in_one_request_runs_in_its_order() {
    let server = Server::start().await;
    server.declare("t").await;
    let jobs = json!([
        {"task": "t", "batch": "night"},
        {"task": "t", "after": [{"index": 0}]},
        {"task": "t", "after": [{"batch": "night"}, {"index": 1}]},
        {"task": "t", "after": [{"index": 2}], "after_policy": "failed"},
    ]);
    let answer = server
        .post("/api/v1/jobs/bulk", &json!({"jobs": jobs}))
        .await
        .ok(201);
    let submitted = answer["jobs"].as_array().expect("jobs");
    let states: Vec<&Value> = submitted.iter().map(|job| &job["state"]).collect();
    assert_eq!(states, ["pending", "blocked", "blocked", "blocked"]);
    let id = |index: usize| submitted[index]["id"].as_str().expect("an id");
    let waiting = server.get(&format!("/api/v1/jobs/{}", id(2))).await.ok(200);
    assert_eq!(waiting["after"], json!([id(0), id(1)]));
    assert_eq!(waiting["after_policy"], "completed");
    let reason = waiting["waiting_for"][0].as_str().expect("a reason");
    assert!(
        reason.starts_with("waits for 2 of 2 jobs to complete: t-"),
        "{reason}"
    );

    let graph = server
        .get(&format!("/api/v1/jobs/{}/graph", id(1)))
        .await
        .ok(200);
    assert_eq!(
        (&graph["job"]["id"], &graph["truncated"]),
        (&json!(id(1)), &json!(false))
    );
    let ids = |nodes: &Value| -> Vec<String> {
        let nodes = nodes.as_array().expect("nodes").iter();
        nodes
            .map(|node| node["id"].as_str().expect("an id").to_owned())
            .collect()
    };
    assert_eq!(ids(&graph["ancestors"]), [id(0)]);
    assert_eq!(ids(&graph["descendants"]), [id(2), id(3)]);
    assert_eq!(graph["descendants"][0]["after"], json!([id(0), id(1)]));

    server.work("t", |lease, _| succeed(&json!(lease.parents.len())));
    let third = server.until(id(2), "completed").await;
    assert_eq!(third["result"], 2, "it was handed what its parents left");
    let handler = server.until(id(3), "cancelled").await;
    assert_eq!(handler["error"]["kind"], "dependency");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_passed_on_and_a_retry_takes_it_back() {
    let server = Server::start().await;
    server.declare("t").await;
    let root = server.submit(&json!({"task": "t"})).await;
    let child = server.submit(&json!({"task": "t", "after": [root]})).await;
    let lease = server.take("t").await;
    server.finish(&lease, fail("no")).await;
    let job = server.until(&child, "cancelled").await;
    let message = job["error"]["message"].as_str().expect("a message");
    assert!(message.ends_with(", which failed"), "{message}");
    let refused = server
        .post(&format!("/api/v1/jobs/{child}/retry"), &json!({}))
        .await;
    let problem = refused.problem("wrong_state");
    let detail = problem["detail"].as_str().expect("a detail");
    assert!(detail.contains("retry or restart that one"), "{detail}");
    server
        .post(&format!("/api/v1/jobs/{root}/retry"), &json!({}))
        .await
        .ok(200);
    server.until(&child, "blocked").await;
    let only = json!({"action": "delete", "ids": [root]});
    let running = server.take("t").await;
    server.finish(&running, succeed(&json!(1))).await;
    server.until(&child, "pending").await;
    let refused = server.post("/api/v1/jobs/actions", &only).await.ok(200);
    let message = refused["refused"][0]["message"]
        .as_str()
        .expect("a message");
    assert!(message.contains("depends on it"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_waited_for_is_refused() {
    let server = Server::start().await;
    server.declare("t").await;
    let nobody = "019d0f3a-7b1c-7000-8000-000000000001";
    for (extra, code, field) in [
        (json!({"after": ["019d0f3a"]}), "invalid_field", "after[0]"),
        (json!({"after": [nobody]}), "invalid_field", "after"),
        (
            json!({"after": [{"batch": "none"}]}),
            "invalid_field",
            "after",
        ),
        (
            json!({"after": [{"index": 0}]}),
            "dependency_cycle",
            "after[0]",
        ),
        (json!({"after": [{"jobs": 0}]}), "invalid_field", "after[0]"),
        (json!({"after": nobody}), "invalid_field", "after"),
        (
            json!({"after_policy": "completed"}),
            "invalid_field",
            "after_policy",
        ),
        (
            json!({"after": [nobody], "after_policy": "always"}),
            "invalid_field",
            "after_policy",
        ),
    ] {
        let mut job = json!({"task": "t"});
        let fields = extra.as_object().expect("an object").clone();
        job.as_object_mut().expect("an object").extend(fields);
        let answer = server.post("/api/v1/jobs", &job).await;
        answer.field_problem(code, field);
    }
    let circle = json!({"jobs": [
        {"task": "t", "after": [{"index": 1}]},
        {"task": "t", "after": [{"index": 0}]},
    ]});
    let answer = server.post("/api/v1/jobs/bulk", &circle).await;
    answer.field_problem("dependency_cycle", "jobs[0].after[0]");
    assert_eq!(server.get("/api/v1/jobs").await.ok(200)["total"], 0);
}
