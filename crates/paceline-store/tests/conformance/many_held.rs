//! Very many jobs that limits hold cost no more than few: nobody looks at all of them.

use std::time::{Duration, Instant};

use paceline_core::limits::Limits;

use crate::support::{Case, TASK, offer_of, unit};

/// Starts and ends so many jobs of few keys in front of others, each key one at a time. Returns how
/// long that took.
async fn work_off(s: &Case, rounds: u32) -> Duration {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long it takes is the question"
    )]
    let begin = Instant::now();
    for _ in 0..rounds {
        let claimed = s.claim_by_the_rules(vec![offer_of(&[TASK], 5)]).await;
        let leases: Vec<_> = claimed.leases.into_iter().flatten().collect();
        assert_eq!(leases.len(), 5, "there is always somebody who may start");
        for lease in &leases {
            s.succeed(lease).await;
        }
    }
    begin.elapsed()
}

/// Keys come one after the other, so that those who may start stand far apart.
async fn submit(s: &Case, keys: u32, of_each: u32) {
    let drafts = (0..keys).flat_map(|key| {
        let name = format!("key-{key:05}");
        (0..of_each).map(move |_| unit().key(&name))
    });
    s.submit_all(drafts.collect()).await;
}

async fn a_crowd_that_waits_is_not_looked_at_again_and_again(s: Case) {
    const ROUNDS: u32 = 20;
    s.configure(Limits {
        jobs_per_key: Some(1),
        ..Limits::general(Some(10), None)
    })
    .await;
    submit(&s, 40, 10).await;
    let few = work_off(&s, ROUNDS).await;
    submit(&s, 2_000, 10).await;
    let many = work_off(&s, ROUNDS).await;
    // Looking at all of them would take some fifty times as long.
    let bound = few * 6 + Duration::from_millis(100);
    assert!(
        many < bound,
        "{few:?} with 400 waiting, {many:?} with 20,000"
    );
}

store_tests!(a_crowd_that_waits_is_not_looked_at_again_and_again);
