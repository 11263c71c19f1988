//! Tasks that are plain commands.

use std::sync::Arc;
use std::time::Duration;

use paceline_core::lease::NoteBody;
use paceline_core::{ErrorKind, Json};
use paceline_worker::{CommandConfig, Workers};
use serde_json::json;
use tokio::time::Instant;

use crate::support::{FakeSource, JobSpec, alive, children_with_mark, eventually, start_all};

const PATIENCE: Duration = Duration::from_secs(5);

/// A shell script as a task; `$1`, `$2` … are the further words.
fn shell(source: &Arc<FakeSource>, script: &str, words: &[&str]) -> Workers {
    let command = ["sh", "-c", script, "script"]
        .into_iter()
        .chain(words.iter().copied());
    let mut config = CommandConfig::new("shell", command.map(str::to_owned).collect(), 2);
    config.grace = Duration::from_millis(500);
    config.options = Json::from_checked(r#"{"chunk_size":2}"#);
    start_all(source, |all| all.commands.push(config))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_item_runs_its_own_command() {
    let source = FakeSource::new();
    let items = (0..6).map(|n| json!({ "n": n, "text": "a b; exit 9" }));
    let job = source.submit(JobSpec::items(items).of("shell"));
    let script = r#"echo "::result [$1, \"$2\", \"$PACELINE_ITEM_KEY\", $PACELINE_PAYLOAD]""#;
    let workers = shell(&source, script, &["{payload.n}", "{payload.text}"]);
    let tally = source.through(job).await;
    assert_eq!(
        (tally.succeeded.len(), tally.failed.len()),
        (6, 0),
        "{:?}",
        tally.failed
    );
    let result: serde_json::Value =
        serde_json::from_str(tally.succeeded[&3].as_str()).expect("JSON");
    assert_eq!(
        result,
        json!([3, "a b; exit 9", "key 3", { "n": 3, "text": "a b; exit 9" }])
    );
    let declared = source.declared();
    assert_eq!(declared[0][0].name, "shell");
    assert_eq!(declared[0][0].options.as_str(), r#"{"chunk_size":2}"#);
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn output_is_the_log_and_progress_is_read() {
    let source = FakeSource::new();
    let job = source.submit(JobSpec::unit(&json!({ "date": "2026-11-22" })).of("shell"));
    let script =
        r#"echo "for $1"; echo "::progress 35/100 stage=predicting half way"; echo oops >&2"#;
    let workers = shell(&source, script, &["{params.date}"]);
    let tally = source.through(job).await;
    assert_eq!(tally.succeeded[&0].as_str(), r#"{"exit_code":0}"#);
    workers.stop(PATIENCE).await;
    let mut log = source.log(job);
    log.sort();
    assert_eq!(log, ["for 2026-11-22", "oops"]);
    let progress = NoteBody::Progress {
        fraction: Some(0.35),
        stage: Some("predicting".into()),
        message: Some("half way".into()),
    };
    assert!(
        source.notes().iter().any(|note| note.body == progress),
        "{:?}",
        source.notes()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_floods_its_log_waits_and_loses_nothing() {
    let source = FakeSource::new();
    let job = source.submit(JobSpec::unit(&json!({})).of("shell"));
    let script = "seq 200000 & seq 200001 400000 >&2; wait";
    let workers = shell(&source, script, &[]);
    let tally = source.through(job).await;
    assert_eq!(tally.succeeded.len(), 1, "{:?}", tally.failed);
    workers.stop(PATIENCE).await;
    let log = source.log(job);
    let mut numbers: Vec<u32> = log.iter().filter_map(|line| line.parse().ok()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers.len(), log.len(), "{:?}", log.last());
    assert!(numbers.into_iter().eq(1..=400_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_say_how_the_command_ended() {
    let source = FakeSource::new();
    let scripts = [
        "echo why >&2; exit 3",
        "kill -9 $$",
        "no-such-program",
        "echo {{}}",
    ];
    let items = scripts.map(|script| json!({ "script": script }));
    let job = source.submit(JobSpec::items(items).of("shell"));
    let workers = shell(&source, "eval \"$1\"", &["{payload.script}"]);
    let tally = source.through(job).await;
    workers.stop(PATIENCE).await;
    let exited = &tally.failed[&0].error;
    assert_eq!(
        (exited.kind, exited.message.as_str()),
        (ErrorKind::Handler, "the command exited with status 3")
    );
    assert_eq!(exited.traceback.as_deref(), Some("why"));
    let killed = &tally.failed[&1].error;
    assert_eq!(killed.kind, ErrorKind::Crash);
    assert!(killed.message.contains("signal 9 (SIGKILL)"), "{killed:?}");
    let missing = &tally.failed[&2].error;
    assert_eq!(missing.message, "the command exited with status 127");
    assert_eq!(tally.succeeded.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_not_there_is_a_lasting_failure() {
    let source = FakeSource::new();
    let job = source.submit(JobSpec::unit(&json!({ "day": 1 })).of("shell"));
    let workers = shell(&source, "true", &["{params.date}"]);
    let tally = source.through(job).await;
    let failure = &tally.failed[&0];
    assert!(failure.permanent);
    let expected = "the command has `{params.date}`, and the job has no such value";
    assert_eq!(failure.error.message, expected);
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_too_long_is_terminated_then_killed() {
    let source = FakeSource::new();
    let deaf = json!({ "script": "trap '' TERM; while :; do sleep 0.1; done" });
    let items = [
        json!({ "script": "trap 'echo bye; exit' TERM; sleep 60 & wait" }),
        deaf,
    ];
    let spec = JobSpec::items(items).of("shell");
    let timeout = Duration::from_millis(300);
    let job = source.submit(spec.with(|options| options.item_timeout = Some(timeout)));
    let workers = shell(&source, "eval \"$1\"", &["{payload.script}"]);
    let tally = source.through(job).await;
    for failure in tally.failed.values() {
        assert_eq!(failure.error.kind, ErrorKind::Timeout, "{failure:?}");
        assert_eq!(failure.error.message, "took longer than 300 ms");
    }
    assert_eq!(tally.failed.len(), 2);
    workers.stop(PATIENCE).await;
    assert!(
        source.log(job).contains(&"bye".to_owned()),
        "{:?}",
        source.log(job)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_ends_the_command_and_what_it_started() {
    let mark = format!("command-{}", std::process::id());
    let source = FakeSource::new();
    let job = source.submit(JobSpec::unit(&json!({ "mark": mark })).of("shell"));
    let script = "export PACELINE_TEST_MARK=$1; setsid sleep 600 & exec sleep 600";
    let workers = shell(&source, script, &["{params.mark}"]);
    eventually("two sleepers", || async {
        (children_with_mark(&mark).len() == 2).then_some(())
    })
    .await;
    let cancelled = Instant::now();
    source.cancel(job);
    eventually("their end", || async {
        children_with_mark(&mark).is_empty().then_some(())
    })
    .await;
    assert!(
        cancelled.elapsed() < Duration::from_secs(1),
        "{:?}",
        cancelled.elapsed()
    );
    let tally = source.tally(job);
    assert!(tally.succeeded.is_empty() && tally.failed.is_empty());
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_capped() {
    let source = FakeSource::new();
    let job = source.submit(JobSpec::unit(&json!({})).of("shell").with(|options| {
        options.max_memory = Some(60 << 20);
    }));
    let script = "exec python3 -S -c 'import time; hoard = b\"x\" * (100 << 20); time.sleep(60)'";
    let workers = shell(&source, script, &[]);
    let tally = source.through(job).await;
    let error = &tally.failed[&0].error;
    assert_eq!(error.kind, ErrorKind::Memory);
    assert!(error.message.ends_with("cap 60 MiB"), "{}", error.message);
    workers.stop(PATIENCE).await;
    assert!(source.notes().iter().any(|note| {
        matches!(note.body, NoteBody::Usage { memory_bytes, .. } if memory_bytes > 60 << 20)
    }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_waits_for_the_current_item_only() {
    let source = FakeSource::new();
    let items = (0..6).map(|_| json!({}));
    let spec = JobSpec::items(items)
        .of("shell")
        .with(|options| options.chunk_size = 3);
    let job = source.submit(spec);
    let workers = shell(&source, "echo $$; sleep 0.4", &[]);
    eventually("work", || async {
        (!source.log(job).is_empty()).then_some(())
    })
    .await;
    workers.stop(PATIENCE).await;
    let tally = source.tally(job);
    assert!(
        tally.failed.is_empty() && (1..6).contains(&tally.succeeded.len()),
        "{tally:?}"
    );
    assert_eq!(source.free(job) + tally.succeeded.len(), 6);
    let pids = source
        .log(job)
        .into_iter()
        .map(|pid| pid.parse().expect("a pid"));
    assert!(pids.into_iter().all(|pid| !alive(pid)));
}
