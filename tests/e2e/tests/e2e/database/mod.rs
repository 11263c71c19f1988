//! A database that breaks down, hangs, is slow, full of others or takes no writes: nodes stay up, say
//! so, and go on by themselves.

mod away;
mod busy;
pub(crate) mod clients;
mod deaf;
mod slow;

use std::time::{Duration, Instant};

use paceline_e2e::project::Options;
use paceline_e2e::{Api, numbers, seed, wait};
use paceline_test_postgres::{self as postgres, Server, Settings, Stop};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_postgres::{Client, NoTls};

use self::clients::Clients;
use crate::follow::{Nodes, follow};
use crate::many_nodes::Cluster;
use crate::tables::{look_into, schema_of};
use crate::work::{LONG, items};

const BREAKDOWNS: usize = 10;
const NODES: usize = 2;
/// A node sees at once that its database is gone, and soon that it is back.
const SOON: Duration = Duration::from_secs(10);

/// A server of its own, with nodes on it.
struct Ground {
    server: Server,
    store: String,
    cluster: Cluster,
}

impl Ground {
    async fn new(settings: Settings) -> Self {
        let server = postgres::own_with(settings);
        let store = server.new_store();
        Ground::on(server, store, Options::default()).await
    }

    /// Nodes on a store of this server, which they reach by this URL.
    async fn on(server: Server, store: String, options: Options) -> Self {
        let cluster = Cluster::start_with(store.clone(), NODES, &options).await;
        Ground {
            server,
            store,
            cluster,
        }
    }

    fn api(&self, place: usize) -> &Api {
        self.cluster.nodes[place].api()
    }

    /// The APIs of all nodes, whose workers have said what they can do.
    async fn apis(&self) -> Vec<Api> {
        let apis: Vec<Api> = (0..NODES).map(|place| self.api(place).clone()).collect();
        for api in &apis {
            api.submit(&json!({"task": "moody", "items": []})).await;
        }
        apis
    }

    /// A connection past the nodes, to their tables.
    async fn look_into(&self) -> Client {
        look_into(&self.server.database(), schema_of(&self.store)).await
    }

    /// Waits until every node says that it cannot, and when to ask again.
    async fn refused(&self, what: &str) -> Duration {
        let start = Instant::now();
        for place in 0..NODES {
            let job = json!({"task": "unit", "params": {"key": format!("{what}-{place}")}});
            let (answer, _) = wait::until(format!("{what} to be seen"), 4 * SOON, || async {
                let answer = self.api(place).post("/jobs", &job).await;
                (!answer.status.is_success()).then_some(answer)
            })
            .await;
            assert_eq!(answer.status.as_u16(), 503, "{answer:?}");
            assert!(answer.retry_after.is_some(), "it says when to try again");
        }
        start.elapsed()
    }

    /// Waits until every node takes and does a job again.
    async fn well_again(&self, what: &str, most: Duration) -> Duration {
        let start = Instant::now();
        for place in 0..NODES {
            let job = json!({"task": "unit", "params": {"key": format!("{what}-well-{place}")}});
            let (answer, _) = wait::until(format!("{what} to be over"), most, || async {
                let answer = self.api(place).post("/jobs", &job).await;
                answer.status.is_success().then_some(answer)
            })
            .await;
            let id = paceline_e2e::api::text(&answer.body, "id");
            self.api(place).ended(&id, most).await;
        }
        start.elapsed()
    }

    /// Gives work for some seconds.
    async fn work(&self) -> String {
        let items = items("w", 60, &json!({"seconds": 0.1}));
        let job = json!({"task": "nap", "items": items});
        let id = self.api(0).submit(&job).await;
        wait::until_true("items to start", LONG, || self.cluster.started() >= 5).await;
        id
    }

    /// The work was done, each item with one success.
    async fn done(&self, id: &str) {
        let job = self.api(1).ended(id, LONG).await;
        assert_eq!(job["progress"]["succeeded"], 60, "{job}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_breakdowns_lose_nothing_that_was_acknowledged() {
    let mut dice = seed::dice("breakdowns of the database");
    let ground = Ground::new(Settings::default()).await;
    let apis = ground.apis().await;
    let (end, ended) = watch::channel(None);
    let nodes = Nodes {
        count: NODES,
        api: Box::new({
            let apis = apis.clone();
            move |place| apis.get(place).cloned()
        }),
        end: ended,
    };
    let listening = tokio::spawn(follow(nodes, 0, StdRng::seed_from_u64(dice.random())));
    let clients = Clients::start(&apis, &mut dice);
    let mut back = Vec::new();
    for number in 0..BREAKDOWNS {
        let before = ground.cluster.started();
        wait::until_true("items to start", LONG, || {
            ground.cluster.started() >= before + 20
        })
        .await;
        let how = [Stop::Kill, Stop::Fast, Stop::Immediate][number % 3];
        ground.server.stop_by(how);
        ground.refused(&format!("breakdown {number}")).await;
        tokio::time::sleep(Duration::from_millis(dice.random_range(0..800))).await;
        ground.server.start();
        back.push(
            ground
                .well_again(&format!("breakdown {number}"), SOON)
                .await,
        );
    }
    let told = clients.stop().await;
    println!(
        "{BREAKDOWNS} breakdowns; work goes on after {}",
        numbers::summary(&back)
    );
    println!("{told}");
    told.check(&apis).await;
    let database = ground.look_into().await;
    let last = database.query_one("SELECT event FROM tally", &[]).await;
    end.send_replace(Some(last.expect("the number").get(0)));
    listening.await.expect("no panic").check(&database).await;
    ground.cluster.stop().await;
}

#[tokio::test]
async fn a_database_that_hangs_is_waited_for() {
    let ground = Ground::new(Settings::default()).await;
    let id = ground.work().await;
    ground.server.halt();
    // Longer than a node is believed alive.
    let api = ground.api(0).clone();
    let asking = tokio::spawn(async move { api.get("/jobs").await });
    tokio::time::sleep(Duration::from_secs(12)).await;
    ground.server.go_on();
    let answer = asking.await.expect("no panic");
    assert!([200, 503].contains(&answer.status.as_u16()), "{answer:?}");
    let took = ground.well_again("the hanging", SOON).await;
    println!("after 12 s without an answer, work goes on after {took:.1?}");
    ground.done(&id).await;
    ground.cluster.stop().await;
}

#[tokio::test]
async fn a_database_without_room_for_a_node_is_waited_for() {
    const TERMINATE: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE application_name = 'paceline'";
    let ground = Ground::new(Settings {
        max_connections: 24,
        ..Settings::default()
    })
    .await;
    let id = ground.work().await;
    let database = ground.look_into().await;
    let url = ground.server.database();
    let (crowd, is_there) = watch::channel(true);
    // Others take every place that there is, and that the nodes are thrown out of.
    let mut others = JoinSet::new();
    for _ in 0..24 {
        let (url, mut stays) = (url.clone(), is_there.clone());
        others.spawn(async move {
            while *stays.borrow() {
                if let Ok((_client, connection)) = tokio_postgres::connect(&url, NoTls).await {
                    let connection = tokio::spawn(connection);
                    stays.wait_for(|stays| !stays).await.ok();
                    connection.abort();
                    return;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
    }
    let thrown_out = async {
        loop {
            database.execute(TERMINATE, &[]).await.expect("thrown out");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        took = ground.refused("the crowd") => println!("a crowd is seen after {took:.1?}"),
        () = thrown_out => {}
    }
    crowd.send_replace(false);
    while others.join_next().await.is_some() {}
    let took = ground.well_again("the crowd", SOON).await;
    println!("after a crowd, work goes on after {took:.1?}");
    ground.done(&id).await;
    ground.cluster.stop().await;
}

#[tokio::test]
async fn a_database_that_takes_no_writes_is_waited_for() {
    let ground = Ground::new(Settings::default()).await;
    let id = ground.work().await;
    let database = ground.look_into().await;
    let set = |value: &'static str| {
        let database = &database;
        async move {
            let own = "SET default_transaction_read_only = off";
            let all = format!("ALTER SYSTEM SET default_transaction_read_only = {value}");
            for sql in [own, &all, "SELECT pg_reload_conf()"] {
                database.batch_execute(sql).await.expect("set");
            }
        }
    };
    set("on").await;
    ground.refused("read-only").await;
    let jobs = ground.api(0).get("/jobs").await;
    assert_eq!(jobs.status.as_u16(), 200, "reading goes on: {jobs:?}");
    set("off").await;
    let took = ground.well_again("read-only", SOON).await;
    println!("after a time without writes, work goes on after {took:.1?}");
    ground.done(&id).await;
    ground.cluster.stop().await;
}
