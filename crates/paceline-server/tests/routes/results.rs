//! Results as NDJSON, JSON and CSV.

use std::time::Duration;

use paceline_core::retention::Retention;
use serde_json::{Value, json};

use crate::harness::{Server, fail, succeed, until};

async fn ended_job(server: &Server, count: usize) -> String {
    server.declare("t").await;
    let items: Vec<_> = (0..count)
        .map(|n| json!({"key": format!("k{n}")}))
        .collect();
    let id = server
        .submit(&json!({"task": "t", "items": items, "chunk_size": 1000, "retry": {"attempts": 1}}))
        .await;
    server.work("t", |_, item| match item.expect("an item").seq.0 {
        1 => fail("no, \"really\"\nno"),
        2 => succeed(&json!({"b": [1], "late": "a,b"})),
        3 => succeed(&json!("plain")),
        n => succeed(&json!({"n": n, "b": null})),
    });
    server.until(&id, "completed").await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn ndjson_is_one_line_an_item() {
    let server = Server::start().await;
    let id = ended_job(&server, 2500).await;
    let answer = server.get(&format!("/api/v1/jobs/{id}/results")).await;
    assert_eq!(
        answer.header("content-type"),
        "application/x-ndjson; charset=utf-8"
    );
    assert!(answer.header("content-disposition").contains(".ndjson\""));
    let lines: Vec<Value> = answer
        .text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), 2500);
    assert!(
        lines
            .iter()
            .enumerate()
            .all(|(n, line)| line["key"] == format!("k{n}"))
    );
    assert_eq!(
        (&lines[1]["state"], &lines[1]["error"]["message"]),
        (&json!("failed"), &json!("no, \"really\"\nno"))
    );
    assert_eq!(
        (&lines[2]["state"], &lines[2]["result"]["b"]),
        (&json!("succeeded"), &json!([1]))
    );
    let failed = server
        .get(&format!("/api/v1/jobs/{id}/results?state=failed"))
        .await;
    assert_eq!(failed.text.lines().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_one_array() {
    let server = Server::start().await;
    let id = ended_job(&server, 2500).await;
    let answer = server
        .get(&format!("/api/v1/jobs/{id}/results?format=json"))
        .await;
    assert_eq!(answer.ok(200).as_array().expect("an array").len(), 2500);
    let none = server
        .get(&format!(
            "/api/v1/jobs/{id}/results?format=json&state=skipped"
        ))
        .await;
    assert_eq!(none.ok(200), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn csv_spreads_results_over_columns() {
    let server = Server::start().await;
    let id = ended_job(&server, 5).await;
    let answer = server
        .get(&format!("/api/v1/jobs/{id}/results?format=csv"))
        .await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let mut reader = csv::Reader::from_reader(answer.text.as_bytes());
    let head: Vec<_> = reader
        .headers()
        .expect("a head")
        .iter()
        .map(str::to_owned)
        .collect();
    assert_eq!(
        head,
        [
            "key",
            "state",
            "attempts",
            "duration_ms",
            "result",
            "result.b",
            "result.late",
            "result.n",
            "error"
        ]
    );
    let rows: Vec<Vec<String>> = reader
        .records()
        .map(|row| row.expect("a row").iter().map(str::to_owned).collect())
        .collect();
    let cells = |row: usize| rows[row].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(cells(0), ["k0", "succeeded", "1", "2", "", "", "", "0", ""]);
    assert_eq!(
        cells(1),
        [
            "k1",
            "failed",
            "1",
            "2",
            "",
            "",
            "",
            "",
            "handler: no, \"really\"\nno"
        ]
    );
    assert_eq!(
        cells(2),
        ["k2", "succeeded", "1", "2", "", "[1]", "a,b", "", ""]
    );
    assert_eq!(
        cells(3),
        ["k3", "succeeded", "1", "2", "plain", "", "", "", ""]
    );
    assert_eq!(rows.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_call_has_one_result() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server.submit(&json!({"task": "t"})).await;
    assert_eq!(
        server.get(&format!("/api/v1/jobs/{id}/results")).await.text,
        ""
    );
    server.work("t", |_, _| succeed(&json!({"x": 1})));
    server.until(&id, "completed").await;
    let line: Value = server
        .get(&format!("/api/v1/jobs/{id}/results"))
        .await
        .ok(200);
    assert_eq!(
        (&line["key"], &line["result"]),
        (&Value::Null, &json!({"x": 1}))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_running_job_what_is_there_so_far() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server
        .submit(&json!({"task": "t", "items": [{}, {}, {}], "chunk_size": 1}))
        .await;
    let lease = server.take("t").await;
    server.finish(&lease, succeed(&json!(1))).await;
    until("one result", async || {
        let text = server.get(&format!("/api/v1/jobs/{id}/results")).await.text;
        (text.lines().count() == 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn results_that_are_past_their_time_are_answered_as_gone() {
    let server = Server::start().await;
    let id = ended_job(&server, 3).await;
    let retention = Retention {
        results: Some(Duration::ZERO),
        ..Retention::default()
    };
    let store = server.engine.handle().store();
    let now = server.engine.handle().now();
    let pruned = store.prune(retention, now).await.expect("pruned");
    assert_eq!(pruned.results, 2);
    let path = format!("/api/v1/jobs/{id}");
    let job = server.get(&path).await.ok(200);
    assert_eq!(
        (&job["state"], &job["results_expired"]),
        (&json!("completed"), &json!(true))
    );
    let gone = server.get(&format!("{path}/results")).await;
    gone.problem("results_expired");
    assert_eq!(gone.status, 410);
    let failed = server.get(&format!("{path}/results?state=failed")).await;
    assert_eq!((failed.status, failed.text.lines().count()), (200, 1));
    let status = server.get("/api/v1/status").await.ok(200);
    let last = &status["last_clean_up"];
    assert_eq!((&last["results"], &last["jobs"]), (&json!(2), &json!(0)));
    assert!(last["seconds"].as_f64().expect("a number") > 0.0, "{last}");
}
