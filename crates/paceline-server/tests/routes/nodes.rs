//! All nodes and their workers over the API, draining one, and how they were over time.

use std::sync::Arc;
use std::time::Duration;

use paceline_core::alert::Thresholds;
use paceline_core::node::{Gauges, NodeFacts};
use paceline_core::worker::WorkerState;
use paceline_engine::Watching;
use serde_json::{Value, json};

use crate::harness::{Server, succeed, until};

/// A machine that is half busy.
#[derive(Debug)]
struct Half;

impl Gauges for Half {
    fn look(&self) -> NodeFacts {
        NodeFacts {
            cpu: Some(0.5),
            cores: Some(2),
            memory_total: Some(1000),
            memory_available: Some(750),
            ..NodeFacts::default()
        }
    }
}

async fn watched() -> Server {
    let mut server = Server::start().await;
    server.engine.watch(Watching {
        gauges: Arc::new(Half),
        thresholds: Thresholds::default(),
        every: Duration::from_millis(50),
    });
    server
}

async fn node(server: &Server) -> Value {
    let nodes = server.get("/api/v1/nodes").await.ok(200);
    assert_eq!(nodes["items"].as_array().map(Vec::len), Some(1), "{nodes}");
    nodes["items"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_and_its_workers_are_shown_as_they_are_now() {
    let server = watched().await;
    server.show_worker(WorkerState::Idle, &["t"]);
    server.show_worker(WorkerState::Busy, &["t"]);
    let shown = until("the node says how it is", async || {
        let node = node(&server).await;
        (node["cpu"] == json!(0.5)).then_some(node)
    })
    .await;
    assert_eq!(
        (&shown["name"], &shown["state"]),
        (&json!("test"), &json!("up"))
    );
    assert_eq!(
        (&shown["answers"], &shown["gate"]),
        (&json!(true), &Value::Null)
    );
    let free = &shown["memory_available_bytes"];
    assert_eq!((free, &shown["cores"]), (&json!(750), &json!(2)));
    let workers = &shown["workers"];
    assert_eq!((&workers["idle"], &workers["busy"]), (&json!(1), &json!(1)));
    assert_eq!(
        (&workers["broken"], &shown["items_done"]),
        (&json!(0), &json!(34))
    );

    let workers = server.get("/api/v1/workers").await.ok(200);
    let items = workers["items"].as_array().expect("workers");
    assert_eq!(items.len(), 2);
    let one = (&items[1]["node"], &items[1]["name"], &items[1]["state"]);
    assert_eq!(one, (&shown["id"], &json!("pool/1"), &json!("busy")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drained_node_takes_no_work_until_it_is_resumed() {
    let server = watched().await;
    server.declare("t").await;
    server.show_worker(WorkerState::Busy, &["t"]);
    let drained = server.act("/api/v1/nodes/test/drain").await.ok(200);
    assert_eq!(drained["state"], "draining", "its worker is busy yet");
    assert_eq!(drained["gate"], Value::Null, "no gate of its machine");
    server.workers.lock().expect("not poisoned").clear();
    assert_eq!(node(&server).await["state"], "drained");
    server.show_worker(WorkerState::Idle, &["t"]);

    let worker = server.work("t", |_, _| succeed(&json!(1)));
    let job = server.submit(&json!({"task": "t"})).await;
    let waits = server.get(&format!("/api/v1/jobs/{job}")).await.ok(200);
    assert_eq!(waits["state"], "pending");
    assert_eq!(waits["waiting_for"], json!(["this node is drained"]));
    // By its number as well.
    let path = format!("/api/v1/nodes/{}/resume", drained["id"]);
    assert_eq!(server.act(&path).await.ok(200)["state"], "up");
    server.until(&job, "completed").await;
    worker.abort();
    let wrong = server.act("/api/v1/nodes/nowhere/drain").await;
    let problem = wrong.problem("no_such_node");
    let known = format!("known: {} (test)", drained["id"]);
    assert!(problem["detail"].to_string().contains(&known), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_are_drawn_over_time() {
    let server = watched().await;
    server.declare("t").await;
    server.submit(&json!({"task": "t"})).await;
    let point = until("the job is seen to wait", async || {
        let path = "/api/v1/system/samples?window=10m";
        let samples = server.get(path).await.ok(200);
        assert_eq!(samples["window_seconds"], 600);
        assert_eq!(samples["step_seconds"], 20);
        let last = samples["points"]
            .as_array()
            .and_then(|points| points.last());
        let waits = |point: &&Value| point["pending"].as_f64() > Some(0.0);
        last.filter(waits).cloned()
    })
    .await;
    assert_eq!((&point["cpu"], &point["nodes"]), (&json!(0.5), &json!(1)));
    let memory = (&point["memory_used_bytes"], &point["memory_total_bytes"]);
    assert_eq!(memory, (&json!(250.0), &json!(1000.0)));
    let other = server.get("/api/v1/system/samples?node=-1").await.ok(200);
    assert_eq!(other["points"], json!([]));
    for window in ["1s", "25h"] {
        let path = format!("/api/v1/system/samples?window={window}");
        let answer = server.get(&path).await;
        answer.field_problem("invalid_field", "window");
    }
}
