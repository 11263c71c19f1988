//! What cancel, delete and change do to a job and its items.

use paceline_core::event::EventKind;
use paceline_core::id::EventSeq;
use paceline_core::lease::ReportAnswer;
use paceline_core::progress::Counters;
use paceline_core::query::{ItemQuery, Selector};
use paceline_core::store::{Action, Change, Refusal};
use paceline_core::{ItemState, Job, JobState, Priority, Seq};

use crate::support::{Case, TASK, failed, failure, items, minutes, seconds, succeeded, unit};

use ItemState::{Cancelled, Failed, Running, Succeeded};

async fn a_cancel_ends_all_that_remains(s: Case) {
    let job = s.start(items(8)).await;
    let lease = s.claim_one().await;
    s.partly(&lease, vec![succeeded(0), failed(1, failure("no"))])
        .await;
    s.advance(seconds(9));
    let cancelled = s.cancel(job).await;
    assert_eq!(cancelled.revoked, [(job, lease.id)], "its worker must stop");

    let ended = s.job(job).await;
    assert_eq!(
        (ended.state, ended.finished_at),
        (JobState::Cancelled, Some(s.now()))
    );
    let counters = Counters {
        total: 8,
        succeeded: 1,
        failed: 1,
        cancelled: 6,
        ..Counters::default()
    };
    assert_eq!(ended.counters, counters);
    let mut expected = vec![Cancelled; 8];
    expected[0] = Succeeded;
    expected[1] = Failed;
    assert_eq!(s.item_states(job).await, expected);
    assert_eq!(s.late_success(&lease).await, ReportAnswer::Lost);
    s.nothing_to_claim().await;
}

async fn a_cancelled_unit_is_revoked(s: Case) {
    let job = s.submit(unit()).await;
    let lease = s.claim_one().await;
    let cancelled = s.cancel(job).await;
    assert_eq!(cancelled.revoked, [(job, lease.id)]);
    let counters = s.counters(job).await;
    assert_eq!(
        (counters.total, counters.cancelled, counters.running),
        (1, 1, 0)
    );
}

async fn the_reason_of_a_cancel_is_told(s: Case) {
    let job = s.start(items(2)).await;
    let reason = Some("the dealer has closed".to_owned());
    s.act(job, Action::Cancel { reason }).await;
    let last = s.events_of(job).await.pop().expect("an event");
    assert_eq!(
        (last.kind, last.state),
        (EventKind::Cancelled, Some(JobState::Cancelled))
    );
    assert!(
        last.data.as_str().contains("the dealer has closed"),
        "{:?}",
        last.data
    );
}

/// The verb is the work of a few rows whatever the size; here a size that a test can afford.
async fn a_large_job_is_cancelled_whole(s: Case) {
    let job = s.start(items(20_000)).await;
    s.cancel(job).await;
    let query = ItemQuery {
        state: Some(Cancelled),
        after: Some(Seq(19_989)),
        limit: 100,
    };
    assert_eq!(s.store.items(job, query).await.expect("listed").len(), 10);
    assert_eq!(s.counters(job).await.cancelled, 20_000);
}

async fn nothing_stays_of_a_deleted_job(s: Case) {
    let kept = s.submit(unit()).await;
    s.cancel(kept).await;
    let job = s.start(items(3)).await;
    s.run_all().await;
    s.delete(job).await;
    assert_eq!(s.find(job).await, None);
    assert_eq!(s.items_of(job).await, []);
    assert_eq!(s.store.item(job, "k0").await.expect("read"), None);
    assert_eq!(s.store.errors(job).await.expect("read"), []);
    assert_eq!(s.store.samples(job).await.expect("read"), []);
    assert_eq!(
        s.store
            .jobs_by_prefix(&job.to_string())
            .await
            .expect("read"),
        []
    );
    let left: Vec<_> = s.all_jobs().await.iter().map(|job| job.id).collect();
    assert_eq!(left, [kept]);
    let counts = s.store.counts().await.expect("counts");
    assert_eq!(
        (counts[&JobState::Completed], counts[&JobState::Cancelled]),
        (0, 1)
    );
}

async fn a_delete_is_all_that_is_told_of_its_job(s: Case) {
    let job = s.start(items(2).batch("autumn")).await;
    s.run_all().await;
    s.delete(job).await;
    let mut told = s.events_after(EventSeq(0)).await;
    told.retain(|event| event.kind.as_str().starts_with("job."));
    assert_eq!(told.len(), 1, "{told:?}");
    let last = &told[0];
    assert_eq!((last.kind, last.job), (EventKind::Deleted, Some(job)));
    assert_eq!(last.task.as_deref(), Some(TASK));
    assert_eq!(last.batch.as_deref(), Some("autumn"));
}

async fn a_deleted_id_may_come_again(s: Case) {
    let draft = s.job_of(items(2));
    let id = draft.id;
    for _ in 0..2 {
        s.store
            .submit(vec![draft.clone()], s.now())
            .await
            .expect("taken");
        s.run_all().await;
        assert_eq!(s.item_states(id).await, [Succeeded; 2]);
        s.delete(id).await;
    }
}

async fn a_change_is_read_back(s: Case) {
    let job = s
        .submit(items(3).label("team", "a").priority(Priority::Low))
        .await;
    let labels = vec![
        ("z".to_owned(), "1".to_owned()),
        ("a".to_owned(), "2".to_owned()),
    ];
    let change = Change {
        priority: Some(Priority::High),
        labels: Some(labels.clone()),
        workers: Some(Some(4)),
        run_at: None,
    };
    let before = s.job(job).await;
    s.change(job, change).await;
    let after = s.job(job).await;
    assert_eq!((after.priority, &after.labels), (Priority::High, &labels));
    assert_eq!(after.options.workers, Some(4));
    assert_eq!(after.options.chunk_size, before.options.chunk_size);
    assert_eq!((after.state, after.params), (before.state, before.params));
    let last = s.events_of(job).await.pop().expect("an event");
    assert_eq!(
        (last.kind, last.state),
        (EventKind::Changed, Some(JobState::Pending))
    );
}

async fn what_a_change_does_not_name_stays(s: Case) {
    let draft = unit()
        .label("team", "a")
        .workers(2)
        .at(s.now() + minutes(1));
    let job = s.submit(draft).await;
    let before = s.job(job).await;
    let labels = Change {
        labels: Some(vec![]),
        ..Change::default()
    };
    s.change(job, labels).await;
    let after = s.job(job).await;
    assert_eq!(after.labels, []);
    let restored = Job {
        labels: before.labels.clone(),
        ..after
    };
    assert_eq!(restored, before);
}

async fn a_job_is_rescheduled(s: Case) {
    let to = |at| Change {
        run_at: Some(at),
        ..Change::default()
    };
    let later = s.now() + minutes(3);
    for draft in [unit(), items(2)] {
        let job = s.submit(draft).await;
        s.change(job, to(Some(later))).await;
        let read = s.job(job).await;
        assert_eq!(
            (read.state, read.run_at),
            (JobState::Scheduled, Some(later))
        );
        let last = s.events_of(job).await.pop().expect("an event");
        assert_eq!(
            (last.kind, last.state),
            (EventKind::Rescheduled, Some(JobState::Scheduled))
        );
        s.admit().await;
        s.nothing_to_claim().await;

        s.change(job, to(None)).await;
        let read = s.job(job).await;
        assert_eq!((read.state, read.run_at), (JobState::Pending, None));
        s.admit().await;
        s.cancel(s.claim_one().await.job).await;
    }
}

async fn items_in_work_stay_so_through_a_change(s: Case) {
    let job = s.start(items(4)).await;
    let lease = s.claim_one().await;
    let change = Change {
        priority: Some(Priority::Low),
        ..Change::default()
    };
    s.change(job, change).await;
    assert_eq!(s.item_states(job).await[..2], [Running, Running]);
    s.succeed(&lease).await;
}

async fn an_unknown_job_is_named(s: Case) {
    let there = s.submit(unit()).await;
    let gone = s.new_id();
    let done = s
        .control(Selector::Ids(vec![gone, there]), Action::Pause)
        .await;
    assert_eq!(done.refused, [(gone, Refusal::NotFound)]);
    assert_eq!(done.changed, 1);
    assert_eq!(s.state(there).await, JobState::Paused);
}

list_tests!(
    a_cancel_ends_all_that_remains,
    a_cancelled_unit_is_revoked,
    the_reason_of_a_cancel_is_told,
    a_large_job_is_cancelled_whole,
    nothing_stays_of_a_deleted_job,
    a_delete_is_all_that_is_told_of_its_job,
    a_deleted_id_may_come_again,
    a_change_is_read_back,
    what_a_change_does_not_name_stays,
    a_job_is_rescheduled,
    items_in_work_stay_so_through_a_change,
    an_unknown_job_is_named,
);
