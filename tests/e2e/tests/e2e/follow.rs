//! A client that listens to the events, now at this node, then at that one, and says each time
//! what it saw last.

use std::time::Duration;

use futures::StreamExt;
use paceline_e2e::Api;
use paceline_e2e::events::take_events;
use rand::Rng;
use rand::rngs::StdRng;
use serde_json::Value;

use tokio::sync::watch;
use tokio_postgres::Client;

/// For an answer to begin.
const PATIENCE: Duration = Duration::from_secs(4);
/// After the end, what is still to come is there by then.
const LATE: Duration = Duration::from_secs(30);
/// Of several waiting ones only the last is sent.
const PASSING: [&str; 2] = ["job.progress", "job.log"];

/// How a client finds the nodes.
pub(crate) struct Nodes {
    pub(crate) count: usize,
    /// The API of a place, if there is one.
    pub(crate) api: Box<dyn Fn(usize) -> Option<Api> + Send + Sync>,
    /// The number of the last event, once nothing more happens.
    pub(crate) end: watch::Receiver<Option<i64>>,
}

/// What a client heard.
#[derive(Debug)]
pub(crate) struct Heard {
    start: i64,
    last: watch::Sender<i64>,
    /// Numbers of the events that must not be left out.
    lasting: Vec<i64>,
    connections: u32,
}

/// Listens until the last event of all has come.
pub(crate) async fn follow(nodes: Nodes, start: i64, mut dice: StdRng) -> Heard {
    let mut heard = Heard::since(start);
    let Nodes { count, api, end } = nodes;
    let mut ended = end;
    while ended.borrow().is_none() {
        let stay = Duration::from_millis(dice.random_range(300..6_000));
        let place = dice.random_range(0..count);
        let listening = heard.listen(api(place), stay);
        tokio::select! {
            () = listening => {}
            // The wait fails only when there is no cluster any more.
            _ = ended.wait_for(Option::is_some) => {}
        }
    }
    let last = ended.borrow().unwrap_or_default();
    let rest = async {
        while *heard.last.borrow() < last {
            let place = dice.random_range(0..count);
            heard.listen(api(place), Duration::from_secs(1)).await;
        }
    };
    // What did not come is told by `check`.
    tokio::time::timeout(LATE, rest).await.ok();
    heard
}

/// Listens at one node over one connection until the last event of all has come.
pub(crate) async fn stay_at(api: &Api, mut end: watch::Receiver<Option<i64>>) -> Heard {
    let mut heard = Heard::since(0);
    let mut reached = heard.last.subscribe();
    let all = async {
        // The waits fail only when the test has failed.
        let last = end.wait_for(Option::is_some).await.map(|last| *last);
        let last = last.ok().flatten().unwrap_or_default();
        reached.wait_for(|seq| *seq >= last).await.map(|_| ()).ok();
    };
    let broken_off = tokio::select! {
        _ = heard.read(api) => true,
        () = all => false,
    };
    assert!(!broken_off, "the stream broke off: {heard:?}");
    heard
}

impl Heard {
    fn since(start: i64) -> Self {
        Heard {
            start,
            last: watch::Sender::new(start),
            lasting: Vec::new(),
            connections: 0,
        }
    }

    /// Listens at a node for a while, or until that breaks off.
    async fn listen(&mut self, api: Option<Api>, stay: Duration) {
        let Some(api) = api else {
            return tokio::time::sleep(Duration::from_millis(50)).await;
        };
        // A node that cannot be reached, or breaks off, is left for another.
        tokio::time::timeout(stay, self.read(&api)).await.ok();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    async fn read(&mut self, api: &Api) -> Option<()> {
        let request = api
            .http()
            .get(api.url("/events"))
            .header("last-event-id", self.last.borrow().to_string());
        let sent = tokio::time::timeout(PATIENCE, request.send()).await.ok()?;
        let response = sent.ok()?.error_for_status().ok()?;
        self.connections += 1;
        let mut chunks = response.bytes_stream();
        let mut text = String::new();
        while let Some(Ok(chunk)) = chunks.next().await {
            text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
            for event in take_events(&mut text) {
                self.hear(&event);
            }
        }
        None
    }

    fn hear(&mut self, event: &Value) {
        let seq = event["seq"].as_i64().expect("a number");
        let kind = event["type"].as_str().expect("a type");
        self.last.send_replace(seq);
        if !PASSING.contains(&kind) {
            self.lasting.push(seq);
        }
    }

    /// Holds that each event came once, in its order, with none left out.
    ///
    /// # Panics
    /// When that is not so.
    pub(crate) async fn check(&self, database: &Client) {
        const LASTING: &str = "SELECT seq FROM events
            WHERE seq > $1 AND kind NOT IN ('job.progress', 'job.log') ORDER BY seq";
        let rows = database.query(LASTING, &[&self.start]).await;
        let told: Vec<i64> = rows.expect("events").iter().map(|row| row.get(0)).collect();
        println!(
            "a client heard {} events over {} connections",
            self.lasting.len(),
            self.connections
        );
        let missed: Vec<_> = told
            .iter()
            .filter(|seq| !self.lasting.contains(seq))
            .collect();
        assert!(missed.is_empty(), "events that a client missed: {missed:?}");
        assert_eq!(self.lasting, told, "each event once, in its order");
    }
}
