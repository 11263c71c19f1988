//! Clients that hand in jobs and read all the time, and believe what they are told.

use std::fmt;
use std::time::{Duration, Instant};

use paceline_e2e::Api;
use paceline_e2e::api::{progress, state, text};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::work::{LONG, items};

const WRITERS: usize = 3;
const READERS: usize = 2;
/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// Clients at work.
pub(crate) struct Clients {
    working: JoinSet<Told>,
    over: watch::Sender<bool>,
}

/// What clients were told.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Jobs that were taken, with the number of their items; 0 for those without.
    taken: Vec<(String, usize)>,
    pub(crate) read: usize,
    refused: usize,
    /// What the longest answer took.
    pub(crate) slowest: Duration,
}

impl Clients {
    pub(crate) fn start(apis: &[Api], dice: &mut StdRng) -> Self {
        let (over, is_over) = watch::channel(false);
        let mut working = JoinSet::new();
        for number in 0..WRITERS {
            let (apis, dice) = (apis.to_vec(), StdRng::seed_from_u64(dice.random()));
            working.spawn(write(apis, dice, number, is_over.clone()));
        }
        for number in 0..READERS {
            let api = apis[number % apis.len()].clone();
            working.spawn(read(api, is_over.clone()));
        }
        Clients { working, over }
    }

    /// Lets all come to an end; returns what they were told.
    pub(crate) async fn stop(mut self) -> Told {
        self.over.send_replace(true);
        let mut all = Told::default();
        while let Some(one) = self.working.join_next().await {
            let one = one.expect("no panic");
            all.taken.extend(one.taken);
            all.read += one.read;
            all.refused += one.refused;
            all.slowest = all.slowest.max(one.slowest);
        }
        all
    }
}

async fn write(
    apis: Vec<Api>,
    mut dice: StdRng,
    client: usize,
    over: watch::Receiver<bool>,
) -> Told {
    let mut told = Told::default();
    for number in 0.. {
        if *over.borrow() {
            break;
        }
        let count = [0, 0, 1, 4, 12][dice.random_range(0..5)];
        let prefix = format!("c{client}-{number}-");
        let job = if count == 0 {
            json!({"task": "unit", "params": {"key": prefix, "seconds": 0.02}})
        } else {
            let items = items(&prefix, count, &json!({"seconds": 0.02}));
            json!({"task": "moody", "items": items})
        };
        let api = &apis[dice.random_range(0..apis.len())];
        let request = api.http().post(api.url("/jobs")).json(&job);
        if let Some(response) = told.answer(request).await {
            let body: Value = response.json().await.expect("JSON");
            told.taken.push((text(&body, "id"), count));
        }
        tokio::time::sleep(Duration::from_millis(dice.random_range(80..300))).await;
    }
    told
}

async fn read(api: Api, over: watch::Receiver<bool>) -> Told {
    let mut told = Told::default();
    while !*over.borrow() {
        for path in ["/jobs?limit=20", "/status"] {
            if told.answer(api.http().get(api.url(path))).await.is_some() {
                told.read += 1;
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    told
}

impl Told {
    /// A success; else the node must have said when to come again.
    async fn answer(&mut self, request: RequestBuilder) -> Option<Response> {
        let asked = Instant::now();
        let response = request
            .timeout(PATIENCE)
            .send()
            .await
            .expect("the node is up");
        self.slowest = self.slowest.max(asked.elapsed());
        if response.status().is_success() {
            return Some(response);
        }
        assert_eq!(response.status().as_u16(), 503, "{response:?}");
        assert!(
            response.headers().contains_key("retry-after"),
            "{response:?}"
        );
        self.refused += 1;
        None
    }

    /// Holds that all that was taken is there, and done once.
    ///
    /// # Panics
    /// When it is not.
    pub(crate) async fn check(&self, apis: &[Api]) {
        for (number, (id, count)) in self.taken.iter().enumerate() {
            let api = &apis[number % apis.len()];
            let job = api.ended(id, LONG).await;
            assert_eq!(state(&job), "completed", "{job}");
            if *count > 0 {
                assert_eq!(progress(&job, "succeeded"), *count as u64, "{job}");
                assert_eq!(api.keys(id, "succeeded").await.len(), *count, "{job}");
            }
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items: usize = self.taken.iter().map(|(_, count)| count).sum();
        write!(
            f,
            "{} jobs with {items} items were taken, {} requests read, {} were refused for a while",
            self.taken.len(),
            self.read,
            self.refused
        )
    }
}
