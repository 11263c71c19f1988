//! `only_new`: what already has a succeeded result of the same task is skipped, across jobs.

use paceline_core::progress::Counters;
use paceline_core::{ItemState, JobState};

use crate::support::{
    Case, OTHER, failed, failure, keyed, new_items, planned, seqs, succeeded, unkeyed,
};

use ItemState::{Pending, Skipped, Succeeded};

async fn what_succeeded_before_is_skipped(s: Case) {
    s.start(keyed(["a", "b"])).await;
    s.run_all().await;

    let job = s.submit(keyed(["x", "b", "y", "a"]).only_new()).await;
    assert_eq!(
        s.item_states(job).await,
        [Pending, Skipped, Pending, Skipped]
    );
    let skipped = s.item(job, "b").await;
    assert_eq!((skipped.attempts, skipped.result), (0, None));
    let counters = Counters {
        total: 4,
        skipped: 2,
        ..Counters::default()
    };
    assert_eq!(s.counters(job).await, counters);

    s.admit().await;
    assert_eq!(
        seqs(&s.claim_one().await),
        [0],
        "the skipped ones are left out"
    );
    assert_eq!(seqs(&s.claim_one().await), [2]);
    s.nothing_to_claim().await;
}

async fn what_is_left_completes_the_job(s: Case) {
    s.start(keyed(["a"])).await;
    s.run_all().await;
    let job = s.start(keyed(["a", "b"]).only_new()).await;
    s.succeed(&s.claim_one().await).await;
    assert_eq!(s.state(job).await, JobState::Completed);
    assert_eq!(s.item_states(job).await, [Skipped, Succeeded]);
}

async fn a_job_of_nothing_new_is_completed_at_once(s: Case) {
    s.start(keyed(["a", "b"])).await;
    s.run_all().await;
    let submitted = s
        .try_submit(vec![keyed(["b", "a"]).only_new()])
        .await
        .expect("taken");
    assert_eq!(submitted[0].state, JobState::Completed);
    let job = s.job(submitted[0].id).await;
    assert_eq!(
        (job.state, job.finished_at),
        (JobState::Completed, Some(s.now()))
    );
    assert_eq!(job.counters.skipped, 2);
}

async fn only_successes_count(s: Case) {
    s.start(keyed(["good", "bad", "skipped"])).await;
    let lease = s.claim(9).await;
    let lease = &lease[0];
    assert_eq!(seqs(lease), [0, 1], "the share of one worker");
    s.partly(lease, vec![succeeded(0), failed(1, failure("no"))])
        .await;

    let job = s
        .submit(keyed(["good", "bad", "running", "unknown"]).only_new())
        .await;
    assert_eq!(
        s.item_states(job).await,
        [Skipped, Pending, Pending, Pending]
    );
}

async fn of_the_same_task_only(s: Case) {
    s.start(keyed(["a"])).await;
    s.run_all().await;
    let job = s.submit(keyed(["a"]).task(OTHER).only_new()).await;
    assert_eq!(s.item_states(job).await, [Pending]);
}

async fn items_without_a_key_are_always_new(s: Case) {
    s.start(unkeyed(3)).await;
    s.run_all().await;
    let job = s.submit(unkeyed(3).only_new()).await;
    assert_eq!(s.item_states(job).await, [Pending; 3]);
}

async fn without_the_option_all_run_again(s: Case) {
    s.start(keyed(["a", "b"])).await;
    s.run_all().await;
    let job = s.submit(keyed(["a", "b"])).await;
    assert_eq!(s.item_states(job).await, [Pending; 2]);
}

async fn keys_of_other_texts_are_new(s: Case) {
    s.start(keyed(["a", "A_"])).await;
    s.run_all().await;
    let job = s.submit(keyed(["A", "a ", "AB", "A_"]).only_new()).await;
    assert_eq!(
        s.item_states(job).await,
        [Pending, Pending, Pending, Skipped]
    );
}

async fn successes_go_with_their_job(s: Case) {
    let first = s.start(keyed(["a"])).await;
    s.run_all().await;
    s.delete(first).await;
    let job = s.submit(keyed(["a"]).only_new()).await;
    assert_eq!(s.item_states(job).await, [Pending]);
}

async fn a_later_success_outlives_an_earlier_one(s: Case) {
    let first = s.start(keyed(["a"])).await;
    s.run_all().await;
    s.start(keyed(["a"])).await;
    s.run_all().await;
    s.delete(first).await;
    let job = s.submit(keyed(["a"]).only_new()).await;
    assert_eq!(s.item_states(job).await, [Skipped]);
}

async fn a_restart_takes_back_its_successes(s: Case) {
    let first = s.start(keyed(["a", "b"])).await;
    s.run_all().await;
    s.restart(first).await;
    let job = s.submit(keyed(["a", "b"]).only_new()).await;
    assert_eq!(s.item_states(job).await, [Pending; 2]);
}

async fn what_a_planner_lists_is_held_to_it_too(s: Case) {
    s.start(keyed(["a"])).await;
    s.run_all().await;
    let job = s.start(planned().only_new()).await;
    let plan = s.claim_one().await;
    s.list(&plan, new_items(["a", "b"])).await;
    s.end_plan(&plan).await;
    assert_eq!(s.item_states(job).await, [Skipped, Pending]);
    assert_eq!(seqs(&s.claim_one().await), [1]);
}

store_tests!(
    what_succeeded_before_is_skipped,
    what_is_left_completes_the_job,
    a_job_of_nothing_new_is_completed_at_once,
    only_successes_count,
    of_the_same_task_only,
    items_without_a_key_are_always_new,
    without_the_option_all_run_again,
    keys_of_other_texts_are_new,
    successes_go_with_their_job,
    a_later_success_outlives_an_earlier_one,
    a_restart_takes_back_its_successes,
    what_a_planner_lists_is_held_to_it_too,
);
