//! Templates: keeping, changing and launching them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Server};

async fn server() -> Server {
    let server = Server::start().await;
    let schema = json!({"type": "object", "required": ["year"]});
    server
        .declare_with("report", &json!({"chunk_size": 7}), Some(schema), false)
        .await;
    server
}

fn template() -> Value {
    json!({
        "name": "monthly report",
        "job": {"task": "report", "params": {"month": 1}, "labels": {"team": "a"}, "priority": "low"},
    })
}

async fn launch(server: &Server, body: &Value) -> Answer {
    server
        .post("/api/v1/templates/monthly%20report/launch", body)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_kept_and_launched_with_what_is_given_over_it() {
    let server = server().await;
    let made = server.post("/api/v1/templates", &template()).await.ok(201);
    assert_eq!(
        (&made["name"], &made["job"]),
        (&template()["name"], &template()["job"])
    );
    let id = made["id"].as_str().expect("an id");
    assert_eq!(
        server.get(&format!("/api/v1/templates/{id}")).await.ok(200),
        made
    );
    let all = server.get("/api/v1/templates").await.ok(200);
    assert_eq!(all["items"], json!([made]));

    let path = format!("/api/v1/templates/{id}/launch");
    let refused = server.act(&path).await;
    refused.field_problem("invalid_params", "params.year");
    let given = json!({"params": {"year": 2026}, "labels": {"of": "x"}, "user": "ana"});
    let answer = launch(&server, &given).await;
    let job = answer.ok(201);
    assert_eq!(job["params"], json!({"month": 1, "year": 2026}));
    assert_eq!(job["labels"], json!({"team": "a", "of": "x"}));
    assert_eq!(
        (&job["priority"], &job["user"]),
        (&json!("low"), &json!("ana"))
    );
    assert_eq!(job["options"]["chunk_size"], 7, "defaults of the task");
    let id = job["id"].as_str().expect("an id");
    assert_eq!(answer.header("location"), format!("/api/v1/jobs/{id}"));
    launch(&server, &json!({"prio": 1}))
        .await
        .field_problem("unknown_field", "prio");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_changed_and_deleted() {
    let server = server().await;
    server.post("/api/v1/templates", &template()).await.ok(201);
    server
        .post("/api/v1/templates", &template())
        .await
        .problem("name_taken");
    let put = async |body: &Value| {
        let path = "/api/v1/templates/monthly%20report";
        server
            .call(Method::PUT, path, |request| request.json(body))
            .await
    };
    let mut changed = template();
    changed["job"] = json!({"task": "report", "params": {"year": 1}});
    changed["version"] = json!(1);
    let after = put(&changed).await.ok(200);
    assert_eq!(
        (&after["job"], &after["version"]),
        (&changed["job"], &json!(2))
    );
    put(&changed).await.problem("outdated");
    launch(&server, &json!({})).await.ok(201);
    for (job, field) in [
        (json!({"task": "report", "prio": 1}), "job.prio"),
        (
            json!({"task": "report", "run_at": "2030-01-01T00:00:00Z"}),
            "job.run_at",
        ),
        (json!({"task": ""}), "job.task"),
        (json!({}), "job.task"),
    ] {
        let wrong = json!({"name": "x", "job": job});
        let problem = server.post("/api/v1/templates", &wrong).await;
        let problem: Value = serde_json::from_str(&problem.text).expect("a problem");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    let gone = server
        .call(
            Method::DELETE,
            "/api/v1/templates/monthly%20report",
            |request| request,
        )
        .await;
    assert_eq!(gone.status, 204);
    launch(&server, &json!({}))
        .await
        .problem("no_such_template");
}
