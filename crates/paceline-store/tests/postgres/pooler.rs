//! Nodes that reach the server through `PgBouncer` in transaction mode. (The suite `conformance` runs
//! through one as well.)

use paceline_core::store::Store;
use paceline_store::postgres::{Options, PostgresStore};
use paceline_test_postgres as postgres;

use crate::nodes::{hears_of_the_other, two_nodes_share_the_work};
use crate::support::{NOW, connect, job};

/// How people make it let settings through that it then drops.
const IGNORING: &str = "ignore_startup_parameters = options,extra_float_digits";

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_share_the_work_through_a_pooler() {
    for settings in ["", IGNORING] {
        let pooler = postgres::shared().pooler(settings);
        let url = pooler.url(&postgres::new_schema());
        two_nodes_share_the_work(connect(&url).await, connect(&url).await).await;
    }
}

#[tokio::test]
async fn news_come_without_notifications() {
    let pooler = postgres::shared().pooler("");
    let url = pooler.url(&postgres::new_schema());
    hears_of_the_other(connect(&url).await, connect(&url).await).await;
}

#[tokio::test]
async fn a_node_at_the_door_and_one_behind_a_pooler_share_a_store() {
    let server = postgres::shared();
    let pooler = server.pooler("");
    let schema = postgres::new_schema();
    let behind = connect(&pooler.url(&schema)).await;
    let direct = connect(&server.url(&schema)).await;
    two_nodes_share_the_work(behind, direct).await;
}

#[tokio::test]
async fn tables_come_about_in_the_schema_of_the_url() {
    let server = postgres::shared();
    let pooler = server.pooler(IGNORING);
    let schema = postgres::new_schema();
    let store = connect(&pooler.url(&schema)).await;
    store
        .submit(vec![job(1, "ana", 2)], NOW)
        .await
        .expect("taken");
    let direct = connect(&server.url(&schema)).await;
    assert_eq!(
        direct.counts().await.expect("counts").values().sum::<u64>(),
        1
    );
}

#[tokio::test]
async fn one_may_say_that_there_is_a_pooler() {
    let url = format!("{}&pooler=transaction", postgres::shared().new_store());
    hears_of_the_other(connect(&url).await, connect(&url).await).await;
}

#[tokio::test]
async fn settings_that_a_pooler_would_drop_are_refused() {
    let pooler = postgres::shared().pooler(IGNORING);
    let url = format!(
        "{}&options=-c%20work_mem%3D64MB",
        pooler.url(&postgres::new_schema())
    );
    let refused = PostgresStore::connect(&url, Options::default()).await;
    let told = refused.expect_err("refused").to_string();
    assert!(told.contains("ALTER ROLE"), "{told}");
}
