//! A database in a folder of its own, jobs to put into it, and the programs that the tests start.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use paceline_core::dice::Dice;
use paceline_core::id::EventSeq;
use paceline_core::item::{Item, ItemReport, NewItem, Outcome};
use paceline_core::lease::{Lease, LeaseReport, LeasedWork, Release, ReportAnswer, ReportBody};
use paceline_core::links::Wanted;
use paceline_core::query::{EventQuery, ItemQuery, JobQuery, Selector};
use paceline_core::resources::Room;
use paceline_core::retry::RetryPolicy;
use paceline_core::store::{Action, Claim, NodeInfo, Offer, Store};
use paceline_core::{
    Failure, Job, JobId, JobOptions, Json, NewJob, NodeId, Priority, Seq, Time, Work,
};
use paceline_store::{Options, SqliteStore};
use tempfile::TempDir;

/// 2026-11-22 10:15:30.123456 UTC.
pub(crate) const NOW: Time = Time::from_micros(1_795_342_530_123_456);
pub(crate) const TASK: &str = "predict";
const FOREVER: Duration = Duration::from_hours(24 * 365);

/// A folder with the place for a database.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Place(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder().join("paceline.db")
    }

    pub(crate) fn open(&self) -> Arc<SqliteStore> {
        open(&self.file())
    }

    /// A connection beside the store, as a person with a SQL shell would have.
    pub(crate) fn shell(&self) -> rusqlite::Connection {
        shell(&self.file())
    }

    /// Waits until the index for searches knows so many jobs.
    pub(crate) async fn until_searchable(&self, jobs: i64) {
        const KNOWN: &str = "SELECT value FROM counters WHERE name = 'searchable'";
        let shell = self.shell();
        let searchable = async {
            while shell
                .query_row(KNOWN, (), |row| row.get::<_, i64>(0))
                .unwrap_or(0)
                < jobs
            {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), searchable)
            .await
            .expect("the index catches up");
    }
}

pub(crate) fn open(file: &Path) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(file, Options::default()).expect("the database opens"))
}

pub(crate) fn shell(file: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(file).expect("a plain connection")
}

/// Nothing is damaged by the database's own judgement.
pub(crate) fn assert_sound(file: &Path) {
    let found: String = shell(file)
        .query_row("PRAGMA integrity_check", (), |row| row.get(0))
        .expect("a check");
    assert_eq!(found, "ok");
}

/// Names the file or folder that a child works on, which also makes a test a child.
pub(crate) const CHILD_PLACE: &str = "PACELINE_TEST_CHILD";
const CHILD_SEED: &str = "PACELINE_TEST_SEED";
/// What a child says begins so; the test harness around it says other things.
const SAYS: &str = "child: ";

/// This very program, to be run as the ignored test `name` alone: so a child is always as new as
/// its parent. Arguments to follow are the harness's.
pub(crate) fn child(name: &str, place: &Path, seed: u64) -> std::process::Command {
    let mut child = std::process::Command::new(this_program());
    child
        .args(child_arguments(name))
        .env(CHILD_PLACE, place)
        .env(CHILD_SEED, seed.to_string());
    child
}

pub(crate) fn this_program() -> PathBuf {
    std::env::current_exe().expect("the test has a path")
}

pub(crate) fn child_arguments(name: &str) -> [&str; 4] {
    ["--exact", name, "--ignored", "--nocapture"]
}

/// What a child is given; nothing when it is run by somebody who wanted to see all tests.
#[expect(
    clippy::disallowed_methods,
    reason = "the harness leaves a child no other argument"
)]
pub(crate) fn part_of_child() -> Option<(PathBuf, u64)> {
    let place = std::env::var_os(CHILD_PLACE)?;
    let seed = std::env::var(CHILD_SEED)
        .ok()
        .and_then(|seed| seed.parse().ok());
    Some((place.into(), seed.unwrap_or_default()))
}

/// Says something to the parent. Ends in a full stop, so that it is known to be whole.
pub(crate) fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{SAYS}{what}.")
        .and_then(|()| out.flush())
        .expect("the parent listens");
}

/// What a child said in a line of its output, if it is that and whole.
pub(crate) fn said(line: &str) -> Option<&str> {
    let (_, what) = line.split_once(SAYS)?;
    what.strip_suffix('.')
}

/// Different in each run of a program; `seed` keeps the runs apart.
pub(crate) fn new_id_of(seed: u64) -> JobId {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let mut dice = Dice::new(COUNT.fetch_add(1, Ordering::Relaxed) ^ (seed << 32));
    let mut random = [0; 10];
    random.fill_with(|| dice.next_u64().to_le_bytes()[0]);
    JobId::new(NOW, random)
}

pub(crate) fn job(work: Work) -> NewJob {
    let id = new_id_of(0);
    let retry = RetryPolicy {
        attempts: 2,
        jitter: false,
        ..RetryPolicy::default()
    };
    let options = JobOptions {
        retry,
        ..JobOptions::default()
    };
    NewJob {
        id,
        name: format!("{TASK}-{id}"),
        task: TASK.to_owned(),
        queue: "default".to_owned(),
        priority: Priority::Normal,
        user: None,
        key: None,
        batch: None,
        labels: Vec::new(),
        params: Json::empty_object(),
        options: Arc::new(options),
        run_at: None,
        work,
        links: Wanted::default(),
    }
}

pub(crate) fn unit() -> NewJob {
    job(Work::Unit)
}

pub(crate) fn items(count: u32) -> NewJob {
    job(Work::Items(new_items(0, count)))
}

pub(crate) fn new_items(from: u32, count: u32) -> Vec<NewItem> {
    let item = |n: u32| NewItem {
        key: Some(format!("k{n}")),
        payload: Json::from_checked(n.to_string()),
    };
    (from..from + count).map(item).collect()
}

pub(crate) async fn submit(store: &dyn Store, job: NewJob) -> JobId {
    store.submit(vec![job], NOW).await.expect("taken")[0].id
}

pub(crate) async fn register(store: &dyn Store) -> NodeId {
    let node = NodeInfo {
        name: "testing".to_owned(),
        pid: 4711,
        version: "0.1.0".to_owned(),
    };
    store
        .register_node(node, NOW + FOREVER, NOW)
        .await
        .expect("registered")
}

/// Starts whatever may start and leases up to `leases`.
pub(crate) async fn claim(store: &dyn Store, node: NodeId, leases: u32) -> Vec<Lease> {
    store.admit(NOW).await.expect("admitted");
    let offer = Offer {
        tasks: vec![TASK.to_owned()],
        leases,
        workers: 1,
    };
    let claim = Claim {
        node,
        offers: vec![offer],
        room: Room::default(),
        now: NOW,
    };
    let claimed = store.claim(claim).await.expect("claimed");
    claimed.leases.into_iter().flatten().collect()
}

pub(crate) fn seqs(lease: &Lease) -> Vec<u32> {
    match &lease.work {
        LeasedWork::Chunk(items) => items.iter().map(|item| item.seq.0).collect(),
        LeasedWork::Unit | LeasedWork::Plan => Vec::new(),
    }
}

/// The report that all of a lease ended so.
pub(crate) fn report_of(lease: &Lease, outcome: &Outcome) -> LeaseReport {
    let duration = Duration::from_millis(20);
    let body = match &lease.work {
        LeasedWork::Unit => ReportBody::Unit {
            outcome: outcome.clone(),
            duration,
        },
        LeasedWork::Plan => ReportBody::HandBack,
        LeasedWork::Chunk(_) => ReportBody::Chunk {
            items: seqs(lease)
                .into_iter()
                .map(|seq| ItemReport {
                    seq: Seq(seq),
                    outcome: outcome.clone(),
                    duration,
                })
                .collect(),
            release: Some(Release::Normal),
        },
    };
    LeaseReport {
        lease: lease.id,
        job: lease.job,
        body,
    }
}

pub(crate) fn success() -> Outcome {
    Outcome::Succeeded(Json::from_checked("{\"ok\":true}"))
}

pub(crate) fn failure(message: &str) -> Outcome {
    Outcome::Failed(Failure::new(paceline_core::ErrorKind::Handler, message))
}

pub(crate) async fn report(store: &dyn Store, lease: &Lease, outcome: &Outcome) -> ReportAnswer {
    let reports = vec![report_of(lease, outcome)];
    store.report(reports, 1, NOW).await.expect("reported")[0]
}

pub(crate) async fn act(store: &dyn Store, job: JobId, action: Action) {
    let controlled = store
        .control(Selector::Ids(vec![job]), action, false, NOW)
        .await;
    assert_eq!(controlled.expect("done").changed, 1);
}

pub(crate) async fn all_jobs(store: &dyn Store) -> Vec<Job> {
    let query = JobQuery {
        limit: 1_000_000,
        ..JobQuery::default()
    };
    store.jobs(query).await.expect("listed").items
}

pub(crate) async fn items_of(store: &dyn Store, job: JobId) -> Vec<Item> {
    let query = ItemQuery {
        limit: 1_000_000,
        ..ItemQuery::default()
    };
    store.items(job, query).await.expect("listed")
}

/// Jobs, their items, and all events.
pub(crate) async fn everything(store: &dyn Store) -> String {
    let mut jobs = Vec::new();
    for job in all_jobs(store).await {
        let items = items_of(store, job.id).await;
        jobs.push((job, items));
    }
    let query = EventQuery {
        after: EventSeq(0),
        job: None,
        limit: 1_000_000,
    };
    let events = store.events(query).await.expect("listed");
    let counts = store.counts().await.expect("counts");
    format!("{jobs:?} {events:?} {counts:?}")
}
