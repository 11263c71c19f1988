//! A store moved from `SQLite` to `PostgreSQL`: what the API lists is the same, and work goes on.

mod rules;

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use futures::stream;
use paceline_e2e::api::{progress, state, text};
use paceline_e2e::node::{binary, command_on};
use paceline_e2e::project::Options;
use paceline_e2e::{Api, Node, Project, events, seed, wait};
use paceline_test_postgres as postgres;
use reqwest::{Body, Method};
use serde_json::{Value, json};

use crate::work::{LONG, Primes, items, naps, started};

const STOP: Duration = Duration::from_secs(15);
const MANY: usize = 200_000;

fn migrate(from: &Path, to: &str) -> Command {
    let mut command = Command::new(binary());
    command
        .args(["migrate", "--json", "--from"])
        .arg(format!("sqlite:{}", from.display()))
        .args(["--to", to])
        .env_remove("PACELINE_STORE");
    command
}

/// The report of a move that went well.
fn moved(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(report["ok"], true, "{report}");
    report
}

fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Jobs of all kinds, in all states; returns the ids of the half-done ones.
async fn submit_all(api: &Api, project: &Project, primes: &Primes) -> Vec<String> {
    let mut bad = items("m", 30, &json!({}));
    bad[3]["payload"]["deed"] = "raise".into();
    bad[9]["payload"]["deed"] = "print".into();
    let failed = json!({"task": "misbehave", "items": bad, "user": "ana", "key": "täglich"});
    let ended = [
        api.submit(&failed).await,
        api.submit(&json!({"task": "echo", "items": items("new", 40, &json!({"t": "a\\b\n\u{0}"})), "only_new": true, "key": "k", "labels": {"z": "1", "a": "2"}}))
            .await,
        api.submit(&json!({"task": "unit", "params": {"key": "u1"}, "batch": "night"})).await,
        api.submit(&json!({"task": "unit", "params": {"key": "u2", "fail": true}})).await,
        api.submit(&json!({"task": "planned", "params": {"count": 50}})).await,
    ];
    for id in &ended {
        api.ended(id, LONG).await;
    }
    let later = json!({"task": "unit", "run_at": "2999-01-01T00:00:00Z", "params": {"key": "x"}});
    api.submit(&later).await;
    let cancelled = api
        .submit(&json!({"task": "nap", "items": naps("c", 50, 0.05)}))
        .await;
    let paused = api
        .submit(&json!({"task": "nap", "items": naps("h", 50, 0.05)}))
        .await;
    for (id, action) in [(&cancelled, "cancel"), (&paused, "pause")] {
        let begun = |job: &Value| progress(job, "succeeded") >= 5;
        api.job_until(id, "some items to be done", LONG, begun)
            .await;
        api.act(id, action).await.ok();
    }
    let deleted = api.submit(&json!({"task": "echo", "items": []})).await;
    api.call(Method::DELETE, &format!("/jobs/{deleted}"))
        .await
        .ok();
    let half = api.submit(&primes.job).await;
    let retried = items("r", 40, &json!({"fail_first": true}));
    let retried = json!({"task": "second_item_attempt_lucky", "items": retried});
    let retried = api.submit(&retried).await;
    let unit =
        json!({"task": "unit", "params": {"key": "u3", "seconds": 600}, "priority": "urgent"});
    api.submit(&unit).await;
    let before = project.journal().starts().len();
    started(&project.journal(), before + 100).await;
    vec![half, retried]
}

/// The number of the last event before the crash.
fn last_event(report: &Value) -> i64 {
    let counts = report["counts"].as_array().expect("a list");
    let row = counts
        .iter()
        .find(|count| count["what"] == "the last event's number");
    row.expect("it is counted")["sqlite"]
        .as_i64()
        .expect("a number")
}

/// All that the API tells of all jobs, but for what a clock counts on.
async fn picture(api: &Api, last: i64) -> BTreeMap<String, Value> {
    // What a crash gave back is admitted again, each store in its own time; units wait for a worker.
    wait::until("only units to be pending", LONG, || async {
        let pending = api.get("/jobs?state=pending").await.ok();
        let pending = pending["items"].as_array().expect("a list");
        pending
            .iter()
            .all(|job| job["task"] == "unit")
            .then_some(())
    })
    .await;
    let listed = api.get("/jobs?limit=500").await.ok();
    let mut picture = BTreeMap::new();
    for job in listed["items"].as_array().expect("a list") {
        let id = text(job, "id");
        for part in ["", "/errors", "/samples", "/events?limit=500", "/results"] {
            let told = api.get(&format!("/jobs/{id}{part}")).await.ok();
            picture.insert(format!("{id}{part}"), told);
        }
        let log = api.get(&format!("/jobs/{id}/log?tail=100")).await.ok();
        picture.insert(format!("{id}/log"), log);
        picture.insert(format!("{id}/items"), api.items(&id).await.into());
    }
    picture.insert("list".to_owned(), listed);
    picture.insert("tasks".to_owned(), api.get("/tasks").await.ok());
    for told in picture.values_mut() {
        without_clock(told, last);
    }
    picture
}

/// Drops what depends on when it is asked, and what the recovery of a crash stamps with its time.
fn without_clock(value: &mut Value, last: i64) {
    match value {
        Value::Object(fields) => {
            for field in [
                "eta_seconds",
                "eta_at",
                "elapsed_seconds",
                "wait_seconds",
                "now",
            ] {
                fields.remove(field);
            }
            // Of what has not ended it is the time until now.
            if fields.get("finished_at").is_some_and(Value::is_null) {
                fields.remove("duration_seconds");
            }
            if fields.get("seq").and_then(Value::as_i64) > Some(last) {
                fields.remove("at");
                fields.remove("seq");
            }
            fields
                .values_mut()
                .for_each(|field| without_clock(field, last));
        }
        Value::Array(values) => values.iter_mut().for_each(|one| without_clock(one, last)),
        _ => {}
    }
}

async fn api_only(project: &Project, store: &str) -> Node {
    let mut command = command_on(project, store);
    command.arg("--no-workers");
    Node::start_as(project, command).await
}

/// The files of a store, byte by byte.
fn files(store: &Path) -> Vec<Option<Vec<u8>>> {
    let beside = |ending: &str| format!("{}{ending}", store.display());
    ["", "-wal"]
        .map(|ending| fs::read(beside(ending)).ok())
        .into()
}

#[tokio::test]
async fn a_store_with_jobs_in_all_states_moves_and_goes_on() {
    let mut dice = seed::dice("a store that moves");
    let project = Project::with(Options {
        jobs_per_user: 0,
        processes: 3,
        ..Options::default()
    });
    let primes = Primes::new(1_000, &mut dice);
    let node = Node::start(&project).await;
    let half = submit_all(node.api(), &project, &primes).await;
    let recorded: HashSet<String> = node
        .api()
        .keys(&half[0], "succeeded")
        .await
        .into_iter()
        .collect();
    let url = postgres::shared().new_store();
    let refused = migrate(project.store(), &url).output().expect("run");
    assert!(
        complaint(&refused).contains("a node has the store open"),
        "{refused:?}"
    );
    node.kill9().await;

    // What a node on the file would tell after the crash.
    let copy = project.folder().join("copy.db");
    for ending in ["", "-wal"] {
        let of = |path: &Path| format!("{}{ending}", path.display());
        if Path::new(&of(project.store())).exists() {
            fs::copy(of(project.store()), of(&copy)).expect("copied");
        }
    }
    let untouched = files(project.store());
    let report = moved(&migrate(project.store(), &url).output().expect("run"));
    println!("{report:#}");
    assert!(report["recovered"].as_u64() > Some(0), "{report}");
    assert_eq!(files(project.store()), untouched, "the file was only read");
    let again = migrate(project.store(), &url).output().expect("run");
    assert!(complaint(&again).contains("is not empty"), "{again:?}");

    let last = last_event(&report);
    let node = api_only(&project, &format!("sqlite:{}", copy.display())).await;
    let before = picture(node.api(), last).await;
    node.stop(STOP).await;
    let node = api_only(&project, &url).await;
    let after = picture(node.api(), last).await;
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        after.keys().collect::<Vec<_>>()
    );
    for (what, told) in &before {
        assert_eq!(&after[what], told, "{what}");
    }
    // The feed goes on where a client of the old store left it.
    let first = before[&format!("{}/events?limit=500", half[0])]["items"][0].clone();
    let seq = first["seq"].as_i64().expect("a number");
    let heard = events::until(node.api(), &half[0], seq - 1, LONG, |_| true).await;
    assert_eq!(heard[0]["seq"], seq, "{heard:?}");
    assert_eq!(heard[0]["at"], first["at"], "{heard:?}");
    node.stop(STOP).await;
    goes_on(&project, &url, &primes, (&half, &recorded)).await;
}

/// Work goes on: what was half done ends with each item done once, what was done is not new.
async fn goes_on(
    project: &Project,
    url: &str,
    primes: &Primes,
    (half, recorded): (&[String], &HashSet<String>),
) {
    let known = project.journal().starts().len();
    let node = Node::start_as(project, command_on(project, url)).await;
    let api = node.api();
    for id in half {
        let job = api.ended(id, LONG).await;
        assert_eq!(state(&job), "completed", "{job}");
    }
    primes.check(api, &half[0]).await;
    let again = project.journal().starts().split_off(known);
    let repeated = again.iter().filter(|entry| recorded.contains(&entry.key));
    assert_eq!(repeated.count(), 0, "recorded items were run again");
    let new = json!({"task": "echo", "items": items("new", 45, &json!({})), "only_new": true});
    let job = api.ended(&api.submit(&new).await, LONG).await;
    assert_eq!(
        (progress(&job, "skipped"), progress(&job, "succeeded")),
        (40, 5),
        "{job}"
    );
    node.stop(STOP).await;
}

/// A job of very many items, half of them done, in a store whose node has ended.
async fn many_items(project: &Project) -> String {
    let node = Node::start(project).await;
    let api = node.api();
    api.submit(&json!({"task": "echo", "items": []})).await;
    let head = "{\"task\":\"echo\"}\n".to_owned();
    let lines =
        (0..MANY).map(|n| format!("{{\"key\":\"e{n}\",\"payload\":{{\"key\":\"e{n}\"}}}}\n"));
    let body = std::iter::once(head)
        .chain(lines)
        .map(Ok::<_, std::io::Error>);
    let request = api
        .http()
        .post(api.url("/jobs"))
        .header("content-type", "application/x-ndjson")
        .body(Body::wrap_stream(stream::iter(body)));
    let id = text(&api.send(request).await.ok(), "id");
    let begun = |job: &Value| progress(job, "succeeded") >= 10_000;
    api.job_until(&id, "some items to be done", LONG, begun)
        .await;
    api.act(&id, "pause").await.ok();
    node.kill9().await;
    id
}

#[tokio::test]
async fn a_move_that_is_killed_leaves_an_empty_target_and_is_done_again() {
    let project = Project::new();
    let id = many_items(&project).await;
    let untouched = files(project.store());
    let url = postgres::shared().new_store();
    for _ in 0..3 {
        let mut moving = migrate(project.store(), &url);
        let mut child = moving.stderr(Stdio::piped()).spawn().expect("started");
        let stderr = child.stderr.take().expect("piped");
        let told = std::io::read_to_string(KilledAfter {
            inner: stderr,
            child: &mut child,
        });
        assert!(told.expect("read").contains("jobs"), "killed in the middle");
        child.wait().expect("reaped");
    }
    assert_eq!(files(project.store()), untouched, "the file was only read");
    let report = moved(&migrate(project.store(), &url).output().expect("run"));
    let seconds = report["seconds"].as_f64().expect("a number");
    #[expect(clippy::cast_precision_loss, reason = "a figure to print")]
    let rate = MANY as f64 / seconds;
    println!("{MANY} items moved in {seconds:.1} s: {rate:.0} a second (whatever build this is)");
    let node = api_only(&project, &url).await;
    let job = node.api().job(&id).await;
    assert_eq!(progress(&job, "total"), MANY as u64, "{job}");
    let last = node
        .api()
        .get(&format!("/jobs/{id}/items/e{}", MANY - 1))
        .await
        .ok();
    assert_eq!(last["payload"]["key"], format!("e{}", MANY - 1), "{last}");
    node.stop(STOP).await;
}

/// Reads what a command says and kills it when it has said something.
struct KilledAfter<'a, R> {
    inner: R,
    child: &'a mut std::process::Child,
}

impl<R: std::io::Read> std::io::Read for KilledAfter<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(into)?;
        if read > 0 {
            self.child.kill().ok();
        }
        Ok(read)
    }
}
