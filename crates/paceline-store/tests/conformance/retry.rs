//! Failed attempts at items: when they are tried again, and when no more.

use std::time::Duration;

use paceline_core::admission::Limits;
use paceline_core::lease::{Lease, LeasedWork, Release};
use paceline_core::options::MaxFailures;
use paceline_core::{ErrorKind, Failure, ItemState, JobState, Seq, Time};

use crate::support::{Case, START, failed, failure, items, keyed, offer, seconds, seqs, succeeded};

use ItemState::{Failed, Pending, Succeeded};

fn attempts_of(lease: &Lease) -> Vec<u32> {
    match &lease.work {
        LeasedWork::Chunk(items) => items.iter().map(|item| item.attempt).collect(),
        LeasedWork::Unit | LeasedWork::Plan => panic!("no chunk: {lease:?}"),
    }
}

impl Case {
    /// When the next work is due.
    async fn next_due(&self) -> Option<Time> {
        self.claim_offers(vec![offer(0)], Limits::NONE)
            .await
            .next_due
    }
}

async fn a_failed_attempt_waits_for_the_next(s: Case) {
    let job = s.start(keyed(["a"]).attempts(3)).await;
    s.fail(&s.claim_one().await, "first").await;
    let item = s.item(job, "a").await;
    assert_eq!((item.state, item.attempts), (Pending, 1));
    assert_eq!(item.error.expect("what went wrong").message, "first");
    let counters = s.counters(job).await;
    assert_eq!(
        (counters.failed, counters.remaining(), counters.running),
        (0, 1, 0)
    );
    assert_eq!(s.state(job).await, JobState::Running);

    s.nothing_to_claim().await;
    assert_eq!(s.next_due().await, Some(s.now() + seconds(10)));
    s.advance_to_before(s.now() + seconds(10));
    s.nothing_to_claim().await;
    s.advance(Duration::from_micros(1));
    let lease = s.claim_one().await;
    assert_eq!((seqs(&lease), attempts_of(&lease)), (vec![0], vec![2]));
    assert_eq!(lease.attempt, 1, "the job's own attempt stays");
}

async fn each_wait_is_longer_until_it_is_given_up(s: Case) {
    let job = s.start(keyed(["a"]).attempts(3)).await;
    for (attempt, wait) in [(1, seconds(10)), (2, seconds(20))] {
        let lease = s.claim_one().await;
        assert_eq!(attempts_of(&lease), [attempt]);
        s.fail(&lease, "no").await;
        assert_eq!(s.next_due().await, Some(s.now() + wait));
        s.advance(wait);
    }
    s.fail(&s.claim_one().await, "the last").await;
    let item = s.item(job, "a").await;
    assert_eq!((item.state, item.attempts), (Failed, 3));
    assert_eq!(item.error.expect("an error").message, "the last");
    assert_eq!(s.state(job).await, JobState::Failed);
}

async fn a_later_success_counts(s: Case) {
    let job = s.start(keyed(["a"]).attempts(2)).await;
    s.fail(&s.claim_one().await, "no").await;
    s.advance(seconds(10));
    s.succeed(&s.claim_one().await).await;
    let item = s.item(job, "a").await;
    assert_eq!(
        (item.state, item.attempts, item.error),
        (Succeeded, 2, None)
    );
    assert!(item.result.is_some());
    let job = s.job(job).await;
    assert_eq!((job.state, job.counters.failed), (JobState::Completed, 0));
}

async fn a_permanent_failure_is_not_repeated(s: Case) {
    let job = s.start(keyed(["a"]).attempts(5)).await;
    s.fail_with(&s.claim_one().await, &failure("never").permanent())
        .await;
    assert_eq!(s.item(job, "a").await.state, Failed);
    assert_eq!(s.state(job).await, JobState::Failed);
}

async fn the_handlers_own_delay_wins(s: Case) {
    s.start(keyed(["a"]).attempts(5)).await;
    let asked = Failure {
        retry_after: Some(seconds(123)),
        ..failure("busy")
    };
    s.fail_with(&s.claim_one().await, &asked).await;
    assert_eq!(s.next_due().await, Some(s.now() + seconds(123)));
}

async fn jitter_spreads_the_waits(s: Case) {
    s.start(items(40).attempts(2).jitter()).await;
    let mut leases = s.claim(99).await.into_iter();
    s.fail(&leases.next().expect("a lease"), "no").await;
    let hour = s.now() + seconds(3_600);
    let mut waits = Vec::new();
    while let Some(at) = s.next_due().await.filter(|at| *at < hour) {
        waits.push(at.since(START));
        s.advance(at.since(s.now()));
        assert!(!s.claim(99).await.is_empty(), "what is due can be had");
    }
    assert!(waits.len() > 5, "{waits:?}");
    let within = |wait: &Duration| (seconds(5)..=seconds(10)).contains(wait);
    assert!(waits.iter().all(within), "{waits:?}");
}

async fn due_retries_go_first(s: Case) {
    s.start(items(20).chunk(2).attempts(2)).await;
    let lease = s.claim_one().await;
    assert_eq!(seqs(&lease), [0, 1]);
    s.fail(&lease, "no").await;
    let lease = s.claim_one().await;
    assert_eq!(seqs(&lease), [2, 3], "others go on meanwhile");
    s.advance(seconds(10));
    let lease = s.claim_one().await;
    assert_eq!(
        (seqs(&lease), attempts_of(&lease)),
        (vec![0, 1], vec![2, 2])
    );
}

async fn a_waiting_retry_is_no_failure_yet(s: Case) {
    let draft = items(4)
        .chunk(1)
        .attempts(2)
        .max_failures(MaxFailures::Count(0));
    let job = s.start(draft).await;
    let leases = s.claim(2).await;
    s.fail(&leases[0], "no").await;
    s.fail(&leases[1], "no").await;
    assert_eq!(s.state(job).await, JobState::Running);
    s.advance(seconds(10));
    let again = s.claim_one().await;
    s.fail(&again, "no").await;
    assert_eq!(s.state(job).await, JobState::Failed);
}

async fn chunk_mates_pay_nothing(s: Case) {
    let job = s.start(keyed(["a", "b", "c", "d"]).attempts(3)).await;
    let lease = s.claim_one().await;
    let reports = vec![failed(0, failure("no")), succeeded(1)];
    s.partly(&lease, reports).await;
    assert_eq!(s.item_states(job).await[..2], [Pending, Succeeded]);
    assert_eq!(s.item(job, "b").await.attempts, 1);
    s.release(&lease, vec![], Release::Normal).await;
    assert_eq!(s.item(job, "a").await.attempts, 1, "charged once");
}

async fn a_retry_waits_through_a_pause(s: Case) {
    let job = s.start(keyed(["a"]).attempts(2)).await;
    s.fail(&s.claim_one().await, "no").await;
    s.pause(job).await;
    s.advance(seconds(60));
    s.nothing_to_claim().await;
    s.resume(job).await;
    s.admit().await;
    let lease = s.claim_one().await;
    assert_eq!(attempts_of(&lease), [2]);
}

async fn a_lease_of_retries_that_ends_gives_them_back(s: Case) {
    let job = s.start(keyed(["a"]).attempts(2)).await;
    s.fail(&s.claim_one().await, "no").await;
    s.advance(seconds(10));
    let lease = s.claim_one().await;
    s.release(&lease, vec![], Release::Normal).await;
    let item = s.item(job, "a").await;
    assert_eq!((item.seq, item.state, item.attempts), (Seq(0), Pending, 1));
    assert_eq!(attempts_of(&s.claim_one().await), [2]);
}

/// An item that keeps killing its worker runs out of attempts alone.
async fn a_culprit_is_named_by_its_next_death(s: Case) {
    let job = s.start(keyed(["good", "bad", "x", "y"]).attempts(2)).await;
    let lease = s.claim_one().await;
    assert_eq!(seqs(&lease), [0, 1]);
    s.release(&lease, vec![], Release::Suspect).await;
    for _ in 0..3 {
        for lease in s.claim(9).await {
            if seqs(&lease) == [1] {
                s.fail_with(&lease, &Failure::new(ErrorKind::Crash, "signal 11"))
                    .await;
            } else {
                s.succeed(&lease).await;
            }
        }
        s.advance(seconds(60));
    }
    let ended = s.job(job).await;
    assert_eq!(
        (ended.state, ended.counters.succeeded),
        (JobState::Completed, 3)
    );
    let bad = s.item(job, "bad").await;
    assert_eq!((bad.state, bad.attempts), (Failed, 2));
    assert_eq!(bad.error.expect("an error").kind, ErrorKind::Crash);
}

store_tests!(
    a_failed_attempt_waits_for_the_next,
    each_wait_is_longer_until_it_is_given_up,
    a_later_success_counts,
    a_permanent_failure_is_not_repeated,
    the_handlers_own_delay_wins,
    jitter_spreads_the_waits,
    due_retries_go_first,
    a_waiting_retry_is_no_failure_yet,
    chunk_mates_pay_nothing,
    a_retry_waits_through_a_pause,
    a_lease_of_retries_that_ends_gives_them_back,
    a_culprit_is_named_by_its_next_death,
);
