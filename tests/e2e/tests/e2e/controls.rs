//! Which action is legal in which state: every pair of them is tried.

use std::time::Duration;

use paceline_e2e::api::state;
use paceline_e2e::{Api, Node, Project, project};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::work::{LONG, items, naps};

const ACTIONS: [&str; 6] = ["pause", "resume", "cancel", "retry", "restart", "delete"];

const STATES: [&str; 9] = [
    "scheduled",
    "pending",
    "running",
    "paused",
    "paused before its time",
    "completed",
    "completed with failures",
    "failed",
    "cancelled",
];

/// What is legal: the states that an action may lead to. All else is refused.
const LEGAL: &[(&str, &str, &[&str])] = &[
    ("scheduled", "pause", &["paused"]),
    ("scheduled", "cancel", &["cancelled"]),
    ("pending", "pause", &["paused"]),
    ("pending", "cancel", &["cancelled"]),
    ("running", "pause", &["paused"]),
    ("running", "cancel", &["cancelled"]),
    ("paused", "resume", &["pending", "running"]),
    ("paused", "cancel", &["cancelled"]),
    ("paused before its time", "resume", &["scheduled"]),
    ("paused before its time", "cancel", &["cancelled"]),
    ("completed", "restart", &["pending", "running"]),
    ("completed", "delete", &[]),
    ("completed with failures", "retry", &["pending", "running"]),
    (
        "completed with failures",
        "restart",
        &["pending", "running"],
    ),
    ("completed with failures", "delete", &[]),
    ("failed", "retry", &["pending", "running"]),
    ("failed", "restart", &["pending", "running"]),
    ("failed", "delete", &[]),
    ("cancelled", "retry", &["pending", "running"]),
    ("cancelled", "restart", &["pending", "running"]),
    ("cancelled", "delete", &[]),
];

#[tokio::test]
async fn every_action_in_every_state_is_done_or_refused_with_409() {
    let project = Project::with(project::Options {
        jobs: 3,
        jobs_per_user: 1,
        ..project::Options::default()
    });
    let node = Node::start(&project).await;
    let api = node.api();
    for from in STATES {
        for action in ACTIONS {
            let legal = LEGAL
                .iter()
                .find(|(state, verb, _)| (*state, *verb) == (from, action));
            let id = in_state(api, from).await;
            check_action(api, &id, from, action, legal.map(|(_, _, to)| *to)).await;
            clear(api).await;
        }
    }
    node.stop(Duration::from_secs(15)).await;
}

async fn check_action(api: &Api, id: &str, from: &str, action: &str, targets: Option<&[&str]>) {
    let answer = match action {
        "delete" => api.call(Method::DELETE, &format!("/jobs/{id}")).await,
        _ => api.act(id, action).await,
    };
    let Some(targets) = targets else {
        assert_eq!(
            answer.status,
            StatusCode::CONFLICT,
            "{action} when {from}: {answer:?}"
        );
        assert_eq!(answer.body["code"], "wrong_state", "{answer:?}");
        assert_eq!(
            state(&api.job(id).await),
            from.split(' ').next().expect("a word")
        );
        return;
    };
    assert!(
        answer.status.is_success(),
        "{action} when {from}: {answer:?}"
    );
    if action == "delete" {
        assert_eq!(
            api.get(&format!("/jobs/{id}")).await.status,
            StatusCode::NOT_FOUND
        );
    } else {
        let found = state(&answer.body);
        assert!(
            targets.contains(&found),
            "{action} when {from} led to {found}"
        );
    }
}

/// A job that is in this state and stays there for long enough.
async fn in_state(api: &Api, wanted: &str) -> String {
    let long = json!({"task": "nap", "items": naps("c", 200, 0.2)});
    let fine = json!({"task": "echo", "items": items("e", 2, &json!({}))});
    match wanted {
        "scheduled" => {
            let id = api
                .submit(&with(&long, "run_at", "2999-01-01T00:00:00Z"))
                .await;
            reached(api, &id, wanted).await
        }
        "pending" => {
            let first = api.submit(&with(&long, "user", "ana")).await;
            reached(api, &first, "running").await;
            let id = api.submit(&with(&long, "user", "ana")).await;
            reached(api, &id, wanted).await
        }
        "running" => {
            let id = api.submit(&long).await;
            reached(api, &id, wanted).await
        }
        "paused" => {
            let id = api.submit(&long).await;
            reached(api, &id, "running").await;
            api.act(&id, "pause").await.ok();
            reached(api, &id, wanted).await
        }
        "paused before its time" => {
            let id = api
                .submit(&with(&long, "run_at", "2999-01-01T00:00:00Z"))
                .await;
            api.act(&id, "pause").await.ok();
            reached(api, &id, "paused").await
        }
        "completed" => reached(api, &api.submit(&fine).await, wanted).await,
        "completed with failures" => {
            let mut mixed = items("m", 2, &json!({}));
            mixed[0]["payload"]["deed"] = "raise".into();
            let id = api
                .submit(&json!({"task": "misbehave", "items": mixed}))
                .await;
            reached(api, &id, "completed").await
        }
        "failed" => {
            let id = api
                .submit(&json!({"task": "unit", "params": {"fail": true}}))
                .await;
            reached(api, &id, wanted).await
        }
        "cancelled" => {
            let id = api.submit(&long).await;
            api.act(&id, "cancel").await.ok();
            reached(api, &id, wanted).await
        }
        other => panic!("no recipe for {other}"),
    }
}

fn with(job: &Value, field: &str, value: &str) -> Value {
    let mut job = job.clone();
    job[field] = value.into();
    job
}

async fn reached(api: &Api, id: &str, wanted: &str) -> String {
    api.job_until(id, wanted, LONG, |job| state(job) == wanted)
        .await;
    id.to_owned()
}

/// Ends all that is unfinished, so that the next case starts on free workers.
pub(crate) async fn clear(api: &Api) {
    api.post("/jobs/reset", &json!({"confirm": true}))
        .await
        .ok();
}
