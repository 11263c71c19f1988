//! Status, health, readiness, metrics: also when things are bad.

use paceline_core::store::StoreError;
use paceline_core::worker::WorkerState;
use serde_json::{Value, json};

use crate::harness::{Server, succeed, until};

#[tokio::test(flavor = "multi_thread")]
async fn the_status_tells_all_in_one_call() {
    let server = Server::start().await;
    server.declare("t").await;
    server.declare("u").await;
    server.show_worker(WorkerState::Busy, &["t"]);
    server.work("t", |_, _| succeed(&json!(1)));
    let done = server.submit(&json!({"task": "t"})).await;
    server.until(&done, "completed").await;
    server.submit(&json!({"task": "u"})).await;
    let running = server.submit(&json!({"task": "u", "items": [{}]})).await;
    let _kept = server.take("u").await;
    for path in ["/api/v1/status", "/api/jobs/status"] {
        let status = until("the job runs", async || {
            let status = server.get(path).await.ok(200);
            (status["jobs"]["running"] == 1).then_some(status)
        })
        .await;
        assert_eq!(
            (&status["jobs"]["completed"], &status["jobs"]["merged"]),
            (&json!(1), &json!(0))
        );
        assert_eq!(status["jobs"].as_object().expect("states").len(), 9);
        let shown: Vec<_> = status["running"]
            .as_array()
            .expect("jobs")
            .iter()
            .filter_map(|job| job["id"].as_str())
            .collect();
        assert!(
            shown.len() == 1 && (shown[0] == running || status["jobs"]["pending"] == 1),
            "{status}"
        );
        assert_eq!(
            (
                &status["throughput"]["ended"],
                &status["throughput"]["success_rate"]
            ),
            (&json!(1), &json!(1.0))
        );
        assert_eq!(
            (
                &status["workers"][0]["state"],
                &status["workers"][0]["tasks"]
            ),
            (&json!("busy"), &json!(["t"]))
        );
        assert!(
            status["machine"]["process_memory_bytes"]
                .as_u64()
                .expect("bytes")
                > 1 << 20
        );
        assert!(status["last_event"].as_i64().expect("a number") > 3);
        assert_eq!(status["version"], "1.2.3");
        let alerts = status["alerts"].to_string();
        assert!(
            alerts.contains("no_worker") && alerts.contains("`u`"),
            "{alerts}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_workers_are_an_alert() {
    let server = Server::start().await;
    server.show_worker(WorkerState::Broken, &["t"]);
    server.workers.lock().expect("not poisoned")[0].last_error =
        Some("exit status 1: no module named `races`".to_owned());
    let status = server.get("/api/v1/status").await.ok(200);
    let alert = &status["alerts"][0];
    assert_eq!(alert["code"], "workers_broken");
    let message = alert["message"].as_str().expect("text");
    assert!(
        message.contains("`pool`") && message.contains("no module named"),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_readiness() {
    let server = Server::start().await;
    server.show_worker(WorkerState::Idle, &["t"]);
    assert_eq!(
        server.get("/health").await.ok(200),
        json!({"status": "ok", "version": "1.2.3"})
    );
    let ready = server.get("/ready").await.ok(200);
    assert_eq!(
        (&ready["status"], &ready["leader"]),
        (&json!("ready"), &json!(true))
    );
    assert_eq!(ready["workers"]["idle"], 1);
    let store = &ready["store"];
    assert_eq!(store["backend"], "sqlite");
    assert!(
        store["write_latency_ms"].as_f64().expect("ms") > 0.0,
        "{store}"
    );
    assert!(
        store["readers"]["max"].as_u64().expect("a number") > 0,
        "{store}"
    );
    for use_of in ["open", "in_use", "waiting"] {
        assert!(store["readers"][use_of].is_u64(), "{store}");
    }
    assert!(store["writers"].is_null(), "one thread writes: {store}");
    server.faulty.fail("health", || StoreError::Full);
    server.get("/ready").await.problem("store_full");
    server.get("/health").await.ok(200);
    server.faulty.heal();
    server.get("/ready").await.ok(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_away_is_no_bug() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server.submit(&json!({"task": "t"})).await;
    let job = json!({"task": "t"});
    for (verb, fault, code) in [
        (
            "submit",
            (|| StoreError::Unavailable("locked".to_owned())) as fn() -> StoreError,
            "store_unavailable",
        ),
        ("submit", || StoreError::Full, "store_full"),
        (
            "submit",
            || StoreError::Injected("test"),
            "store_unavailable",
        ),
    ] {
        server.faulty.fail(verb, fault);
        server.post("/api/v1/jobs", &job).await.problem(code);
        server
            .post("/api/v1/jobs/bulk", &json!({"jobs": [job]}))
            .await
            .problem(code);
        server.faulty.heal();
    }
    server
        .faulty
        .fail("control", || StoreError::Unavailable("locked".to_owned()));
    server
        .act(&format!("/api/v1/jobs/{id}/cancel"))
        .await
        .problem("store_unavailable");
    server.faulty.heal();
    server
        .faulty
        .fail("jobs", || StoreError::Corrupt("row 7".to_owned()));
    let problem = server.get("/api/v1/jobs").await.problem("store_damaged");
    assert!(
        problem["detail"]
            .as_str()
            .expect("text")
            .contains("paceline doctor"),
        "{problem}"
    );
    server.faulty.heal();
    assert_eq!(server.get("/api/v1/jobs").await.ok(200)["total"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_panics_costs_its_request_only() {
    let server = Server::start().await;
    server.faulty.fail("jobs", || panic!("a bug, on purpose"));
    let problem = server.get("/api/v1/jobs").await.problem("internal");
    assert!(
        !problem.to_string().contains("on purpose"),
        "particulars are for the log: {problem}"
    );
    server.get("/health").await.ok(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_what_prometheus_reads() {
    let server = Server::start().await;
    server.declare("t").await;
    server.show_worker(WorkerState::Idle, &["t"]);
    server.submit(&json!({"task": "t"})).await;
    server.get("/api/v1/jobs/019d0f3a").await;
    server.get("/nothing/at/all").await;
    let answer = server.get("/metrics").await;
    assert!(
        answer
            .header("content-type")
            .starts_with("text/plain; version=0.0.4")
    );
    let text = answer.text;
    for line in [
        "paceline_jobs{state=\"pending\"} 1",
        "paceline_jobs{state=\"failed\"} 0",
        "paceline_workers{state=\"idle\"} 1",
        "paceline_items_finished_total{pool=\"pool\"} 17",
        "paceline_http_requests_total{method=\"POST\",route=\"/api/v1/jobs\",status=\"201\"} 1",
        "paceline_http_requests_total{method=\"GET\",route=\"/api/v1/jobs/{id}\",status=\"404\"} 1",
        "paceline_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
        "paceline_http_request_duration_seconds_count{method=\"POST\",route=\"/api/v1/jobs\"} 1",
        "paceline_store_up 1",
        "# TYPE paceline_http_request_duration_seconds histogram",
        "# HELP paceline_jobs Jobs by state.",
    ] {
        assert!(
            text.lines().any(|known| known == line),
            "{line} is not in\n{text}"
        );
    }
    for name in [
        "process_resident_memory_bytes ",
        "paceline_store_write_latency_seconds ",
        "paceline_events_total ",
    ] {
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .expect(name);
        assert!(
            value.parse::<f64>().expect("a number") > 0.0,
            "{name}{value}"
        );
    }
    server.faulty.fail("health", || StoreError::Full);
    let text = server.get("/metrics").await.text;
    assert!(text.contains("paceline_store_up 0"), "{text}");
    // Nor do figures that cannot be read hide the others.
    for verb in ["counts", "last_event", "throttles"] {
        let gone = || StoreError::Unavailable("gone".to_owned());
        server.faulty.fail(verb, gone);
    }
    let text = server.get("/metrics").await.text;
    let connections = "paceline_store_connections_max{pool=\"readers\"}";
    assert!(text.contains(connections), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_compressed_when_the_caller_takes_that() {
    let server = Server::start().await;
    let plain = server.get("/api/openapi.json").await;
    assert_eq!(plain.header("content-encoding"), "");
    let packed = server
        .client
        .get(server.url("/api/openapi.json"))
        .header("accept-encoding", "gzip")
        .send()
        .await
        .expect("an answer");
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let packed = packed.bytes().await.expect("a body");
    assert!(
        packed.len() * 4 < plain.text.len(),
        "{} of {}",
        packed.len(),
        plain.text.len()
    );
    let _: Value = serde_json::from_str(&plain.text).expect("JSON");
}
