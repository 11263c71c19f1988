//! Nodes at work: they admit, lease and report until nothing is left to do.

use std::sync::Arc;
use std::time::Duration;

use paceline_core::item::{ItemReport, NewItem, Outcome};
use paceline_core::lease::{Lease, LeaseReport, LeasedWork, Release, ReportBody};
use paceline_core::limits::Limits;
use paceline_core::links::Wanted;
use paceline_core::resources::Room;
use paceline_core::store::{Claim, NodeInfo, Offer, Result, Store, StoreError};
use paceline_core::{JobId, JobState, Json, NewJob, NodeId, Priority, Time, Work};
use paceline_store::postgres::{Options, PostgresStore};

/// 2026-11-22 10:15:30 UTC; no test waits for its time to pass.
pub(crate) const NOW: Time = Time::from_micros(1_795_342_530_000_000);
pub(crate) const TASK: &str = "predict";
/// Longer than anything here takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

pub(crate) async fn connect(url: &str) -> Arc<PostgresStore> {
    let store = PostgresStore::connect(url, Options::default()).await;
    Arc::new(store.expect("a store"))
}

/// Does on the shared server what its administrator would.
pub(crate) async fn administer(sql: &str) {
    let database = paceline_test_postgres::shared().database();
    let connected = tokio_postgres::connect(&database, tokio_postgres::NoTls).await;
    let (client, connection) = connected.expect("connected");
    tokio::spawn(connection);
    client.batch_execute(sql).await.expect(sql);
}

pub(crate) async fn register(store: &PostgresStore) -> NodeId {
    let node = NodeInfo {
        name: "testing".to_owned(),
        pid: 4711,
        version: "0.1.0".to_owned(),
    };
    let until = NOW + Duration::from_hours(1);
    store.register_node(node, until, NOW).await.expect("a node")
}

/// Ids that differ by a number.
pub(crate) fn id(number: u32) -> JobId {
    let mut random = [0; 10];
    random[..4].copy_from_slice(&number.to_be_bytes());
    JobId::new(NOW, random)
}

pub(crate) fn job(number: u32, user: &str, items: u32) -> NewJob {
    let item = |n: u32| NewItem {
        key: Some(format!("k{n}")),
        payload: Json::null(),
    };
    NewJob {
        id: id(number),
        name: format!("job-{number}"),
        task: TASK.to_owned(),
        queue: "default".to_owned(),
        priority: Priority::Normal,
        user: Some(user.to_owned()),
        key: None,
        batch: None,
        labels: Vec::new(),
        params: Json::empty_object(),
        options: Arc::default(),
        run_at: None,
        work: match items {
            0 => Work::Unit,
            items => Work::Items((0..items).map(item).collect()),
        },
        links: Wanted::default(),
    }
}

/// One round of a node: starts what may start, leases and reports success. Returns how many leases
/// there were.
pub(crate) async fn work(store: &PostgresStore, node: NodeId, limits: Limits) -> Result<usize> {
    store.configure(limits, NOW).await?;
    store.admit(NOW).await?;
    let leases = claim(store, node).await?;
    let reports: Vec<LeaseReport> = leases.iter().map(success).collect();
    if !reports.is_empty() {
        report(store, reports).await?;
    }
    Ok(leases.len())
}

/// Leases what a node with a few workers would.
pub(crate) async fn claim(store: &PostgresStore, node: NodeId) -> Result<Vec<Lease>> {
    let offer = Offer {
        tasks: vec![TASK.to_owned()],
        leases: 3,
        workers: 4,
    };
    let claim = Claim {
        node,
        offers: vec![offer],
        room: Room::default(),
        now: NOW,
    };
    let claimed = store.claim(claim).await?;
    Ok(claimed.leases.into_iter().flatten().collect())
}

/// Reports until the store takes it: a worker does not forget what it has done.
async fn report(store: &PostgresStore, reports: Vec<LeaseReport>) -> Result<()> {
    loop {
        match store.report(reports.clone(), 1, NOW).await {
            Err(StoreError::Unavailable(_)) => pause().await,
            other => return other.map(|_| ()),
        }
    }
}

pub(crate) fn success(lease: &Lease) -> LeaseReport {
    let outcome = || Outcome::Succeeded(Json::null());
    let duration = Duration::from_millis(5);
    let body = match &lease.work {
        LeasedWork::Unit => ReportBody::Unit {
            outcome: outcome(),
            duration,
        },
        LeasedWork::Plan => ReportBody::PlanDone,
        LeasedWork::Chunk(items) => ReportBody::Chunk {
            items: items
                .iter()
                .map(|item| ItemReport {
                    seq: item.seq,
                    outcome: outcome(),
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

/// Whether so many jobs have completed.
pub(crate) async fn completed(store: &PostgresStore, jobs: u64) -> Result<bool> {
    Ok(store.counts().await?[&JobState::Completed] == jobs)
}

pub(crate) async fn pause() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}
