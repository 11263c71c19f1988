//! Tasks as workers declared them.

use std::time::Duration;

use paceline_core::item::Outcome;
use paceline_core::scope::Kind;
use paceline_core::worker::WorkerState;
use paceline_core::{ErrorKind, Failure};
use paceline_engine::Machine;
use serde_json::{Value, json};

use crate::harness::{Server, Setup, fail, succeed};

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_listed_and_shown() {
    let server = Server::start().await;
    assert_eq!(
        server.get("/api/v1/tasks").await.ok(200)["items"],
        json!([])
    );
    let schema = json!({"type": "object"});
    let options = json!({"chunk_size": 5, "identity": ["model"]});
    server
        .declare_with("b", &options, Some(schema.clone()), true)
        .await;
    server.declare("a").await;
    server.show_worker(WorkerState::Idle, &["b"]);
    server.show_worker(WorkerState::Broken, &["b"]);
    let tasks = server.get("/api/v1/tasks").await.ok(200);
    let names: Vec<_> = tasks["items"]
        .as_array()
        .expect("tasks")
        .iter()
        .filter_map(|task| task["name"].as_str())
        .collect();
    assert_eq!(names, ["a", "b"]);
    let task = server.get("/api/v1/tasks/b").await.ok(200);
    assert_eq!(task, tasks["items"][1]);
    assert_eq!(
        (
            &task["options"],
            &task["params_schema"],
            &task["has_planner"]
        ),
        (&options, &schema, &json!(true))
    );
    assert_eq!(
        (&task["declared_by"], &task["workers"]),
        (&json!("tests"), &json!(1))
    );
    assert_eq!(
        (
            &task["statistics"]["completed"],
            &task["statistics"]["success_rate"]
        ),
        (&json!(0), &Value::Null)
    );
    let problem = server.get("/api/v1/tasks/c").await.problem("no_such_task");
    assert_eq!(problem["detail"], "no task `c`; known: a, b");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_is_told_over_time() {
    let server = Server::start().await;
    let path = "/api/v1/tasks/t/history";
    server.get(path).await.problem("no_such_task");
    server.declare("t").await;
    server.work("t", |_, _| succeed(&json!(1)));
    let id = server
        .submit(&json!({"task": "t", "items": [{}, {}, {}]}))
        .await;
    server.until(&id, "completed").await;

    let history = server
        .get(&format!("{path}?window=1h&bucket=10m"))
        .await
        .ok(200);
    assert_eq!(
        (&history["task"], &history["bucket_seconds"]),
        (&json!("t"), &json!(600))
    );
    let buckets = history["buckets"].as_array().expect("buckets");
    assert_eq!(buckets.len(), 7, "all of them, the empty ones too");
    let total = |of: &str, count: &str| -> u64 {
        let counts = buckets
            .iter()
            .filter_map(|bucket| bucket[of][count].as_u64());
        counts.sum()
    };
    assert_eq!(
        (total("jobs", "completed"), total("jobs", "failed")),
        (1, 0)
    );
    assert_eq!(
        (total("items", "succeeded"), total("items", "failed")),
        (3, 0)
    );
    let ended = |bucket: &&Value| bucket["jobs"]["completed"] == 1;
    let bucket = buckets.iter().find(ended).expect("the job's bucket");
    assert_eq!(bucket["jobs"]["success_rate"], 1.0);
    assert!(bucket["jobs"]["p99_seconds"].is_number(), "{bucket}");
    assert!(bucket["items"]["p50_ms"].is_number(), "{bucket}");
    assert_eq!(buckets[0]["jobs"]["p50_seconds"], Value::Null);

    // A day by default, in buckets that suit it.
    let history = server.get(path).await.ok(200);
    assert_eq!(history["bucket_seconds"], 900);
    for wrong in ["window=72h&bucket=5m", "bucket=7m", "window=90d&bucket=1h"] {
        let answer = server.get(&format!("{path}?{wrong}")).await;
        answer.field_problem("invalid_field", "bucket");
    }
    let answer = server.get(&format!("{path}?window=long")).await;
    answer.field_problem("invalid_field", "window");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_breaker_is_shown_and_reset() {
    let mut machine = Machine::default();
    machine.has.named.insert("gpu".to_owned(), 1);
    let server = Server::start_with(Setup {
        machine,
        ..Setup::default()
    })
    .await;
    let options = json!({
        "breaker": {"rate": 0.5, "minimum": 2, "cool_down": "1h"},
        "rate": "60/1m",
        "delay": "1ms",
        "memory": "1GiB",
        "resources": {"gpu": 1},
    });
    server.declare_with("fetch", &options, None, false).await;
    let task = server.get("/api/v1/tasks/fetch").await.ok(200);
    assert_eq!(task["breaker"]["state"], "closed");
    let rate = json!({"items": 60, "period": "1m", "left": 60});
    assert_eq!((&task["rate"], &task["delay"]), (&rate, &json!("1ms")));
    let needs = json!({"cpus": 0.0, "memory": "1GiB", "resources": {"gpu": 1}});
    assert_eq!(task["needs"], needs);

    for _ in 0..2 {
        let job = json!({"task": "fetch", "retry": {"attempts": 1}});
        let id = server.submit(&job).await;
        server.finish(&server.take("fetch").await, fail("no")).await;
        server.until(&id, "failed").await;
    }
    let held = server.submit(&json!({"task": "fetch"})).await;
    let task = server.get("/api/v1/tasks/fetch").await.ok(200);
    assert_eq!(task["breaker"]["state"], "open", "{task}");
    assert!(task["breaker"]["until"].is_string(), "{task}");
    let job = server.get(&format!("/api/v1/jobs/{held}")).await.ok(200);
    let why = job["waiting_for"][0].as_str().expect("a reason");
    assert!(why.starts_with("breaker: open"), "{why}");
    let status = server.get("/api/v1/status").await.ok(200);
    assert_eq!(status["breakers"][0]["task"], "fetch");
    assert_eq!(status["alerts"][0]["code"], "breaker_open");
    let metrics = server.get("/metrics").await;
    let gauge = "paceline_breaker_state{task=\"fetch\"} 2";
    assert!(metrics.text.contains(gauge), "{}", metrics.text);

    let reset = "/api/v1/tasks/fetch/reset-breaker";
    let task = server.act(reset).await.ok(200);
    assert_eq!(task["breaker"]["state"], "closed");
    let status = server.get("/api/v1/status").await.ok(200);
    assert_eq!(status["breakers"], json!([]));
    let lease = server.take("fetch").await;
    server.finish(&lease, succeed(&json!(1))).await;
    server.until(&held, "completed").await;
    let unknown = server.act("/api/v1/tasks/nobody/reset-breaker").await;
    unknown.problem("no_such_task");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_may_hold_its_task_or_its_key() {
    let server = Server::start().await;
    server.declare("fetch").await;
    let busy = |hold, seconds| {
        let failure = Failure::new(ErrorKind::Handler, "busy");
        Outcome::Failed(Failure {
            retry_after: Some(Duration::from_secs(seconds)),
            hold: Some(hold),
            ..failure
        })
    };
    let job = json!({"task": "fetch", "key": "dealer-7"});
    let first = server.submit(&job).await;
    let lease = server.take("fetch").await;
    server.finish(&lease, busy(Kind::Key, 3600)).await;
    server.until(&first, "scheduled").await;
    let second = server.submit(&job).await;
    let why = server.get(&format!("/api/v1/jobs/{second}")).await.ok(200)["waiting_for"].clone();
    let why = why[0].as_str().expect("a reason");
    let until = why.strip_prefix("key dealer-7 is on hold until ");
    let (until, reason) = until.and_then(|rest| rest.split_once(": ")).expect(why);
    let until: jiff::Timestamp = until.parse().expect("a time");
    let left = until.duration_since(jiff::Timestamp::now()).as_secs();
    assert!((3500..=3601).contains(&left), "{why}");
    assert_eq!(reason, "busy");

    let other = server.submit(&json!({"task": "fetch"})).await;
    let lease = server.take("fetch").await;
    assert_eq!(lease.job.to_string(), other);
    server.finish(&lease, busy(Kind::Task, 3600)).await;
    let held = server.get("/api/v1/tasks/fetch").await.ok(200)["paused"].clone();
    assert_eq!(held["reason"], "busy");
    assert!(held["until"].is_string(), "{held}");
    server.act("/api/v1/tasks/fetch/resume").await.ok(200);

    // Somebody's own pause has no end, and a handler does not shorten it.
    server.submit(&json!({"task": "fetch"})).await;
    let lease = server.take("fetch").await;
    server.act("/api/v1/tasks/fetch/pause").await.ok(200);
    server.finish(&lease, busy(Kind::Task, 1)).await;
    let held = server.get("/api/v1/tasks/fetch").await.ok(200)["paused"].clone();
    assert_eq!(held["until"], Value::Null, "{held}");
}
