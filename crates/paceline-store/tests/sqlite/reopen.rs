//! A store that is closed in the middle of its work and opened again.

use paceline_core::breaker::BreakerPolicy;
use paceline_core::lease::ReportAnswer;
use paceline_core::resources::Resources;
use paceline_core::store::{Action, Store, StoreError};
use paceline_core::task::Task;
use paceline_core::throttle::ThrottlePolicy;
use paceline_core::{ItemState, JobState, Json, Time, Work};

use crate::support::{
    NOW, Place, TASK, act, all_jobs, claim, everything, failure, items, items_of, job, new_items,
    register, report, seqs, submit, success, unit,
};

/// Work in every stage.
async fn story(store: &dyn Store) {
    let node = register(store).await;
    submit(store, items(20)).await;
    for (lease, n) in claim(store, node, 3).await.iter().zip(0..) {
        match n {
            0 => report(store, lease, &success()).await,
            1 => report(store, lease, &failure("no")).await,
            _ => ReportAnswer::Accepted,
        };
    }
    submit(store, unit()).await;
    claim(store, node, 1).await;
    let paused = submit(store, items(3)).await;
    act(store, paused, Action::Pause).await;
    let cancelled = submit(store, items(3)).await;
    act(store, cancelled, Action::Cancel { reason: None }).await;
    let mut later = unit();
    later.run_at = Some(Time::from_micros(NOW.as_micros() + 1));
    submit(store, later).await;
    submit(store, job(Work::Plan)).await;
    submit(store, items(0)).await;
}

#[tokio::test]
async fn everything_is_as_it_was() {
    let place = Place::new();
    let store = place.open();
    story(&*store).await;
    let before = everything(&*store).await;
    drop(store);
    for _ in 0..3 {
        let store = place.open();
        assert_eq!(everything(&*store).await, before);
    }
}

#[tokio::test]
async fn a_new_node_takes_back_all_leases_at_once() {
    let place = Place::new();
    let store = place.open();
    let node = register(&*store).await;
    let chunked = submit(&*store, items(8)).await;
    let old = claim(&*store, node, 1).await;
    let single = submit(&*store, unit()).await;
    let old = [old, claim(&*store, node, 1).await].concat();
    assert_eq!(old.len(), 2);
    drop(store);

    let store = place.open();
    let node = register(&*store).await;
    let states = items_of(&*store, chunked).await;
    assert!(states.iter().all(|item| item.state == ItemState::Pending));
    let states = all_jobs(&*store)
        .await
        .into_iter()
        .map(|job| (job.id, job.state));
    let states: Vec<_> = states.collect();
    assert!(states.contains(&(single, JobState::Pending)), "{states:?}");
    assert!(states.contains(&(chunked, JobState::Running)), "{states:?}");
    for lease in &old {
        assert_eq!(report(&*store, lease, &success()).await, ReportAnswer::Lost);
    }
    let newest = old.iter().map(|lease| lease.id).max();
    for lease in claim(&*store, node, 9).await {
        assert!(Some(lease.id) > newest, "{} was given before", lease.id);
    }
}

#[tokio::test]
async fn a_lease_number_is_not_given_again_even_if_its_job_is_gone() {
    let place = Place::new();
    let mut newest = None;
    for _ in 0..3 {
        let store = place.open();
        let node = register(&*store).await;
        submit(&*store, unit()).await;
        submit(&*store, items(1)).await;
        for lease in claim(&*store, node, 2).await {
            assert!(Some(lease.id) > newest, "{} after {newest:?}", lease.id);
            newest = Some(lease.id);
            act(&*store, lease.job, Action::Cancel { reason: None }).await;
            act(&*store, lease.job, Action::Delete).await;
        }
    }
}

#[tokio::test]
async fn event_numbers_go_on_even_if_all_jobs_are_gone() {
    let place = Place::new();
    let mut last = paceline_core::id::EventSeq(0);
    for _ in 0..3 {
        let store = place.open();
        assert_eq!(store.last_event().await.expect("read"), last);
        let id = submit(&*store, items(0)).await;
        act(&*store, id, Action::Delete).await;
        let now = store.last_event().await.expect("read");
        assert!(now > last);
        last = now;
    }
}

#[tokio::test]
async fn an_unfinished_upload_is_gone_after_a_restart() {
    let place = Place::new();
    let store = place.open();
    let upload = store.begin_upload(items(0), NOW).await.expect("begun");
    store
        .append_upload(upload, new_items(0, 5_000))
        .await
        .expect("appended");
    drop(store);
    let store = place.open();
    register(&*store).await;
    let finished = store.finish_upload(upload, NOW).await;
    assert!(
        matches!(finished, Err(StoreError::NotFound(_))),
        "{finished:?}"
    );
    assert_eq!(all_jobs(&*store).await, []);
    // The number of its job is free again, or never used again: either way nothing is mixed up.
    let id = submit(&*store, items(3)).await;
    assert_eq!(items_of(&*store, id).await.len(), 3);
}

#[tokio::test]
async fn the_items_of_a_deleted_job_do_not_come_back() {
    let place = Place::new();
    let store = place.open();
    let node = register(&*store).await;
    let id = submit(&*store, items(9_000)).await;
    let lease = claim(&*store, node, 1).await.remove(0);
    let done = seqs(&lease);
    report(&*store, &lease, &success()).await;
    act(&*store, id, Action::Cancel { reason: None }).await;
    act(&*store, id, Action::Delete).await;
    // Whatever is cleaned up later is so after the restart.
    drop(store);
    let store = place.open();
    let mut again = items(9_000);
    std::sync::Arc::make_mut(&mut again.options).only_new = true;
    let again = submit(&*store, again).await;
    let read = items_of(&*store, again).await;
    assert!(!done.is_empty() && read.len() == 9_000);
    assert!(
        read.iter()
            .all(|item| item.state == ItemState::Pending && item.attempts == 0)
    );
}

#[tokio::test]
async fn what_is_known_of_a_task_outlives_the_process() {
    let place = Place::new();
    let store = place.open();
    let node = register(&*store).await;
    submit(&*store, items(2)).await;
    for lease in claim(&*store, node, 9).await {
        report(&*store, &lease, &success()).await;
    }
    let before = store.history(TASK).await.expect("read");
    assert_eq!(before.completed, 1);
    drop(store);
    let store = place.open();
    assert_eq!(store.history(TASK).await.expect("read"), before);
}

#[tokio::test]
async fn an_open_breaker_stays_open() {
    let place = Place::new();
    let store = place.open();
    let node = register(&*store).await;
    let breaker = BreakerPolicy {
        minimum: 1,
        ..BreakerPolicy::default()
    };
    let task = Task {
        name: TASK.to_owned(),
        options: Json::empty_object(),
        params_schema: None,
        has_planner: false,
        throttle: ThrottlePolicy {
            breaker: Some(breaker),
            ..ThrottlePolicy::default()
        },
        needs: Resources::default(),
        declared_by: "testing".to_owned(),
        declared_at: NOW,
    };
    store.declare_tasks(vec![task]).await.expect("declared");
    submit(&*store, items(4)).await;
    let lease = &claim(&*store, node, 1).await[0];
    report(&*store, lease, &failure("no")).await;
    submit(&*store, items(4)).await;
    let before = store.throttles().await.expect("throttles");
    assert!(
        before[0].throttle.trial(&before[0].policy).is_some(),
        "{before:?}"
    );
    drop(store);
    let store = place.open();
    assert_eq!(store.throttles().await.expect("throttles"), before);
    let node = register(&*store).await;
    assert_eq!(claim(&*store, node, 1).await, []);
}
