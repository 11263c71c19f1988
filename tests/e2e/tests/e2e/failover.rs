//! The server that holds the store dies for good, and its standby takes over.

use std::time::{Duration, Instant};

use paceline_e2e::{Api, seed, wait};
use paceline_test_postgres::{self as postgres, Server, Settings, Stop};
use serde_json::json;
use tokio_postgres::Client;

use crate::database::clients::Clients;
use crate::many_nodes::Cluster;
use crate::tables::{look_into, schema_of};
use crate::work::LONG;

const NODES: usize = 2;

/// Lets no commit be answered before the standby has it: what was acknowledged is then in both.
async fn wait_for_the_standby(primary: &Client) {
    const FOLLOWS: &str = "SELECT sync_state = 'sync' FROM pg_stat_replication";
    for sql in [
        "ALTER SYSTEM SET synchronous_standby_names = '*'",
        "SELECT pg_reload_conf()",
    ] {
        primary.batch_execute(sql).await.expect("a setting");
    }
    wait::until("the standby to follow", LONG, || async {
        let row = primary.query_opt(FOLLOWS, &[]).await.expect("an answer");
        row.filter(|row| row.get(0))
    })
    .await;
}

async fn takes_jobs(api: &Api, key: &str) {
    let job = json!({"task": "unit", "params": {"key": key}});
    let (answer, _) = wait::until("a job to be taken", LONG, || async {
        let answer = api.post("/jobs", &job).await;
        answer.status.is_success().then_some(answer)
    })
    .await;
    let id = paceline_e2e::api::text(&answer.body, "id");
    api.ended(&id, LONG).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_that_takes_over_has_all_that_was_acknowledged() {
    let mut dice = seed::dice("failover to a standby");
    let primary = postgres::own_with(Settings::default());
    let standby: Server = primary.standby();
    let store = primary.new_store_with(&standby);
    let cluster = Cluster::start(store.clone(), NODES).await;
    let apis: Vec<Api> = cluster
        .nodes
        .iter()
        .map(|node| node.api().clone())
        .collect();
    for api in &apis {
        // Its workers have said what they can do.
        api.submit(&json!({"task": "moody", "items": []})).await;
    }
    let database = look_into(&primary.database(), schema_of(&store)).await;
    wait_for_the_standby(&database).await;
    let clients = Clients::start(&apis, &mut dice);
    let before = cluster.started();
    wait::until_true("items to start", LONG, || cluster.started() >= before + 60).await;
    primary.stop_by(Stop::Kill);
    // Somebody has to see it and to decide.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let start = Instant::now();
    standby.promote();
    for (place, api) in apis.iter().enumerate() {
        takes_jobs(api, &format!("after-{place}")).await;
    }
    println!(
        "after the promotion work goes on within {:.1?}",
        start.elapsed()
    );
    let before = cluster.started();
    wait::until_true("items to start", LONG, || cluster.started() >= before + 60).await;
    let told = clients.stop().await;
    println!("{told}");
    told.check(&apis).await;
    cluster.stop().await;
}
