//! `Idempotency-Key`: nothing is submitted twice, whatever breaks.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use futures::future::join_all;
use paceline_core::store::StoreError;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use crate::harness::{Answer, Server, Setup, succeed};

const NDJSON: &str = "application/x-ndjson";

async fn post(server: &Server, path: &str, key: &str, body: &Value) -> Answer {
    server
        .call(Method::POST, path, |request| {
            request.header("idempotency-key", key).json(body)
        })
        .await
}

async fn stream(server: &Server, key: &str, body: &'static str) -> Answer {
    server
        .call(Method::POST, "/api/v1/jobs", |request| {
            request
                .header("idempotency-key", key)
                .header("content-type", NDJSON)
                .body(body)
        })
        .await
}

async fn total(server: &Server) -> Value {
    server.get("/api/v1/jobs").await.ok(200)["total"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_gets_the_first_answer() {
    let server = Server::start().await;
    server.declare("t").await;
    let job = json!({"task": "t", "params": {"n": 1}});
    let first = post(&server, "/api/v1/jobs", "k1", &job).await;
    let id = first.ok(201)["id"].as_str().expect("an id").to_owned();
    server
        .act(&format!("/api/v1/jobs/{id}/pause"))
        .await
        .ok(200);
    let again = post(&server, "/api/v1/jobs", "k1", &job).await;
    assert_eq!(
        (again.status, &again.text),
        (201, &first.text),
        "the first answer, whatever came later"
    );
    assert_eq!(again.header("location"), first.header("location"));
    post(&server, "/api/v1/jobs", "k1", &json!({"task": "t"}))
        .await
        .problem("idempotency_key_reused");
    post(&server, "/api/v1/jobs", "k2", &job).await.ok(201);
    assert_eq!(total(&server).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_wait_waits_for_the_first_job() {
    let server = Server::start().await;
    server.declare("t").await;
    let job = json!({"task": "t"});
    let first = post(&server, "/api/v1/jobs", "k", &job).await.ok(201);
    server.work("t", |_, _| succeed(&json!(1)));
    let again = post(&server, "/api/v1/jobs?wait=20s", "k", &job)
        .await
        .ok(201);
    assert_eq!(
        (&again["id"], &again["state"]),
        (&first["id"], &json!("completed"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bulk_submissions_and_streams_too() {
    let server = Server::start().await;
    server.declare("t").await;
    let bulk = json!({"jobs": [{"task": "t"}, {"task": "t"}]});
    let first = post(&server, "/api/v1/jobs/bulk", "k", &bulk).await.ok(201);
    assert_eq!(
        post(&server, "/api/v1/jobs/bulk", "k", &bulk).await.ok(201),
        first
    );
    post(&server, "/api/v1/jobs/bulk", "k", &json!({"jobs": []}))
        .await
        .problem("idempotency_key_reused");
    // The same key on another route is another key.
    let body = "{\"task\":\"t\"}\n{\"key\":\"a\"}\n";
    let first = stream(&server, "k", body).await.ok(201);
    assert_eq!(stream(&server, "k", body).await.ok(201), first);
    stream(&server, "k", "{\"task\":\"t\"}\n{\"key\":\"b\"}\n")
        .await
        .problem("idempotency_key_reused");
    assert_eq!(total(&server).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_submits() {
    let server = Server::start().await;
    server.declare("t").await;
    let job = json!({"task": "t"});
    let calls = (0..20).map(|_| post(&server, "/api/v1/jobs", "k", &job));
    let answers = join_all(calls).await;
    let first = answers[0].ok(201);
    assert!(answers.iter().all(|answer| answer.ok(201) == first));
    assert_eq!(total(&server).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_does_not_use_its_key_up() {
    let server = Server::start().await;
    server.declare("t").await;
    post(&server, "/api/v1/jobs", "k", &json!({"task": "x"}))
        .await
        .problem("unknown_task");
    post(&server, "/api/v1/jobs", "k", &json!({"task": "t", "n": 1}))
        .await
        .problem("unknown_field");
    stream(
        &server,
        "k",
        "{\"task\":\"t\"}\n{\"key\":\"a\"}\n{\"key\":\"a\"}\n",
    )
    .await
    .problem("duplicate_key");
    server
        .faulty
        .fail("submit", || StoreError::Unavailable("locked".to_owned()));
    post(
        &server,
        "/api/v1/jobs",
        "k",
        &json!({"task": "t", "user": "a"}),
    )
    .await
    .problem("store_unavailable");
    server.faulty.heal();
    // What came of that one is not known for sure, so that its key is its own.
    post(&server, "/api/v1/jobs", "k", &json!({"task": "t"}))
        .await
        .problem("idempotency_key_reused");
    post(
        &server,
        "/api/v1/jobs",
        "k",
        &json!({"task": "t", "user": "a"}),
    )
    .await
    .ok(201);
    assert_eq!(total(&server).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submission_whose_answer_broke_off_is_not_made_again() {
    let server = Server::start().await;
    server.declare("t").await;
    // Nor can it be looked up then what came of it.
    for verb in ["the answer to submit", "job"] {
        server.faulty.fail(verb, || {
            StoreError::Unavailable("connection closed".to_owned())
        });
    }
    let job = json!({"task": "t"});
    post(&server, "/api/v1/jobs", "k", &job)
        .await
        .problem("store_unavailable");
    server.faulty.heal();
    let again = post(&server, "/api/v1/jobs", "k", &job).await.ok(201);
    assert_eq!(again["state"], "pending");
    assert_eq!(total(&server).await, 1);
}

/// What another node answers to the same request, asked for in the midst of one.
fn ask_there(other: &Server, job: &Value) -> (impl Fn() + Send + Sync + use<>, Arc<Mutex<Value>>) {
    let (client, url, job) = (other.client.clone(), other.url("/api/v1/jobs"), job.clone());
    let (asked, answer) = (AtomicBool::new(false), Arc::new(Mutex::new(Value::Null)));
    let answered = Arc::clone(&answer);
    let ask = move || {
        if asked.swap(true, Ordering::Relaxed) {
            return;
        }
        let request = client.post(&url).header("idempotency-key", "k").json(&job);
        let job = tokio::task::block_in_place(|| {
            Handle::current().block_on(async { request.send().await?.json::<Value>().await })
        });
        *answered.lock().expect("not poisoned") = job.expect("an answer");
    };
    (ask, answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_are_asked_at_once_submit_once() {
    let server = Server::start().await;
    server.declare("t").await;
    let other = server.start_beside().await;
    let job = json!({"task": "t"});
    // The key was looked up here, and nothing was found; now another node does all of it.
    let (ask, answer) = ask_there(&other, &job);
    server.faulty.when_tasks_are_read(ask);
    let here = post(&server, "/api/v1/jobs", "k", &job).await.ok(201);
    assert_eq!(*answer.lock().expect("not poisoned"), here);
    assert_eq!(total(&server).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_comes_second_is_not_refused_for_its_own_job() {
    let server = Server::start().await;
    server.declare("t").await;
    let other = server.start_beside().await;
    let job = json!({"task": "t", "on_duplicate": "reject"});
    // All is ready to be submitted here, and another node does it.
    let (ask, answer) = ask_there(&other, &job);
    server.faulty.before_the_submission(ask);
    let here = post(&server, "/api/v1/jobs", "k", &job).await.ok(201);
    assert_eq!(answer.lock().expect("not poisoned")["id"], here["id"]);
    let again = post(&server, "/api/v1/jobs", "k", &job).await.ok(201);
    assert_eq!(again["id"], here["id"], "the key is not free");
    assert_eq!(total(&server).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_got_lost_is_found_again_also_after_a_restart() {
    let server = Server::start().await;
    server.declare("t").await;
    let job = json!({"task": "t"});
    let body = "{\"task\":\"t\"}\n{\"key\":\"a\"}\n";
    let bulk = json!({"jobs": [{"task": "t"}, {"task": "t"}]});
    // The jobs are committed, but reading them for the answer fails, as a crash would end it.
    server
        .faulty
        .fail("job", || StoreError::Unavailable("gone".to_owned()));
    post(&server, "/api/v1/jobs", "one", &job)
        .await
        .problem("store_unavailable");
    stream(&server, "two", body)
        .await
        .problem("store_unavailable");
    server.faulty.heal();
    assert_eq!(total(&server).await, 2);
    let folder = server.end().await;
    let server = Server::start_in(
        folder,
        Setup {
            seed: 8,
            ..Setup::default()
        },
    )
    .await;
    let first = post(&server, "/api/v1/jobs", "one", &job).await.ok(201);
    assert_eq!(
        post(&server, "/api/v1/jobs", "one", &job).await.ok(201),
        first
    );
    let streamed = stream(&server, "two", body).await.ok(201);
    assert_eq!(stream(&server, "two", body).await.ok(201), streamed);
    assert_eq!(total(&server).await, 2);
    post(
        &server,
        "/api/v1/jobs",
        "one",
        &json!({"task": "t", "user": "x"}),
    )
    .await
    .problem("idempotency_key_reused");
    post(&server, "/api/v1/jobs/bulk", "three", &bulk)
        .await
        .ok(201);
    assert_eq!(total(&server).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_none() {
    let server = Server::start().await;
    server.declare("t").await;
    for key in ["", &"x".repeat(256)] {
        let answer = post(&server, "/api/v1/jobs", key, &json!({"task": "t"})).await;
        answer.field_problem("invalid_field", "Idempotency-Key");
    }
}
