//! A handler that misbehaves costs its own item one attempt, and nothing else.

use std::time::Duration;

use paceline_core::event::EventKind;
use paceline_core::worker::WorkerState;
use paceline_core::{ErrorKind, Failure};
use serde_json::{Value, json};

use crate::support::{FakeSource, JobSpec, alive, eventually, pool, start};

const PATIENCE: Duration = Duration::from_secs(5);
const ITEMS: u32 = 20;
const CULPRIT: u32 = 7;

/// Runs twenty items of which one does `deed`, on both kinds of worker; gives its failures.
async fn costs_only_itself(deed: Value) -> Vec<Failure> {
    let hangs = deed["do"] == "hang" || deed["do"] == "stubborn";
    let timeout = Duration::from_millis(if hangs { 800 } else { 20_000 });
    let mut failures = vec![];
    for args in [&[][..], &["--buffered"]] {
        let source = FakeSource::new();
        let items = (0..ITEMS).map(|n| {
            if n == CULPRIT {
                deed.clone()
            } else {
                json!({ "value": n })
            }
        });
        let spec = JobSpec::items(items).with(|options| {
            options.item_timeout = Some(timeout);
            options.max_memory = Some(100 << 20);
        });
        let job = source.submit(spec);
        let workers = start(&source, pool(2, args));
        let tally = source.through(job).await;
        workers.stop(PATIENCE).await;
        let failed: Vec<u32> = tally.failed.keys().copied().collect();
        assert_eq!(failed, [CULPRIT], "{args:?} {deed}: {:?}", tally.failed);
        assert_eq!(tally.succeeded.len(), ITEMS as usize - 1);
        failures.extend(tally.failed.into_values());
    }
    failures
}

async fn fails_with(deed: Value, kind: ErrorKind, message: &str) -> Vec<Failure> {
    let failures = costs_only_itself(deed).await;
    for failure in &failures {
        assert_eq!(failure.error.kind, kind, "{failure:?}");
        assert!(failure.error.message.contains(message), "{failure:?}");
    }
    failures
}

#[tokio::test(flavor = "multi_thread")]
async fn it_raises() {
    fails_with(
        json!({ "do": "fail", "message": "broken" }),
        ErrorKind::Handler,
        "broken",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_hangs() {
    fails_with(
        json!({ "do": "hang" }),
        ErrorKind::Timeout,
        "longer than 800 ms",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_hangs_and_ignores_signals() {
    fails_with(
        json!({ "do": "stubborn" }),
        ErrorKind::Timeout,
        "longer than",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_exits() {
    let failures = fails_with(
        json!({ "do": "exit" }),
        ErrorKind::Crash,
        "exited with status 3",
    )
    .await;
    for failure in failures {
        let traceback = failure.error.traceback.expect("stderr");
        assert!(traceback.contains("leaving now"), "{traceback}");
    }
    let quietly = json!({ "do": "exit", "code": 0 });
    fails_with(quietly, ErrorKind::Crash, "exited with status 0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_segfaults() {
    fails_with(
        json!({ "do": "segfault" }),
        ErrorKind::Crash,
        "signal 11 (SIGSEGV)",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_killed() {
    let killed = json!({ "do": "abort", "signal": 9 });
    fails_with(
        killed,
        ErrorKind::Crash,
        "signal 9 (SIGKILL); often the kernel's",
    )
    .await;
    let aborted = json!({ "do": "abort", "signal": 6 });
    fails_with(aborted, ErrorKind::Crash, "signal 6 (SIGABRT)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_takes_all_memory() {
    let hog = json!({ "do": "hog", "mib": 200, "seconds": 10 });
    fails_with(hog, ErrorKind::Memory, "cap 100 MiB").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_dies_within_a_line() {
    fails_with(
        json!({ "do": "half_line" }),
        ErrorKind::Crash,
        "ended within a line",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_writes_garbage() {
    fails_with(
        json!({ "do": "garbage" }),
        ErrorKind::Crash,
        "broke the protocol",
    )
    .await;
    let wrong = json!({ "do": "garbage", "text": "{\"type\":\"item\"}" });
    fails_with(wrong, ErrorKind::Crash, "no `lease`").await;
    fails_with(
        json!({ "do": "forget" }),
        ErrorKind::Crash,
        "without a result of item 7",
    )
    .await;
    fails_with(
        json!({ "do": "wrong_lease" }),
        ErrorKind::Crash,
        "lease 999999",
    )
    .await;
    fails_with(
        json!({ "do": "long_line" }),
        ErrorKind::Crash,
        "longer than",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_prints_megabytes() {
    for to in ["stdout", "stderr"] {
        let source = FakeSource::new();
        // The store takes nothing down meanwhile, and the handler must not notice.
        source.set_writable(false);
        let print = json!({ "do": "print", "to": to, "lines": 100_000 });
        let job = source.submit(JobSpec::items([print, json!({ "value": 1 })]));
        let workers = start(&source, pool(1, &[]));
        eventually("both items", || async {
            let done: u64 = workers
                .status()
                .iter()
                .map(|status| status.items_done)
                .sum();
            (done == 2).then_some(())
        })
        .await;
        source.set_writable(true);
        assert_eq!(source.through(job).await.succeeded.len(), 2);
        workers.stop(PATIENCE).await;
        let log = source.log(job);
        let bytes: usize = log.iter().map(String::len).sum();
        assert!(bytes < 3 << 20, "{bytes} bytes kept");
        assert!(
            log.iter()
                .any(|line| line.ends_with("more was written than the log takes"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_it_left_dies_with_its_worker() {
    for (then, timeout) in [("exit", 5000), ("hang", 500)] {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("pid");
        let source = FakeSource::new();
        let deed = json!({ "do": "daemon", "file": file, "then": then });
        let spec = JobSpec::items([deed, json!({ "value": 1 })]);
        let timeout = Duration::from_millis(timeout);
        let job = source.submit(spec.with(|options| options.item_timeout = Some(timeout)));
        let workers = start(&source, pool(1, &[]));
        let tally = source.through(job).await;
        assert_eq!(
            (tally.succeeded.len(), tally.failed.len()),
            (1, 1),
            "{:?}",
            tally.failed
        );
        let daemon = std::fs::read_to_string(&file).expect("the daemon ran");
        assert!(
            !alive(daemon.parse().expect("a pid")),
            "the daemon lives on after {then}"
        );
        workers.stop(PATIENCE).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_for_a_message_costs_only_itself() {
    let source = FakeSource::new();
    let text = |mib: usize| json!({ "do": "size", "text": "x".repeat(mib << 20) });
    let job = source.submit(JobSpec::items([
        text(6),
        text(6),
        text(17),
        text(6),
        text(1),
    ]));
    let workers = start(&source, pool(1, &[]));
    let tally = source.through(job).await;
    workers.stop(PATIENCE).await;
    assert_eq!(tally.succeeded.len(), 4, "{:?}", tally.failed);
    let failure = &tally.failed[&2];
    assert!(
        failure.permanent && failure.error.message.contains("more than 16 MiB"),
        "{failure:?}"
    );
    assert!(source.events(EventKind::WorkerDied).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_over_its_cap_is_replaced_after_its_chunk() {
    let source = FakeSource::new();
    let hog = json!({ "do": "hog", "mib": 110, "seconds": 0.6, "keep": true });
    let items = std::iter::once(hog).chain((1..30).map(|n| json!({ "value": n })));
    let job = source.submit(JobSpec::items(items));
    let mut config = pool(1, &[]);
    config.max_memory = Some(100 << 20);
    let workers = start(&source, config);
    let tally = source.through(job).await;
    assert_eq!(
        (tally.succeeded.len(), tally.failed.len()),
        (30, 0),
        "{:?}",
        tally.failed
    );
    workers.stop(PATIENCE).await;
    let started = source.events(EventKind::WorkerStarted);
    assert_eq!(started.len(), 2, "{started:?}");
    let replaces = started[1]["replaces"].as_str().expect("why");
    assert!(
        replaces.contains("cap 100 MiB: replaced after its chunk"),
        "{replaces}"
    );
    assert!(source.events(EventKind::WorkerDied).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_cannot_start_is_broken_and_heals() {
    let folder = tempfile::tempdir().expect("a folder");
    let stone = folder.path().join("stone");
    std::fs::write(&stone, "").expect("written");
    let source = FakeSource::new();
    let job = source.submit(JobSpec::items([json!({ "value": 1 })]));
    let workers = start(
        &source,
        pool(1, &["--die-if", stone.to_str().expect("text")]),
    );
    let status = eventually("a broken worker", || async {
        let status = workers.status().remove(0);
        (status.state == WorkerState::Broken).then_some(status)
    })
    .await;
    let error = status.last_error.expect("why");
    assert!(
        error.contains("exited with status 1 before it was ready"),
        "{error}"
    );
    assert!(error.contains("ModuleNotFoundError"), "{error}");
    std::fs::remove_file(&stone).expect("removed");
    assert_eq!(source.through(job).await.succeeded.len(), 1);
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_worker_says_why() {
    let cases: [(&[&str], &str); 4] = [
        (&["no-such-program"], "cannot start `no-such-program`"),
        (&["sh", "-c", "echo hello; sleep 60"], "broke the protocol"),
        (
            &["sh", "-c", "true"],
            "exited with status 0 before it was ready",
        ),
        (&["sleep", "60"], "was not ready within 300 ms"),
    ];
    for (command, expected) in cases {
        let source = FakeSource::new();
        let mut config = pool(1, &[]);
        config.command = command.iter().map(|word| (*word).to_owned()).collect();
        config.start_timeout = Duration::from_millis(300);
        let workers = start(&source, config);
        let error = eventually("an error", || async {
            workers.status().remove(0).last_error
        })
        .await;
        assert!(error.contains(expected), "{command:?}: {error}");
        workers.stop(PATIENCE).await;
    }
    let source = FakeSource::new();
    let workers = start(&source, pool(1, &["--protocol", "2"]));
    let error = eventually("an error", || async {
        workers.status().remove(0).last_error
    })
    .await;
    assert!(
        error.contains("speaks protocol 2, this node speaks 1"),
        "{error}"
    );
    workers.stop(PATIENCE).await;
}
