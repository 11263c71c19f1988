//! Rates and pauses: no more of a task is handed out in any period than it may be.

use std::time::Duration;

use paceline_core::rate::RatePolicy;
use paceline_core::throttle::ThrottlePolicy;

use crate::support::{Case, OTHER, TASK, items, offer, offer_of, seconds, unit};

const RATE: ThrottlePolicy = ThrottlePolicy {
    breaker: None,
    rate: Some(RatePolicy {
        items: 10,
        period: Duration::from_mins(1),
    }),
    pause: None,
};

async fn chunks_are_cut_to_what_is_left(s: Case) {
    s.throttle(RATE).await;
    let job = s.start(items(30).chunk(7)).await;
    let claimed = s.claim_by_the_rules(vec![offer(9)]).await;
    let leases = &claimed.leases[0];
    let sizes: Vec<_> = leases
        .iter()
        .map(|lease| crate::support::seqs(lease).len())
        .collect();
    assert_eq!(sizes, [7, 3]);
    assert_eq!(claimed.next_due, Some(s.now() + seconds(60)));
    for lease in leases {
        s.succeed(lease).await;
    }
    s.nothing_to_claim().await;
    let reasons = s.store.waiting_for(&[job], s.now()).await.expect("reasons");
    assert_eq!(reasons.len(), 1, "it says what it waits for");
    assert_eq!(reasons[0].1, ["rate: 10 items in 60s were handed out"]);
    s.advance_to_before(s.now() + seconds(60));
    s.nothing_to_claim().await;
    s.advance(Duration::from_micros(1));
    assert_eq!(s.items_to_have().await.1, 10);
}

async fn units_count_and_others_go_on(s: Case) {
    s.throttle(RATE).await;
    s.submit_all((0..20).map(|_| unit()).collect()).await;
    s.submit_all((0..3).map(|_| unit().task(OTHER)).collect())
        .await;
    let offers = vec![offer_of(&[TASK], 6), offer_of(&[TASK, OTHER], 30)];
    let claimed = s.claim_by_the_rules(offers).await;
    let counts: Vec<_> = claimed.leases.iter().map(Vec::len).collect();
    assert_eq!(counts, [6, 7], "four more of the task, and all others");
    s.advance(seconds(60));
    assert_eq!(s.items_to_have().await.1, 10);
}

async fn two_nodes_share_one_rate(s: Case) {
    s.throttle(RATE).await;
    s.start(items(50).chunk(3)).await;
    let nodes = [s.node(), s.register().await];
    let mut all = 0;
    for turn in 0..6 {
        s.act_as(nodes[turn % 2]);
        let claimed = s.claim_by_the_rules(vec![offer(1)]).await;
        let sizes = claimed.leases[0]
            .iter()
            .map(|lease| crate::support::seqs(lease).len());
        all += sizes.sum::<usize>();
    }
    assert_eq!(all, 10);
}

async fn chunks_keep_their_distance(s: Case) {
    s.throttle(ThrottlePolicy {
        pause: Some(seconds(2)),
        ..ThrottlePolicy::default()
    })
    .await;
    s.start(items(9).chunk(3)).await;
    s.submit(unit()).await;
    let mut chunks = 0;
    for _ in 0..4 {
        let claimed = s.claim_by_the_rules(vec![offer(5), offer(5)]).await;
        let leases: Vec<_> = claimed.leases.into_iter().flatten().collect();
        assert_eq!(leases.len(), 1, "one at a time: {leases:?}");
        chunks += leases.len();
        assert_eq!(claimed.next_due, Some(s.now() + seconds(2)));
        s.nothing_to_claim().await;
        s.advance(seconds(2));
    }
    assert_eq!(chunks, 4);
}

store_tests!(
    chunks_are_cut_to_what_is_left,
    units_count_and_others_go_on,
    two_nodes_share_one_rate,
    chunks_keep_their_distance,
);
