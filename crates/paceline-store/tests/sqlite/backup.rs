//! Copies that are made while the store is written to.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use paceline_core::JobId;
use paceline_core::store::Store;
use paceline_store::SqliteStore;

use crate::support::{
    Place, all_jobs, assert_sound, claim, items, items_of, open, register, report, submit, success,
    unit,
};

/// Submits and runs jobs until it is told to stop; returns what was acknowledged.
async fn keep_writing(store: Arc<SqliteStore>, stop: Arc<AtomicBool>) -> Vec<JobId> {
    let mut acknowledged = Vec::new();
    let node = register(&*store).await;
    while !stop.load(Ordering::Relaxed) {
        acknowledged.push(submit(&*store, items(30)).await);
        acknowledged.push(submit(&*store, unit()).await);
        for lease in claim(&*store, node, 3).await {
            report(&*store, &lease, &success()).await;
        }
    }
    acknowledged
}

/// Every job of the copy is whole: its items are all there and its counters count them.
async fn assert_consistent(copy: &dyn Store) -> HashSet<JobId> {
    let mut there = HashSet::new();
    for job in all_jobs(copy).await {
        let items = items_of(copy, job.id).await;
        let succeeded = items.iter().filter(|item| item.result.is_some()).count();
        if !items.is_empty() {
            assert_eq!(items.len(), job.counters.total as usize, "{job:?}");
            assert_eq!(succeeded, job.counters.succeeded as usize, "{job:?}");
        }
        there.insert(job.id);
    }
    there
}

async fn check_copy(file: &Path, before: &[JobId]) -> usize {
    assert_sound(file);
    let copy = open(file);
    let there = assert_consistent(&*copy).await;
    let missing = before.iter().filter(|job| !there.contains(job)).count();
    assert_eq!(
        missing, 0,
        "all that was acknowledged before the copy began is in it"
    );
    submit(&*copy, unit()).await;
    there.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_made_while_writing_is_consistent() {
    let place = Place::new();
    let store = place.open();
    let mut before = Vec::new();
    for _ in 0..20 {
        before.push(submit(&*store, items(100)).await);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn(keep_writing(store.clone(), stop.clone()));
    let mut sizes = Vec::new();
    for n in 0..5 {
        let file = place.folder().join(format!("copy-{n}.db"));
        // Each copy begins later than the last.
        let earlier = all_jobs(&*store)
            .await
            .iter()
            .map(|job| job.id)
            .collect::<Vec<_>>();
        store.backup(&file).await.expect("copied");
        sizes.push(check_copy(&file, &earlier).await);
    }
    stop.store(true, Ordering::Relaxed);
    let written = writing.await.expect("the writer ran");
    assert!(!written.is_empty());
    assert!(sizes.is_sorted() && sizes[0] >= before.len(), "{sizes:?}");
    let all = assert_consistent(&*store).await;
    assert_eq!(
        all.len(),
        before.len() + written.len(),
        "the store itself lost nothing by it"
    );
}

#[tokio::test]
async fn a_file_that_is_there_is_not_overwritten() {
    let place = Place::new();
    let store = place.open();
    submit(&*store, unit()).await;
    let file = place.folder().join("precious.txt");
    std::fs::write(&file, "mine").expect("written");
    let refused = store.backup(&file).await.expect_err("refused");
    assert!(refused.to_string().contains("precious.txt"), "{refused}");
    assert_eq!(std::fs::read_to_string(&file).expect("read"), "mine");
    let own = store.backup(&place.file()).await;
    assert!(own.is_err(), "nor the database itself");
    assert_eq!(all_jobs(&*store).await.len(), 1);
}

#[tokio::test]
async fn a_copy_that_fails_leaves_nothing() {
    let place = Place::new();
    let store = place.open();
    let nowhere = place.folder().join("no").join("copy.db");
    store.backup(&nowhere).await.expect_err("no such folder");
    let mut names: Vec<_> = std::fs::read_dir(place.folder())
        .expect("listed")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.retain(|name| !name.to_string_lossy().starts_with("paceline.db"));
    assert_eq!(names, [""; 0]);
    submit(&*store, unit()).await;
}
