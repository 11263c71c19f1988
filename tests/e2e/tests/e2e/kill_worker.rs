//! `kill -9` of worker processes in the middle of a job.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use paceline_e2e::numbers::summary;
use paceline_e2e::{Journal, Node, Project, seed, wait};
use rand::Rng;
use rand::rngs::StdRng;

use crate::work::{LONG, Primes, started};

const KILLS: usize = 20;

#[tokio::test]
async fn twenty_kills_of_workers_cost_an_attempt_each_and_no_item() {
    let mut dice = seed::dice("twenty kills of workers");
    let project = Project::new();
    let node = Node::start(&project).await;
    let primes = Primes::new(6_000, &mut dice);
    let id = node.api().submit(&primes.job).await;
    started(&project.journal(), 1).await;

    let mut replaced = vec![];
    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(dice.random_range(50..500))).await;
        replaced.push(kill_one(&project.journal(), &mut dice).await);
    }
    println!(
        "{KILLS} kills: a fresh worker started an item after {}",
        summary(&replaced)
    );
    node.api().ended(&id, LONG).await;
    primes.check(node.api(), &id).await;
    assert_attempts(&node, &id).await;
    node.stop(Duration::from_secs(15)).await;
}

/// Kills a worker that has lately started an item; returns how long it took until a process that
/// was not there before started one.
async fn kill_one(journal: &Journal, dice: &mut StdRng) -> Duration {
    let starts = journal.starts();
    let mut pids: Vec<u32> = starts
        .iter()
        .rev()
        .take(20)
        .map(|entry| entry.pid)
        .collect();
    pids.sort_unstable();
    pids.dedup();
    let victim = pids[dice.random_range(0..pids.len())];
    let known: Vec<u32> = starts.iter().map(|entry| entry.pid).collect();
    let start = Instant::now();
    // It may have ended by an earlier kill already: then nothing is to be waited for.
    if kill(Pid::from_raw(victim.cast_signed()), Signal::SIGKILL).is_err() {
        return Duration::ZERO;
    }
    wait::until_true("a fresh worker", LONG, || {
        journal.starts()[starts.len()..]
            .iter()
            .any(|entry| !known.contains(&entry.pid))
    })
    .await;
    start.elapsed()
}

/// Each kill charges one attempt at most: to the item that the worker was on.
async fn assert_attempts(node: &Node, id: &str) {
    let items = node.api().items(id).await;
    let charged: u64 = items
        .iter()
        .map(|item| item["attempts"].as_u64().expect("a number") - 1)
        .sum();
    println!("{KILLS} kills charged {charged} attempts");
    assert!(
        charged <= KILLS as u64,
        "{charged} attempts for {KILLS} kills"
    );
}
