//! Nodes whose connection for others' news is broken: they look for the news themselves, and then
//! listen again.

use std::time::{Duration, Instant};

use paceline_e2e::api::state;
use paceline_e2e::node::command_on;
use paceline_e2e::{Api, Node, Project, wait};
use paceline_test_postgres::{self as postgres, Settings};
use serde_json::json;
use tokio::sync::watch;
use tokio_postgres::Client;

use crate::follow::stay_at;
use crate::tables::{look_into, schema_of};
use crate::work::{LONG, started};

const BREAKS: usize = 2;
/// A node that cannot listen looks twice a second. One that listens and hears nothing of a job finds it
/// only after 5 s: that would be too late here.
const WOKEN: Duration = Duration::from_secs(3);
/// It tries to listen again after 5 s.
const HEARS_AGAIN: Duration = Duration::from_secs(12);

/// Server processes that listen for nodes.
async fn listeners(database: &Client) -> Vec<i32> {
    const LISTENING: &str = "SELECT pid FROM pg_stat_activity
        WHERE application_name = 'paceline' AND query LIKE 'LISTEN %' ORDER BY pid";
    let rows = database.query(LISTENING, &[]).await.expect("processes");
    rows.iter().map(|row| row.get(0)).collect()
}

/// Waits until both nodes listen, by other processes than those.
async fn both_listen(database: &Client, before: &[i32]) -> Vec<i32> {
    let (pids, _) = wait::until("both nodes to listen", HEARS_AGAIN, || async {
        let pids = listeners(database).await;
        let fresh = pids.iter().all(|pid| !before.contains(pid));
        (pids.len() == 2 && fresh).then_some(pids)
    })
    .await;
    pids
}

/// Submits at one node what only the other can run. Returns how long that one took to begin.
async fn woken(api: &Api, worker: &Project) -> Duration {
    let begun = worker.journal().starts().len();
    let job = json!({"task": "unit", "params": {"key": format!("u{begun}")}});
    let asked = Instant::now();
    let id = api.submit(&job).await;
    started(&worker.journal(), begun + 1).await;
    let took = asked.elapsed();
    assert!(took < WOKEN, "begun only after {took:.1?}");
    // Its end is the other node's news.
    let job = api.ended(&id, LONG).await;
    assert_eq!(state(&job), "completed", "{job}");
    took
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection_for_news_costs_none() {
    let server = postgres::own_with(Settings::default());
    let store = server.new_store();
    let (giving, working) = (Project::new(), Project::new());
    let mut command = command_on(&giving, &store);
    command.arg("--no-workers");
    let giver = Node::start_as(&giving, command).await;
    let worker = Node::start_as(&working, command_on(&working, &store)).await;
    // Its workers have said what they can do.
    worker
        .api()
        .submit(&json!({"task": "echo", "items": []}))
        .await;
    let database = look_into(&server.database(), schema_of(&store)).await;
    let (end, ended) = watch::channel(None);
    let listening = tokio::spawn({
        let api = worker.api().clone();
        async move { stay_at(&api, ended).await }
    });
    let mut pids = both_listen(&database, &[]).await;
    println!(
        "begun {:.0?} after it was asked",
        woken(giver.api(), &working).await
    );
    for _ in 0..BREAKS {
        const BREAK: &str = "SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid";
        database.execute(BREAK, &[&pids]).await.expect("broken");
        wait::until("the connections to break", LONG, || async {
            let left = listeners(&database).await;
            left.iter().all(|pid| !pids.contains(pid)).then_some(())
        })
        .await;
        let deaf = woken(giver.api(), &working).await;
        pids = both_listen(&database, &pids).await;
        let hearing = woken(giver.api(), &working).await;
        println!("begun after {deaf:.0?} while nobody listened, after {hearing:.0?} then");
    }
    let last = database.query_one("SELECT event FROM tally", &[]).await;
    let last: i64 = last.expect("the number").get(0);
    end.send_replace(Some(last));
    let heard = tokio::time::timeout(WOKEN, listening).await;
    let heard = heard.expect("all is heard in time").expect("no panic");
    heard.check(&database).await;
    for node in [giver, worker] {
        node.stop(Duration::from_secs(15)).await;
    }
}
