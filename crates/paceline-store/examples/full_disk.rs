//! Fills the disk that it is given, and checks what the store makes of that: the child of a test
//! that mounts a small disk for it.
//!
//! `full_disk FOLDER` prints what it does and, at the end, `all is well`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use paceline_core::item::NewItem;
use paceline_core::query::{ItemQuery, JobQuery};
use paceline_core::store::{Store, StoreError};
use paceline_core::{JobId, JobOptions, Json, NewJob, Priority, Time, Work};
use paceline_store::{Options, SqliteStore};

const NOW: Time = Time::from_micros(1_795_342_530_123_456);
/// What else is on the disk, until somebody makes room.
const BALLAST: usize = 2 << 20;
/// Items of a job, each with a kibibyte.
const ITEMS: usize = 40;

#[tokio::main]
async fn main() {
    println!("begin");
    let folder = PathBuf::from(std::env::args().nth(1).expect("a folder"));
    let ballast = folder.join("ballast");
    std::fs::write(&ballast, vec![1; BALLAST]).expect("there is room at first");
    let file = folder.join("paceline.db");
    let store = SqliteStore::open(&file, Options::default()).expect("the database opens");

    let mut acknowledged = HashSet::new();
    let refused = fill(&store, &mut acknowledged).await;
    println!("full after {} jobs: {refused}", acknowledged.len());
    assert!(matches!(refused, StoreError::Full), "{refused:?}");
    check(&store, &acknowledged).await;
    refuse_many(&store, &mut acknowledged).await;
    check(&store, &acknowledged).await;

    std::fs::remove_file(&ballast).expect("somebody makes room");
    println!("there is room again");
    for number in 0..10 {
        submit(&store, number, &mut acknowledged)
            .await
            .expect("the store goes on by itself");
    }
    check(&store, &acknowledged).await;
    drop(store);
    reopen(&file, &acknowledged).await;
    println!("all is well");
}

/// Submits until the disk is full.
async fn fill(store: &SqliteStore, acknowledged: &mut HashSet<JobId>) -> StoreError {
    for number in 0..10_000 {
        if let Err(refused) = submit(store, number, acknowledged).await {
            return refused;
        }
    }
    panic!("the disk is larger than thought");
}

/// Many callers at once on a full disk: each hears of it, or was taken.
async fn refuse_many(store: &SqliteStore, acknowledged: &mut HashSet<JobId>) {
    let jobs: Vec<NewJob> = (0..30).map(|n| job(1_000_000 + n)).collect();
    let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
    let calls = jobs.into_iter().map(|job| store.submit(vec![job], NOW));
    let mut full = 0;
    for (call, id) in calls.zip(ids) {
        match tokio::time::timeout(Duration::from_secs(30), call)
            .await
            .expect("an answer")
        {
            Ok(_) => drop(acknowledged.insert(id)),
            Err(StoreError::Full) => full += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    println!("{full} of 30 more were refused");
    assert!(full > 0);
}

async fn submit(
    store: &SqliteStore,
    number: u64,
    acknowledged: &mut HashSet<JobId>,
) -> Result<(), StoreError> {
    let salt = acknowledged.len() as u64;
    let submitted = store.submit(vec![job(number + (salt << 32))], NOW).await?;
    acknowledged.insert(submitted[0].id);
    Ok(())
}

fn job(number: u64) -> NewJob {
    let mut random = [0; 10];
    random[..8].copy_from_slice(&number.to_be_bytes());
    let id = JobId::new(NOW, random);
    let item = |n| NewItem {
        key: Some(format!("k{n}")),
        payload: Json::from_checked(format!("{:?}", "x".repeat(1_024))),
    };
    NewJob {
        id,
        name: format!("fill-{number}"),
        task: "fill".to_owned(),
        queue: "default".to_owned(),
        priority: Priority::Normal,
        user: None,
        key: None,
        batch: None,
        labels: Vec::new(),
        params: Json::empty_object(),
        options: Arc::new(JobOptions::default()),
        run_at: None,
        work: Work::Items((0..ITEMS).map(item).collect()),
    }
}

/// What was acknowledged is there, whole; nothing else is.
async fn check(store: &SqliteStore, acknowledged: &HashSet<JobId>) {
    let query = JobQuery {
        limit: 100_000,
        ..JobQuery::default()
    };
    let jobs = store.jobs(query).await.expect("reading goes on").items;
    let there: HashSet<JobId> = jobs.iter().map(|job| job.id).collect();
    assert_eq!(&there, acknowledged);
    for job in there {
        let query = ItemQuery {
            limit: 1_000,
            ..ItemQuery::default()
        };
        let items = store.items(job, query).await.expect("reading goes on");
        assert_eq!(items.len(), ITEMS, "{job} is whole");
    }
    let counts = store.counts().await.expect("reading goes on");
    assert_eq!(counts.values().sum::<u64>(), acknowledged.len() as u64);
}

async fn reopen(file: &Path, acknowledged: &HashSet<JobId>) {
    let store = SqliteStore::open(file, Options::default()).expect("the database opens again");
    check(&store, acknowledged).await;
    drop(store);
    let plain = rusqlite::Connection::open(file).expect("a plain connection");
    let found: String = plain
        .query_row("PRAGMA integrity_check", (), |row| row.get(0))
        .expect("a check");
    assert_eq!(found, "ok");
}
