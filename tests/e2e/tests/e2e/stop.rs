//! A clean stop.

use std::time::Duration;

use paceline_e2e::api::state;
use paceline_e2e::{Node, Project, seed};
use rand::Rng;

use crate::work::{LONG, Primes, started};

const STOPS: usize = 5;

#[tokio::test]
async fn clean_stops_finish_or_hand_back_and_run_nothing_twice() {
    let mut dice = seed::dice("clean stops");
    let project = Project::new();
    let primes = Primes::new(1_500, &mut dice);
    let mut node = Node::start(&project).await;
    let id = node.api().submit(&primes.job).await;
    started(&project.journal(), 1).await;
    for _ in 0..STOPS {
        tokio::time::sleep(Duration::from_millis(dice.random_range(50..400))).await;
        assert_eq!(state(&node.api().job(&id).await), "running");
        let took = node.stop(Duration::from_secs(12)).await;
        println!("stopped in {took:?}");
        node = Node::start(&project).await;
    }
    node.api().ended(&id, LONG).await;
    primes.check(node.api(), &id).await;
    let twice: Vec<_> = project
        .journal()
        .runs()
        .into_iter()
        .filter(|(_, runs)| *runs > 1)
        .collect();
    assert!(
        twice.is_empty(),
        "items that a clean stop made run twice: {twice:?}"
    );
    for item in node.api().items(&id).await {
        assert_eq!(
            item["attempts"], 1,
            "a clean stop charged an attempt: {item}"
        );
    }
    node.stop(Duration::from_secs(12)).await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_clients_that_listen() {
    let project = Project::new();
    let node = Node::start(&project).await;
    let api = node.api().clone();
    let listening = api
        .http()
        .get(api.url("/events"))
        .send()
        .await
        .expect("a stream");
    assert!(listening.status().is_success());
    let took = node.stop(Duration::from_secs(5)).await;
    println!("stopped in {took:?} with an open stream of events");
}
