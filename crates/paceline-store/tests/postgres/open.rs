//! Connecting: the schema comes about once, and a newer one is refused.

use paceline_core::store::{Store, StoreError};
use paceline_store::postgres::{Options, PostgresStore};
use tokio_postgres::NoTls;

use crate::support::connect;

#[tokio::test]
async fn nodes_that_start_at_one_time_make_the_schema_once() {
    // Which of them waits for which is chance.
    for _ in 0..10 {
        let url = paceline_test_postgres::shared().new_store();
        let nodes = (0..4).map(|_| connect(&url));
        for node in futures::future::join_all(nodes).await {
            let counts = node.counts().await.expect("counts");
            assert_eq!(counts.values().sum::<u64>(), 0);
        }
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let server = paceline_test_postgres::shared();
    let url = server.new_store();
    drop(connect(&url).await);
    let schema = url.rsplit_once("schema=").expect("a schema").1;
    let (client, connection) = tokio_postgres::connect(&server.database(), NoTls)
        .await
        .expect("connected");
    tokio::spawn(connection);
    // It does not say whether older nodes can work with it.
    let update =
        format!("UPDATE {schema}.schema_version SET version = 1000, compatible_from = NULL");
    client.batch_execute(&update).await.expect("updated");
    let refused = PostgresStore::connect(&url, Options::default()).await;
    assert!(
        matches!(refused, Err(StoreError::TooNew { found: 1000, .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn nobody_at_the_address_is_told() {
    let url = "postgres://nobody@127.0.0.1:1/nothing?connect_timeout=2";
    let refused = PostgresStore::connect(url, Options::default()).await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_backup_says_how_it_is_made() {
    let store = connect(&paceline_test_postgres::shared().new_store()).await;
    let refused = store
        .backup(std::path::Path::new("copy"))
        .await
        .expect_err("not here");
    assert!(refused.to_string().contains("pg_dump"), "{refused}");
}
