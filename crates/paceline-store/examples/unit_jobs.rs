//! What the store itself takes for small jobs: submits, claims and reports unit jobs, or streams
//! and reports the items of one job, and prints the time of each verb.
//!
//! `cargo run --release -p paceline-store --example unit_jobs -- FOLDER|URL [JOBS] [ITEMS]`: on `SQLite`
//! in the folder, or on the `PostgreSQL` server of the URL.
#![expect(clippy::disallowed_methods, reason = "it measures real time")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use paceline_core::item::{ItemReport, NewItem, Outcome};
use paceline_core::lease::{Lease, LeaseReport, LeasedWork, Release, ReportBody};
use paceline_core::links::Wanted;
use paceline_core::resources::Room;
use paceline_core::store::{Claim, NodeInfo, Offer, Store};
use paceline_core::{JobId, JobOptions, Json, NewJob, NodeId, Priority, Time, Work};
use paceline_store::{Options, PostgresStore, SqliteStore, postgres};
use tokio::task::JoinSet;

const SUBMITTED_AT_ONCE: usize = 1_000;
const LEASED_AT_ONCE: u32 = 500;
const NOW: Time = Time::from_micros(1_795_000_000_000_000);

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let place = arguments
        .next()
        .expect("a folder, or the URL of a PostgreSQL server");
    let mut number = |default| {
        let argument = arguments.next();
        argument.map_or(default, |text| text.parse().expect("a number"))
    };
    let (jobs, items) = (number(100_000), number(200_000));
    let store = open(&place).await;
    let info = NodeInfo {
        name: "bench".to_owned(),
        pid: std::process::id(),
        version: "0".to_owned(),
    };
    let until = NOW + Duration::from_hours(1);
    let node = store
        .register_node(info, until, NOW)
        .await
        .expect("registers");
    unit_jobs(&*store, node, jobs).await;
    item_job(&store, node, items).await;
    let health = store.health(NOW).await.expect("healthy");
    println!(
        "durable write {:?}, {} MB",
        health.write_latency,
        health.size_bytes >> 20
    );
}

async fn open(place: &str) -> Arc<dyn Store> {
    if place.starts_with("postgres") {
        let store = PostgresStore::connect(place, postgres::Options::default()).await;
        return Arc::new(store.expect("a server"));
    }
    let path = PathBuf::from(place).join("unit_jobs.db");
    Arc::new(SqliteStore::open(&path, Options::default()).expect("a database"))
}

/// Time of the wall and of the processors since it was made.
struct Meter(Instant, Duration);

impl Meter {
    fn start() -> Self {
        Meter(Instant::now(), processor_time())
    }

    fn print(&self, what: &str, count: usize) {
        let count = u32::try_from(count).expect("small");
        let wall = self.0.elapsed();
        let processors = processor_time().saturating_sub(self.1);
        println!(
            "{what:28} {count:8}: {:9.0}/s, each {:6.2} µs wall, {:6.2} µs CPU",
            f64::from(count) / wall.as_secs_f64(),
            wall.as_secs_f64() * 1e6 / f64::from(count),
            processors.as_secs_f64() * 1e6 / f64::from(count),
        );
    }
}

/// User and system time of this process, in steps of 10 ms.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split(' ').collect();
    let ticks = |index: usize| {
        fields
            .get(index)
            .and_then(|field| field.parse().ok())
            .unwrap_or(0)
    };
    Duration::from_millis(10 * (ticks(12) + ticks(13)))
}

fn new_job(number: u64, work: Work, options: &Arc<JobOptions>) -> NewJob {
    let mut random = [0; 10];
    // The process makes ids of several runs on one database differ.
    random[..4].copy_from_slice(&std::process::id().to_be_bytes());
    random[4..].copy_from_slice(&number.to_be_bytes()[2..]);
    NewJob {
        id: JobId::new(NOW, random),
        name: format!("bench_noop-20261122-101530-{number}"),
        task: "bench_noop".to_owned(),
        queue: "default".to_owned(),
        priority: Priority::Normal,
        user: None,
        key: None,
        batch: None,
        labels: Vec::new(),
        params: Json::from_checked(r#"{"n":12345}"#),
        options: options.clone(),
        run_at: None,
        work,
        links: Wanted::default(),
    }
}

async fn claim(store: &dyn Store, node: NodeId) -> Vec<Lease> {
    store.admit(NOW).await.expect("admits");
    let offer = Offer {
        tasks: vec!["bench_noop".to_owned()],
        leases: LEASED_AT_ONCE,
        workers: 2,
    };
    let claim = Claim {
        node,
        offers: vec![offer],
        room: Room::default(),
        now: NOW,
    };
    let claimed = store.claim(claim).await.expect("claims");
    claimed.leases.into_iter().next().unwrap_or_default()
}

async fn unit_jobs(store: &dyn Store, node: NodeId, count: usize) {
    let options = Arc::new(JobOptions::default());
    let all = Meter::start();
    let meter = Meter::start();
    let numbers: Vec<u64> = (0..count as u64).collect();
    for part in numbers.chunks(SUBMITTED_AT_ONCE) {
        let jobs = part
            .iter()
            .map(|&number| new_job(number, Work::Unit, &options));
        store.submit(jobs.collect(), NOW).await.expect("submits");
    }
    meter.print("submit units", count);
    let (mut claiming, mut reporting) = (Duration::ZERO, Duration::ZERO);
    let mut ended = 0;
    while ended < count {
        let started = Instant::now();
        let leases = claim(store, node).await;
        claiming += started.elapsed();
        ended += leases.len();
        let reports = leases.iter().map(|lease| LeaseReport {
            lease: lease.id,
            job: lease.job,
            body: ReportBody::Unit {
                outcome: Outcome::Succeeded(Json::null()),
                duration: Duration::from_micros(5),
            },
        });
        let reports = reports.collect();
        let started = Instant::now();
        store.report(reports, 1, NOW).await.expect("reports");
        reporting += started.elapsed();
    }
    for (what, took) in [("claim", claiming), ("report", reporting)] {
        let each = took.as_secs_f64() * 1e6 / f64::from(u32::try_from(count).expect("small"));
        println!("  {what:26} each {each:6.2} µs wall");
    }
    all.print("units, all three verbs", count);
}

async fn item_job(store: &Arc<dyn Store>, node: NodeId, count: usize) {
    let options = Arc::new(JobOptions::default());
    let meter = Meter::start();
    let job = new_job(u64::MAX, Work::Unit, &options);
    let upload = store.begin_upload(job, NOW).await.expect("begins");
    let numbers: Vec<usize> = (0..count).collect();
    for part in numbers.chunks(SUBMITTED_AT_ONCE) {
        let items = part.iter().map(|number| NewItem {
            key: Some(format!("race-{number}")),
            payload: Json::from_checked(format!(r#"{{"race_id":{number}}}"#)),
        });
        store
            .append_upload(upload, items.collect())
            .await
            .expect("appends");
    }
    store.finish_upload(upload, NOW).await.expect("finishes");
    meter.print("stream items", count);
    let meter = Meter::start();
    let mut ended = 0;
    let mut now = NOW;
    while ended < count {
        let leases = claim(&**store, node).await;
        now = now + Duration::from_millis(50);
        // As from many workers at once: each report is a call of its own.
        let mut calls = JoinSet::new();
        for lease in &leases {
            let (report, items) = chunk_report(lease);
            ended += items;
            let store = store.clone();
            calls.spawn(async move { store.report(vec![report], 1, now).await });
        }
        while let Some(call) = calls.join_next().await {
            call.expect("runs").expect("reports");
        }
    }
    meter.print("claim and report items", count);
}

fn chunk_report(lease: &Lease) -> (LeaseReport, usize) {
    let LeasedWork::Chunk(items) = &lease.work else {
        panic!("a chunk was expected");
    };
    let ended = items.iter().map(|item| ItemReport {
        seq: item.seq,
        outcome: Outcome::Succeeded(Json::from_checked(r#"{"p":0.25}"#)),
        duration: Duration::from_micros(100),
    });
    let body = ReportBody::Chunk {
        items: ended.collect(),
        release: Some(Release::Normal),
    };
    let report = LeaseReport {
        lease: lease.id,
        job: lease.job,
        body,
    };
    (report, items.len())
}
