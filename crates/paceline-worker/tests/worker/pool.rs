//! A pool that behaves: leases in, results out, in order.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use paceline_core::event::EventKind;
use paceline_core::lease::NoteBody;
use paceline_core::worker::{WorkerState, WorkerStatus};
use serde_json::json;
use tokio::time::Instant;

use crate::support::{FakeSource, JobSpec, eventually, pool, start};

const PATIENCE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn every_item_gets_its_own_result() {
    for args in [&[][..], &["--buffered"]] {
        let source = FakeSource::new();
        let job = source.submit(JobSpec::items((0..500).map(|n| json!({ "value": n }))));
        let workers = start(&source, pool(2, args));
        let tally = source.through(job).await;
        assert_eq!((tally.succeeded.len(), tally.failed.len()), (500, 0));
        for (seq, result) in &tally.succeeded {
            assert_eq!(result.as_str(), seq.to_string());
        }
        workers.stop(PATIENCE).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_unit_takes_its_params() {
    let source = FakeSource::new();
    let job = source.submit(JobSpec::unit(&json!({ "value": [1, "two"] })));
    let workers = start(&source, pool(1, &[]));
    let tally = source.through(job).await;
    assert_eq!(tally.succeeded[&0].as_str(), r#"[1, "two"]"#);
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_declared_once_and_shown() {
    let source = FakeSource::new();
    let job = source.submit(JobSpec::items((0..20).map(|n| json!({ "value": n }))));
    let workers = start(&source, pool(3, &[]));
    source.through(job).await;
    eventually("three idle workers", || async {
        let idle = |status: &WorkerStatus| status.state == WorkerState::Idle;
        workers.status().iter().all(idle).then_some(())
    })
    .await;
    let declared = source.declared();
    assert_eq!(declared.len(), 1);
    assert_eq!(declared[0][0].name, "deeds");
    assert_eq!(declared[0][0].options.as_str(), r#"{"chunk_size": 5}"#);
    assert_eq!(declared[0][0].declared_by, "pool");
    let statuses = workers.status();
    assert_eq!(
        statuses.iter().map(|status| status.items_done).sum::<u64>(),
        20
    );
    assert!(
        statuses
            .iter()
            .all(|status| status.memory_bytes > Some(1 << 20))
    );
    assert_eq!(statuses[2].name, "pool/2");
    assert_eq!(source.events(EventKind::WorkerStarted).len(), 3);
    workers.stop(PATIENCE).await;
    assert!(
        workers
            .status()
            .iter()
            .all(|status| status.state == WorkerState::Stopped)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_is_renewed_without_loss_however_often() {
    let source = FakeSource::new();
    let workers = start(&source, pool(2, &[]));
    let pids = || -> Vec<u32> { workers.status().iter().filter_map(|one| one.pid).collect() };
    let ready = || async { (pids().len() == 2).then(pids) };
    // Idle workers that are replaced are no failed starts: a fifth time takes no longer.
    for round in 0..5 {
        let before = eventually("two processes", ready).await;
        workers.renew("another pool", "nothing of ours");
        workers.renew("pool", &format!("edit {round}"));
        eventually("two others", || async {
            let now = pids();
            (now.len() == 2 && now.iter().all(|pid| !before.contains(pid))).then_some(())
        })
        .await;
    }
    let job = source.submit(JobSpec::items((0..200).map(|n| json!({ "value": n }))));
    workers.renew("pool", "an edit while they work");
    let tally = source.through(job).await;
    assert_eq!((tally.succeeded.len(), tally.failed.len()), (200, 0));
    assert!(source.events(EventKind::WorkerDied).is_empty());
    let started = source.events(EventKind::WorkerStarted);
    let replaces = started[2]["replaces"].as_str().expect("why");
    assert!(replaces.ends_with("is replaced: edit 0"), "{replaces}");
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_arrives_whole_and_in_order() {
    let source = FakeSource::new();
    let job = source.submit(JobSpec::plan(&json!({ "count": 30_000 })));
    let failing = source.submit(JobSpec::plan(&json!({ "count": 3, "error": "no races" })));
    let dying = source.submit(JobSpec::plan(&json!({ "count": 3, "do": "exit" })));
    let workers = start(&source, pool(1, &[]));
    let tally = source.through(job).await;
    assert!(tally.plan_done);
    let keys = tally
        .planned
        .iter()
        .map(|item| item.key.clone().expect("a key"));
    assert!(keys.eq((0..30_000).map(|number| format!("k{number}"))));
    let tally = source.through(failing).await;
    assert_eq!(tally.failed[&0].error.message, "no races");
    let tally = source.through(dying).await;
    assert_eq!(
        tally.failed[&0].error.message,
        "the worker exited with status 3"
    );
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_and_log_lines_reach_the_job() {
    let source = FakeSource::new();
    let job = source.submit(JobSpec::unit(&json!({ "do": "progress", "steps": 1000 })));
    let workers = start(&source, pool(1, &[]));
    source.through(job).await;
    workers.stop(PATIENCE).await;
    assert_eq!(source.log(job), ["two", "lines"]);
    let notes = source.notes();
    let progress: Vec<_> = notes
        .iter()
        .filter_map(|note| match &note.body {
            NoteBody::Progress {
                fraction, stage, ..
            } => Some((*fraction, stage.clone())),
            NoteBody::Log(_) | NoteBody::Usage { .. } => None,
        })
        .collect();
    assert_eq!(progress.last(), Some(&(Some(1.0), Some("working".into()))));
    assert!(
        progress.len() < 100,
        "{} notes of 1000 changes",
        progress.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn results_of_a_long_chunk_are_reported_while_it_runs() {
    let source = FakeSource::new();
    let items = (0..5).map(|n| json!({ "do": "sleep", "seconds": if n < 2 { 0.0 } else { 0.4 } }));
    let job = source.submit(JobSpec::items(items).with(|options| options.chunk_size = 5));
    let workers = start(&source, pool(1, &["--buffered"]));
    eventually("a part of the results", || async {
        let ended = source.tally(job).succeeded.len();
        assert!(ended < 5, "only the whole was reported");
        (ended > 0).then_some(())
    })
    .await;
    source.through(job).await;
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn quick_chunks_are_reported_together() {
    let source = FakeSource::new();
    let job = source.submit(JobSpec::items((0..5_000).map(|n| json!({ "value": n }))));
    let workers = start(&source, pool(1, &["--buffered"]));
    let tally = source.through(job).await;
    assert_eq!((tally.succeeded.len(), tally.failed.len()), (5_000, 0));
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_items_are_never_hoarded() {
    let source = FakeSource::new();
    let items = (0..8).map(|_| json!({ "do": "sleep", "seconds": 0.3 }));
    let job = source.submit(JobSpec::items(items).with(|options| options.chunk_size = 1));
    let workers = start(&source, pool(2, &[]));
    eventually("both at work", || async {
        (source.leases_held(job) == 2).then_some(())
    })
    .await;
    // While a report is on its way its lease still counts as held, but not for long.
    let hoarding = AtomicU32::new(0);
    eventually("the end", || async {
        if source.leases_held(job) > 2 {
            let looks = hoarding.fetch_add(1, Ordering::Relaxed);
            assert!(looks < 10, "a worker holds two slow chunks");
        } else {
            hoarding.store(0, Ordering::Relaxed);
        }
        source.is_through(job).then_some(())
    })
    .await;
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_finishes_the_current_item_and_hands_back_the_rest() {
    let source = FakeSource::new();
    let items = (0..10).map(|_| json!({ "do": "sleep", "seconds": 0.3 }));
    let job = source.submit(JobSpec::items(items).with(|options| options.chunk_size = 10));
    let workers = start(&source, pool(1, &[]));
    eventually("work", || async {
        (source.leases_held(job) > 0).then_some(())
    })
    .await;
    workers.stop(PATIENCE).await;
    let tally = source.tally(job);
    assert!(
        tally.failed.is_empty() && tally.succeeded.len() < 10,
        "{tally:?}"
    );
    assert_eq!(source.leases_held(job), 0);
    assert_eq!(source.free(job) + tally.succeeded.len(), 10);
}

/// The order to stop and the news that the next lease has begun may cross each other.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_loses_nothing_of_a_lease_that_has_just_begun() {
    let source = FakeSource::new();
    let quick = source.submit(JobSpec::items((0..50).map(|n| json!({ "value": n }))));
    let workers = start(&source, pool(1, &[]));
    source.through(quick).await;
    let deeds = ["cross", "echo", "heed", "echo", "echo", "echo"];
    let items = deeds.map(|deed| json!({ "do": deed }));
    let job = source.submit(JobSpec::items(items).with(|options| options.chunk_size = 2));
    eventually("the next lease at the worker", || async {
        let crossing = |note: &NoteBody| matches!(note, NoteBody::Progress { stage: Some(stage), .. } if stage == "crossing");
        source.notes().iter().any(|note| crossing(&note.body)).then_some(())
    })
    .await;
    workers.stop(PATIENCE).await;
    let tally = source.tally(job);
    let ended: Vec<u32> = tally.succeeded.into_keys().collect();
    assert_eq!(ended, [0, 1, 2]);
    assert_eq!((source.leases_held(job), source.free(job)), (0, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_end_by_the_deadline_is_killed_and_uncharged() {
    let source = FakeSource::new();
    let job = source.submit(JobSpec::unit(&json!({ "do": "stubborn" })));
    let workers = start(&source, pool(1, &[]));
    eventually("work", || async {
        (source.leases_held(job) > 0).then_some(())
    })
    .await;
    workers.stop(Duration::from_millis(200)).await;
    let tally = source.tally(job);
    assert_eq!((tally.failed.len(), tally.hand_backs), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_write_makes_the_worker_wait() {
    let source = FakeSource::new();
    source.set_writable(false);
    let value = "x".repeat(5_000);
    let items = (0..20_000).map(|_| json!({ "value": value }));
    let spec = JobSpec::items(items).with(|options| {
        options.chunk_size = 50;
        options.item_timeout = Some(Duration::from_secs(3));
    });
    let job = source.submit(spec);
    let workers = start(&source, pool(1, &[]));
    // It ends no more once 16 MiB of results wait.
    let (looks, last) = (AtomicU32::new(0), AtomicU64::new(0));
    let ended = eventually("a worker that waits", || async {
        let ended = workers.status()[0].items_done;
        if ended == 0 || last.swap(ended, Ordering::Relaxed) != ended {
            looks.store(0, Ordering::Relaxed);
        }
        (looks.fetch_add(1, Ordering::Relaxed) > 400).then_some(ended)
    })
    .await;
    assert!(ended < 4_000, "{ended} items ended");
    source.set_writable(true);
    let tally = source.through(job).await;
    assert_eq!((tally.succeeded.len(), tally.failed.len()), (20_000, 0));
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_does_not_wait_for_a_worker_that_loads() {
    let source = FakeSource::new();
    let workers = start(&source, pool(2, &["--slow-start", "60"]));
    eventually("both loading", || async {
        let starting = |status: &WorkerStatus| status.state == WorkerState::Starting;
        workers.status().iter().all(starting).then_some(())
    })
    .await;
    let began = Instant::now();
    workers.stop(Duration::from_secs(30)).await;
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
}
