//! Servers that break off, stop and come back.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use paceline_core::event::{EventKind, EventRecord};
use paceline_core::id::EventSeq;
use paceline_core::lease::{Lease, ReportAnswer};
use paceline_core::limits::Limits;
use paceline_core::query::{EventQuery, Selector};
use paceline_core::store::{Action, Store, StoreError};
use paceline_store::PostgresStore;
use paceline_test_postgres::{Server, Settings, Stop};
use tokio_postgres::NoTls;

use crate::support::{
    NOW, PATIENCE, claim, completed, connect, id, job, pause, register, success, work,
};

const JOBS: u32 = 40;

/// Ends all connections of the store, again and again, in whatever they are just doing.
async fn break_off(database: &str, times: u32) {
    const TERMINATE: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE application_name = 'paceline'";
    let (client, connection) = tokio_postgres::connect(database, NoTls)
        .await
        .expect("connected");
    tokio::spawn(connection);
    for _ in 0..times {
        tokio::time::sleep(Duration::from_millis(37)).await;
        client.execute(TERMINATE, &[]).await.expect("terminated");
    }
}

/// Works as a node does: what is unavailable is tried again.
async fn work_through(store: Arc<PostgresStore>, jobs: u64) {
    let node = register(&store).await;
    loop {
        match work(&store, node, Limits::NONE).await {
            Ok(0) | Err(StoreError::Unavailable(_)) => pause().await,
            Ok(_) => {}
            Err(other) => panic!("{other}"),
        }
        if let Ok(true) = completed(&store, jobs).await {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_break_lose_nothing() {
    let server = paceline_test_postgres::own();
    let store = connect(&server.new_store()).await;
    for number in 0..JOBS {
        let items = if number % 2 == 0 { 30 } else { 0 };
        store
            .submit(vec![job(number, "ana", items)], NOW)
            .await
            .expect("taken");
    }
    let database = server.database();
    let working = work_through(store.clone(), u64::from(JOBS));
    let both = async { tokio::join!(working, break_off(&database, 40)) };
    tokio::time::timeout(PATIENCE, both)
        .await
        .expect("done in time");
    let last = store.last_event().await.expect("the last event");
    assert!(last.0 > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_back_is_found_again() {
    let server = paceline_test_postgres::own();
    let store = connect(&server.new_store()).await;
    store
        .submit(vec![job(1, "ana", 5)], NOW)
        .await
        .expect("taken");
    server.stop();
    let refused = store.submit(vec![job(2, "ana", 5)], NOW).await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    let refused = store.counts().await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    server.start();
    store
        .submit(vec![job(3, "ana", 5)], NOW)
        .await
        .expect("taken again");
    let working = work_through(store.clone(), 2);
    tokio::time::timeout(PATIENCE, working)
        .await
        .expect("done in time");
}

/// A server that a crash makes forget what it did not have to flush.
fn forgetful() -> Server {
    paceline_test_postgres::own_with(Settings {
        more: "-c wal_writer_delay=10s".to_owned(),
        ..Settings::default()
    })
}

fn crash(server: &Server) {
    server.stop_by(Stop::Kill);
    server.start();
}

/// Asks until connections that broke have been replaced.
async fn at_last<T, Asking>(mut ask: impl FnMut() -> Asking) -> T
where
    Asking: Future<Output = Result<T, StoreError>>,
{
    let answer = async {
        loop {
            match ask().await {
                Err(StoreError::Unavailable(_)) => pause().await,
                other => return other.expect("an answer"),
            }
        }
    };
    tokio::time::timeout(PATIENCE, answer)
        .await
        .expect("answered in time")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_a_crash_undid_is_never_given_again() {
    let server = forgetful();
    let store = connect(&server.new_store()).await;
    let node = register(&store).await;
    let all = vec![job(1, "ana", 5)];
    store.submit(all, NOW).await.expect("taken");
    store.admit(NOW).await.expect("started");
    let before = claim(&store, node).await.expect("leased");
    crash(&server);

    at_last(|| store.admit(NOW)).await;
    let after = at_last(|| claim(&store, node)).await;
    assert_eq!(before.len(), after.len(), "the claim was undone");
    let ids = |leases: &[Lease]| leases.iter().map(|lease| lease.id).collect::<HashSet<_>>();
    let twice: Vec<_> = ids(&before).intersection(&ids(&after)).copied().collect();
    assert!(twice.is_empty(), "numbers with two holders: {twice:?}");
    let reports = vec![success(&before[0]), success(&after[0])];
    let answers = store.report(reports, 1, NOW).await.expect("answered");
    assert_eq!(answers, [ReportAnswer::Lost, ReportAnswer::Accepted]);
}

async fn events_after(store: &PostgresStore, after: EventSeq) -> Vec<EventRecord> {
    let query = EventQuery {
        after,
        job: None,
        limit: 100,
    };
    store.events(query).await.expect("events")
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_were_told_survive_a_crash() {
    let server = forgetful();
    let store = connect(&server.new_store()).await;
    let all = vec![job(1, "ana", 5)];
    store.submit(all, NOW).await.expect("taken");
    // A start is told, and need not be flushed.
    store.admit(NOW).await.expect("started");
    let told = events_after(&store, EventSeq(0)).await;
    let last = told.last().expect("an event").seq;
    crash(&server);

    let (selector, cancel) = (Selector::Ids(vec![id(1)]), Action::Cancel { reason: None });
    at_last(|| store.control(selector.clone(), cancel.clone(), false, NOW)).await;
    let news = events_after(&store, last).await;
    let kinds: Vec<EventKind> = news.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Cancelled], "after event {last:?}");
}
