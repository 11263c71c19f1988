//! Servers that break off, stop and come back.

use std::sync::Arc;
use std::time::Duration;

use paceline_core::admission::Limits;
use paceline_core::store::{Store, StoreError};
use paceline_store::PostgresStore;
use tokio_postgres::NoTls;

use crate::support::{NOW, PATIENCE, completed, connect, job, pause, register, work};

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
