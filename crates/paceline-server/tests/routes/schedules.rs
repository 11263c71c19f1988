//! Schedules: making, changing and running them.

use std::time::Duration;

use paceline_core::Json;
use paceline_core::item::Outcome;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Server, until};

async fn server() -> Server {
    let server = Server::start().await;
    server.declare("report").await;
    server
}

fn nightly() -> Value {
    json!({
        "name": "nightly", "cron": "0 6 * * *", "timezone": "Europe/Paris", "missed": "all",
        "overlap": false,
        "template": {"task": "report", "params": {"n": 1.10}, "priority": "high"},
    })
}

async fn make(server: &Server, schedule: &Value) -> Value {
    server.post("/api/v1/schedules", schedule).await.ok(201)
}

async fn put(server: &Server, path: &str, body: &Value) -> Answer {
    server
        .call(Method::PUT, path, |request| request.json(body))
        .await
}

/// The jobs that have the label of a schedule.
async fn jobs_of(server: &Server, schedule: &str) -> Vec<Value> {
    let path = format!("/api/v1/jobs?label=schedule:{schedule}");
    let page = server.get(&path).await.ok(200);
    page["items"].as_array().expect("jobs").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_shown_as_it_was_made_with_its_next_five_runs() {
    let server = server().await;
    let made = make(&server, &nightly()).await;
    for (field, value) in nightly().as_object().expect("fields") {
        assert_eq!(&made[field], value, "{field}");
    }
    assert_eq!(
        (&made["state"], &made["version"]),
        (&json!("active"), &json!(1))
    );
    for field in ["every", "at", "last_run", "last_job", "last_error"] {
        assert_eq!(made[field], Value::Null, "{field}");
    }
    let local = made["next_runs_local"].as_array().expect("runs");
    assert_eq!(local.len(), 5);
    for run in local {
        let run = run.as_str().expect("a time");
        assert!(run.contains("T06:00:00+0"), "{run}");
    }
    assert_eq!(made["next_runs"].as_array().map(Vec::len), Some(5));
    let id = made["id"].as_str().expect("an id");
    for named in [id, "nightly"] {
        let shown = server
            .get(&format!("/api/v1/schedules/{named}"))
            .await
            .ok(200);
        assert_eq!(shown, made);
    }
    let all = server.get("/api/v1/schedules").await.ok(200);
    assert_eq!(all["items"], json!([made]));
    assert_eq!(jobs_of(&server, "nightly").await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused_at_its_field() {
    let server = server().await;
    let wrong = async |change: Value, code: &str, field: &str| {
        let mut schedule = nightly();
        for (name, value) in change.as_object().expect("fields") {
            schedule[name] = value.clone();
        }
        let fields = schedule.as_object_mut().expect("fields");
        fields.retain(|_, value| !value.is_null());
        let answer = server.post("/api/v1/schedules", &schedule).await;
        answer.field_problem(code, field)
    };
    let problem = wrong(json!({"cron": "61 6 * * *"}), "invalid_field", "cron").await;
    assert!(
        problem["detail"]
            .as_str()
            .expect("text")
            .contains("`61` is no minute")
    );
    wrong(
        json!({"timezone": "Europe/Pari"}),
        "invalid_field",
        "timezone",
    )
    .await;
    wrong(json!({"every": "15m"}), "invalid_field", "cron").await;
    wrong(
        json!({"cron": null, "every": "15m"}),
        "invalid_field",
        "timezone",
    )
    .await;
    let none = json!({"cron": null, "timezone": null});
    wrong(none, "invalid_field", "cron").await;
    let often = json!({"cron": null, "timezone": null, "every": "100ms"});
    wrong(often, "invalid_field", "every").await;
    let past = json!({"cron": null, "timezone": null, "at": "2020-01-01T00:00:00Z"});
    wrong(past, "invalid_field", "at").await;
    wrong(json!({"name": ""}), "invalid_field", "name").await;
    let id = json!({"name": "019d0f3a-7a34-7c30-9b3c-2f6f5f0f8a11"});
    wrong(id, "invalid_field", "name").await;
    wrong(json!({"missed": "some"}), "invalid_field", "missed").await;
    wrong(json!({"croon": "x"}), "unknown_field", "croon").await;
    wrong(json!({"template": 7}), "invalid_field", "template").await;
    wrong(json!({"template": "nobody"}), "invalid_field", "template").await;
    let task = json!({"template": {"task": "reprt"}});
    let problem = wrong(task, "unknown_task", "template.task").await;
    let detail = problem["detail"].as_str().expect("text");
    assert!(detail.starts_with("template: no task `reprt`"), "{detail}");
    let when = json!({"template": {"task": "report", "run_at": "2030-01-01T00:00:00Z"}});
    wrong(when, "invalid_field", "template.run_at").await;
    let field = json!({"template": {"task": "report", "prio": 1}});
    wrong(field, "unknown_field", "template.prio").await;
    let all = server.get("/api/v1/schedules").await.ok(200);
    assert_eq!(all["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_runs_and_its_jobs_know_it() {
    let server = server().await;
    server.work("report", |_, _| Outcome::Succeeded(Json::null()));
    let often =
        json!({"name": "often", "every": "1s", "missed": "all", "template": {"task": "report"}});
    make(&server, &often).await;
    let jobs = until("two runs", async || {
        let jobs = jobs_of(&server, "often").await;
        (jobs.len() >= 2).then_some(jobs)
    })
    .await;
    let schedule = server.get("/api/v1/schedules/often").await.ok(200);
    assert!(schedule["last_run"].is_string(), "{schedule}");
    let known = jobs.iter().any(|job| job["id"] == schedule["last_job"]);
    assert!(known || jobs_of(&server, "often").await.len() > jobs.len());
    let id = jobs[0]["id"].as_str().expect("an id");
    server.until(id, "completed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_runs_once_at_its_time_and_ends() {
    let server = server().await;
    let at = server.engine.handle().now() + Duration::from_millis(400);
    let at = paceline_protocol::units::WireTime(at).to_string();
    let once = json!({"name": "once", "at": at, "template": {"task": "report"}});
    make(&server, &once).await;
    let ended = until("its end", async || {
        let schedule = server.get("/api/v1/schedules/once").await.ok(200);
        (schedule["state"] == "ended").then_some(schedule)
    })
    .await;
    assert_eq!(
        (&ended["last_run"], &ended["next_runs"]),
        (&json!(at), &json!([]))
    );
    assert_eq!(jobs_of(&server, "once").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn pause_resume_run_and_delete() {
    let server = server().await;
    make(&server, &nightly()).await;
    let act = async |verb: &str| {
        let path = format!("/api/v1/schedules/nightly/{verb}");
        server.act(&path).await
    };
    for _ in 0..2 {
        let paused = act("pause").await.ok(200);
        assert_eq!(
            (&paused["state"], &paused["next_runs"]),
            (&json!("paused"), &json!([]))
        );
    }
    let ran = act("run").await;
    let job = ran.ok(201);
    let id = job["id"].as_str().expect("an id");
    assert_eq!(ran.header("location"), format!("/api/v1/jobs/{id}"));
    assert_eq!(
        (&job["params"]["n"], &job["priority"]),
        (&json!(1.1), &json!("high"))
    );
    assert_eq!(job["labels"], json!({"schedule": "nightly"}));
    let again = act("run").await.ok(201);
    assert_ne!(again["id"], job["id"], "by hand it may overlap");
    let shown = server.get("/api/v1/schedules/nightly").await.ok(200);
    assert_eq!(
        (&shown["last_job"], &shown["state"]),
        (&again["id"], &json!("paused"))
    );
    for _ in 0..2 {
        let resumed = act("resume").await.ok(200);
        assert_eq!(resumed["state"], "active");
        assert_eq!(resumed["next_runs"].as_array().map(Vec::len), Some(5));
    }
    let gone = server
        .call(Method::DELETE, "/api/v1/schedules/nightly", |request| {
            request
        })
        .await;
    assert_eq!(gone.status, 204);
    assert_eq!(jobs_of(&server, "nightly").await.len(), 2, "its jobs stay");
    for path in ["", "/pause", "/resume", "/run"] {
        let path = format!("/api/v1/schedules/nightly{path}");
        let answer = if path.ends_with("nightly") {
            server.get(&path).await
        } else {
            server.act(&path).await
        };
        answer.problem("no_such_schedule");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_replaced_as_long_as_it_is_what_was_read() {
    let server = server().await;
    let made = make(&server, &nightly()).await;
    server
        .post("/api/v1/schedules", &nightly())
        .await
        .problem("name_taken");
    let mut changed = nightly();
    changed["cron"] = json!("30 7 * * MON");
    changed["name"] = json!("mondays");
    changed["version"] = json!(1);
    let path = "/api/v1/schedules/nightly";
    let after = put(&server, path, &changed).await.ok(200);
    assert_eq!((&after["id"], &after["version"]), (&made["id"], &json!(2)));
    assert_eq!(
        (&after["cron"], &after["name"]),
        (&changed["cron"], &changed["name"])
    );
    let run = after["next_runs_local"][0].as_str().expect("a run");
    assert!(run.contains("T07:30:00"), "{run}");
    put(&server, path, &changed)
        .await
        .problem("no_such_schedule");
    let path = "/api/v1/schedules/mondays";
    put(&server, path, &changed).await.problem("outdated");
    changed.as_object_mut().expect("fields").remove("version");
    put(&server, path, &changed).await.ok(200);
    make(&server, &nightly()).await;
    changed["name"] = json!("nightly");
    put(&server, path, &changed).await.problem("name_taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn making_one_under_a_key_makes_one() {
    let server = server().await;
    let keyed = async |body: &Value| {
        let with =
            |request: reqwest::RequestBuilder| request.header("idempotency-key", "k1").json(body);
        server.call(Method::POST, "/api/v1/schedules", with).await
    };
    let first = keyed(&nightly()).await.ok(201);
    assert_eq!(keyed(&nightly()).await.ok(201), first);
    let mut other = nightly();
    other["name"] = json!("other");
    keyed(&other).await.problem("idempotency_key_reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_gives_no_job_says_why() {
    let server = server().await;
    let template = json!({"name": "t", "job": {"task": "report"}});
    server.post("/api/v1/templates", &template).await.ok(201);
    let often = json!({"name": "often", "every": "1s", "template": "t"});
    assert_eq!(make(&server, &often).await["template"], "t");
    let gone = server
        .call(Method::DELETE, "/api/v1/templates/t", |request| request)
        .await;
    assert_eq!(gone.status, 204);
    let failed = until("an error", async || {
        let schedule = server.get("/api/v1/schedules/often").await.ok(200);
        schedule["last_error"].is_string().then_some(schedule)
    })
    .await;
    let error = failed["last_error"].as_str().expect("text");
    assert!(error.contains("there is no template `t`"), "{error}");
    assert_eq!(failed["state"], "active", "the next run tries again");
    server.post("/api/v1/templates", &template).await.ok(201);
    until("a job", async || {
        (!jobs_of(&server, "often").await.is_empty()).then_some(())
    })
    .await;
    let mended = server.get("/api/v1/schedules/often").await.ok(200);
    assert_eq!(mended["last_error"], Value::Null);
}
