//! `POST /jobs`: defaults, checks, and what is refused.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use paceline_core::limits::Limits;
use paceline_core::store::StoreError;
use paceline_core::worker::WorkerState;
use paceline_server::ServerOptions;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Server, Setup, succeed, until};

#[tokio::test(flavor = "multi_thread")]
async fn the_least_that_can_be_said_is_the_task() {
    let server = Server::start().await;
    server.declare("t").await;
    let answer = server.post("/api/v1/jobs", &json!({"task": "t"})).await;
    let job = answer.ok(201);
    let id = job["id"].as_str().expect("an id");
    assert_eq!(answer.header("location"), format!("/api/v1/jobs/{id}"));
    assert_eq!(job["state"], "pending");
    assert_eq!(job["kind"], "unit");
    assert_eq!(job["queue"], "default");
    assert_eq!(job["priority"], "normal");
    assert_eq!(job["params"], json!({}));
    assert_eq!(job["user"], Value::Null);
    let name = job["name"].as_str().expect("a name");
    assert!(
        name.starts_with("t-20") && name.len() == "t-20261122-101530-k3fab".len(),
        "{name}"
    );
    assert_eq!(
        server.get(answer.header("location")).await.ok(200)["name"],
        name
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_the_contract_arrives() {
    let server = Server::start().await;
    server.declare("t").await;
    let job = server
        .post(
            "/api/v1/jobs",
            &json!({"task": "t", "params": {"model": "2026-10", "big": 1},
            "items": [{"key": "r1", "payload": {"race_id": 1}}, {"key": "r2"}, {}],
            "only_new": true, "force": false, "priority": "high", "queue": "q", "user": "ana",
            "key": "dealer-7", "batch": "nightly", "labels": {"team": "a", "b": "c"},
            "run_at": "2099-12-01T07:00:00+01:00", "after": [], "on_duplicate": "allow",
            "workers": 2, "chunk_size": 7, "concurrency": 3, "max_memory": "4GiB",
            "item_timeout": "30s", "timeout": 3600,
            "retry": {"attempts": 5, "base": "2s", "factor": 3.0, "max": "1m", "jitter": false},
            "max_failures": "10%"}),
        )
        .await
        .ok(201);
    assert_eq!(job["state"], "scheduled");
    assert_eq!(job["run_at"], "2099-12-01T06:00:00Z");
    assert_eq!(
        job["waiting_for"],
        json!(["its start time, 2099-12-01T06:00:00Z"])
    );
    assert_eq!(job["progress"]["total"], 3);
    assert_eq!(job["labels"], json!({"team": "a", "b": "c"}));
    assert_eq!(
        (&job["user"], &job["key"], &job["batch"]),
        (&json!("ana"), &json!("dealer-7"), &json!("nightly"))
    );
    assert_eq!(
        job["options"],
        json!({"workers": 2, "chunk_size": 7, "concurrency": 3, "max_memory": "4GiB",
            "item_timeout": "30s", "timeout": "1h",
            "retry": {"attempts": 5, "base": "2s", "factor": 3.0, "max": "1m", "jitter": false},
            "max_failures": "10%", "only_new": true})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_wins_over_the_task_and_the_task_over_the_configuration() {
    let mut options = ServerOptions::new("1");
    options.defaults.chunk_size = 11;
    options.defaults.concurrency = 12;
    options.defaults.retry.attempts = 13;
    let server = Server::start_with(Setup {
        options,
        ..Setup::default()
    })
    .await;
    let declared =
        json!({"concurrency": 2, "retry": {"attempts": 4}, "only_new": true, "identity": ["x"]});
    server.declare_with("t", &declared, None, false).await;
    let job = json!({"task": "t", "retry": {"base": "9s"}, "force": true});
    let options = &server.post("/api/v1/jobs", &job).await.ok(201)["options"];
    assert_eq!(options["chunk_size"], 11);
    assert_eq!(options["concurrency"], 2);
    assert_eq!(options["retry"]["attempts"], 4);
    assert_eq!(options["retry"]["base"], "9s");
    assert_eq!(options["only_new"], false);
    let options = &server
        .post("/api/v1/jobs", &json!({"task": "t", "params": {"x": 2}}))
        .await
        .ok(201)["options"];
    assert_eq!(options["only_new"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_a_unit_a_plan_or_items() {
    let server = Server::start().await;
    server.declare("unit").await;
    server.declare_with("planned", &json!({}), None, true).await;
    for (job, kind, ended) in [
        (json!({"task": "unit"}), "unit", false),
        (json!({"task": "planned"}), "planned", false),
        (json!({"task": "planned", "items": [{}]}), "items", false),
        (
            json!({"task": "unit", "items": [{"key": "a"}]}),
            "items",
            false,
        ),
        (json!({"task": "unit", "items": []}), "items", true),
        (json!({"task": "planned", "items": []}), "items", true),
    ] {
        let answer = server.post("/api/v1/jobs", &job).await.ok(201);
        assert_eq!(answer["kind"], kind, "{job}");
        // What can run may have been started already.
        assert_eq!(answer["state"] == "completed", ended, "{job}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn medium_is_normal() {
    let server = Server::start().await;
    server.declare("t").await;
    let job = json!({"task": "t", "priority": "medium"});
    assert_eq!(
        server.post("/api/v1/jobs", &job).await.ok(201)["priority"],
        "normal"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_takes_items_is_given_some() {
    let server = Server::start().await;
    let options = json!({"needs_items": true, "chunk_size": 5});
    server.declare_with("each", &options, None, false).await;
    server.declare_with("planned", &options, None, true).await;
    let problem = server
        .post("/api/v1/jobs", &json!({"task": "each", "params": {"a": 1}}))
        .await
        .field_problem("needs_items", "items");
    let detail = problem["detail"].as_str().expect("a text");
    assert!(
        detail.contains("paceline submit each --items FILE"),
        "{detail}"
    );
    let many = json!({"jobs": [{"task": "each", "items": [{}]}, {"task": "each"}]});
    server
        .post("/api/v1/jobs/bulk", &many)
        .await
        .field_problem("needs_items", "jobs[1].items");
    let list = server.get("/api/v1/jobs").await.ok(200);
    assert_eq!(list["total"], 0, "nothing was taken");

    for taken in [
        json!({"task": "each", "items": [{}]}),
        json!({"task": "each", "items": []}),
        json!({"task": "planned"}),
    ] {
        server.post("/api/v1/jobs", &taken).await.ok(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_tasks_are_refused_with_the_known() {
    let server = Server::start().await;
    let job = json!({"task": "x"});
    let problem = server
        .post("/api/v1/jobs", &job)
        .await
        .field_problem("unknown_task", "task");
    assert_eq!(
        problem["detail"],
        "no task `x`; no worker has declared any task; start one that does"
    );
    server.declare("b").await;
    server.declare("a").await;
    let problem = server
        .post("/api/v1/jobs", &job)
        .await
        .problem("unknown_task");
    let hint = "no task `x`; known: a, b; if its code was just written, restart the node, or run it \
                with `paceline up --reload`";
    assert_eq!(problem["detail"], hint);
    server.show_worker(WorkerState::Broken, &[]);
    let problem = server
        .post("/api/v1/jobs", &job)
        .await
        .problem("unknown_task");
    let hint = "no task `x`; known: a, b; workers of `pool` do not start, see /api/v1/status";
    assert_eq!(problem["detail"], hint);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_workers_start_an_unknown_task_may_yet_come() {
    let server = Server::start().await;
    server.show_worker(WorkerState::Starting, &[]);
    let answer = server.post("/api/v1/jobs", &json!({"task": "x"})).await;
    answer.problem("starting");
    assert_eq!(answer.header("retry-after"), "1");
    server.declare("x").await;
    server
        .post("/api/v1/jobs", &json!({"task": "x"}))
        .await
        .ok(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_declared_while_tasks_are_read_may_yet_come() {
    let server = Server::start().await;
    server.show_worker(WorkerState::Starting, &[]);
    let (reads, workers) = (AtomicU32::new(0), Arc::clone(&server.workers));
    server.faulty.when_tasks_are_read(move || {
        // The first read finds nothing, and the second just misses the declaration.
        if reads.fetch_add(1, Ordering::Relaxed) == 1 {
            workers.lock().expect("not poisoned")[0].state = WorkerState::Idle;
        }
    });
    let answer = server.post("/api/v1/jobs", &json!({"task": "x"})).await;
    answer.problem("starting");
}

#[tokio::test(flavor = "multi_thread")]
async fn params_are_checked_against_the_tasks_schema() {
    let server = Server::start().await;
    let schema = json!({"type": "object", "required": ["model"],
        "properties": {"model": {"type": "string"}, "depth": {"type": "integer"}}});
    server
        .declare_with("t", &json!({}), Some(schema), false)
        .await;
    let fits = json!({"task": "t", "params": {"model": "m", "more": 1}});
    server.post("/api/v1/jobs", &fits).await.ok(201);
    let misfit = json!({"task": "t", "params": {"depth": "deep"}});
    let answer = server.post("/api/v1/jobs", &misfit).await;
    answer.field_problem("invalid_params", "params.model");
    answer.field_problem("invalid_params", "params.depth");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_fields_are_named() {
    let server = Server::start().await;
    server.declare("t").await;
    let long = "x".repeat(300);
    for (extra, code, field) in [
        (json!({"tsk": 1}), "unknown_field", "tsk"),
        (
            json!({"items": [{"kee": 1}]}),
            "unknown_field",
            "items[0].kee",
        ),
        (json!({"items": {}}), "invalid_field", "items"),
        (
            json!({"items": [{"key": ""}]}),
            "invalid_field",
            "items[0].key",
        ),
        (json!({"params": [1]}), "invalid_field", "params"),
        (json!({"params": "x"}), "invalid_field", "params"),
        (json!({"priority": "asap"}), "invalid_field", "priority"),
        (json!({"run_at": "tomorrow"}), "invalid_field", "run_at"),
        (json!({"timeout": "long"}), "invalid_field", "timeout"),
        (json!({"timeout": 0}), "invalid_field", "timeout"),
        (json!({"item_timeout": -1}), "invalid_field", "item_timeout"),
        (json!({"max_memory": "lots"}), "invalid_field", "max_memory"),
        (json!({"workers": 0}), "invalid_field", "workers"),
        (json!({"chunk_size": 0}), "invalid_field", "chunk_size"),
        (
            json!({"chunk_size": 5_000_000_000_u64}),
            "invalid_field",
            "chunk_size",
        ),
        (
            json!({"retry": {"factor": 0.1}}),
            "invalid_field",
            "retry.factor",
        ),
        (
            json!({"retry": {"attempts": 0}}),
            "invalid_field",
            "retry.attempts",
        ),
        (json!({"retry": 3}), "invalid_field", "retry"),
        (
            json!({"max_failures": "200%"}),
            "invalid_field",
            "max_failures",
        ),
        (json!({"user": ""}), "invalid_field", "user"),
        (json!({"user": long}), "invalid_field", "user"),
        (json!({"batch": "a\nb"}), "invalid_field", "batch"),
        (json!({"labels": {"a": 1}}), "invalid_field", "labels.a"),
        (json!({"labels": ["a"]}), "invalid_field", "labels"),
        (json!({"only_new": "yes"}), "invalid_field", "only_new"),
        (
            json!({"only_new": true, "force": true}),
            "invalid_field",
            "force",
        ),
        (
            json!({"on_duplicate": "merges"}),
            "invalid_field",
            "on_duplicate",
        ),
        (json!({"cache_for": "0s"}), "invalid_field", "cache_for"),
    ] {
        let mut job = json!({"task": "t"});
        let fields = extra.as_object().expect("an object").clone();
        job.as_object_mut().expect("an object").extend(fields);
        server
            .post("/api/v1/jobs", &job)
            .await
            .field_problem(code, field);
    }
    assert_eq!(server.get("/api/v1/jobs").await.ok(200)["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_occur_twice_are_all_named() {
    let server = Server::start().await;
    server.declare("t").await;
    let items = json!([{"key": "a"}, {"key": "b"}, {}, {"key": "a"}, {}, {"key": "b"}]);
    let answer = server
        .post("/api/v1/jobs", &json!({"task": "t", "items": items}))
        .await;
    answer.field_problem("duplicate_key", "items[3].key");
    let problem = answer.field_problem("duplicate_key", "items[5].key");
    let message = problem["errors"][0]["message"].as_str().expect("text");
    assert!(
        message.contains("`a`") && message.contains("items[0]"),
        "{message}"
    );
    assert_eq!(server.get("/api/v1/jobs").await.ok(200)["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submission_can_wait_for_the_end() {
    let server = Server::start().await;
    server.declare("t").await;
    server.work("t", |_, _| succeed(&json!({"answer": 42})));
    let job = server
        .post("/api/v1/jobs?wait=20s", &json!({"task": "t"}))
        .await
        .ok(201);
    assert_eq!(job["state"], "completed");
    assert_eq!(job["result"], json!({"answer": 42}));
    server
        .post("/api/v1/jobs?wait=11m", &json!({"task": "t"}))
        .await
        .field_problem("invalid_field", "wait");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_is_over_shows_the_job_as_it_is() {
    let server = Server::start().await;
    server.declare("t").await;
    let job = server
        .post("/api/v1/jobs?wait=20ms", &json!({"task": "t"}))
        .await
        .ok(201);
    assert_eq!(job["state"], "pending");
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_jobs_say_what_they_wait_for() {
    let server = Server::start_with(Setup {
        limits: Limits::general(Some(1), None),
        ..Setup::default()
    })
    .await;
    server.declare("t").await;
    let with_items = json!({"task": "t", "items": [{}]});
    let first = server.submit(&with_items).await;
    let waiting = async |id: &str| {
        let job = server.get(&format!("/api/v1/jobs/{id}")).await.ok(200);
        job["waiting_for"].clone()
    };
    until("the first job runs", async || {
        let job = server.get(&format!("/api/v1/jobs/{first}")).await.ok(200);
        (job["state"] == "running").then_some(())
    })
    .await;
    assert_eq!(waiting(&first).await, json!(["no worker declares `t`"]));
    let second = server.submit(&with_items).await;
    assert_eq!(
        waiting(&second).await,
        json!(["limit: 1/1 jobs are running"])
    );
    server.show_worker(WorkerState::Idle, &["t"]);
    assert_eq!(waiting(&first).await, json!([]));
    server
        .act(&format!("/api/v1/jobs/{second}/pause"))
        .await
        .ok(200);
    assert_eq!(
        waiting(&second).await,
        json!(["paused by a person: resume it to go on"])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_no_limit_holds_waits_for_workers() {
    let server = Server::start_with(Setup {
        limits: Limits::general(Some(100), None),
        ..Setup::default()
    })
    .await;
    server.declare("t").await;
    server
        .faulty
        .fail("admit", || StoreError::Injected("no admission"));
    let id = server.submit(&json!({"task": "t"})).await;
    let job = server.get(&format!("/api/v1/jobs/{id}")).await.ok(200);
    assert_eq!(job["state"], "pending");
    assert_eq!(job["waiting_for"], json!(["no worker declares `t`"]));
}

/// Else who has no key to ask again with would submit it a second time.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_taken_and_cannot_be_shown_is_answered_all_the_same() {
    let server = Server::start().await;
    server.declare("t").await;
    let gone = || StoreError::Unavailable("gone".to_owned());
    server.faulty.fail("job", gone);
    let mut ids = BTreeSet::new();
    for path in ["/api/v1/jobs", "/api/v1/jobs?wait=1s"] {
        let answer = server.post(path, &json!({"task": "t"})).await;
        let location = answer.header("location").to_owned();
        let job = answer.ok(201);
        assert_eq!(job["state"], "pending");
        let id = job["id"].as_str().expect("an id").to_owned();
        assert_eq!(location, format!("/api/v1/jobs/{id}"));
        ids.insert(id);
    }
    let id_of = |job: &Value| job["id"].as_str().expect("an id").to_owned();
    let lines = server.call(Method::POST, "/api/v1/jobs", |request| {
        let request = request.header("content-type", "application/x-ndjson");
        request.body("{\"task\":\"t\"}\n{\"payload\":1}\n")
    });
    ids.insert(id_of(&lines.await.ok(201)));
    let schedule = json!({"name": "nightly", "cron": "0 6 * * *", "template": {"task": "t"}});
    server.post("/api/v1/schedules", &schedule).await.ok(201);
    let run = server.act("/api/v1/schedules/nightly/run").await;
    ids.insert(id_of(&run.ok(201)));
    server.faulty.heal();
    let jobs = server.get("/api/v1/jobs").await.ok(200);
    let jobs = jobs["items"].as_array().expect("jobs").iter();
    let there: BTreeSet<_> = jobs.map(id_of).collect();
    assert_eq!((there.len(), &there), (4, &ids));
}
