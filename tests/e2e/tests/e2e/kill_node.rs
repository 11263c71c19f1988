//! `kill -9` of the node, again and again in the middle of a job.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use paceline_e2e::api::state;
use paceline_e2e::numbers::{self, summary};
use paceline_e2e::{Journal, Node, Project, seed, wait};
use rand::Rng;

use crate::work::{LONG, Primes};

const KILLS: usize = 20;
const ITEMS: usize = 5_000;

#[tokio::test]
async fn twenty_kills_lose_nothing_and_repeat_nothing() {
    let mut dice = seed::dice("twenty kills of the node");
    let project = Project::new();
    let mut primes = Primes::new(ITEMS, &mut dice);
    let mut node = Node::start(&project).await;
    let mut id = node.api().submit(&primes.job).await;
    let (mut resumed, mut survivors, mut repeated) = (vec![], vec![], 0);

    for kill in 0..KILLS {
        let moment = Duration::from_millis(dice.random_range(50..700));
        tokio::time::sleep(moment).await;
        if state(&node.api().job(&id).await) == "completed" {
            println!("a quick machine: over before kill {kill}, on with another job");
            primes.check(node.api(), &id).await;
            primes = Primes::new(ITEMS, &mut dice);
            id = node.api().submit(&primes.job).await;
        }
        let recorded: HashSet<String> = node
            .api()
            .keys(&id, "succeeded")
            .await
            .into_iter()
            .collect();
        survivors.push(node.kill9().await);
        let before = project.journal().starts().len();

        let start = Instant::now();
        node = Node::start(&project).await;
        resumed.push(running_again(&project.journal(), before, start).await);
        let again = project.journal().starts().split_off(before);
        repeated += again
            .iter()
            .filter(|entry| recorded.contains(&entry.key))
            .count();
    }

    node.api().ended(&id, LONG).await;
    primes.check(node.api(), &id).await;
    assert_eq!(repeated, 0, "recorded items were run again");
    node.stop(Duration::from_secs(15)).await;
    println!("{KILLS} kills: running again after {}", summary(&resumed));
    println!(
        "{KILLS} kills: all that the node had started was gone after {}",
        summary(&survivors)
    );
    // The worst depends on who else uses the machine.
    let median = numbers::median(&resumed);
    assert!(
        median <= Duration::from_secs(2),
        "running again only after {median:?}"
    );
}

/// From the start of the new node to the first item that one of its workers starts.
async fn running_again(journal: &Journal, before: usize, start: Instant) -> Duration {
    wait::until_true("an item to start again", LONG, || {
        journal.starts().len() > before
    })
    .await;
    start.elapsed()
}

#[tokio::test]
async fn an_acknowledged_job_is_there_after_a_kill_at_once() {
    let mut dice = seed::dice("kill after the acknowledgement");
    let project = Project::new();
    for number in 0..5 {
        let node = Node::start(&project).await;
        let primes = Primes::new(dice.random_range(1..50), &mut dice);
        let id = node.api().submit(&primes.job).await;
        node.kill9().await;
        let node = Node::start(&project).await;
        node.api().ended(&id, LONG).await;
        primes.check(node.api(), &id).await;
        println!("job {number} survived");
        node.stop(Duration::from_secs(15)).await;
    }
}
