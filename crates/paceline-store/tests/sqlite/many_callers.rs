//! Very many callers at once: each gets its own answer, and nobody hears of a locked database.

use std::collections::HashSet;
use std::sync::Arc;

use paceline_core::id::EventSeq;
use paceline_core::lease::ReportAnswer;
use paceline_core::query::EventQuery;
use paceline_core::store::{Store, StoreError};
use paceline_core::{JobId, JobState, Work};
use tokio::task::JoinSet;

use crate::support::{
    NOW, Place, all_jobs, assert_sound, claim, items, items_of, job, new_items, register, report,
    seqs, submit, success, unit,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_callers_submit_at_once() {
    let place = Place::new();
    let store = place.open();
    let mut callers = JoinSet::new();
    for _ in 0..100 {
        let store = store.clone();
        callers.spawn(async move {
            let mut mine = Vec::new();
            for n in 0..10 {
                mine.push(submit(&*store, if n % 2 == 0 { unit() } else { items(3) }).await);
            }
            mine
        });
    }
    let acknowledged: Vec<JobId> = callers.join_all().await.concat();
    let there: HashSet<JobId> = all_jobs(&*store).await.iter().map(|job| job.id).collect();
    assert_eq!(there.len(), 1_000);
    assert_eq!(there, acknowledged.into_iter().collect());
    assert_eq!(
        store.counts().await.expect("counts")[&JobState::Pending],
        1_000
    );

    let query = EventQuery {
        limit: 10_000,
        ..EventQuery::default()
    };
    let events = store.events(query).await.expect("listed");
    let numbers: Vec<EventSeq> = events.iter().map(|event| event.seq).collect();
    assert_eq!(
        numbers,
        (1..=1_000).map(EventSeq).collect::<Vec<_>>(),
        "no gap, none twice"
    );
    drop(store);
    assert_sound(&place.file());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_threads_submit_at_once() {
    let place = Place::new();
    let store = place.open();
    let threads: Vec<_> = (0..100)
        .map(|_| {
            let store = store.clone();
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build();
                runtime
                    .expect("a runtime")
                    .block_on(submit(&*store, unit()))
            })
        })
        .collect();
    let ids: HashSet<JobId> = threads
        .into_iter()
        .map(|thread| thread.join().expect("ran"))
        .collect();
    let there: HashSet<JobId> = all_jobs(&*store).await.iter().map(|job| job.id).collect();
    assert_eq!(there, ids);
}

/// Commands share transactions; a refused one must take none of the others with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refusal_is_its_callers_alone() {
    let place = Place::new();
    let store = place.open();
    let mut callers = JoinSet::new();
    for caller in 0..60 {
        let store = store.clone();
        callers.spawn(async move {
            let mut taken = Vec::new();
            for _ in 0..5 {
                if caller % 3 > 0 {
                    taken.push(submit(&*store, items(4)).await);
                    continue;
                }
                let twice = [new_items(0, 3), new_items(2, 1)].concat();
                let refused = store
                    .submit(vec![unit(), job(Work::Items(twice))], NOW)
                    .await;
                let refused = refused.expect_err("a key occurs twice");
                assert!(
                    matches!(refused, StoreError::DuplicateKey { .. }),
                    "{refused}"
                );
            }
            taken
        });
    }
    let acknowledged: HashSet<JobId> = callers.join_all().await.concat().into_iter().collect();
    let jobs = all_jobs(&*store).await;
    let there: HashSet<JobId> = jobs.iter().map(|job| job.id).collect();
    assert_eq!((there.len(), &there), (200, &acknowledged));
    assert_eq!(
        store.counts().await.expect("counts")[&JobState::Pending],
        200
    );
    for job in jobs {
        assert_eq!(items_of(&*store, job.id).await.len(), 4);
    }
    assert_eq!(store.last_event().await.expect("read"), EventSeq(200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_at_once_share_no_item() {
    let place = Place::new();
    let store = place.open();
    let node = register(&*store).await;
    for _ in 0..4 {
        submit(&*store, items(250)).await;
    }
    for _ in 0..200 {
        submit(&*store, unit()).await;
    }
    let mut workers = JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        workers.spawn(async move {
            let mut ran = Vec::new();
            loop {
                let leases = claim(&*store, node, 2).await;
                if leases.is_empty() {
                    return ran;
                }
                for lease in leases {
                    assert_eq!(
                        report(&*store, &lease, &success()).await,
                        ReportAnswer::Accepted
                    );
                    let seqs = seqs(&lease);
                    let seqs = if seqs.is_empty() { vec![0] } else { seqs };
                    ran.extend(seqs.into_iter().map(|seq| (lease.job, seq)));
                }
            }
        });
    }
    let ran = workers.join_all().await.concat();
    let different: HashSet<_> = ran.iter().collect();
    assert_eq!((ran.len(), different.len()), (1_200, 1_200), "each once");
    assert_eq!(
        store.counts().await.expect("counts")[&JobState::Completed],
        204
    );
}

/// Readers and the writer are in each other's way at no time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn reading_and_writing_go_on_side_by_side() {
    let place = Place::new();
    let store = place.open();
    let mut callers = JoinSet::new();
    for caller in 0..24 {
        let store: Arc<_> = store.clone();
        callers.spawn(async move {
            for _ in 0..25 {
                if caller % 3 == 0 {
                    submit(&*store, items(20)).await;
                } else {
                    let jobs = all_jobs(&*store).await;
                    if let Some(job) = jobs.first() {
                        assert_eq!(items_of(&*store, job.id).await.len(), 20);
                    }
                    store.health(NOW).await.expect("healthy");
                }
            }
        });
    }
    callers.join_all().await;
    assert_eq!(all_jobs(&*store).await.len(), 200);
}
