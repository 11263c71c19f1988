//! Handlers inside the process.

use std::time::Duration;

use paceline_core::{ErrorKind, Failure, Json};
use paceline_worker::{Call, Handlers};
use serde_json::json;
use tokio::time::Instant;

use crate::support::{FakeSource, JobSpec, eventually, start_all};

const PATIENCE: Duration = Duration::from_secs(5);

fn handlers() -> Handlers {
    Handlers::new("app", 2)
        .task(
            "echo",
            |call: Call| async move { Ok(call.payload().clone()) },
        )
        .task("fail", |_| async {
            Err(Failure::new(ErrorKind::Handler, "no").permanent())
        })
        .task("panic", |call: Call| async move {
            assert!(
                call.item.is_none(),
                "seq {}",
                call.item.map(|item| item.seq).unwrap_or_default()
            );
            panic!("at once")
        })
        .task("sleep", |call: Call| async move {
            let seconds = call.payload().as_str().parse().unwrap_or(0.0);
            tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
            Ok(Json::null())
        })
        .task("wait", |call: Call| async move {
            call.stage("waiting");
            call.cancelled().await;
            call.log(paceline_core::lease::LogLevel::Info, "cancelled");
            Ok(Json::null())
        })
}

#[tokio::test(flavor = "multi_thread")]
async fn items_and_units_get_their_results() {
    let source = FakeSource::new();
    let items = source.submit(JobSpec::items((0..1000).map(|n| json!(n))).of("echo"));
    let units = [1, 2, 3].map(|n| source.submit(JobSpec::unit(&json!({ "n": n })).of("echo")));
    let workers = start_all(&source, |all| all.handlers.push(handlers()));
    let tally = source.through(items).await;
    assert_eq!((tally.succeeded.len(), tally.given), (1000, 1000));
    assert!(
        tally
            .succeeded
            .iter()
            .all(|(seq, result)| result.as_str() == seq.to_string())
    );
    for (unit, n) in units.into_iter().zip(1..) {
        let tally = source.through(unit).await;
        assert_eq!(tally.succeeded[&0].as_str(), format!("{{\"n\":{n}}}"));
    }
    let mut names: Vec<_> = source
        .declared()
        .remove(0)
        .into_iter()
        .map(|task| task.name)
        .collect();
    names.sort();
    assert_eq!(names, ["echo", "fail", "panic", "sleep", "wait"]);
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_and_a_panic_cost_their_own_item() {
    let source = FakeSource::new();
    let failing = source.submit(JobSpec::items([json!(1), json!(2)]).of("fail"));
    let panicking = source.submit(JobSpec::items([json!(1)]).of("panic"));
    let unit = source.submit(JobSpec::unit(&json!({})).of("panic"));
    let workers = start_all(&source, |all| all.handlers.push(handlers()));
    let tally = source.through(failing).await;
    assert!(tally.failed.len() == 2 && tally.failed.values().all(|failure| failure.permanent));
    let error = source.through(panicking).await.failed[&0].error.clone();
    assert_eq!(error.kind, ErrorKind::Crash);
    assert_eq!(error.message, "the handler panicked: seq 0");
    let error = source.through(unit).await.failed[&0].error.clone();
    assert_eq!(error.message, "the handler panicked: at once");
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn time_is_kept() {
    let source = FakeSource::new();
    let spec = JobSpec::items([json!(0.001), json!(60), json!(0.001)]).of("sleep");
    let timeout = Duration::from_millis(200);
    let job = source.submit(spec.with(|options| options.item_timeout = Some(timeout)));
    let workers = start_all(&source, |all| all.handlers.push(handlers()));
    let tally = source.through(job).await;
    assert_eq!(tally.succeeded.len(), 2);
    assert_eq!(tally.failed[&1].error.kind, ErrorKind::Timeout);
    assert_eq!(tally.failed[&1].error.message, "took longer than 200 ms");
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_reaches_the_handler() {
    let source = FakeSource::new();
    let job = source.submit(JobSpec::unit(&json!({})).of("wait"));
    let next = source.submit(JobSpec::unit(&json!({})).of("wait"));
    let workers = start_all(&source, |all| all.handlers.push(handlers()));
    eventually("both wait", || async {
        (source.notes().len() >= 2).then_some(())
    })
    .await;
    let cancelled = Instant::now();
    source.cancel(job);
    eventually("its end", || async {
        (source.log(job) == ["cancelled"]).then_some(())
    })
    .await;
    assert!(cancelled.elapsed() < Duration::from_secs(1));
    assert_eq!(source.tally(job).succeeded.len(), 0);
    assert_eq!(source.leases_held(next), 1, "only the cancelled one ends");
    let stopped = Instant::now();
    workers.stop(Duration::from_millis(100)).await;
    assert!(stopped.elapsed() < Duration::from_secs(2));
    assert_eq!(source.tally(next).hand_backs, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn results_of_a_long_chunk_are_reported_while_it_runs() {
    let source = FakeSource::new();
    let seconds = [0.0, 0.0, 0.4, 0.4, 0.4];
    let spec = JobSpec::items(seconds.map(|seconds| json!(seconds))).of("sleep");
    let job = source.submit(spec);
    let workers = start_all(&source, |all| all.handlers.push(handlers()));
    eventually("a part of the results", || async {
        let ended = source.tally(job).succeeded.len();
        assert!(ended < 5, "only the whole was reported");
        (ended > 0).then_some(())
    })
    .await;
    assert_eq!(source.through(job).await.succeeded.len(), 5);
    workers.stop(PATIENCE).await;
}
