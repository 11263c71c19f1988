//! Three nodes that are killed, stopped, halted, cut off and started again at random, for a while.
//!
//! [`load`] is what they have to do, [`beat`] a schedule meanwhile and [`twins`] duplicates that
//! are merged, [`trouble`] what is done to them, [`watch`] looks at the database all the time, [`crate::follow`] listens to the events as a client does that changes nodes, and
//! [`verdict`] says in the end whether all was done, once.

mod beat;
mod cluster;
mod load;
mod snapshot;
mod takeover;
mod trouble;
mod twins;
mod verdict;
mod watch;

use std::sync::Arc;
use std::time::{Duration, Instant};

use paceline_e2e::seed;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::task::JoinSet;

use self::cluster::Cluster;
use crate::follow::follow;
use crate::work::LONG;

const NODES: usize = 3;
/// Clients that listen to the events.
const LISTENERS: usize = 2;
/// How long the trouble lasts, in seconds.
const SECONDS: &str = "PACELINE_CHAOS_SECONDS";
const USUAL_SECONDS: u64 = 25;

fn length() -> Duration {
    let given = std::env::var(SECONDS).ok();
    let seconds = given.map(|text| text.parse().expect("a number of seconds"));
    Duration::from_secs(seconds.unwrap_or(USUAL_SECONDS))
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_in_trouble_lose_nothing_and_exceed_no_limit() {
    let length = length();
    let mut dice = seed::dice(&format!("{} s of trouble ({SECONDS})", length.as_secs()));
    let cluster = Arc::new(Cluster::new(NODES).await);
    let old = verdict::leave_old_jobs(&cluster).await;
    let start = cluster.last_event().await;
    let until = Instant::now() + length;

    let mut lives = JoinSet::new();
    for place in 0..NODES {
        let life = trouble::live(cluster.clone(), place, fork(&mut dice), until);
        lives.spawn(life);
    }
    let watching = tokio::spawn(watch::watch(cluster.clone()));
    let mut listening = JoinSet::new();
    for _ in 0..LISTENERS {
        listening.spawn(follow(cluster.nodes(), start, fork(&mut dice)));
    }
    beat::begin(&cluster, fork(&mut dice)).await;
    let asking = twins::begin(&cluster, until, &mut dice);
    let jobs = load::jobs(length, &mut dice);
    let items: usize = jobs.iter().map(|job| job.results.len()).sum();
    println!("{} jobs with {items} items", jobs.len());
    let jobs = load::submit(&cluster, jobs, until, fork(&mut dice)).await;

    let mut nodes = Vec::new();
    while let Some(life) = lives.join_next().await {
        nodes.push(life.expect("a life without panic"));
    }
    beat::end(&cluster).await;
    let asked = asking.join_all().await;
    verdict::all_ended(&cluster, &jobs, LONG).await;
    println!("all done {:.1?} after the start", cluster.begun.elapsed());
    let newest = cluster.last_event().await;
    cluster.end(newest);
    watching.await.expect("no panic").check();
    while let Some(heard) = listening.join_next().await {
        heard.expect("no panic").check(&cluster.database).await;
    }
    let beats = beat::check(&cluster).await;
    let twins = twins::check(&cluster, &asked).await;
    verdict::check(&cluster, &jobs, old + beats + twins, old).await;
    for node in nodes {
        node.stop(Duration::from_secs(15)).await;
    }
}

/// Dice of its own for each part, so that none depends on how fast the others are.
fn fork(dice: &mut StdRng) -> StdRng {
    StdRng::seed_from_u64(dice.random())
}
