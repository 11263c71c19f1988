//! More clients than a node has connections for.

use std::process::Output;
use std::time::{Duration, Instant};

use paceline_e2e::api::Answer;
use paceline_e2e::node::binary;
use paceline_e2e::{Api, wait};
use paceline_test_postgres::Settings;
use serde_json::json;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio_postgres::Client;

use super::{Ground, SOON};
use crate::work::LONG;

/// What a node reads over at once.
const READERS: usize = 10;
/// Clients that find no connection.
const BEYOND: usize = 20;
/// Keys of jobs that are submitted in the crowd.
const BY_HTTP: &str = "one-of-the-crowd";
const BY_HAND: &str = "another-of-the-crowd";
/// What a request may wait for the database at most.
const MOST: Duration = Duration::from_secs(30);

/// Waits until every connection of the readers stands still.
async fn full(database: &Client) {
    const HELD: &str = "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity USING (pid)
        WHERE application_name = 'paceline' AND NOT granted AND relation = 'logs'::regclass";
    wait::until("the connections to be taken", LONG, || async {
        let held: i64 = database.query_one(HELD, &[]).await.expect("locks").get(0);
        (held >= i64::try_from(READERS).expect("a few")).then_some(())
    })
    .await;
}

/// So many clients read a log.
fn read_log(api: &Api, id: &str, clients: usize) -> JoinSet<(Answer, Duration)> {
    let path = format!("/jobs/{id}/log?tail=5");
    let mut asking = JoinSet::new();
    for _ in 0..clients {
        let (api, path) = (api.clone(), path.clone());
        asking.spawn(async move {
            let asked = Instant::now();
            (api.get(&path).await, asked.elapsed())
        });
    }
    asking
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_for_whom_there_is_no_connection_are_told_to_come_again() {
    let ground = Ground::new(Settings::default()).await;
    let api = ground.api(0).clone();
    let job = json!({"task": "unit", "params": {"key": "talks"}});
    let id = api.submit(&job).await;
    api.ended(&id, LONG).await;
    let (holder, onlooker) = (ground.look_into().await, ground.look_into().await);
    // Who reads a log now keeps its connection until it may.
    let hold = "BEGIN; LOCK TABLE logs IN ACCESS EXCLUSIVE MODE";
    holder.batch_execute(hold).await.expect("locked");
    let mut asking = read_log(&api, &id, READERS + BEYOND);
    full(&onlooker).await;
    assert_eq!(api.health().await.status.as_u16(), 200, "it lives");
    // Connections are each node's own.
    let elsewhere = ground.api(1).submit(&job).await;
    ground.api(1).ended(&elsewhere, SOON).await;

    let submitted = tokio::spawn({
        let (api, mut job) = (api.clone(), job.clone());
        job["key"] = json!(BY_HTTP);
        async move { api.post("/jobs", &job).await }
    });
    let by_hand = tokio::spawn(submit_by_hand(api.clone()));
    tells_of_those_who_wait(&api).await;
    tells_of_the_crowd(&api.ready().await);
    for _ in 0..BEYOND {
        let (answer, took) = asking.join_next().await.expect("one").expect("no panic");
        assert_eq!(answer.status.as_u16(), 503, "{answer:?}");
        assert!(answer.retry_after.is_some(), "no Retry-After: {answer:?}");
        assert!(took < MOST, "an answer after {took:.1?}: {answer:?}");
    }
    holder.batch_execute("ROLLBACK").await.expect("unlocked");
    while let Some(answered) = asking.join_next().await {
        let (answer, took) = answered.expect("no panic");
        assert_eq!(answer.status.as_u16(), 200, "after {took:.1?}: {answer:?}");
    }
    let (submitted, by_hand) = (submitted.await, by_hand.await);
    let (submitted, by_hand) = (submitted.expect("no panic"), by_hand.expect("no panic"));
    let (status, exit) = (submitted.status, by_hand.status);
    println!(
        "submitted in the crowd: {status} {}; by hand: {exit}",
        submitted.body
    );
    told_the_truth(&api, &submitted).await;
    told_the_truth_by_hand(&api, &by_hand).await;
    let took = ground.well_again("the crowd", SOON).await;
    println!("after {BEYOND} clients too many, work goes on after {took:.1?}");
    tells_that_nobody_waits(&api).await;
    ground.cluster.stop().await;
}

/// What `/ready` saw when it was asked.
fn tells_of_the_crowd(ready: &Answer) {
    assert_eq!(ready.status.as_u16(), 200, "{ready:?}");
    let readers = &ready.body["store"]["readers"];
    assert_eq!(readers["max"], READERS, "{ready:?}");
    assert_eq!(readers["in_use"], READERS, "{ready:?}");
    assert!(
        readers["waiting"].as_u64() >= Some(BEYOND as u64),
        "{ready:?}"
    );
}

/// Who looks at the figures hears while the crowd waits.
async fn tells_of_those_who_wait(api: &Api) {
    let asked = Instant::now();
    let metrics = api.root_get("/metrics").await.ok();
    let took = asked.elapsed();
    assert!(took < SOON, "figures after {took:.1?}");
    let text = metrics.as_str().expect("text").to_owned();
    let waiting = "paceline_store_connections_waiting{pool=\"readers\"} ";
    let count = text.lines().find_map(|line| line.strip_prefix(waiting));
    let count: Option<usize> = count.and_then(|count| count.parse().ok());
    assert!(count >= Some(BEYOND), "{text}");
    let up = text.lines().any(|line| line == "paceline_store_up 1");
    assert!(up, "writes are not held back: {text}");
}

/// A job is there when its submission was answered, and not there when it was refused.
async fn told_the_truth(api: &Api, submitted: &Answer) {
    let expected = match submitted.status.as_u16() {
        201 => 1,
        503 => 0,
        _ => panic!("{submitted:?}"),
    };
    let found = api.get(&format!("/jobs?key={BY_HTTP}")).await.ok();
    assert_eq!(found["total"], expected, "{submitted:?}: {found}");
}

/// What the command line says of a job that it submits in the crowd.
async fn submit_by_hand(api: Api) -> Output {
    let mut command = Command::new(binary());
    command.args(["--server", api.root(), "submit", "unit", "--key", BY_HAND]);
    command.args(["--param", "key=talks"]);
    command.output().await.expect("the command runs")
}

/// As of a submission by HTTP; the id is that of the job.
async fn told_the_truth_by_hand(api: &Api, output: &Output) {
    let jobs = api.get(&format!("/jobs?key={BY_HAND}")).await.ok();
    let told = String::from_utf8_lossy(&output.stdout);
    if output.status.success() {
        assert_eq!(jobs["total"], 1, "{output:?}: {jobs}");
        assert_eq!(jobs["items"][0]["id"], told.trim(), "{output:?}");
    } else {
        assert_eq!(jobs["total"], 0, "{output:?}: {jobs}");
    }
}

async fn tells_that_nobody_waits(api: &Api) {
    let metrics = api.root_get("/metrics").await.ok();
    let text = metrics.as_str().expect("text");
    let max = format!("paceline_store_connections_max{{pool=\"readers\"}} {READERS}");
    let waiting = "paceline_store_connections_waiting{pool=\"readers\"} 0";
    for line in [&*max, waiting] {
        assert!(text.lines().any(|told| told == line), "no {line} in {text}");
    }
}
