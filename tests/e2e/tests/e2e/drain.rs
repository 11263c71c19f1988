//! A node of several that is stopped: the others have its work at once.

use std::time::Duration;

use paceline_e2e::api::progress;
use paceline_e2e::network::Network;
use paceline_e2e::node::{command_on, command_on_at};
use paceline_e2e::project::Options;
use paceline_e2e::{Node, Project, wait};
use paceline_test_postgres as postgres;
use serde_json::json;
use tokio_postgres::Client;

use crate::tables::{look_into, schema_of, seqs};
use crate::work::{LONG, naps, now, started};

/// From the order to stop until another node has begun what was not begun.
const AT_ONCE: f64 = 1.0;

/// Keys of the items that a node holds.
async fn held_by(node: &Node, database: &Client) -> Vec<String> {
    const HELD: &str = "SELECT ranges FROM leases
        WHERE node = (SELECT max(id) FROM nodes WHERE pid = $1) AND ranges IS NOT NULL";
    let pid = i64::from(node.pid());
    let rows = database.query(HELD, &[&pid]).await.expect("leases");
    let held = rows.iter().flat_map(|row| seqs(row.get(0)));
    held.map(|seq| format!("n{seq}")).collect()
}

#[tokio::test]
async fn a_node_that_stops_hands_its_work_to_the_others_at_once() {
    const ITEMS: usize = 150;
    let server = postgres::shared();
    let url = server.new_store();
    let (stopping, staying) = (Project::new(), Project::new());
    let node = Node::start_as(&stopping, command_on(&stopping, &url)).await;
    let other = Node::start_as(&staying, command_on(&staying, &url)).await;
    let database = look_into(&server.database(), schema_of(&url)).await;
    let job = json!({"task": "nap", "items": naps("n", ITEMS, 0.1)});
    let id = node.api().submit(&job).await;
    started(&staying.journal(), 10).await;
    let (held, _) = wait::until("the node to hold what it has not begun", LONG, || async {
        let held = held_by(&node, &database).await;
        let begun = stopping.journal().runs();
        let ahead = held.iter().filter(|key| !begun.contains_key(*key));
        (ahead.count() >= 4).then_some(held)
    })
    .await;
    let ordered = now();
    let took = node.stop(Duration::from_secs(12)).await;
    let begun = stopping.journal().runs();
    let handed_over = |key: &String| held.contains(key) && !begun.contains_key(key);
    let (first, _) = wait::until("the other node to go on", LONG, || {
        let starts = staying.journal().starts();
        let found = starts.into_iter().find(|start| handed_over(&start.key));
        async move { found }
    })
    .await;
    let after = first.at - ordered;
    println!("stopped in {took:.2?}; what it held began elsewhere {after:.2} s after the order");
    assert!((0.0..=AT_ONCE).contains(&after), "{after} s");

    let job = other.api().ended(&id, LONG).await;
    assert_eq!(progress(&job, "succeeded"), ITEMS as u64, "{job}");
    let mut runs = staying.journal().runs();
    for (key, count) in begun {
        *runs.entry(key).or_default() += count;
    }
    runs.retain(|_, count| *count > 1);
    assert!(runs.is_empty(), "run twice: {runs:?}");
    for item in other.api().items(&id).await {
        assert_eq!(item["attempts"], 1, "a stop charged an attempt: {item}");
    }
    other.stop(Duration::from_secs(12)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_cut_off_can_be_stopped() {
    /// Grace, and as long as it may try to sign off.
    const MOST: Duration = Duration::from_secs(30);
    let network = Network::new(1);
    let project = Project::with(Options {
        grace: "2s",
        ..Options::default()
    });
    let bind = network.bind().unwrap_or("127.0.0.1:0");
    let command = network.at(0, command_on_at(&project, &network.store_url(0), bind));
    let node = Node::start_at(&project, command, network.root(0)).await;
    let job = json!({"task": "nap", "items": naps("n", 100, 0.05)});
    node.api().submit(&job).await;
    started(&project.journal(), 5).await;
    network.set_cut(0, true);
    let took = node.end(MOST).await;
    println!("a node that was cut off stopped in {took:.1?}");
}
