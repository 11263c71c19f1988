//! What a node has for its workers, and the gates that keep it from taking more work.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use paceline_core::resources::{Gates, Measured, Resources};
use paceline_core::worker::WorkerState;
use paceline_engine::Machine;
use serde_json::{Value, json};

use crate::harness::{Server, Setup, succeed, until};

fn setup(machine: Machine) -> Setup {
    Setup {
        machine,
        ..Setup::default()
    }
}

async fn waits_for(server: &Server, id: &str) -> Value {
    let job = server.get(&format!("/api/v1/jobs/{id}")).await.ok(200);
    job["waiting_for"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_leased_than_the_node_has_room_for() {
    let machine = Machine {
        has: Resources {
            named: [("gpu".to_owned(), 1)].into(),
            ..Resources::unbounded()
        },
        ..Machine::default()
    };
    let server = Server::start_with(setup(machine)).await;
    let one = json!({"resources": {"gpu": 1}});
    server.declare_with("train", &one, None, false).await;
    server.declare("report").await;
    server.show_worker(WorkerState::Idle, &["train", "report"]);
    let first = server.submit(&json!({"task": "train"})).await;
    let lease = server.take("train").await;
    let second = server.submit(&json!({"task": "train"})).await;
    let why = waits_for(&server, &second).await;
    assert_eq!(why, "resource: needs 1 of gpu, 0 are free on this node");
    let status = server.get("/api/v1/status").await.ok(200);
    let expected = json!({"gate": null, "resources": {"gpu": {"has": 1.0, "used": 1.0}}});
    assert_eq!(status["node"], expected);
    // A worker that may do both is given the other.
    let report = server.submit(&json!({"task": "report"})).await;
    let both = server.work_on(&["train", "report"]);
    server.until(&report, "completed").await;
    assert_eq!(server.until(&second, "pending").await["attempt"], 1);
    server.finish(&lease, succeed(&json!(1))).await;
    server.until(&first, "completed").await;
    server.until(&second, "completed").await;
    both.abort();

    let two = json!({"resources": {"gpu": 2}});
    server.declare_with("huge", &two, None, false).await;
    server.show_worker(WorkerState::Idle, &["huge"]);
    let never = server.submit(&json!({"task": "huge"})).await;
    let why = waits_for(&server, &never).await;
    assert_eq!(why, "resource: needs 2 of gpu, this node has 1");
    let status = server.get("/api/v1/status").await.ok(200);
    assert_eq!(status["alerts"][0]["code"], "needs_too_much");
}

static BUSY: AtomicBool = AtomicBool::new(true);

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_that_is_shut_lets_no_work_through() {
    let machine = Machine {
        gates: Gates {
            max_load: Some(1.5),
            min_free_memory: None,
        },
        measure: || {
            Some(Measured {
                load: if BUSY.load(Ordering::SeqCst) {
                    9.1
                } else {
                    0.1
                },
                cpus: 2,
                free_memory: 1 << 30,
            })
        },
        ..Machine::default()
    };
    let server = Server::start_with(setup(machine)).await;
    server.declare("t").await;
    server.show_worker(WorkerState::Idle, &["t"]);
    let worker = server.work("t", |_, _| succeed(&json!(1)));
    let job = server.submit(&json!({"task": "t"})).await;
    let shut = "gate: the load is 9.1, at most 3.0";
    assert_eq!(waits_for(&server, &job).await, shut);
    let status = server.get("/api/v1/status").await.ok(200);
    assert_eq!(status["node"]["gate"], shut);
    assert_eq!(status["alerts"][0]["code"], "gate_shut");
    BUSY.store(false, Ordering::SeqCst);
    server.until(&job, "completed").await;
    until("the gate to be open", async || {
        let status = server.get("/api/v1/status").await.ok(200);
        status["node"]["gate"].is_null().then_some(())
    })
    .await;
    worker.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_clean_up_delays_nothing() {
    let server = Server::start_with(Setup {
        first_prune: Duration::from_millis(200),
        ..Setup::default()
    })
    .await;
    server.faulty.prune_without_end().await;
    server.declare("t").await;
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_millis(50);
    let job = json!({"task": "t", "run_at": soon.to_string()});
    let id = server.submit(&job).await;
    server.until(&id, "pending").await;
}
