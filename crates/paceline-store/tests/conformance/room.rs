//! Room: no more is leased than a node has for what its tasks need.

use paceline_core::limits::Limits;
use paceline_core::resources::{Resources, Room};

use crate::support::{Case, OTHER, TASK, items, offer, offer_of, unit};

/// So many of one resource, of which each worker on the usual task needs one.
fn room_for(count: u64) -> Room {
    let some = |count| Resources {
        named: [("gpu".to_owned(), count)].into(),
        ..Resources::default()
    };
    Room {
        free: some(count),
        needs: [(TASK.to_owned(), some(1))].into(),
    }
}

async fn no_more_is_leased_than_there_is_room_for(s: Case) {
    s.room.replace(room_for(3));
    s.start(items(20).chunk(2)).await;
    s.submit_all((0..4).map(|_| unit()).collect()).await;
    s.submit_all((0..4).map(|_| unit().task(OTHER)).collect())
        .await;
    let offers = vec![offer(1), offer_of(&[TASK, OTHER], 9)];
    let claimed = s.claim_by_the_rules(offers).await;
    let of = |task: &str| {
        let leases = claimed.leases.iter().flatten();
        leases.filter(|lease| lease.task == task).count()
    };
    assert_eq!((of(TASK), of(OTHER)), (3, 4), "others need nothing");
}

async fn without_room_there_is_nothing(s: Case) {
    s.room.replace(room_for(0));
    s.start(items(2)).await;
    s.submit(unit()).await;
    s.nothing_to_claim().await;
    s.room.replace(room_for(2));
    let claimed = s.claim_offers(vec![offer(9)], Limits::NONE).await;
    assert_eq!(claimed.leases[0].len(), 2);
}

store_tests!(
    no_more_is_leased_than_there_is_room_for,
    without_room_there_is_nothing,
);
