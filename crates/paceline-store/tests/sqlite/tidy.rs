//! What is deleted is gone from every table, and its room can be used again.

use std::time::Duration;

use paceline_core::lease::{LogLevel, LogLine, Note, NoteBody};
use paceline_core::store::{Action, Retention, Store};
use paceline_core::{JobId, Time, Work};

use crate::support::{
    NOW, Place, act, claim, failure, items, job, new_items, register, report, submit, success, unit,
};

/// What is kept of jobs that are gone: counters, statistics, and the events that tell of it. The
/// last three are the search index's own books, which it balances when it likes.
const KEPT: [&str; 11] = [
    "counters",
    "events",
    "nodes",
    "prunes",
    "queues",
    "task_history",
    "task_statistics",
    "tasks",
    "job_search_config",
    "job_search_data",
    "job_search_idx",
];
/// Longer than removing a few thousand items takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// The tables that hold anything, but for those of [`KEPT`].
fn filled(place: &Place) -> Vec<String> {
    let shell = place.shell();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    let mut select = shell.prepare(tables).expect("a query");
    let names = select.query_map((), |row| row.get(0)).expect("names");
    let names: Vec<String> = names.map(|name| name.expect("a name")).collect();
    assert!(
        KEPT.iter()
            .all(|kept| names.iter().any(|name| name == kept)),
        "{names:?}"
    );
    let is_filled = |name: &String| {
        let count = format!("SELECT count(*) FROM {name}");
        let count: i64 = shell
            .query_row(&count, (), |row| row.get(0))
            .expect("counted");
        count > 0 && !KEPT.contains(&name.as_str())
    };
    names.into_iter().filter(is_filled).collect()
}

async fn until_empty(place: &Place) {
    let empty = async {
        while !filled(place).is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, empty).await;
    assert!(in_time.is_ok(), "rows are left in {:?}", filled(place));
}

async fn say_something(store: &dyn Store, job: JobId) {
    let line = LogLine {
        at: NOW,
        level: LogLevel::Info,
        source: "races/0".to_owned(),
        text: "hello".to_owned(),
    };
    let usage = NoteBody::Usage {
        memory_bytes: 1,
        cpu_seconds: 1.0,
    };
    let notes = [NoteBody::Log(vec![line]), usage].map(|body| Note { job, body });
    store.note(notes.into(), NOW).await.expect("noted");
}

/// Jobs of every kind that leave rows in every table, all of them ended.
async fn jobs(store: &dyn Store) -> Vec<JobId> {
    let node = register(store).await;
    let mut ids = Vec::new();
    for new in [unit(), items(6_000), items(4), job(Work::Plan)] {
        ids.push(submit(store, new).await);
    }
    for (lease, n) in claim(store, node, 6).await.iter().zip(0..) {
        let outcome = if n % 2 == 0 { success() } else { failure("no") };
        report(store, lease, &outcome).await;
    }
    for &id in &ids {
        say_something(store, id).await;
        // The unit may have ended already.
        let cancel = Action::Cancel { reason: None };
        let only = paceline_core::query::Selector::Ids(vec![id]);
        store.control(only, cancel, false, NOW).await.expect("done");
    }
    ids
}

#[tokio::test]
async fn nothing_is_left_of_deleted_jobs() {
    let place = Place::new();
    let store = place.open();
    let ids = jobs(&*store).await;
    let before = filled(&place);
    assert!(before.len() > 6, "there is something to remove: {before:?}");
    for id in ids {
        act(&*store, id, Action::Delete).await;
    }
    until_empty(&place).await;
}

#[tokio::test]
async fn nothing_is_left_of_pruned_jobs() {
    let place = Place::new();
    let store = place.open();
    jobs(&*store).await;
    let later = Time::from_micros(NOW.as_micros() + 400 * 24 * 3_600_000_000);
    let pruned = store
        .prune(Retention::default(), later)
        .await
        .expect("pruned");
    assert_eq!(pruned.jobs(), 4);
    until_empty(&place).await;
}

#[tokio::test]
async fn nothing_is_left_of_an_aborted_upload() {
    let place = Place::new();
    let store = place.open();
    let upload = store.begin_upload(items(0), NOW).await.expect("begun");
    store
        .append_upload(upload, new_items(0, 5_000))
        .await
        .expect("appended");
    store.abort_upload(upload).await.expect("aborted");
    until_empty(&place).await;
}

#[tokio::test]
async fn clearing_up_goes_on_after_a_restart() {
    let place = Place::new();
    let store = place.open();
    let id = submit(&*store, items(30_000)).await;
    act(&*store, id, Action::Cancel { reason: None }).await;
    act(&*store, id, Action::Delete).await;
    drop(store);
    let _store = place.open();
    until_empty(&place).await;
}
