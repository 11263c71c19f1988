//! The same work submitted on two nodes at once.

use std::sync::Arc;

use paceline_core::event::EventKind;
use paceline_core::id::EventSeq;
use paceline_core::limits::Limits;
use paceline_core::merge::{Identity, OnDuplicate};
use paceline_core::query::EventQuery;
use paceline_core::store::{Store, StoreError};
use paceline_core::{JobId, JobState, Json, NewJob};
use paceline_store::PostgresStore;
use tokio::task::JoinSet;

use crate::support::{NOW, connect, id, job, register, work};

const SUBMISSIONS: u32 = 100;

fn same(number: u32, policy: OnDuplicate) -> NewJob {
    let mut job = job(number, "ana", number % 3);
    job.params = Json::from_checked(format!("{{\"n\":{number}}}"));
    job.links.identity = Some(Identity([7; 32]));
    job.links.on_duplicate = policy;
    job
}

/// Each in a call of its own, all at once, turn by turn on one node and on the other.
async fn submit_all(
    stores: &[Arc<PostgresStore>; 2],
    policy: OnDuplicate,
) -> Vec<Result<JobState, StoreError>> {
    let mut calls = JoinSet::new();
    for number in 0..SUBMISSIONS {
        let store = stores[number as usize % 2].clone();
        calls.spawn(async move {
            let submitted = store.submit(vec![same(number, policy)], NOW).await;
            submitted.map(|jobs| jobs[0].state)
        });
    }
    calls.join_all().await
}

async fn stores() -> [Arc<PostgresStore>; 2] {
    let url = paceline_test_postgres::shared().new_store();
    [connect(&url).await, connect(&url).await]
}

/// The params of the job that handed over last, by the order of events, or of the only one.
async fn newest_params(store: &PostgresStore) -> Json {
    let query = EventQuery {
        after: EventSeq(0),
        job: None,
        limit: 1_000,
    };
    let events = store.events(query).await.expect("events");
    let last = events
        .iter()
        .rev()
        .find(|event| event.kind == EventKind::Merged);
    let last: JobId = last.and_then(|event| event.job).expect("one was merged");
    store.job(last).await.expect("read").expect("there").params
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_at_once_leave_one_that_waits_with_the_newest_params() {
    let stores = stores().await;
    let states = submit_all(&stores, OnDuplicate::Merge).await;
    let pending = |state: &&Result<JobState, StoreError>| matches!(state, Ok(JobState::Pending));
    assert_eq!(states.iter().filter(pending).count(), 1);
    let counts = stores[0].counts().await.expect("counts");
    let merged = u64::from(SUBMISSIONS - 1);
    assert_eq!(
        (counts[&JobState::Pending], counts[&JobState::Merged]),
        (1, merged)
    );
    let mut survivors = Vec::new();
    for number in 0..SUBMISSIONS {
        let job = stores[1]
            .job(id(number))
            .await
            .expect("read")
            .expect("there");
        match job.links.merged_into {
            Some(into) => survivors.push(into),
            None => assert_eq!((job.state, job.links.merged_count), (JobState::Pending, 99)),
        }
    }
    survivors.dedup();
    assert_eq!(survivors.len(), 1, "all into the same");
    let survivor = stores[0]
        .job(survivors[0])
        .await
        .expect("read")
        .expect("there");
    assert_eq!(survivor.params, newest_params(&stores[0]).await);
    // Its items are those of the newest too.
    let number: u32 = survivor.params.as_str()[5..]
        .trim_end_matches('}')
        .parse()
        .expect("a number");
    let items = survivor.counters.total;
    assert_eq!(
        items,
        if number.is_multiple_of(3) {
            1
        } else {
            number % 3
        }
    );

    let node = register(&stores[0]).await;
    while work(&stores[0], node, Limits::NONE)
        .await
        .expect("work goes on")
        > 0
    {}
    let counts = stores[0].counts().await.expect("counts");
    assert_eq!(counts[&JobState::Completed], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_at_once_are_refused_but_for_one() {
    let stores = stores().await;
    let states = submit_all(&stores, OnDuplicate::Reject).await;
    let refused = states
        .iter()
        .filter(|state| matches!(state, Err(StoreError::Duplicate(_))));
    assert_eq!(refused.count(), 99);
    assert_eq!(
        stores[0].counts().await.expect("counts")[&JobState::Pending],
        1
    );
}
