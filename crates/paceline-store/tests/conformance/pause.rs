//! Pause and resume: what is in flight ends, nothing new starts, and no time is lost by it.

use paceline_core::event::EventKind;
use paceline_core::lease::ReportAnswer;
use paceline_core::{ItemState, JobState};

use crate::support::{Case, items, minutes, planned, seqs, succeeded, unit};

async fn nothing_new_starts_after_a_pause(s: Case) {
    let job = s.start(items(20).chunk(2)).await;
    s.claim(2).await;
    s.pause(job).await;
    s.nothing_to_claim().await;
    s.admit().await;
    s.nothing_to_claim().await;
    let last = s.events_of(job).await.pop().expect("an event");
    assert_eq!(
        (last.kind, last.state),
        (EventKind::Paused, Some(JobState::Paused))
    );
}

async fn what_is_in_flight_ends(s: Case) {
    let job = s.start(items(4)).await;
    let lease = s.claim_one().await;
    s.pause(job).await;
    assert_eq!(
        s.heartbeat(&[lease.id]).await,
        [],
        "the lease is still good"
    );
    assert_eq!(s.item_states(job).await[..2], [ItemState::Running; 2]);
    s.partly(&lease, vec![succeeded(0)]).await;
    assert_eq!(s.late_success(&lease).await, ReportAnswer::Accepted);
    assert_eq!(s.state(job).await, JobState::Paused);
    assert_eq!(s.counters(job).await.succeeded, 2);
    s.nothing_to_claim().await;
}

async fn a_paused_job_completes_when_its_last_chunk_does(s: Case) {
    let job = s.start(items(1)).await;
    let lease = s.claim_one().await;
    s.pause(job).await;
    s.succeed(&lease).await;
    assert_eq!(s.state(job).await, JobState::Completed);
}

async fn a_paused_job_fails_when_its_last_chunk_does(s: Case) {
    let job = s.start(items(1)).await;
    let lease = s.claim_one().await;
    s.pause(job).await;
    s.fail(&lease, "no").await;
    assert_eq!(s.state(job).await, JobState::Failed);
}

async fn a_resumed_job_queues_up_again(s: Case) {
    let job = s.start(items(4)).await;
    s.pause(job).await;
    s.resume(job).await;
    assert_eq!(s.state(job).await, JobState::Pending);
    let last = s.events_of(job).await.pop().expect("an event");
    assert_eq!(
        (last.kind, last.state),
        (EventKind::Resumed, Some(JobState::Pending))
    );
    s.nothing_to_claim().await;
    s.admit().await;
    assert_eq!(s.claim(1).await.len(), 1);
}

async fn a_resumed_job_whose_work_is_in_flight_runs_on(s: Case) {
    let job = s.start(items(20).chunk(2)).await;
    let first = s.claim_one().await;
    s.pause(job).await;
    s.resume(job).await;
    assert_eq!(s.state(job).await, JobState::Running);
    let second = s.claim_one().await;
    assert_eq!(
        seqs(&second),
        [2, 3],
        "what is in flight is not given twice"
    );
    s.succeed(&first).await;
    s.succeed(&second).await;
    assert_eq!(s.counters(job).await.succeeded, 4);
}

async fn a_unit_in_flight_is_not_given_twice(s: Case) {
    let job = s.submit(unit()).await;
    let lease = s.claim_one().await;
    s.pause(job).await;
    s.resume(job).await;
    assert_eq!(s.state(job).await, JobState::Running);
    s.nothing_to_claim().await;
    s.succeed(&lease).await;
    assert_eq!(s.state(job).await, JobState::Completed);
}

async fn a_plan_in_flight_is_not_given_twice(s: Case) {
    let job = s.start(planned()).await;
    let plan = s.claim_one().await;
    s.pause(job).await;
    s.nothing_to_claim().await;
    s.list(&plan, crate::support::new_items(["a", "b"])).await;
    s.end_plan(&plan).await;
    let paused = s.job(job).await;
    assert_eq!((paused.state, paused.counters.total), (JobState::Paused, 2));
    s.nothing_to_claim().await;
    s.resume(job).await;
    s.run_all().await;
    assert_eq!(s.state(job).await, JobState::Completed);
}

async fn a_scheduled_job_keeps_its_time_through_a_pause(s: Case) {
    let at = s.now() + minutes(10);
    for (wait, expected) in [
        (minutes(5), JobState::Scheduled),
        (minutes(10), JobState::Pending),
    ] {
        let job = s.submit(unit().at(at)).await;
        s.pause(job).await;
        s.advance(wait);
        s.tick().await;
        assert_eq!(
            s.state(job).await,
            JobState::Paused,
            "its time does not wake it"
        );
        s.resume(job).await;
        let resumed = s.job(job).await;
        assert_eq!((resumed.state, resumed.run_at), (expected, Some(at)));
        s.cancel(job).await;
    }
}

async fn a_pause_does_not_use_up_the_time(s: Case) {
    let job = s.start(items(20).chunk(1).timeout(minutes(60))).await;
    assert_eq!(s.claim_one().await.time_left, minutes(60));
    s.advance(minutes(20));
    s.pause(job).await;
    s.advance(minutes(600));
    assert_eq!(s.tick().await.timed_out, []);
    s.resume(job).await;
    s.admit().await;
    assert_eq!(s.claim_one().await.time_left, minutes(40));
    s.advance(minutes(30));
    s.pause(job).await;
    s.advance(minutes(600));
    s.resume(job).await;
    s.admit().await;
    assert_eq!(
        s.claim_one().await.time_left,
        minutes(10),
        "pause after pause"
    );
    s.advance(minutes(10));
    assert_eq!(s.tick().await.timed_out, [job], "and then it is up");
}

store_tests!(
    nothing_new_starts_after_a_pause,
    what_is_in_flight_ends,
    a_paused_job_completes_when_its_last_chunk_does,
    a_paused_job_fails_when_its_last_chunk_does,
    a_resumed_job_queues_up_again,
    a_resumed_job_whose_work_is_in_flight_runs_on,
    a_unit_in_flight_is_not_given_twice,
    a_plan_in_flight_is_not_given_twice,
    a_scheduled_job_keeps_its_time_through_a_pause,
    a_pause_does_not_use_up_the_time,
);
