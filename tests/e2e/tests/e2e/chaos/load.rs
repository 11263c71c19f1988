//! Fifty jobs of mixed sizes, handed in at any node.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use paceline_e2e::api::text;
use paceline_e2e::numbers::primes_below;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::NODES;
use super::cluster::{Cluster, NARROW, PATIENCE};

const JOBS: usize = 50;
/// Most jobs that one waits for.
const MOST_PARENTS: usize = 3;
/// The length for which the counts below are meant.
const USUAL: f64 = 60.0;

/// A job and what must come of it.
#[derive(Debug)]
pub(crate) struct Job {
    request: Value,
    /// The result of each item; of a job without items, under an empty key.
    pub(crate) results: HashMap<String, Value>,
    /// Once it is taken.
    pub(crate) id: String,
}

pub(crate) fn jobs(length: Duration, dice: &mut StdRng) -> Vec<Job> {
    let scale = (length.as_secs_f64() / USUAL).max(0.2);
    (0..JOBS).map(|number| job(number, scale, dice)).collect()
}

fn job(number: usize, scale: f64, dice: &mut StdRng) -> Job {
    let mut job = match number % 10 {
        0..4 => moody(number, count(5..120, scale, dice), dice),
        4..6 => primes(number, count(20..120, scale, dice), dice),
        6 => shell(number, count(3..12, scale, dice), dice),
        7..9 => unit(number, dice),
        _ => planned(count(20..100, scale, dice)),
    };
    let user = ["ana", "ben", "cem", "dia"].choose(dice);
    job.request["user"] = json!(user);
    if dice.random_bool(0.4) {
        job.request["key"] = json!(["red", "green", "blue"].choose(dice));
    }
    if dice.random_bool(0.2) {
        job.request["queue"] = json!(NARROW);
    }
    job.request["priority"] = json!(["low", "normal", "normal", "high", "urgent"].choose(dice));
    if job.results.len() > 1 && dice.random_bool(0.3) {
        job.request["workers"] = dice.random_range(1..4).into();
    }
    job
}

fn count(usual: std::ops::Range<u32>, scale: f64, dice: &mut StdRng) -> usize {
    // Most are small and some are large.
    let part = dice.random::<f64>().powi(2);
    let count = f64::from(usual.start) + part * f64::from(usual.end - usual.start);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is a small count"
    )]
    let count = (count * scale) as usize;
    count.max(1)
}

/// Items that sleep, and some of them fail at first.
fn moody(number: usize, count: usize, dice: &mut StdRng) -> Job {
    let most = *[20, 100, 600].choose(dice).expect("some");
    with_items("moody", number, count, |key| {
        let seconds = f64::from(dice.random_range(5..most)) / 1e3;
        let fail = dice.random_bool(0.1);
        let payload = json!({"key": key, "seconds": seconds, "fail_first": fail});
        (payload, json!(key))
    })
}

fn primes(number: usize, count: usize, dice: &mut StdRng) -> Job {
    with_items("primes", number, count, |key| {
        let limit = dice.random_range(20_000..80_000);
        let payload = json!({"key": key, "limit": limit});
        (payload, json!({"primes": primes_below(limit)}))
    })
}

fn shell(number: usize, count: usize, dice: &mut StdRng) -> Job {
    with_items("shell", number, count, |key| {
        let seconds = format!("0.{}", dice.random_range(1..6));
        (json!({"key": key, "seconds": seconds}), json!(key))
    })
}

fn with_items(
    task: &str,
    number: usize,
    count: usize,
    mut item: impl FnMut(&str) -> (Value, Value),
) -> Job {
    let (mut items, mut results) = (Vec::new(), HashMap::new());
    for place in 0..count {
        let key = format!("j{number}-{place}");
        let (payload, result) = item(&key);
        items.push(json!({"key": key, "payload": payload}));
        results.insert(key, result);
    }
    Job::new(json!({"task": task, "items": items}), results)
}

fn unit(number: usize, dice: &mut StdRng) -> Job {
    let seconds = f64::from(dice.random_range(1..25)) / 10.0;
    let params = json!({"key": format!("u{number}"), "seconds": seconds});
    let results = HashMap::from([(String::new(), params.clone())]);
    Job::new(json!({"task": "unit", "params": params}), results)
}

/// Its items are listed by a planner.
fn planned(count: usize) -> Job {
    let result = |place| (format!("n{place}"), json!(primes_below(100)));
    let params = json!({"count": count});
    Job::new(
        json!({"task": "planned", "params": params}),
        (0..count).map(result).collect(),
    )
}

impl Job {
    fn new(request: Value, results: HashMap<String, Value>) -> Self {
        Job {
            request,
            results,
            id: String::new(),
        }
    }
}

/// Hands the jobs in, bit by bit, over most of the time.
pub(crate) async fn submit(
    cluster: &Cluster,
    mut jobs: Vec<Job>,
    until: Instant,
    mut dice: StdRng,
) -> Vec<Job> {
    let time = until.saturating_duration_since(Instant::now());
    let pause = time.mul_f64(0.8 / 50.0);
    let mut taken: Vec<String> = Vec::new();
    for (number, job) in jobs.iter_mut().enumerate() {
        let parents = dice.random_range(1..=MOST_PARENTS);
        let parents: Vec<_> = taken.choose_multiple(&mut dice, parents).collect();
        if dice.random_bool(0.3) && !parents.is_empty() {
            job.request["after"] = json!(parents);
        }
        job.id = submit_one(cluster, &job.request, &format!("chaos-{number}"), &mut dice).await;
        taken.push(job.id.clone());
        if until > Instant::now() {
            tokio::time::sleep(pause.mul_f64(dice.random_range(0.2..1.8))).await;
        }
    }
    jobs
}

/// Asks one node after the other until one takes it. Who hears no answer asks again with the same
/// key, for the job may have been taken.
pub(crate) async fn submit_one(
    cluster: &Cluster,
    job: &Value,
    key: &str,
    dice: &mut StdRng,
) -> String {
    loop {
        let place = dice.random_range(0..NODES);
        if let Some(api) = cluster.api(place) {
            let request = api
                .http()
                .post(api.url("/jobs"))
                .header("idempotency-key", key)
                .timeout(PATIENCE)
                .json(job);
            if let Ok(response) = request.send().await
                && let status = response.status()
                && let Ok(body) = response.json::<Value>().await
            {
                if status.is_success() {
                    return text(&body, "id");
                }
                // A node that has just started may not know its tasks yet.
                assert_eq!(status.as_u16(), 503, "{body}");
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
