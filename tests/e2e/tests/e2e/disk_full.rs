//! A disk that fills up while jobs run.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use paceline_e2e::api::{progress, state};
use paceline_e2e::{Api, Node, Project, project, wait};
use reqwest::StatusCode;
use serde_json::json;

use crate::work::{LONG, naps, started};

/// A small file system of its own, gone when dropped.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// `None` where mounting is not permitted.
    fn mount() -> Option<SmallDisk> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"])
            .arg(folder.path())
            .output();
        mounted
            .ok()?
            .status
            .success()
            .then_some(SmallDisk { folder })
    }

    fn ballast(&self) -> PathBuf {
        self.folder.path().join("ballast")
    }

    /// Writes until nothing fits any more.
    fn fill(&self) {
        let mut file = std::fs::File::create(self.ballast()).expect("a file");
        let block = vec![0_u8; 64 << 10];
        while file.write_all(&block).is_ok() {}
        while file.write_all(&[0]).is_ok() {}
    }

    fn free(&self) {
        std::fs::remove_file(self.ballast()).expect("removed");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount")
            .arg("--lazy")
            .arg(self.folder.path())
            .status();
        assert!(
            unmounted.is_ok_and(|status| status.success()),
            "the small disk stays mounted"
        );
    }
}

/// The node's disk as the test fills and frees it: a small file system, or, where mounting is not
/// permitted, a limit on the size of the node's files.
enum Disk {
    Small(SmallDisk),
    Limited,
}

/// About what the store holds after its first jobs, in bytes.
const LIMIT: u64 = 3 << 20;

impl Disk {
    fn new() -> Disk {
        SmallDisk::mount().map_or(Disk::Limited, Disk::Small)
    }

    fn store(&self) -> Option<PathBuf> {
        match self {
            Disk::Small(disk) => Some(disk.folder.path().join("paceline.db")),
            Disk::Limited => None,
        }
    }

    async fn start(&self, project: &Project) -> Node {
        match self {
            Disk::Small(_) => Node::start(project).await,
            Disk::Limited => {
                // A write beyond the limit fails instead of killing the process.
                let mut shell = Command::new("sh");
                shell.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]);
                let node = paceline_e2e::node::command(project);
                shell.arg(node.get_program()).args(node.get_args());
                shell.envs(
                    node.get_envs()
                        .filter_map(|(name, value)| Some((name, value?))),
                );
                Node::start_as(project, shell).await
            }
        }
    }

    fn fill(&self, node: &Node) {
        match self {
            Disk::Small(disk) => disk.fill(),
            Disk::Limited => limit_files(node.pid(), &LIMIT.to_string()),
        }
    }

    fn free(&self, node: &Node) {
        match self {
            Disk::Small(disk) => disk.free(),
            Disk::Limited => limit_files(node.pid(), "unlimited"),
        }
    }
}

/// Sets the soft limit only, so that it can be lifted again.
fn limit_files(pid: u32, most: &str) {
    let set = Command::new("prlimit")
        .args(["--pid", &pid.to_string(), &format!("--fsize={most}:")])
        .status();
    assert!(set.is_ok_and(|status| status.success()), "prlimit failed");
}

#[tokio::test]
async fn a_full_disk_is_said_waited_out_and_costs_nothing() {
    let disk = Disk::new();
    let project = Project::with(project::Options {
        store: disk.store(),
        ..Default::default()
    });
    let node = disk.start(&project).await;
    let (api, journal) = (node.api(), project.journal());
    let job = json!({"task": "nap", "items": naps("d", 100, 0.05), "chunk_size": 5});
    let id = api.submit(&job).await;
    started(&journal, 10).await;

    disk.fill(&node);
    refused(api).await;
    let health = api.health().await;
    assert!(
        health.status.is_success(),
        "the node is not alive: {health:?}"
    );
    let ready = api.ready().await;
    assert_eq!(
        ready.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "a node that cannot write says it is ready: {ready:?}"
    );
    assert_eq!(state(&api.job(&id).await), "running", "reading goes on");

    disk.free(&node);
    let job = api.ended(&id, LONG).await;
    assert_eq!(
        (state(&job), progress(&job, "succeeded")),
        ("completed", 100),
        "{job}"
    );
    assert!(
        journal.runs().values().all(|runs| *runs == 1),
        "an item ran twice"
    );
    assert_not_damaged(project.store());
    node.stop(Duration::from_secs(15)).await;
}

/// Submits until the store has no room left, and looks at how that is said.
async fn refused(api: &Api) {
    let padding = "x".repeat(100_000);
    let job =
        json!({"task": "unit", "params": {"padding": padding}, "run_at": "2999-01-01T00:00:00Z"});
    let (answer, _) = wait::until("the disk to be full", LONG, || async {
        let answer = api.post("/jobs", &job).await;
        (!answer.status.is_success()).then_some(answer)
    })
    .await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
    assert_eq!(answer.body["code"], "store_full", "{answer:?}");
    assert!(answer.retry_after.is_some(), "no Retry-After: {answer:?}");
    let detail = answer.body["detail"].as_str().expect("words");
    assert!(detail.contains("disk"), "{detail}");
}

fn assert_not_damaged(store: &Path) {
    let python = paceline_e2e::node::python();
    let script = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('pragma integrity_check').fetchone()[0])";
    let checked = Command::new(python)
        .args(["-c", script])
        .arg(store)
        .output()
        .expect("python runs");
    assert_eq!(String::from_utf8_lossy(&checked.stdout).trim(), "ok");
}
