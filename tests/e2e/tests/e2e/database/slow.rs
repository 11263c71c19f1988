//! A database that answers, but late.

use std::collections::HashMap;
use std::time::Duration;

use paceline_e2e::project::Options;
use paceline_e2e::relay::{Relay, Target, store_url};
use paceline_e2e::{seed, wait};
use paceline_test_postgres::{self as postgres, Settings};

use super::Ground;
use super::clients::Clients;
use crate::work::LONG;

/// Each way. A call goes there and back several times.
const DELAY: Duration = Duration::from_millis(30);
/// What a request may wait for the database at most.
const MOST: Duration = Duration::from_secs(30);
/// So many are to be begun while it is slow: more than workers had in hand before.
const BEGUN: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_database_is_worked_with() {
    let mut dice = seed::dice("a slow database");
    let server = postgres::own_with(Settings::default());
    let relay = Relay::start(Target::Socket(server.socket().join(".s.PGSQL.5432")));
    let store = store_url(relay.address(), &postgres::new_schema());
    let ground = Ground::on(server, store, Options::default()).await;
    let apis = ground.apis().await;
    let id = ground.work().await;

    relay.set_delay(DELAY);
    let before = ground.cluster.started();
    let clients = Clients::start(&apis, &mut dice);
    wait::until_true("work to go on slowly", LONG, || {
        ground.cluster.started() >= before + BEGUN
    })
    .await;
    let told = clients.stop().await;
    println!("{told}; the longest answer took {:.1?}", told.slowest);
    // It shows that it was slow at all, and that nobody was left waiting.
    assert!((2 * DELAY..MOST).contains(&told.slowest), "{told}");
    assert!(told.read > 0, "nobody could read: {told}");

    relay.set_delay(Duration::ZERO);
    told.check(&apis).await;
    ground.done(&id).await;
    begun_once(&ground);
    ground.cluster.stop().await;
}

/// Nobody was taken for dead: no work was given away that a worker had in hand.
fn begun_once(ground: &Ground) {
    let mut begun: HashMap<String, u32> = HashMap::new();
    for project in &ground.cluster.projects {
        for (key, runs) in project.journal().runs() {
            *begun.entry(key).or_default() += runs;
        }
    }
    // The task of the clients fails at times and is tried again; this one does not.
    begun.retain(|key, runs| key.starts_with('w') && *runs > 1);
    assert!(begun.is_empty(), "begun more than once: {begun:?}");
}
