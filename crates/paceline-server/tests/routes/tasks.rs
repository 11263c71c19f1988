//! Tasks as workers declared them.

use paceline_core::worker::WorkerState;
use serde_json::{Value, json};

use crate::harness::Server;

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
