//! Nodes of two versions on one schema, while they are replaced one by one.

use paceline_core::id::EventSeq;
use paceline_core::limits::Limits;
use paceline_core::query::EventQuery;
use paceline_core::store::{Store, StoreError};
use paceline_store::postgres::{Options, PostgresStore};
use paceline_test_postgres as postgres;
use tokio_postgres::{Client, NoTls};

use crate::support::{NOW, completed, connect, job, register, work};

async fn shell(schema: &str) -> Client {
    let database = postgres::shared().database();
    let (client, connection) = tokio_postgres::connect(&database, NoTls)
        .await
        .expect("connected");
    tokio::spawn(connection);
    let path = format!("SET search_path = {schema}");
    client.batch_execute(&path).await.expect("set");
    client
}

/// What a newer version does that only adds.
const EXPANSION: &str = "ALTER TABLE jobs ADD COLUMN tenant text;
    ALTER TABLE outcomes ADD COLUMN cost double precision NOT NULL DEFAULT 0;
    ALTER TABLE tally ADD COLUMN archived bigint NOT NULL DEFAULT 0;
    CREATE TABLE tenants (name text PRIMARY KEY);
    CREATE INDEX jobs_tenant ON jobs (tenant, num) WHERE tenant IS NOT NULL;
    UPDATE schema_version SET version = version + 1, compatible_from = version;";

#[tokio::test]
async fn a_node_works_on_beside_a_newer_one_that_only_added() {
    let schema = postgres::new_schema();
    let url = postgres::shared().url(&schema);
    let running = connect(&url).await;
    running
        .submit(vec![job(1, "ana", 20)], NOW)
        .await
        .expect("taken");
    shell(&schema)
        .await
        .batch_execute(EXPANSION)
        .await
        .expect("added");
    // One that was there before, and one of the old version that is started after it.
    let started = connect(&url).await;
    started
        .submit(vec![job(2, "ben", 20)], NOW)
        .await
        .expect("taken");
    for store in [&running, &started] {
        let node = register(store).await;
        while work(store, node, Limits::NONE).await.expect("work goes on") > 0 {}
    }
    assert!(completed(&started, 2).await.expect("counts"));
}

#[tokio::test]
async fn what_a_newer_node_tells_of_does_not_hide_what_follows() {
    const NEWER: &str = "UPDATE events SET kind = 'tenant.moved'
        WHERE seq = (SELECT min(seq) FROM events)";
    let schema = postgres::new_schema();
    let store = connect(&postgres::shared().url(&schema)).await;
    let jobs = vec![job(1, "ana", 0), job(2, "ben", 0)];
    store.submit(jobs, NOW).await.expect("taken");
    let query = EventQuery {
        after: EventSeq(0),
        job: None,
        limit: 100,
    };
    let before = store.events(query.clone()).await.expect("events");
    shell(&schema)
        .await
        .batch_execute(NEWER)
        .await
        .expect("told");
    let heard = store.events(query).await.expect("events");
    assert_eq!(heard, before[1..]);
}

#[tokio::test]
async fn a_node_is_refused_by_a_schema_that_it_cannot_work_with() {
    let schema = postgres::new_schema();
    let url = postgres::shared().url(&schema);
    drop(connect(&url).await);
    let change = format!("{EXPANSION} UPDATE schema_version SET compatible_from = version");
    shell(&schema)
        .await
        .batch_execute(&change)
        .await
        .expect("changed");
    let refused = PostgresStore::connect(&url, Options::default()).await;
    let told = refused.expect_err("refused");
    assert!(matches!(told, StoreError::TooNew { .. }), "{told}");
    assert!(told.to_string().contains("use a newer paceline"), "{told}");
}
