//! Opening: one process at a time, no newer schema, and clear words for everything else.

use paceline_core::store::StoreError;
use paceline_store::{Durability, Options, SqliteStore};

use crate::support::{Place, all_jobs, open, submit, unit};

fn refused(place: &Place) -> StoreError {
    SqliteStore::open(&place.file(), Options::default()).expect_err("refused")
}

#[tokio::test]
async fn a_database_is_open_once() {
    let place = Place::new();
    let first = place.open();
    submit(&*first, unit()).await;
    match refused(&place) {
        StoreError::InUse(what) => assert!(what.contains("paceline.db"), "{what}"),
        other => panic!("{other}"),
    }
    submit(&*first, unit()).await;
    drop(first);
    assert_eq!(
        all_jobs(&*place.open()).await.len(),
        2,
        "once closed it opens again"
    );
}

#[tokio::test]
async fn what_a_dead_process_left_behind_does_not_lock() {
    let place = Place::new();
    drop(place.open());
    std::fs::write(place.folder().join("paceline.db.lock"), "4711").expect("a stale lock file");
    submit(&*place.open(), unit()).await;
}

#[tokio::test]
async fn a_newer_schema_is_left_alone() {
    let place = Place::new();
    submit(&*place.open(), unit()).await;
    let version = |to: i64| {
        let set = place.shell().pragma_update(None, "user_version", to);
        set.expect("a version is set");
    };
    let known: i64 = place
        .shell()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .expect("a version");
    version(known + 7);
    works_from(&place, known + 7);
    match refused(&place) {
        StoreError::TooNew { found, known: own } => assert_eq!((found, own), (known + 7, known)),
        other => panic!("{other}"),
    }
    version(known);
    assert_eq!(
        all_jobs(&*place.open()).await.len(),
        1,
        "nothing was changed"
    );
}

/// What a newer program says of the oldest version that works with its schema.
fn works_from(place: &Place, oldest: i64) {
    let say = "UPDATE counters SET value = ?1 WHERE name = 'compatible_from'";
    assert_eq!(place.shell().execute(say, (oldest,)).expect("said"), 1);
}

#[tokio::test]
async fn one_can_go_back_from_a_newer_schema_that_only_added() {
    let place = Place::new();
    submit(&*place.open(), unit()).await;
    let added = "ALTER TABLE jobs ADD COLUMN tenant TEXT; PRAGMA user_version = 1000";
    place.shell().execute_batch(added).expect("added");
    submit(&*place.open(), unit()).await;
    assert_eq!(all_jobs(&*place.open()).await.len(), 2);
}

#[test]
fn what_is_no_database_is_not_overwritten() {
    let place = Place::new();
    let text = "dear diary ".repeat(1_000);
    std::fs::write(place.file(), &text).expect("a file");
    let error = refused(&place);
    assert!(matches!(error, StoreError::Corrupt(_)), "{error:?}");
    assert_eq!(std::fs::read_to_string(place.file()).expect("read"), text);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let place = Place::new();
    let nowhere = place.folder().join("no").join("such.db");
    let error = SqliteStore::open(&nowhere, Options::default()).expect_err("refused");
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert!(error.to_string().contains("such.db"), "{error}");
}

#[tokio::test]
async fn a_relaxed_database_keeps_what_it_took_too() {
    let place = Place::new();
    let options = Options {
        durability: Durability::Relaxed,
        ..Options::default()
    };
    let store = SqliteStore::open(&place.file(), options).expect("opens");
    let id = submit(&store, unit()).await;
    drop(store);
    assert_eq!(all_jobs(&*open(&place.file())).await[0].id, id);
}
