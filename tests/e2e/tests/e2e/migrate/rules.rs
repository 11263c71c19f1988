//! What people have arranged moves too: schedules, templates, dependencies, holds, limits, merged
//! jobs, preferences; and what keeps a move from being kept.

use std::collections::BTreeMap;

use paceline_e2e::api::{state, text};
use paceline_e2e::node::command_on;
use paceline_e2e::{Api, Node, Project, wait};
use paceline_test_postgres as postgres;
use reqwest::Method;
use serde_json::{Value, json};

use super::{STOP, api_only, complaint, migrate, moved, without_clock};
use crate::tables::{look_into, schema_of};
use crate::work::{LONG, items};

/// Jobs by the names that this test gives them.
type Jobs = BTreeMap<&'static str, String>;

async fn put(api: &Api, path: &str, body: &Value) {
    let request = api.http().request(Method::PUT, api.url(path)).json(body);
    api.send(request).await.ok();
}

async fn post(api: &Api, path: &str, body: &Value) -> Value {
    api.post(path, body).await.ok()
}

/// Settings, pauses, templates and schedules.
async fn arrange(api: &Api) {
    let preferences = json!({
        "in_app": ["completed", "failed"],
        "webhook": {"url": "https://example.com/hook", "events": ["failed"],
            "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
        "long_running_after": "30m",
    });
    put(api, "/preferences?user=ana", &preferences).await;
    let limits = json!({"set": {"jobs": 7, "key:dealer-7": 1, "task:primes": 2}});
    put(api, "/limits", &limits).await;
    put(api, "/queues/mail", &json!({"max_running": 2})).await;
    post(
        api,
        "/queues/mail/pause",
        &json!({"reason": "the relay is down"}),
    )
    .await;
    let until = json!({"reason": "a new model", "until": "2999-01-01T00:00:00Z"});
    post(api, "/tasks/echo/pause", &until).await;
    let unit = |key| json!({"task": "unit", "params": {"key": key}});
    post(
        api,
        "/templates",
        &json!({"name": "report", "job": unit("report")}),
    )
    .await;
    let yearly = json!({"name": "yearly", "cron": "0 6 1 1 *", "timezone": "Europe/Paris",
        "missed": "all", "template": "report"});
    post(api, "/schedules", &yearly).await;
    let beat = json!({"name": "beat", "every": "1s", "missed": "skip", "template": unit("beat")});
    post(api, "/schedules", &beat).await;
    api.call(Method::POST, "/schedules/beat/pause").await.ok();
    post(
        api,
        "/batches",
        &json!({"name": "night", "reason": "new prices"}),
    )
    .await;
}

/// Jobs that wait: for each other, for what is paused, for a key; and duplicates.
async fn hand_in(api: &Api) -> Jobs {
    let mut jobs = Jobs::new();
    let unit = |name| json!({"task": "unit", "params": {"key": name}, "batch": "night"});
    let mut parent = unit("parent");
    parent["queue"] = "mail".into();
    parent["user"] = "ana".into();
    jobs.insert("parent", api.submit(&parent).await);
    for (name, after, policy) in [
        ("child", "parent", "completed"),
        ("grandchild", "child", "finished"),
        ("mourner", "parent", "failed"),
    ] {
        let mut job = unit(name);
        job["after"] = json!([jobs[after]]);
        job["after_policy"] = policy.into();
        jobs.insert(name, api.submit(&job).await);
    }
    for (version, name) in ["kept", "second", "third"].into_iter().enumerate() {
        let params = json!({"work": "w", "seconds": 0.01, "version": version});
        let job = json!({"task": "twin", "queue": "mail", "params": params});
        jobs.insert(name, api.submit(&job).await);
    }
    let held = json!({"task": "echo", "items": items("e", 3, &json!({}))});
    jobs.insert("held", api.submit(&held).await);
    for name in ["key-1", "key-2"] {
        let params = json!({"key": name, "seconds": 0.5});
        let job = json!({"task": "unit", "queue": "mail", "key": "dealer-7", "params": params});
        jobs.insert(name, api.submit(&job).await);
    }
    jobs
}

/// All that is told of it, but for what a clock counts on.
async fn told(api: &Api, jobs: &Jobs) -> BTreeMap<String, Value> {
    let mut told = BTreeMap::new();
    let mut paths: Vec<String> = [
        "/schedules",
        "/templates",
        "/limits",
        "/queues",
        "/tasks",
        "/preferences?user=ana",
        "/batches",
        "/jobs?limit=500",
    ]
    .map(str::to_owned)
    .into();
    for id in jobs.values() {
        paths.extend([format!("/jobs/{id}"), format!("/jobs/{id}/graph")]);
    }
    for path in paths {
        let mut answer = api.get(&path).await.ok();
        without_clock(&mut answer, i64::MAX);
        told.insert(path, answer);
    }
    told
}

/// A stopped store with all of it.
async fn stopped(project: &Project) -> Jobs {
    let node = Node::start(project).await;
    let api = node.api();
    api.submit(&json!({"task": "echo", "items": []})).await;
    arrange(api).await;
    let jobs = hand_in(api).await;
    for (name, wanted) in [
        ("parent", "pending"),
        ("child", "blocked"),
        ("kept", "pending"),
        ("second", "merged"),
        ("third", "merged"),
        ("held", "pending"),
    ] {
        let job = api.job(&jobs[name]).await;
        assert_eq!(state(&job), wanted, "{name}: {job}");
    }
    node.stop(STOP).await;
    jobs
}

#[tokio::test]
async fn what_people_have_arranged_moves_and_goes_on() {
    let project = Project::new();
    let jobs = stopped(&project).await;
    let file = format!("sqlite:{}", project.store().display());
    let node = api_only(&project, &file).await;
    let before = told(node.api(), &jobs).await;
    node.stop(STOP).await;
    let url = postgres::shared().new_store();
    let report = moved(&migrate(project.store(), &url).output().expect("run"));
    counted_alike(&report);

    let node = api_only(&project, &url).await;
    let after = told(node.api(), &jobs).await;
    for (what, was) in &before {
        assert_eq!(&after[what], was, "{what}");
    }
    node.stop(STOP).await;
    let node = Node::start_as(&project, command_on(&project, &url)).await;
    goes_on(node.api(), &jobs).await;
    node.stop(STOP).await;
}

/// Each kind is there, and as often.
fn counted_alike(report: &Value) {
    let counts = report["counts"].as_array().expect("a list");
    for (what, least) in [
        ("schedules", 2),
        ("templates", 1),
        ("dependencies", 3),
        ("holds", 2),
        ("limits", 3),
        ("queues", 2),
        ("preferences", 1),
        ("batches", 1),
        ("jobs: blocked", 3),
        ("jobs: merged", 2),
    ] {
        let count = counts.iter().find(|count| count["what"] == what);
        let count = count.unwrap_or_else(|| panic!("no {what} in {report}"));
        assert!(count["sqlite"].as_i64() >= Some(least), "{count}");
        assert_eq!(count["sqlite"], count["postgres"], "{count}");
    }
}

/// What was held is let go: all run as was arranged.
async fn goes_on(api: &Api, jobs: &Jobs) {
    api.call(Method::POST, "/queues/mail/resume").await.ok();
    api.call(Method::POST, "/tasks/echo/resume").await.ok();
    let mut ended = BTreeMap::new();
    for (name, id) in jobs {
        let over = |job: &Value| !["pending", "running", "blocked"].contains(&state(job));
        ended.insert(*name, api.job_until(id, name, LONG, over).await);
    }
    for (name, job) in &ended {
        let wanted = match *name {
            "mourner" => "cancelled",
            "second" | "third" => "merged",
            _ => "completed",
        };
        assert_eq!(state(job), wanted, "{name}: {job}");
    }
    let at = |name: &str, field: &str| {
        let time: jiff::Timestamp = text(&ended[name], field).parse().expect("a time");
        time
    };
    for (first, next) in [("parent", "child"), ("child", "grandchild")] {
        assert!(
            at(first, "finished_at") <= at(next, "started_at"),
            "{next} after {first}"
        );
    }
    // One at a time for this key, whichever was first.
    assert!(
        at("key-1", "finished_at") <= at("key-2", "started_at")
            || at("key-2", "finished_at") <= at("key-1", "started_at"),
        "{ended:?}"
    );
    // The newest params of the duplicates are those that ran.
    assert_eq!(ended["kept"]["result"]["version"], 2, "{}", ended["kept"]);
    assert_eq!(ended["third"]["merged_into"], ended["kept"]["id"]);
    by_template_and_schedule(api).await;
}

async fn by_template_and_schedule(api: &Api) {
    let launched = post(api, "/templates/report/launch", &json!({})).await;
    let job = api.ended(&text(&launched, "id"), LONG).await;
    assert_eq!(state(&job), "completed", "{job}");
    api.call(Method::POST, "/schedules/yearly/run").await.ok();
    api.call(Method::POST, "/schedules/beat/resume").await.ok();
    for name in ["yearly", "beat"] {
        let path = format!("/jobs?label=schedule:{name}&state=completed");
        wait::until(format!("a run of {name}"), LONG, || async {
            let page = api.get(&path).await.ok();
            (page["total"].as_u64() > Some(0)).then_some(())
        })
        .await;
    }
    api.call(Method::POST, "/schedules/beat/pause").await.ok();
}

/// Tables that a refusal names: `it has 2 in limits, 1 in nodes`.
fn tables_named(refusal: &str) -> String {
    let (_, named) = refusal.split_once("it has ").expect("what it has");
    let (named, _) = named.split_once('\n').expect("a line");
    let tables = named
        .split(", ")
        .map(|one| one.rsplit(' ').next().expect("a name"));
    tables.collect::<Vec<_>>().join(", ")
}

/// A trigger that drops every job that waits for others.
const SWALLOW: &str = "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN IF NEW.state = ''blocked'' THEN RETURN NULL; END IF; RETURN NEW; END';
        CREATE TRIGGER swallow BEFORE INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION swallow()";

#[tokio::test]
async fn a_move_whose_counts_differ_is_not_kept() {
    let project = Project::new();
    let jobs = stopped(&project).await;
    let url = postgres::shared().new_store();
    let run = || migrate(project.store(), &url).output().expect("run");
    // A node has made the schema, and stands in it.
    api_only(&Project::new(), &url).await.stop(STOP).await;
    let refused = run();
    let refusal = complaint(&refused);
    assert!(refusal.contains("is not empty"), "{refusal}");
    let database = look_into(&postgres::shared().database(), schema_of(&url)).await;
    let emptied = format!("TRUNCATE {}", tables_named(&refusal));
    database.batch_execute(&emptied).await.expect("emptied");
    database.batch_execute(SWALLOW).await.expect("a trigger");
    let differs = run();
    assert!(
        complaint(&differs).contains("the counts differ"),
        "{differs:?}"
    );
    let report: Value = serde_json::from_slice(&differs.stdout).expect("a report");
    assert_eq!(report["ok"], false, "{report}");
    let rows = database.query_one("SELECT count(*) FROM jobs", &[]).await;
    assert_eq!(
        rows.expect("a count").get::<_, i64>(0),
        0,
        "nothing is kept"
    );

    let mend = "DROP FUNCTION swallow() CASCADE";
    database.batch_execute(mend).await.expect("mended");
    counted_alike(&moved(&run()));
    let node = api_only(&project, &url).await;
    let child = node.api().job(&jobs["child"]).await;
    assert_eq!(state(&child), "blocked", "{child}");
    node.stop(STOP).await;
}
