//! Reports on single-unit jobs: results, retries of the whole job, and giving it back.

use std::time::Duration;

use paceline_core::event::EventKind;
use paceline_core::item::Outcome;
use paceline_core::lease::{ReportAnswer, ReportBody};
use paceline_core::progress::Counters;
use paceline_core::{ErrorKind, Failure, JobState, Json};

use crate::support::{Case, failure, minutes, seconds, unit};

fn one(change: impl FnOnce(&mut Counters)) -> Counters {
    let mut counters = Counters {
        total: 1,
        ..Counters::default()
    };
    change(&mut counters);
    counters
}

async fn a_success_completes_the_job(s: Case) {
    let id = s.submit(unit()).await;
    let lease = s.claim_one().await;
    s.advance(seconds(3));
    let result = Json::from_checked("{ \"rows\":  [1, 2] }");
    let body = ReportBody::Unit {
        outcome: Outcome::Succeeded(result.clone()),
        duration: seconds(3),
    };
    assert_eq!(s.report(&lease, body).await, ReportAnswer::Accepted);
    let job = s.job(id).await;
    assert_eq!(
        (job.state, job.finished_at),
        (JobState::Completed, Some(s.now()))
    );
    assert_eq!((job.result, job.error), (Some(result), None));
    assert_eq!(job.counters, one(|counters| counters.succeeded = 1));
    let kinds = s.kinds_of(id).await;
    assert_eq!(
        kinds,
        [
            EventKind::Submitted,
            EventKind::Started,
            EventKind::Completed
        ]
    );
    assert_eq!(
        s.late_success(&lease).await,
        ReportAnswer::Lost,
        "the lease has ended"
    );
}

async fn a_failure_for_good_fails_the_job(s: Case) {
    let id = s.submit(unit()).await;
    let failure = Failure::new(ErrorKind::Crash, "exit status 3");
    s.fail_with(&s.claim_one().await, &failure).await;
    let job = s.job(id).await;
    assert_eq!(
        (job.state, job.finished_at),
        (JobState::Failed, Some(s.now()))
    );
    assert_eq!((job.result, job.error), (None, Some(failure.error)));
    assert_eq!(job.counters, one(|counters| counters.failed = 1));
    let last = s.events_of(id).await.pop().expect("an event");
    assert_eq!(
        (last.kind, last.state),
        (EventKind::Failed, Some(JobState::Failed))
    );
    assert!(
        last.data.as_str().contains("exit status 3"),
        "{:?}",
        last.data
    );
}

async fn a_failed_attempt_is_postponed(s: Case) {
    let id = s.submit(unit().attempts(3)).await;
    for (attempt, wait) in [(1, seconds(10)), (2, seconds(20))] {
        let lease = s.claim_one().await;
        assert_eq!(lease.attempt, attempt);
        s.fail(&lease, "no").await;
        let job = s.job(id).await;
        assert_eq!(
            (job.state, job.run_at),
            (JobState::Scheduled, Some(s.now() + wait))
        );
        assert_eq!(job.attempt, attempt + 1);
        assert_eq!((job.finished_at, job.counters), (None, one(|_| {})));
        let last = s.events_of(id).await.pop().expect("an event");
        assert_eq!(
            (last.kind, last.state),
            (EventKind::Postponed, Some(JobState::Scheduled))
        );

        s.nothing_to_claim().await;
        s.advance_to_before(s.now() + wait);
        assert_eq!(s.tick().await.due, 0);
        s.advance(Duration::from_micros(1));
        assert_eq!(s.tick().await.due, 1);
        assert_eq!(s.state(id).await, JobState::Pending);
    }
    s.fail(&s.claim_one().await, "the last").await;
    let job = s.job(id).await;
    assert_eq!((job.state, job.attempt), (JobState::Failed, 3));
    assert_eq!(job.error.expect("an error").message, "the last");
}

async fn a_success_after_a_failure_leaves_no_error(s: Case) {
    let id = s.submit(unit().attempts(2)).await;
    s.fail(&s.claim_one().await, "no").await;
    s.advance(seconds(10));
    s.tick().await;
    s.succeed(&s.claim_one().await).await;
    let job = s.job(id).await;
    assert_eq!(
        (job.state, job.error, job.attempt),
        (JobState::Completed, None, 2)
    );
}

async fn a_permanent_failure_is_not_repeated(s: Case) {
    let id = s.submit(unit().attempts(5)).await;
    s.fail_with(&s.claim_one().await, &failure("never").permanent())
        .await;
    assert_eq!(s.state(id).await, JobState::Failed);
}

async fn the_handlers_own_delay_wins(s: Case) {
    let id = s.submit(unit().attempts(5)).await;
    let asked = Failure {
        retry_after: Some(minutes(7)),
        ..failure("busy")
    };
    s.fail_with(&s.claim_one().await, &asked).await;
    assert_eq!(s.job(id).await.run_at, Some(s.now() + minutes(7)));
}

async fn what_was_not_run_is_given_back_uncharged(s: Case) {
    let id = s.submit(unit()).await;
    let lease = s.claim_one().await;
    s.hand_back(&lease).await;
    let job = s.job(id).await;
    assert_eq!((job.state, job.attempt), (JobState::Pending, 1));
    assert_eq!(job.counters, one(|_| {}));
    assert_eq!(s.late_success(&lease).await, ReportAnswer::Lost);
    let again = s.claim_one().await;
    assert_eq!((again.job, again.attempt), (id, 1));
    assert!(again.id > lease.id);
    // Each start is told, also when it came to nothing.
    let told = s.kinds_of(id).await;
    let expected = [
        EventKind::Submitted,
        EventKind::Started,
        EventKind::Postponed,
        EventKind::Started,
    ];
    assert_eq!(told, expected);
}

async fn a_paused_job_that_succeeds_is_completed(s: Case) {
    let id = s.submit(unit()).await;
    let lease = s.claim_one().await;
    s.pause(id).await;
    assert_eq!(s.state(id).await, JobState::Paused);
    s.succeed(&lease).await;
    assert_eq!(s.state(id).await, JobState::Completed);
}

async fn a_paused_job_that_fails_stays_paused_until_its_retry(s: Case) {
    let id = s.submit(unit().attempts(2)).await;
    let lease = s.claim_one().await;
    s.pause(id).await;
    s.fail(&lease, "no").await;
    let job = s.job(id).await;
    assert_eq!((job.state, job.attempt), (JobState::Paused, 2));
    s.resume(id).await;
    let job = s.job(id).await;
    assert_eq!(
        (job.state, job.run_at),
        (JobState::Scheduled, Some(s.now() + seconds(10)))
    );
    s.advance(seconds(10));
    s.tick().await;
    s.succeed(&s.claim_one().await).await;
    assert_eq!(s.state(id).await, JobState::Completed);
}

async fn a_paused_job_that_fails_for_good_is_failed(s: Case) {
    let id = s.submit(unit()).await;
    let lease = s.claim_one().await;
    s.pause(id).await;
    s.fail(&lease, "no").await;
    assert_eq!(s.state(id).await, JobState::Failed);
}

async fn a_paused_job_that_is_given_back_stays_paused(s: Case) {
    let id = s.submit(unit()).await;
    let lease = s.claim_one().await;
    s.pause(id).await;
    s.hand_back(&lease).await;
    assert_eq!(s.state(id).await, JobState::Paused);
    s.nothing_to_claim().await;
    s.resume(id).await;
    assert_eq!(s.claim_one().await.job, id);
}

async fn many_units_are_reported_at_once(s: Case) {
    let jobs = s.submit_all((0..500).map(|_| unit()).collect()).await;
    let leases = s.claim(500).await;
    assert_eq!(leases.len(), 500);
    let reports = leases
        .iter()
        .map(|lease| paceline_core::lease::LeaseReport {
            lease: lease.id,
            job: lease.job,
            body: ReportBody::Unit {
                outcome: Outcome::Succeeded(Json::from_checked(lease.id.to_string())),
                duration: seconds(1),
            },
        })
        .collect();
    let answers = s.reports(reports).await;
    assert!(
        answers
            .iter()
            .all(|answer| *answer == ReportAnswer::Accepted)
    );
    for lease in leases.iter().step_by(61) {
        let job = s.job(lease.job).await;
        assert_eq!(job.result, Some(Json::from_checked(lease.id.to_string())));
    }
    let counts = s.store.counts().await.expect("counts");
    assert_eq!(
        counts[&JobState::Completed],
        u64::try_from(jobs.len()).expect("small")
    );
}

store_tests!(
    a_success_completes_the_job,
    a_failure_for_good_fails_the_job,
    a_failed_attempt_is_postponed,
    a_success_after_a_failure_leaves_no_error,
    a_permanent_failure_is_not_repeated,
    the_handlers_own_delay_wins,
    what_was_not_run_is_given_back_uncharged,
    a_paused_job_that_succeeds_is_completed,
    a_paused_job_that_fails_stays_paused_until_its_retry,
    a_paused_job_that_fails_for_good_is_failed,
    a_paused_job_that_is_given_back_stays_paused,
    many_units_are_reported_at_once,
);
