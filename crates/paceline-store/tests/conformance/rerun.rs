//! Retry runs what failed or was not run, restart runs everything, each in a new attempt.

use paceline_core::event::EventKind;
use paceline_core::item::Item;
use paceline_core::progress::Counters;
use paceline_core::{ItemState, JobState};

use crate::support::{
    Case, failed, failure, items, keyed, minutes, seconds, seqs, succeeded, unit,
};

use ItemState::{Cancelled, Failed, Pending, Skipped, Succeeded};

fn attempts(items: &[Item]) -> Vec<u32> {
    items.iter().map(|item| item.attempts).collect()
}

impl Case {
    /// Runs all leases there are; returns the positions that they held.
    async fn run_leases(&self) -> Vec<u32> {
        let mut ran = Vec::new();
        for lease in self.claim(9).await {
            ran.extend(seqs(&lease));
            self.succeed(&lease).await;
        }
        ran.sort_unstable();
        ran
    }
}

async fn a_retry_runs_what_failed_or_was_not_run(s: Case) {
    s.start(keyed(["old"])).await;
    s.run_all().await;
    let job = s.start(keyed(["old", "a", "b", "c", "d"]).only_new()).await;
    let lease = s.claim_one().await;
    assert_eq!(seqs(&lease), [1, 2]);
    s.partly(&lease, vec![succeeded(1), failed(2, failure("no"))])
        .await;
    s.cancel(job).await;
    assert_eq!(
        s.item_states(job).await,
        [Skipped, Succeeded, Failed, Cancelled, Cancelled]
    );
    s.advance(minutes(1));
    s.retry(job).await;

    let again = s.job(job).await;
    assert_eq!((again.state, again.attempt), (JobState::Pending, 2));
    assert_eq!((again.finished_at, again.error), (None, None));
    let counters = Counters {
        total: 5,
        succeeded: 1,
        skipped: 1,
        ..Counters::default()
    };
    assert_eq!(again.counters, counters);
    let read = s.items_of(job).await;
    let states: Vec<ItemState> = read.iter().map(|item| item.state).collect();
    assert_eq!(states, [Skipped, Succeeded, Pending, Pending, Pending]);
    assert_eq!(attempts(&read), [0, 1, 0, 0, 0], "a new run, a new count");
    assert!(read[2].error.is_none() && read[2].finished_at.is_none());

    s.admit().await;
    assert_eq!(
        s.run_leases().await,
        [2, 3, 4],
        "a success is never run again"
    );
    assert_eq!(s.state(job).await, JobState::Completed);
    assert_eq!(s.counters(job).await.succeeded, 4);
}

async fn a_retried_lease_knows_its_run(s: Case) {
    let job = s.start(items(2)).await;
    s.cancel(job).await;
    s.retry(job).await;
    s.admit().await;
    assert_eq!(s.claim_one().await.attempt, 2);
}

async fn items_of_a_retried_job_have_all_their_attempts_again(s: Case) {
    let job = s.start(keyed(["a"]).attempts(2)).await;
    for _ in 0..2 {
        s.fail(&s.claim_one().await, "no").await;
        s.advance(seconds(60));
    }
    assert_eq!(s.state(job).await, JobState::Failed);
    s.retry(job).await;
    s.admit().await;
    s.fail(&s.claim_one().await, "no").await;
    assert_eq!(s.item(job, "a").await.state, Pending, "the first of two");
}

async fn a_retried_unit_has_all_its_attempts_again(s: Case) {
    let job = s.submit(unit().attempts(2)).await;
    for _ in 0..2 {
        s.tick().await;
        s.fail(&s.claim_one().await, "no").await;
        s.advance(seconds(10));
    }
    assert_eq!(s.state(job).await, JobState::Failed);
    s.retry(job).await;
    assert_eq!(s.job(job).await.attempt, 3);
    s.fail(&s.claim_one().await, "no").await;
    assert_eq!(s.state(job).await, JobState::Scheduled, "the first of two");
}

async fn a_retry_leaves_nothing_of_the_failure(s: Case) {
    let job = s.submit(unit()).await;
    s.fail(&s.claim_one().await, "no").await;
    s.retry(job).await;
    let job = s.job(job).await;
    assert_eq!(
        (job.state, job.error, job.finished_at),
        (JobState::Pending, None, None)
    );
    assert_eq!((job.counters.failed, job.counters.total), (0, 1));
    let last = s.events_of(job.id).await.pop().expect("an event");
    assert_eq!(
        (last.kind, last.state),
        (EventKind::Retried, Some(JobState::Pending))
    );
}

async fn a_retry_while_an_item_waited_for_its_next_attempt(s: Case) {
    let job = s.start(keyed(["a", "b"]).attempts(3)).await;
    s.fail(&s.claim_one().await, "no").await;
    s.cancel(job).await;
    assert_eq!(s.item_states(job).await, [Cancelled, Cancelled]);
    s.retry(job).await;
    s.admit().await;
    assert_eq!(s.run_leases().await, [0, 1], "at once, each of them once");
    assert_eq!(s.state(job).await, JobState::Completed);
}

async fn a_restart_runs_everything_again(s: Case) {
    s.start(keyed(["old"])).await;
    s.run_all().await;
    let job = s.start(keyed(["old", "a", "b"]).only_new()).await;
    s.fail(&s.claim_one().await, "no").await;
    s.run_all().await;
    assert_eq!(s.item_states(job).await, [Skipped, Failed, Succeeded]);
    s.restart(job).await;

    let again = s.job(job).await;
    assert_eq!((again.state, again.attempt), (JobState::Pending, 2));
    assert_eq!((again.finished_at, again.error), (None, None));
    let counters = Counters {
        total: 3,
        ..Counters::default()
    };
    assert_eq!(again.counters, counters);
    let read = s.items_of(job).await;
    assert_eq!(attempts(&read), [0, 0, 0]);
    assert!(
        read.iter()
            .all(|item| item.state == Pending && item.result.is_none())
    );
    let last = s.events_of(job).await.pop().expect("an event");
    assert_eq!(
        (last.kind, last.state),
        (EventKind::Restarted, Some(JobState::Pending))
    );

    s.run_all().await;
    assert_eq!(s.item_states(job).await, [Succeeded; 3]);
    assert_eq!(s.state(job).await, JobState::Completed);
}

async fn a_restarted_unit_has_no_result(s: Case) {
    let job = s.submit(unit()).await;
    s.run_all().await;
    assert!(s.job(job).await.result.is_some());
    s.restart(job).await;
    let again = s.job(job).await;
    assert_eq!((again.result, again.attempt), (None, 2));
    assert_eq!(again.counters.succeeded, 0);
    s.run_all().await;
    assert_eq!(s.state(job).await, JobState::Completed);
}

/// The time that an earlier run waited for holds back no later one.
async fn a_job_that_runs_again_waits_for_no_old_time(s: Case) {
    for draft in [unit(), items(2)] {
        let job = s.submit(draft.at(s.now() + minutes(60))).await;
        s.cancel(job).await;
        s.retry(job).await;
        s.pause(job).await;
        s.resume(job).await;
        let again = s.job(job).await;
        assert_eq!((again.state, again.run_at), (JobState::Pending, None));
    }
}

async fn a_job_that_runs_again_starts_anew(s: Case) {
    for draft in [unit(), items(1)] {
        let job = s.start(draft).await;
        s.run_all().await;
        s.advance(minutes(1));
        s.restart(job).await;
        assert_eq!(s.job(job).await.started_at, None);
        s.advance(minutes(1));
        s.run_all().await;
        let again = s.job(job).await;
        assert_eq!(
            (again.started_at, again.finished_at),
            (Some(s.now()), Some(s.now()))
        );
    }
}

async fn a_restart_of_nothing_completes_at_once(s: Case) {
    let job = s.submit(items(0)).await;
    s.restart(job).await;
    let again = s.job(job).await;
    assert_eq!((again.state, again.attempt), (JobState::Completed, 2));
    assert_eq!(again.finished_at, Some(s.now()));
    let kinds = s.kinds_of(job).await;
    assert_eq!(kinds[2..], [EventKind::Restarted, EventKind::Completed]);
}

async fn a_job_that_runs_again_has_its_whole_time(s: Case) {
    let job = s.start(items(2).timeout(minutes(10))).await;
    s.claim_one().await;
    s.advance(minutes(9));
    s.cancel(job).await;
    s.retry(job).await;
    s.advance(minutes(5));
    s.admit().await;
    assert_eq!(s.claim_one().await.time_left, minutes(10));
}

store_tests!(
    a_retry_runs_what_failed_or_was_not_run,
    a_retried_lease_knows_its_run,
    items_of_a_retried_job_have_all_their_attempts_again,
    a_retried_unit_has_all_its_attempts_again,
    a_retry_leaves_nothing_of_the_failure,
    a_retry_while_an_item_waited_for_its_next_attempt,
    a_restart_runs_everything_again,
    a_restarted_unit_has_no_result,
    a_job_that_runs_again_waits_for_no_old_time,
    a_job_that_runs_again_starts_anew,
    a_restart_of_nothing_completes_at_once,
    a_job_that_runs_again_has_its_whole_time,
);
