//! Work that came back from a lost worker or node goes first, within the limits, and not forever.

use paceline_core::lease::{Lease, Release};
use paceline_core::scope::Scope;
use paceline_core::turns::MOST_RETURNS;
use paceline_core::{JobId, Priority};

use crate::support::{
    Case, OTHER, TASK, failed, failure, items, minutes, planned, seqs, succeeded, unit,
};

impl Case {
    async fn low(&self, count: u32) -> JobId {
        self.start(items(count).chunk(2).priority(Priority::Low))
            .await
    }

    async fn urgent(&self) -> JobId {
        self.start(items(40).chunk(2).priority(Priority::Urgent))
            .await
    }

    /// The next lease, which must be on this job.
    async fn next_is(&self, job: JobId) -> Lease {
        let lease = self.claim_one().await;
        assert_eq!(lease.job, job);
        lease
    }
}

async fn work_that_was_taken_back_goes_first(s: Case) {
    let chunked = s.low(8).await;
    s.next_is(chunked).await;
    let planning = s.start(planned().priority(Priority::Low)).await;
    s.next_is(planning).await;
    let single = s.submit(unit().task(OTHER).priority(Priority::Low)).await;
    s.next_is(single).await;
    let urgent = s.urgent().await;
    let urgent_unit = unit().task(OTHER).priority(Priority::Urgent);
    let urgent_unit = s.submit(urgent_unit).await;
    s.replace_node().await;

    let leases = s.claim(2).await;
    let more = s.claim_one().await;
    let mut first: Vec<JobId> = leases.iter().map(|lease| lease.job).collect();
    first.push(more.job);
    first.sort_unstable();
    let mut lost = [chunked, planning, single];
    lost.sort_unstable();
    assert_eq!(first, lost);
    let all = leases.iter().chain([&more]);
    let chunk = all.into_iter().find(|lease| lease.job == chunked);
    assert_eq!(chunk.map(seqs), Some(vec![0, 1]));
    let mut next = [s.claim_one().await.job, s.claim_one().await.job];
    next.sort_unstable();
    let mut urgent = [urgent, urgent_unit];
    urgent.sort_unstable();
    assert_eq!(next, urgent, "the rest is as new as other work");
}

/// … before retries of its job that are due.
async fn the_rest_of_a_killed_worker_goes_first(s: Case) {
    let low = s
        .start(items(8).chunk(4).attempts(3).priority(Priority::Low))
        .await;
    let lease = s.next_is(low).await;
    let urgent = s.urgent().await;
    let ended = vec![succeeded(0), failed(1, failure("no"))];
    s.release(&lease, ended, Release::Normal).await;
    s.advance(minutes(5));
    let lease = s.next_is(low).await;
    assert_eq!(seqs(&lease)[..2], [1, 2][..], "with what else is free");
    assert!(seqs(&lease).contains(&3));
    s.next_is(urgent).await;
}

async fn suspects_go_first_one_by_one(s: Case) {
    let low = s.start(items(8).chunk(4).priority(Priority::Low)).await;
    let lease = s.next_is(low).await;
    assert_eq!(seqs(&lease), [0, 1, 2, 3]);
    let urgent = s.urgent().await;
    s.release(&lease, vec![succeeded(0)], Release::Suspect)
        .await;
    for seq in 1..4 {
        assert_eq!(seqs(&s.next_is(low).await), [seq]);
    }
    s.next_is(urgent).await;
}

async fn a_whole_chunk_that_ended_leaves_nothing_to_go_first(s: Case) {
    let low = s.low(8).await;
    let lease = s.next_is(low).await;
    let urgent = s.urgent().await;
    s.succeed(&lease).await;
    s.next_is(urgent).await;
}

/// A worker that was well gave it back, and others may do so again.
async fn what_was_handed_back_takes_its_turn(s: Case) {
    let low = s.low(8).await;
    let lease = s.next_is(low).await;
    let urgent = s.urgent().await;
    s.hand_back(&lease).await;
    s.next_is(urgent).await;
}

async fn what_came_back_keeps_the_limits(s: Case) {
    let low = s.low(8).await;
    s.next_is(low).await;
    let other = s
        .start(items(8).chunk(2).task(OTHER).priority(Priority::Urgent))
        .await;
    s.replace_node().await;
    s.pause(low).await;
    s.next_is(other).await;
    s.resume(low).await;
    s.admit().await;
    let until = s.now() + minutes(5);
    s.hold(Scope::task(TASK), Some(until)).await;
    s.next_is(other).await;
    s.advance(minutes(5));
    assert_eq!(seqs(&s.next_is(low).await), [0, 1]);
    s.next_is(other).await;
}

async fn what_always_comes_back_takes_its_turn_in_the_end(s: Case) {
    let low = s.low(2).await;
    let single = s.submit(unit().priority(Priority::Low)).await;
    assert_eq!(s.claim(2).await.len(), 2);
    let urgent = s.urgent().await;
    for _ in 0..MOST_RETURNS {
        s.replace_node().await;
        let mut first = [s.claim_one().await.job, s.claim_one().await.job];
        first.sort_unstable();
        let mut lost = [low, single];
        lost.sort_unstable();
        assert_eq!(first, lost);
    }
    s.replace_node().await;
    let lease = s.next_is(urgent).await;
    s.succeed(&lease).await;
    s.next_is(urgent).await;
}

async fn what_gets_on_may_come_back_again(s: Case) {
    let low = s.low(40).await;
    let urgent = s.urgent().await;
    s.pause(urgent).await;
    let mut lease = s.next_is(low).await;
    s.resume(urgent).await;
    for _ in 0..=MOST_RETURNS {
        let first = seqs(&lease)[0];
        s.partly(&lease, vec![succeeded(first)]).await;
        s.replace_node().await;
        lease = s.next_is(low).await;
    }
}

store_tests!(
    work_that_was_taken_back_goes_first,
    the_rest_of_a_killed_worker_goes_first,
    suspects_go_first_one_by_one,
    a_whole_chunk_that_ended_leaves_nothing_to_go_first,
    what_was_handed_back_takes_its_turn,
    what_came_back_keeps_the_limits,
    what_always_comes_back_takes_its_turn_in_the_end,
    what_gets_on_may_come_back_again,
);
