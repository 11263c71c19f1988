//! Batches: which there are, what their jobs have come to, and when they are complete.

use std::collections::BTreeMap;
use std::sync::Arc;

use paceline_core::JobState;
use paceline_core::batch::{Batch, BatchItems, BatchQuery, BatchStatus};
use paceline_core::event::EventKind;
use paceline_core::query::{JobFilter, Selector};
use paceline_core::store::{Action, Retention, StoreError};

use crate::support::{Case, items, minutes, planned, seconds, unit};

const NAME: &str = "nächt \"1\"";

async fn find(s: &Case, name: &str) -> Option<BatchStatus> {
    s.store.batch(name).await.expect("a batch is read")
}

async fn read(s: &Case, name: &str) -> BatchStatus {
    find(s, name).await.expect("the batch is there")
}

fn counts<const N: usize>(states: [(JobState, u64); N]) -> BTreeMap<JobState, u64> {
    BTreeMap::from(states)
}

/// How often it was told that the batch is complete.
async fn told(s: &Case, name: &str) -> usize {
    let events = s.events_after(paceline_core::id::EventSeq(0)).await;
    let told = events.iter().filter(|event| {
        let is_it = event.batch.as_deref() == Some(name);
        is_it && event.kind == EventKind::BatchCompleted && event.job.is_none()
    });
    told.count()
}

async fn a_batch_begins_with_its_first_job(s: Case) {
    assert_eq!(find(&s, NAME).await, None);
    s.submit_all(vec![unit(), items(3).batch(NAME), unit().batch(NAME)])
        .await;
    let status = read(&s, NAME).await;
    let expected = BatchStatus {
        batch: Batch {
            name: NAME.to_owned(),
            reason: None,
            created_at: s.now(),
            completed_at: None,
        },
        jobs: counts([(JobState::Pending, 2)]),
        items: BatchItems {
            total: 4,
            ..BatchItems::default()
        },
        started_at: None,
    };
    assert_eq!(status, expected);
}

async fn a_batch_may_be_made_before_and_has_one_reason(s: Case) {
    let batch = |reason: Option<&str>| Batch {
        name: NAME.to_owned(),
        reason: reason.map(str::to_owned),
        created_at: s.now(),
        completed_at: None,
    };
    let add = async |batch| s.store.add_batch(batch, s.now()).await;
    add(batch(Some("new model"))).await.expect("made");
    let made = read(&s, NAME).await;
    assert_eq!((made.batch, made.jobs.len()), (batch(Some("new model")), 0));
    let again = add(batch(Some("another"))).await;
    let is_taken = matches!(again, Err(StoreError::NameTaken { what: "batch", .. }));
    assert!(is_taken, "{again:?}");
    s.submit(unit().batch("later")).await;
    let later = Batch {
        name: "later".to_owned(),
        ..batch(Some("said later"))
    };
    add(later).await.expect("a reason is given");
    let later = read(&s, "later").await;
    assert_eq!(later.batch.reason.as_deref(), Some("said later"));
    assert_eq!(later.jobs, counts([(JobState::Pending, 1)]));
}

async fn progress_is_that_of_all_jobs_together(s: Case) {
    let start = s.now();
    let big = s.start(items(10).chunk(4).batch(NAME)).await;
    s.advance(seconds(1));
    let one = s.claim_one().await;
    s.fail(&one, "no").await;
    let single = s.submit(unit().batch(NAME)).await;
    s.submit(planned().batch(NAME)).await;
    let leases = s.claim(9).await;
    let of_unit = leases.iter().find(|lease| lease.job == single);
    s.succeed(of_unit.expect("its lease")).await;
    let status = read(&s, NAME).await;
    let expected = BatchItems {
        total: 12,
        succeeded: 1,
        failed: 4,
        running: 6,
        ..BatchItems::default()
    };
    assert_eq!((status.items, status.items.done()), (expected, 5));
    let jobs = [
        (JobState::Pending, 1),
        (JobState::Running, 1),
        (JobState::Completed, 1),
    ];
    assert_eq!(
        (status.jobs.clone(), status.unfinished()),
        (counts(jobs), 2)
    );
    assert_eq!(status.started_at, Some(start));
    assert_eq!(s.state(big).await, JobState::Running);
}

async fn the_end_of_the_last_job_is_told_once(s: Case) {
    s.submit_all(vec![
        unit().batch(NAME),
        items(2).batch(NAME),
        unit().batch("other"),
        unit(),
    ])
    .await;
    s.admit().await;
    let leases = s.claim(9).await;
    let (last, others) = leases.split_last().expect("leases");
    for lease in others {
        s.succeed(lease).await;
    }
    let open = [NAME, "other"];
    let mut completed = 0;
    for name in open {
        completed += told(&s, name).await;
    }
    assert!(completed <= 1, "the batch of the last lease is open");
    s.advance(minutes(1));
    s.succeed(last).await;
    for name in open {
        assert_eq!(told(&s, name).await, 1, "{name}");
        let status = read(&s, name).await;
        assert!(status.batch.completed_at.is_some());
        assert_eq!(status.unfinished(), 0);
    }
    s.tick().await;
    assert_eq!(told(&s, NAME).await, 1);
}

async fn failures_and_cancels_are_ends_too(s: Case) {
    let job = s.submit(unit().batch(NAME)).await;
    let other = s.submit(unit().batch(NAME)).await;
    s.cancel(other).await;
    assert_eq!(told(&s, NAME).await, 0);
    s.fail(&s.claim_one().await, "no").await;
    assert_eq!(
        (told(&s, NAME).await, s.state(job).await),
        (1, JobState::Failed)
    );
    let status = read(&s, NAME).await;
    assert_eq!(
        status.jobs,
        counts([(JobState::Failed, 1), (JobState::Cancelled, 1)])
    );
    assert_eq!(status.batch.completed_at, Some(s.now()));
}

async fn a_retry_or_a_new_job_opens_it_again(s: Case) {
    let job = s.submit(unit().batch(NAME)).await;
    s.fail(&s.claim_one().await, "no").await;
    assert_eq!(told(&s, NAME).await, 1);
    s.retry(job).await;
    assert_eq!(read(&s, NAME).await.batch.completed_at, None);
    s.run_all().await;
    assert_eq!(told(&s, NAME).await, 2);
    s.submit(items(0).batch(NAME)).await;
    assert_eq!(
        told(&s, NAME).await,
        3,
        "with nothing to do it is over at once"
    );
    let job = s.submit(items(2).batch(NAME)).await;
    assert_eq!(read(&s, NAME).await.batch.completed_at, None);
    s.run_all().await;
    assert_eq!(told(&s, NAME).await, 4);
    s.restart(job).await;
    assert_eq!(read(&s, NAME).await.batch.completed_at, None);
    s.run_all().await;
    assert_eq!(told(&s, NAME).await, 5);
}

async fn actions_on_a_batch_are_those_of_its_filter(s: Case) {
    s.submit_all((0..30).map(|_| unit().batch(NAME)).collect())
        .await;
    let outside = s.submit(unit()).await;
    let of_batch = || {
        let filter = JobFilter {
            batch: Some(NAME.to_owned()),
            ..JobFilter::default()
        };
        Selector::Filter(Box::new(filter))
    };
    let paused = s.control(of_batch(), Action::Pause).await;
    assert_eq!(paused.changed, 30);
    assert_eq!(read(&s, NAME).await.jobs, counts([(JobState::Paused, 30)]));
    let cancelled = s.control(of_batch(), Action::Cancel { reason: None }).await;
    assert_eq!((cancelled.changed, told(&s, NAME).await), (30, 1));
    assert_eq!(s.state(outside).await, JobState::Pending);
    let retried = s.control(of_batch(), Action::Retry).await;
    assert_eq!(retried.changed, 30);
    s.run_all().await;
    assert_eq!(told(&s, NAME).await, 2);
}

async fn of_jobs_that_end_at_one_time_the_last_is_told(s: Case) {
    s.submit_all((0..24).map(|_| unit().batch(NAME)).collect())
        .await;
    let leases = s.claim(24).await;
    let mut reporting = tokio::task::JoinSet::new();
    for lease in leases {
        let (store, now) = (Arc::clone(&s.store), s.now());
        reporting.spawn(async move {
            let report = crate::support::success(&lease);
            store.report(vec![report], 1, now).await.expect("taken")
        });
    }
    reporting.join_all().await;
    assert_eq!(told(&s, NAME).await, 1);
    assert_eq!(
        read(&s, NAME).await.jobs,
        counts([(JobState::Completed, 24)])
    );
}

async fn batches_are_listed_page_by_page_the_newest_first(s: Case) {
    for name in ["a", "b", "c", "d", "e"] {
        s.submit(unit().batch(name)).await;
        if name != "c" {
            s.advance(seconds(1));
        }
    }
    let mut query = BatchQuery {
        limit: 2,
        cursor: None,
    };
    let mut pages = Vec::new();
    loop {
        let page = s.store.batches(query.clone()).await.expect("listed");
        let names = page.items.into_iter().map(|status| status.batch.name);
        pages.push(names.collect::<Vec<_>>().join(" "));
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
    }
    assert_eq!(pages, ["e d", "c b", "a"]);
}

async fn a_batch_goes_with_its_jobs(s: Case) {
    s.submit(unit().batch(NAME)).await;
    s.submit(unit().batch("open")).await;
    s.run_all().await;
    s.submit(unit().batch("open")).await;
    let retention = Retention::default();
    s.advance(retention.completed + minutes(1));
    s.store
        .prune(retention.clone(), s.now())
        .await
        .expect("pruned");
    assert!(
        find(&s, NAME).await.is_some(),
        "it is kept as long as any job may be"
    );
    s.advance(retention.failed);
    s.store
        .prune(retention.clone(), s.now())
        .await
        .expect("pruned");
    assert_eq!(find(&s, NAME).await, None);
    assert_eq!(
        read(&s, "open").await.jobs,
        counts([(JobState::Pending, 1)])
    );
}

store_tests!(
    a_batch_begins_with_its_first_job,
    a_batch_may_be_made_before_and_has_one_reason,
    progress_is_that_of_all_jobs_together,
    the_end_of_the_last_job_is_told_once,
    failures_and_cancels_are_ends_too,
    a_retry_or_a_new_job_opens_it_again,
    actions_on_a_batch_are_those_of_its_filter,
    of_jobs_that_end_at_one_time_the_last_is_told,
    batches_are_listed_page_by_page_the_newest_first,
    a_batch_goes_with_its_jobs,
);
