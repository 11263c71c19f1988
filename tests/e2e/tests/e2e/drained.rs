//! A node of several that a person takes out: it takes no more work, and the others do it all.

use std::time::Duration;

use paceline_e2e::api::progress;
use paceline_e2e::node::binary;
use paceline_e2e::{Node, wait};
use paceline_test_postgres as postgres;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::many_nodes::Cluster;
use crate::work::{LONG, naps, started};

/// Heartbeats are at most 3.4 s apart; the item that a worker is at takes 0.05 s.
const SOON: Duration = Duration::from_secs(6);

async fn node_verb(asked: &Node, words: &[&str]) -> Value {
    let run = Command::new(binary())
        .args(["--server", asked.api().root(), "--json", "node"])
        .args(words)
        .output();
    let output = run.await.expect("the command runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {errors}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What any node says of the one with a number.
async fn seen(asked: &Node, number: &Value) -> Value {
    let nodes = asked.api().get("/nodes").await.ok();
    let mut nodes = nodes["items"].as_array().expect("nodes").iter();
    let node = nodes.find(|node| node["id"] == *number);
    node.expect("it is known").clone()
}

async fn in_state(asked: &Node, number: &Value, state: &str) -> Duration {
    let what = format!("the node to be {state}");
    let look = || async {
        let node = seen(asked, number).await;
        (node["state"] == state).then_some(())
    };
    wait::until(what, LONG, look).await.1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drained_node_leaves_the_work_to_the_others_until_it_is_resumed() {
    const ITEMS: usize = 200;
    let cluster = Cluster::start(postgres::shared().new_store(), 2).await;
    let [staying, drained] = &cluster.nodes[..] else {
        unreachable!("two nodes");
    };
    let journal = cluster.projects[1].journal();
    let nodes = node_verb(staying, &["list"]).await;
    let nodes = nodes["items"].as_array().expect("nodes");
    let pid = json!(drained.pid());
    let node = nodes.iter().find(|node| node["pid"] == pid);
    let number = node.expect("both are listed")["id"].clone();

    let job = json!({"task": "nap", "items": naps("n", ITEMS, 0.05)});
    let id = staying.api().submit(&job).await;
    started(&journal, 20).await;
    // The other node is asked, as a person would by the dashboard that is at hand.
    node_verb(staying, &["drain", &number.to_string()]).await;
    let took = in_state(staying, &number, "drained").await;
    let begun = journal.starts().len();
    println!("drained {took:.2?} after the order, with {begun} of {ITEMS} items begun there");
    assert!(took < SOON, "{took:?}");

    let job = staying.api().ended(&id, LONG).await;
    assert_eq!(progress(&job, "succeeded"), ITEMS as u64, "{job}");
    assert_eq!(journal.starts().len(), begun, "it took more work");
    for item in staying.api().items(&id).await {
        assert_eq!(item["attempts"], 1, "draining charged an attempt: {item}");
    }
    let workers = node_verb(drained, &["workers"]).await;
    let workers = workers["items"].as_array().expect("workers");
    assert!(workers.iter().any(|worker| worker["node"] == number));
    assert!(workers.iter().any(|worker| worker["node"] != number));

    node_verb(staying, &["resume", &number.to_string()]).await;
    in_state(staying, &number, "up").await;
    let more = json!({"task": "nap", "items": naps("m", ITEMS, 0.05)});
    let id = staying.api().submit(&more).await;
    started(&journal, begun + 10).await;
    staying.api().ended(&id, LONG).await;
    cluster.stop().await;
}
