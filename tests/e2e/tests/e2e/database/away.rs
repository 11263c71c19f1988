//! A database that is away for longer than the silence after which nodes take each other for dead.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use paceline_e2e::api::progress;
use paceline_e2e::journal::Entry;
use paceline_e2e::project::Options;
use paceline_e2e::{Api, seed, wait};
use paceline_test_postgres::{self as postgres, Settings, Stop};
use serde_json::json;

use super::clients::Clients;
use super::{Ground, NODES, SOON};
use crate::work::{LONG, naps};

/// The least that may be said.
const LOST_AFTER: &str = "3s";
/// Long enough that every node has been silent for more than twice that time.
const AWAY: Duration = Duration::from_secs(8);
const ITEMS: usize = 16;

/// A node without a database lives, takes nothing, and says when to ask again.
async fn takes_nothing(api: &Api) {
    let health = api.health().await;
    assert_eq!(health.status.as_u16(), 200, "{health:?}");
    let job = json!({"task": "unit", "params": {"key": "refused"}});
    for answer in [api.ready().await, api.post("/jobs", &job).await] {
        assert_eq!(answer.status.as_u16(), 503, "{answer:?}");
        assert!(answer.retry_after.is_some(), "no Retry-After: {answer:?}");
    }
}

/// What handlers of all nodes have written down of these items, the event `start` or `end`.
fn noted(ground: &Ground, event: &str) -> Vec<Entry> {
    let entries = ground.cluster.projects.iter().flat_map(|project| {
        let mut entries = project.journal().entries();
        entries.retain(|entry| entry.event == event && entry.key.starts_with("away-"));
        entries
    });
    entries.collect()
}

/// Items that handlers have begun and not ended: who runs it, and which it is.
fn under_way(ground: &Ground) -> HashSet<(u32, String)> {
    let of = |event| noted(ground, event).into_iter();
    let ended: HashSet<_> = of("end").map(|entry| (entry.pid, entry.key)).collect();
    let begun = of("start").map(|entry| (entry.pid, entry.key));
    begun.filter(|item| !ended.contains(item)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_away_for_longer_than_a_node_may_be_silent_costs_nothing() {
    let mut dice = seed::dice("a database that is long away");
    let server = postgres::own_with(Settings::default());
    let store = server.new_store();
    let options = Options {
        lost_after: Some(LOST_AFTER),
        ..Options::default()
    };
    let ground = Ground::on(server, store, options).await;
    let apis = ground.apis().await;
    let job = json!({"task": "nap", "items": naps("away-", ITEMS, 1.0), "chunk_size": 2});
    let id = apis[0].submit(&job).await;
    let clients = Clients::start(&apis, &mut dice);
    let recorded = |job: &serde_json::Value| progress(job, "succeeded") >= 4;
    apis[0]
        .job_until(&id, "items to be recorded", LONG, recorded)
        .await;
    wait::until_true("items to be under way", LONG, || {
        !under_way(&ground).is_empty()
    })
    .await;

    let known = apis[0].keys(&id, "succeeded").await;
    ground.server.stop_by(Stop::Fast);
    let (gone, begun) = (Instant::now(), under_way(&ground));
    while gone.elapsed() < AWAY {
        for api in &apis {
            takes_nothing(api).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let left = under_way(&ground);
    let broken_off: Vec<_> = begun.intersection(&left).collect();
    assert!(broken_off.is_empty(), "not finished: {broken_off:?}");

    ground.server.start();
    let took = ground.well_again("the long absence", SOON).await;
    let told = clients.stop().await;
    println!("after {AWAY:?} without a database, work goes on after {took:.1?}; {told}");
    told.check(&apis).await;
    each_done_once(&ground, &id, &known).await;
    ground.cluster.stop().await;
}

/// Every item has its one success; what was recorded before was not run again.
async fn each_done_once(ground: &Ground, id: &str, known: &[String]) {
    for place in 0..NODES {
        let job = ground.api(place).ended(id, LONG).await;
        assert_eq!(progress(&job, "succeeded"), ITEMS as u64, "{job}");
        let keys = ground.api(place).keys(id, "succeeded").await;
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), ITEMS, "{keys:?}");
    }
    let starts = noted(ground, "start");
    let runs = |key: &String| starts.iter().filter(|entry| entry.key == *key).count();
    let repeated: Vec<_> = known.iter().filter(|key| runs(key) > 1).collect();
    assert!(repeated.is_empty(), "recorded and run again: {repeated:?}");
    println!(
        "{ITEMS} items, of which {} were begun once more",
        starts.len() - ITEMS
    );
}
