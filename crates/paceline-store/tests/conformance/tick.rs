//! What the time moves: starts, time-outs, and when to look again.

use std::time::Duration;

use paceline_core::event::EventKind;
use paceline_core::lease::ReportAnswer;
use paceline_core::progress::Counters;
use paceline_core::store::Ticked;
use paceline_core::{ErrorKind, ItemState, JobState};

use crate::support::{Case, items, minutes, planned, seconds, succeeded, unit};

const MOMENT: Duration = Duration::from_micros(1);

async fn a_scheduled_job_wakes_at_its_time(s: Case) {
    let at = s.now() + minutes(5);
    let job = s.submit(items(2).at(at)).await;
    s.advance_to_before(at);
    let ticked = s.tick().await;
    assert_eq!((ticked.due, ticked.next_due), (0, Some(at)));
    assert_eq!(s.state(job).await, JobState::Scheduled);

    s.advance(MOMENT);
    let ticked = s.tick().await;
    assert_eq!((ticked.due, ticked.next_due), (1, None));
    assert_eq!(s.state(job).await, JobState::Pending);
    let last = s.events_of(job).await.pop().expect("an event");
    assert_eq!(
        (last.kind, last.state),
        (EventKind::Due, Some(JobState::Pending))
    );
    assert_eq!(s.tick().await.due, 0, "once");
}

async fn a_scheduled_job_with_nothing_to_do_ends_at_its_time(s: Case) {
    let root = s.submit(unit()).await;
    let at = s.now() + minutes(5);
    let empty = s.submit(items(0).after(&[root]).at(at)).await;
    let child = s.submit(unit().after(&[empty])).await;
    s.succeed(&s.claim_one().await).await;
    s.advance(minutes(5));
    s.tick().await;
    assert_eq!(s.state(empty).await, JobState::Completed);
    assert_eq!(s.state(child).await, JobState::Pending);
}

async fn all_that_is_due_wakes(s: Case) {
    let drafts = (0..700)
        .map(|n| unit().at(s.now() + seconds(1 + n % 60)))
        .collect();
    s.submit_all(drafts).await;
    s.advance(seconds(30));
    let first = s.tick().await.due;
    s.advance(seconds(30));
    assert_eq!((first, s.tick().await.due), (360, 340));
    let counts = s.store.counts().await.expect("counts");
    assert_eq!(
        (counts[&JobState::Pending], counts[&JobState::Scheduled]),
        (700, 0)
    );
}

async fn a_job_whose_time_is_up_fails(s: Case) {
    let job = s.start(items(8).timeout(minutes(10))).await;
    let lease = s.claim_one().await;
    s.partly(&lease, vec![succeeded(0)]).await;
    let end = s.now() + minutes(10);
    s.advance_to_before(end);
    let ticked = s.tick().await;
    assert_eq!((ticked.timed_out, ticked.next_due), (vec![], Some(end)));
    s.advance(MOMENT);
    let ticked = s.tick().await;
    assert_eq!(ticked.timed_out, [job]);
    assert_eq!(ticked.revoked, [(job, lease.id)]);

    let ended = s.job(job).await;
    assert_eq!(
        (ended.state, ended.finished_at),
        (JobState::Failed, Some(s.now()))
    );
    assert_eq!(ended.error.expect("an error").kind, ErrorKind::Timeout);
    let counters = Counters {
        total: 8,
        succeeded: 1,
        cancelled: 7,
        ..Counters::default()
    };
    assert_eq!(ended.counters, counters);
    assert_eq!(
        s.item_states(job).await[..2],
        [ItemState::Succeeded, ItemState::Cancelled]
    );
    let last = s.events_of(job).await.pop().expect("an event");
    assert_eq!(
        (last.kind, last.state),
        (EventKind::Failed, Some(JobState::Failed))
    );
    assert_eq!(s.late_success(&lease).await, ReportAnswer::Lost);
    assert_eq!(s.tick().await.timed_out, [], "once");
}

async fn units_and_plans_run_out_of_time_too(s: Case) {
    let single = s.submit(unit().timeout(seconds(5))).await;
    let one = s.claim_one().await;
    let planning = s.start(planned().timeout(seconds(5))).await;
    let plan = s.claim_one().await;
    s.advance(seconds(5));
    let mut ticked = s.tick().await;
    ticked.timed_out.sort();
    ticked.revoked.sort();
    let mut jobs = [single, planning];
    jobs.sort();
    let mut leases = [(single, one.id), (planning, plan.id)];
    leases.sort();
    assert_eq!(
        (&ticked.timed_out[..], &ticked.revoked[..]),
        (&jobs[..], &leases[..])
    );
    let failed = s.job(single).await;
    assert_eq!(
        (failed.state, failed.counters.failed),
        (JobState::Failed, 1)
    );
    assert_eq!(failed.error.expect("an error").kind, ErrorKind::Timeout);
    assert_eq!(s.late_success(&one).await, ReportAnswer::Lost);
    assert_eq!(s.state(planning).await, JobState::Failed);
}

async fn the_time_counts_from_the_start(s: Case) {
    let job = s.submit(items(2).timeout(minutes(10))).await;
    s.advance(minutes(60));
    assert_eq!(s.tick().await.timed_out, [], "it has not begun");
    s.admit().await;
    s.advance(minutes(10));
    assert_eq!(s.tick().await.timed_out, [job]);
}

/// The job's time goes on from attempt to attempt; only the waiting between them is free.
async fn attempts_of_a_unit_share_its_time(s: Case) {
    let job = s.submit(unit().attempts(9).timeout(minutes(10))).await;
    let first = s.claim_one().await;
    assert_eq!(first.time_left, minutes(10));
    s.advance(minutes(4));
    s.fail(&first, "no").await;
    s.advance(seconds(10));
    s.tick().await;
    let again = s.claim_one().await;
    assert!(again.time_left <= minutes(6), "{:?}", again.time_left);
    s.advance(minutes(6));
    assert_eq!(s.tick().await.timed_out, [job]);
}

async fn a_job_that_timed_out_may_be_retried(s: Case) {
    let job = s.start(items(4).timeout(minutes(1))).await;
    s.succeed(&s.claim_one().await).await;
    s.advance(minutes(1));
    s.tick().await;
    s.retry(job).await;
    s.run_all().await;
    let job = s.job(job).await;
    assert_eq!(
        (job.state, job.counters.succeeded),
        (JobState::Completed, 4)
    );
}

async fn a_quiet_tick_changes_nothing(s: Case) {
    s.submit_all(vec![unit(), items(2)]).await;
    let before = s.snapshot().await;
    let ticked = s.tick().await;
    assert_eq!(
        ticked,
        Ticked {
            next_due: ticked.next_due,
            ..Ticked::default()
        }
    );
    assert_eq!(s.snapshot().await, before);
}

async fn the_next_time_is_the_earliest(s: Case) {
    s.submit(unit().at(s.now() + minutes(9))).await;
    assert_eq!(s.tick().await.next_due, Some(s.now() + minutes(9)));
    s.start(items(2).timeout(minutes(4))).await;
    assert_eq!(s.tick().await.next_due, Some(s.now() + minutes(4)));
}

store_tests!(
    a_scheduled_job_wakes_at_its_time,
    a_scheduled_job_with_nothing_to_do_ends_at_its_time,
    all_that_is_due_wakes,
    a_job_whose_time_is_up_fails,
    units_and_plans_run_out_of_time_too,
    the_time_counts_from_the_start,
    attempts_of_a_unit_share_its_time,
    a_job_that_timed_out_may_be_retried,
    a_quiet_tick_changes_nothing,
    the_next_time_is_the_earliest,
);
