//! The nodes' places, the database past all wires, and what happened to whom.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use paceline_e2e::network::Network;
use paceline_e2e::node::command_on_at;
use paceline_e2e::project::Options;
use paceline_e2e::{Api, Node, Project};
use tokio::sync::{Semaphore, watch};
use tokio_postgres::Client;

use super::takeover::Losses;
use crate::follow::Nodes;
use crate::tables;

/// Most running jobs, in all and of one user: fewer than there would be without limits.
pub(crate) const JOBS: u32 = 6;
pub(crate) const JOBS_PER_USER: u32 = 2;
/// Of a key, and of one of the two queues.
pub(crate) const JOBS_PER_KEY: u32 = 1;
pub(crate) const NARROW: &str = "narrow";
pub(crate) const JOBS_OF_NARROW: u32 = 2;
const MORE_LIMITS: &str = "jobs_per_key = 1\n[limits.queues]\nnarrow = 2\n";

pub(crate) struct Cluster {
    pub(crate) network: Network,
    pub(crate) projects: Vec<Project>,
    apis: Vec<Mutex<Option<Api>>>,
    /// Lets all nodes but one be in trouble at a time.
    pub(crate) at_once: Semaphore,
    pub(crate) losses: Losses,
    pub(crate) begun: Instant,
    /// For looking at the tables.
    pub(crate) database: Client,
    /// The number of the last event, once nothing more happens.
    end: watch::Sender<Option<i64>>,
}

impl Cluster {
    pub(crate) async fn new(places: usize) -> Self {
        let network = Network::new(places);
        let database = look_into(&network).await;
        let project = |_| {
            Project::with(Options {
                jobs: JOBS,
                jobs_per_user: JOBS_PER_USER,
                more_limits: MORE_LIMITS,
                grace: "3s",
                shell: true,
                ..Options::default()
            })
        };
        Cluster {
            projects: (0..places).map(project).collect(),
            apis: (0..places).map(|_| Mutex::default()).collect(),
            at_once: Semaphore::new(places - 1),
            losses: Losses::default(),
            begun: Instant::now(),
            end: watch::Sender::new(None),
            network,
            database,
        }
    }

    pub(crate) async fn start(&self, place: usize) -> Node {
        let project = &self.projects[place];
        let bind = self.network.bind().unwrap_or("127.0.0.1:0");
        let command = command_on_at(project, &self.network.store_url(place), bind);
        let command = self.network.at(place, command);
        let node = Node::start_at(project, command, self.network.root(place)).await;
        let api = Some(node.api().clone());
        *self.apis[place]
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = api;
        node
    }

    /// The API of a place, if there was ever a node.
    pub(crate) fn api(&self, place: usize) -> Option<Api> {
        self.apis[place]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How clients find the nodes.
    pub(crate) fn nodes(self: &Arc<Self>) -> Nodes {
        let cluster = Arc::clone(self);
        Nodes {
            count: self.apis.len(),
            api: Box::new(move |place| cluster.api(place)),
            end: self.ended(),
        }
    }

    /// By which number the tables know the node.
    pub(crate) async fn number_of(&self, node: &Node) -> i64 {
        const NUMBER: &str = "SELECT max(id) FROM nodes WHERE pid = $1";
        let pid = i64::from(node.pid());
        let row = self.database.query_one(NUMBER, &[&pid]).await;
        row.expect("a node that registered").get(0)
    }

    pub(crate) async fn last_event(&self) -> i64 {
        let row = self.database.query_one("SELECT event FROM tally", &[]);
        row.await.expect("the number").get(0)
    }

    pub(crate) fn end(&self, last_event: i64) {
        self.end.send_replace(Some(last_event));
    }

    /// Resolves when nothing more happens, with the number of the last event.
    pub(crate) fn ended(&self) -> watch::Receiver<Option<i64>> {
        self.end.subscribe()
    }
}

/// A connection past what may be cut.
pub(crate) async fn look_into(network: &Network) -> Client {
    tables::look_into(&network.own_url(), network.schema()).await
}

/// A request that may fail, and must not take long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(4);
