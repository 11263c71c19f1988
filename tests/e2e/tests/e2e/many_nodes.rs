//! Nodes of their own folders on one `PostgreSQL`, killed.

use std::time::Duration;

use paceline_e2e::node::command_on;
use paceline_e2e::project::Options;
use paceline_e2e::{Node, Project, seed, wait};
use paceline_test_postgres as postgres;
use rand::Rng;
use rand::rngs::StdRng;
use serde_json::json;

use crate::tables::{look_into, schema_of};
use crate::work::{LONG, Primes, naps, now, started};

const NODES: usize = 3;
const ITEMS: usize = 1_500;
const JOBS: usize = 4;
const KILLS: usize = 8;

/// Nodes on one store, each with its place.
pub(crate) struct Cluster {
    url: String,
    pub(crate) projects: Vec<Project>,
    pub(crate) nodes: Vec<Node>,
}

impl Cluster {
    pub(crate) async fn start(url: String, count: usize) -> Self {
        Cluster::start_with(url, count, &Options::default()).await
    }

    pub(crate) async fn start_with(url: String, count: usize, options: &Options) -> Self {
        let mut cluster = Cluster {
            url,
            projects: (0..count).map(|_| Project::with(options.clone())).collect(),
            nodes: Vec::new(),
        };
        for place in 0..count {
            let node = cluster.node(place).await;
            cluster.nodes.push(node);
        }
        cluster
    }

    pub(crate) async fn node(&self, place: usize) -> Node {
        let project = &self.projects[place];
        Node::start_as(project, command_on(project, &self.url)).await
    }

    /// Kills one node as the kernel would and starts another in its place.
    async fn kill_one(&mut self, dice: &mut StdRng) {
        let place = dice.random_range(0..self.nodes.len());
        self.nodes.remove(place).kill9().await;
        let node = self.node(place).await;
        self.nodes.insert(place, node);
    }

    async fn submit(&self, dice: &mut StdRng) -> Vec<(Primes, String)> {
        let mut jobs = Vec::new();
        for number in 0..JOBS {
            let primes = Primes::new(ITEMS / JOBS, dice);
            let node = &self.nodes[number % self.nodes.len()];
            let id = node.api().submit(&primes.job).await;
            jobs.push((primes, id));
        }
        jobs
    }

    /// Every item has its one success, whichever node is asked.
    async fn check(&self, jobs: &[(Primes, String)]) {
        for (number, (primes, id)) in jobs.iter().enumerate() {
            let api = self.nodes[number % self.nodes.len()].api();
            api.ended(id, LONG).await;
            primes.check(api, id).await;
        }
    }

    pub(crate) async fn stop(self) {
        for node in self.nodes {
            node.stop(Duration::from_secs(15)).await;
        }
    }

    /// How many items any node has started.
    pub(crate) fn started(&self) -> usize {
        let started = |project: &Project| project.journal().starts().len();
        self.projects.iter().map(started).sum()
    }
}

#[tokio::test]
async fn killed_nodes_lose_nothing_to_the_others() {
    let mut dice = seed::dice("kills among three nodes");
    let mut cluster = Cluster::start(postgres::shared().new_store(), NODES).await;
    let jobs = cluster.submit(&mut dice).await;
    for _ in 0..KILLS {
        let before = cluster.started();
        wait::until_true("items to start", LONG, || {
            cluster.started() >= before + 20 || cluster.started() >= ITEMS
        })
        .await;
        cluster.kill_one(&mut dice).await;
    }
    cluster.check(&jobs).await;
    let worked = cluster
        .projects
        .iter()
        .map(|project| project.journal().starts().len());
    let worked: Vec<usize> = worked.collect();
    println!("items started by each node: {worked:?}");
    assert!(worked.iter().all(|started| *started > 0), "{worked:?}");
    cluster.stop().await;
}

#[tokio::test]
async fn a_killed_node_is_followed_after_the_silence_that_it_allows_itself() {
    /// In seconds: what its settings say.
    const LOST_AFTER: f64 = 3.0;
    /// For the look that finds it, and for a worker to begin, on a busy machine.
    const SPARE: f64 = 5.0;
    let url = postgres::shared().new_store();
    let short = Project::with(Options {
        lost_after: Some("3s"),
        ..Options::default()
    });
    let usual = Project::new();
    let node = Node::start_as(&short, command_on(&short, &url)).await;
    let job = json!({"task": "nap", "items": naps("n", 1, 60.0)});
    node.api().submit(&job).await;
    started(&short.journal(), 1).await;
    let other = Node::start_as(&usual, command_on(&usual, &url)).await;
    let pid = i64::from(node.pid());
    node.kill9().await;
    let gone = now();

    let server = postgres::shared().database();
    let database = look_into(&server, schema_of(&url)).await;
    let until = "SELECT until / 1e6::float8 FROM nodes WHERE pid = $1";
    let until = database.query_one(until, &[&pid]).await.expect("a node");
    let until: f64 = until.get(0);
    assert!(until <= gone + LOST_AFTER, "{} s", until - gone);
    started(&usual.journal(), 1).await;
    let begun = usual.journal().starts()[0].at;
    println!(
        "begun elsewhere {:.1} s after the node was gone",
        begun - gone
    );
    assert!(
        (until..until + SPARE).contains(&begun),
        "{} s after its time",
        begun - until
    );
    other.kill9().await;
}

#[tokio::test]
async fn nodes_behind_a_pooler_of_transactions_share_the_work() {
    let mut dice = seed::dice("nodes behind a pooler");
    let pooler = postgres::shared().pooler("");
    let mut cluster = Cluster::start(pooler.url(&postgres::new_schema()), 2).await;
    let jobs = cluster.submit(&mut dice).await;
    for _ in 0..2 {
        let before = cluster.started();
        wait::until_true("items to start", LONG, || {
            cluster.started() >= before + 100 || cluster.started() >= ITEMS
        })
        .await;
        cluster.kill_one(&mut dice).await;
    }
    cluster.check(&jobs).await;
    let ready = cluster.nodes[0].api().ready().await.ok();
    assert_eq!(ready["store"]["backend"], "postgres", "{ready}");
    assert!(
        ready["store"]["writers"]["max"].as_u64() > Some(1),
        "{ready}"
    );
    cluster.stop().await;
}
