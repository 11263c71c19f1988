//! No process outlives its node or its worker, whatever kills which.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;
use tokio::time::Instant;

use crate::support::{
    FakeSource, JobSpec, Tally, alive, children_with_mark, eventually, pool, start, supervisor,
};

const PATIENCE: Duration = Duration::from_secs(5);

/// Runs a command below a supervisor whose node lives on.
fn supervised(command: &str) -> ExitStatus {
    let (reader, _lifeline) = std::io::pipe().expect("a pipe");
    let program = supervisor().program;
    let script = format!(
        "exec 9<&0 </dev/null {} --lifeline 9 -- {command}",
        program.display()
    );
    let status = Command::new("sh")
        .args(["-c", &script])
        .stdin(reader)
        .status();
    status.expect("a supervisor")
}

#[test]
fn a_supervisor_ends_as_its_command_ended() {
    assert_eq!(supervised("true").code(), Some(0));
    assert_eq!(supervised("sh -c 'exit 42'").code(), Some(42));
    assert_eq!(supervised("sh -c 'kill -9 $$'").signal(), Some(9));
    assert_eq!(supervised("sh -c 'kill -11 $$'").signal(), Some(11));
    assert_eq!(supervised("sh -c 'kill -15 $$'").signal(), Some(15));
    assert_eq!(supervised("no-such-program").code(), Some(127));
}

#[test]
fn what_a_command_leaves_behind_dies_with_it() {
    let mark = mark("leaves");
    let began = Instant::now();
    let left =
        format!("env PACELINE_TEST_MARK={mark} sh -c 'setsid sleep 600 & sleep 600 & exit 5'");
    assert_eq!(supervised(&left).code(), Some(5));
    assert_eq!(children_with_mark(&mark), [0; 0]);
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_crowd_dies_as_one() {
    let mark = mark("crowd");
    let (reader, lifeline) = std::io::pipe().expect("a pipe");
    let crowd = "i=0; while [ $i -lt 100 ]; do setsid sh -c 'sleep 600 & sleep 600' & i=$((i+1)); done; wait";
    let program = supervisor().program;
    let script = format!(
        "exec 9<&0 </dev/null {} --lifeline 9 -- sh -c \"$CROWD\"",
        program.display()
    );
    let mut child = Command::new("sh")
        .args(["-c", &script])
        .env("CROWD", crowd)
        .env("PACELINE_TEST_MARK", &mark)
        .stdin(reader)
        .spawn()
        .expect("a supervisor");
    let began = Instant::now();
    while children_with_mark(&mark).len() < 150 {
        assert!(began.elapsed() < Duration::from_secs(20), "no crowd");
        std::thread::yield_now();
    }
    let killed = Instant::now();
    drop(lifeline);
    child.wait().expect("ended");
    assert!(
        killed.elapsed() < Duration::from_secs(5),
        "{:?}",
        killed.elapsed()
    );
    assert_eq!(children_with_mark(&mark), [0; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_is_given_its_pipes_and_nothing_else() {
    let source = FakeSource::new();
    let _listening = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let _file = tempfile::tempfile().expect("a file");
    let jobs: Vec<_> = (0..4).map(|_| source.submit(surroundings())).collect();
    let workers = start(&source, pool(4, &[]));
    for job in jobs {
        let given = given(&source.through(job).await);
        let files = given["files"].as_array().expect("a list");
        let foreign = files
            .iter()
            .filter_map(|file| file.as_str())
            .filter(|file| {
                !file.starts_with("pipe:") && !file.starts_with("/proc/") && *file != "/dev/null"
            });
        assert_eq!(foreign.collect::<Vec<_>>(), [""; 0]);
        // stdin, stdout and stderr, of which the fixture joins the latter two.
        let pipes: BTreeSet<_> = files
            .iter()
            .filter_map(|file| file.as_str()?.strip_prefix("pipe"))
            .collect();
        assert_eq!(pipes.len(), 3, "{files:?}");
        assert_eq!(
            (&given["core"], &given["oom"]),
            (&json!([0, 0]), &json!(500))
        );
        assert_eq!(given["blocked"], "0000000000000000");
        assert_eq!(given["group"], true);
    }
    workers.stop(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_heeds_only_its_node() {
    let source = FakeSource::new();
    let first = source.submit(surroundings());
    let workers = start(&source, pool(1, &[]));
    let before = given(&source.through(first).await);
    let supervisor =
        Pid::from_raw(serde_json::from_value(before["parent"].clone()).expect("a pid"));
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        kill(supervisor, signal).expect("sent");
    }
    let second = source.submit(surroundings());
    assert_eq!(
        given(&source.through(second).await)["parent"],
        before["parent"]
    );
    // Killed all the same, it takes its command along, and the slot goes on with another.
    kill(supervisor, Signal::SIGKILL).expect("sent");
    let pid = supervisor.as_raw().unsigned_abs();
    eventually("its end", || async { (!alive(pid)).then_some(()) }).await;
    let third = source.submit(surroundings());
    let tally = source.through(third).await;
    if tally.failed.is_empty() {
        assert_ne!(given(&tally)["parent"], before["parent"]);
    } else {
        assert!(
            tally.failed[&0].error.message.contains("SIGKILL"),
            "{:?}",
            tally.failed
        );
    }
    workers.stop(PATIENCE).await;
}

fn surroundings() -> JobSpec {
    JobSpec::unit(&json!({ "do": "surroundings" }))
}

fn given(tally: &Tally) -> serde_json::Value {
    let result = tally
        .succeeded
        .get(&0)
        .unwrap_or_else(|| panic!("failed: {:?}", tally.failed));
    serde_json::from_str(result.as_str()).expect("JSON")
}

#[test]
fn nothing_survives_a_node_that_is_killed() {
    let mark = mark("node");
    let mut node = Command::new(std::env::current_exe().expect("this program"))
        .args([
            "supervision::a_node_to_kill",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env("PACELINE_TEST_MARK", &mark)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a node");
    let lines = BufReader::new(node.stdout.take().expect("piped")).lines();
    let busy = lines
        .map_while(Result::ok)
        .any(|line| line.contains("busy"));
    assert!(busy, "the node ended");
    // The node, two supervisors, two workers, two daemons that left their sessions.
    let before = children_with_mark(&mark);
    assert!(before.len() >= 7, "{before:?}");
    node.kill().expect("killed");
    node.wait().expect("ended");
    let killed = Instant::now();
    while !children_with_mark(&mark).is_empty() {
        assert!(
            killed.elapsed() < Duration::from_secs(2),
            "{:?}",
            children_with_mark(&mark)
        );
        std::thread::yield_now();
    }
    println!("all dead {:?} after the node", killed.elapsed());
}

/// What the test above runs in a process of its own.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a node that waits to be killed, for the test above"]
async fn a_node_to_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = ["a", "b"].map(|name| folder.path().join(name));
    let source = FakeSource::new();
    let deeds = files
        .iter()
        .map(|file| json!({ "do": "daemon", "file": file, "then": "stubborn" }));
    source.submit(JobSpec::items(deeds).with(|options| options.chunk_size = 1));
    let _workers = start(&source, pool(2, &[]));
    let written = |file: &PathBuf| std::fs::read(file).is_ok_and(|pid| !pid.is_empty());
    eventually("two daemons", || async {
        files.iter().all(written).then_some(())
    })
    .await;
    println!("busy");
    std::future::pending::<()>().await;
}

fn mark(name: &str) -> String {
    format!("{name}-{}", std::process::id())
}
