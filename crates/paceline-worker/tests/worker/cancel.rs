//! Cancel and pause reach the handler at once, and what ignores them is killed.

use std::time::Duration;

use paceline_core::worker::WorkerState;
use serde_json::json;
use tokio::time::Instant;

use crate::support::{FakeSource, JobSpec, eventually, pool, start};

const PATIENCE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_reaches_the_handler_within_a_second() {
    let source = FakeSource::new();
    let job = source.submit(JobSpec::items((0..50).map(|_| json!({ "do": "wait" }))));
    let workers = start(&source, pool(2, &[]));
    eventually("work", || async {
        (source.leases_held(job) >= 2).then_some(())
    })
    .await;
    let pids: Vec<_> = workers.status().iter().map(|status| status.pid).collect();
    let cancelled = Instant::now();
    assert!(source.cancel(job) >= 2);
    eventually("idle workers", || async {
        let idle = workers
            .status()
            .iter()
            .all(|status| status.state == WorkerState::Idle);
        idle.then_some(())
    })
    .await;
    assert!(
        cancelled.elapsed() < Duration::from_secs(1),
        "{:?}",
        cancelled.elapsed()
    );
    let after: Vec<_> = workers.status().iter().map(|status| status.pid).collect();
    assert_eq!(after, pids, "a worker that heeds a cancel stays warm");
    assert!(source.tally(job).succeeded.is_empty());
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ignores_a_cancel_is_killed_after_its_grace() {
    let source = FakeSource::new();
    let job = source.submit(JobSpec::unit(&json!({ "do": "stubborn" })));
    let workers = start(&source, pool(1, &[]));
    eventually("a deaf handler", || async {
        (source.log(job) == ["deaf"]).then_some(())
    })
    .await;
    let pid = eventually("its pid", || async { workers.status()[0].pid }).await;
    let cancelled = Instant::now();
    source.cancel(job);
    eventually("another process", || async {
        let now = workers.status()[0].pid;
        now.filter(|now| *now != pid)
    })
    .await;
    assert!(cancelled.elapsed() >= Duration::from_secs(1));
    let tally = source.tally(job);
    assert!(tally.failed.is_empty() && tally.succeeded.is_empty());
    let next = source.submit(JobSpec::items([json!({ "value": 1 })]));
    assert_eq!(source.through(next).await.succeeded.len(), 1);
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_hands_back_what_was_not_begun() {
    let source = FakeSource::new();
    let items =
        (0..200).map(|n| json!({ "do": "sleep", "seconds": if n < 100 { 0.001 } else { 0.05 } }));
    let job = source.submit(JobSpec::items(items).with(|options| options.chunk_size = 2));
    let workers = start(&source, pool(1, &["--buffered"]));
    eventually("some results", || async {
        (source.tally(job).succeeded.len() > 20).then_some(())
    })
    .await;
    source.pause(job);
    eventually("no lease held", || async {
        (source.leases_held(job) == 0).then_some(())
    })
    .await;
    let tally = source.tally(job);
    assert!(tally.failed.is_empty());
    assert_eq!(source.free(job) + tally.succeeded.len(), 200);
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_item_does_not_keep_others_from_their_work() {
    let source = FakeSource::new();
    // One item in the middle takes long; the leases that wait behind it go to the other worker.
    let items =
        (0..400).map(|n| json!({ "do": "sleep", "seconds": if n == 100 { 4.0 } else { 0.002 } }));
    let job = source.submit(JobSpec::items(items).with(|options| options.chunk_size = 1));
    let workers = start(&source, pool(2, &["--buffered"]));
    let began = Instant::now();
    eventually("all but the stuck one", || async {
        (source.tally(job).succeeded.len() == 399).then_some(())
    })
    .await;
    assert!(
        began.elapsed() < Duration::from_secs(4),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(source.through(job).await.succeeded.len(), 400);
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_that_was_missed_is_learned_from_the_store() {
    let source = FakeSource::new();
    let job = source.submit(JobSpec::items((0..4).map(|_| json!({ "do": "wait" }))));
    let workers = start(&source, pool(1, &[]));
    eventually("work", || async {
        (source.leases_held(job) > 0).then_some(())
    })
    .await;
    source.cancel_unheard(job);
    eventually("an idle worker", || async {
        (workers.status()[0].state == WorkerState::Idle).then_some(())
    })
    .await;
    let tally = source.tally(job);
    assert!(
        tally.succeeded.is_empty() && tally.failed.is_empty(),
        "{tally:?}"
    );
    workers.stop(PATIENCE).await;
}
