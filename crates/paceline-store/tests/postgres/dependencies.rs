//! A parent that ends on one node while its children come in on another.

use std::sync::Arc;

use paceline_core::limits::Limits;
use paceline_core::links::Parent;
use paceline_core::store::Store;
use paceline_core::{JobState, NewJob};
use paceline_store::PostgresStore;
use tokio::task::JoinSet;

use crate::support::{NOW, claim, connect, id, job, register, success};

const ROUNDS: u32 = 30;
const CHILDREN: u32 = 6;

fn child(number: u32, parents: &[u32]) -> NewJob {
    let mut job = job(number, "ana", 0);
    job.links.after = parents
        .iter()
        .map(|parent| Parent::Job(id(*parent)))
        .collect();
    job
}

/// Children that come in all at once, each in a call of its own.
async fn submit_children(store: Arc<PostgresStore>, parents: [u32; 2]) {
    let mut calls = JoinSet::new();
    for number in 0..CHILDREN {
        let store = store.clone();
        calls.spawn(async move {
            let child = child(parents[1] + 1 + number, &parents);
            store.submit(vec![child], NOW).await
        });
    }
    while let Some(call) = calls.join_next().await {
        call.expect("no panic").expect("a submission is taken");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_never_misses_the_end_of_its_parent() {
    let url = paceline_test_postgres::shared().new_store();
    let (one, two) = (connect(&url).await, connect(&url).await);
    let node = register(&one).await;
    one.configure(Limits::NONE, NOW).await.expect("configured");
    for round in 0..ROUNDS {
        let parents = [round * 100, round * 100 + 1];
        let jobs = parents.map(|number| job(number, "ana", 0));
        one.submit(jobs.into(), NOW).await.expect("taken");
        let leases = claim(&one, node).await.expect("leased");
        assert_eq!(leases.len(), 2);
        // The parents end on both nodes while the children come in on one of them.
        let report = |store: Arc<PostgresStore>, lease| async move {
            store
                .report(vec![success(&lease)], 1, NOW)
                .await
                .expect("reported");
        };
        let [first, second] = leases.try_into().expect("two leases");
        tokio::join!(
            submit_children(two.clone(), parents),
            report(one.clone(), first),
            report(two.clone(), second),
        );
        let counts = one.counts().await.expect("counts");
        let expected = u64::from(CHILDREN);
        assert_eq!(
            counts[&JobState::Blocked],
            0,
            "none waits for what has ended"
        );
        assert_eq!(counts[&JobState::Pending], expected, "round {round}");
        for _ in 0..CHILDREN {
            for lease in claim(&one, node).await.expect("leased") {
                assert_eq!(lease.parents.len(), 2);
                one.report(vec![success(&lease)], 1, NOW)
                    .await
                    .expect("reported");
            }
        }
    }
}
