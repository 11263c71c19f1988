//! Which rights a node needs, and how it is told what is missing.

use paceline_core::limits::Limits;
use paceline_core::store::Store;
use paceline_store::postgres::{Options, PostgresStore};
use paceline_test_postgres as postgres;

use crate::support::{NOW, administer, completed, connect, job, register, work};

/// A role of nobody else, and the URL of its store.
async fn new_role() -> (String, String, String) {
    let schema = postgres::new_schema();
    let role = format!("r_{schema}");
    administer(&format!("CREATE ROLE {role} LOGIN")).await;
    let url = postgres::shared().url(&schema);
    let url = url.replace("postgres@", &format!("{role}@"));
    (role, schema, url)
}

async fn refused(url: &str) -> String {
    let refused = PostgresStore::connect(url, Options::default()).await;
    refused.expect_err("refused").to_string()
}

#[tokio::test]
async fn owning_the_schema_is_enough_to_run_a_node() {
    let (role, schema, url) = new_role().await;
    administer(&format!("CREATE SCHEMA {schema} AUTHORIZATION {role}")).await;
    let store = connect(&url).await;
    store
        .submit(vec![job(1, "ana", 30), job(2, "ana", 0)], NOW)
        .await
        .expect("taken");
    let node = register(&store).await;
    while work(&store, node, Limits::NONE)
        .await
        .expect("work goes on")
        > 0
    {}
    assert!(completed(&store, 2).await.expect("counts"));
    store.tick(NOW).await.expect("a tick");
    store.health(NOW).await.expect("healthy");
    store.remove_node(node, NOW).await.expect("signed off");
}

#[tokio::test]
async fn a_role_that_may_make_nothing_is_told_what_to_ask_for() {
    let (role, schema, url) = new_role().await;
    let told = refused(&url).await;
    let remedy = format!("CREATE SCHEMA {schema} AUTHORIZATION {role}");
    assert!(told.contains(&remedy), "{told}");
}

#[tokio::test]
async fn a_schema_of_somebody_else_is_told() {
    let (role, schema, url) = new_role().await;
    administer(&format!("CREATE SCHEMA {schema}")).await;
    let told = refused(&url).await;
    let remedy = format!("ALTER SCHEMA {schema} OWNER TO {role}");
    assert!(told.contains(&remedy), "{told}");
}

#[tokio::test]
async fn tables_of_somebody_else_are_told() {
    let (role, schema, url) = new_role().await;
    drop(connect(&postgres::shared().url(&schema)).await);
    administer(&format!("GRANT ALL ON SCHEMA {schema} TO {role}")).await;
    let told = refused(&url).await;
    assert!(
        told.contains(&format!("GRANT postgres TO {role}")),
        "{told}"
    );
}
