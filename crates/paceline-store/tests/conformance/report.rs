//! Reports on chunks: what is recorded, how jobs end by it, and what goes back.

use std::time::Duration;

use paceline_core::event::EventKind;
use paceline_core::item::{ItemReport, Outcome};
use paceline_core::lease::{Release, ReportAnswer};
use paceline_core::options::MaxFailures;
use paceline_core::progress::Counters;
use paceline_core::{ErrorKind, Failure, ItemState, JobError, JobState, Json, Seq};

use crate::support::{
    Case, failed, failure, items, keyed, minutes, seconds, seqs, succeeded, unkeyed,
};

use ItemState::{Cancelled, Failed, Pending, Running, Succeeded};

async fn an_outcome_is_kept_as_it_was_reported(s: Case) {
    let job = s.start(keyed(["good", "bad", "x", "y"])).await;
    let lease = s.claim_one().await;
    s.advance(seconds(7));
    let error = JobError {
        traceback: Some("Traceback:\n  line 1".to_owned()),
        ..JobError::new(ErrorKind::Memory, "grew to 2 GiB\nwhile loading 'ω'")
    };
    let bad = Failure {
        error: error.clone(),
        permanent: false,
        retry_after: None,
        hold: None,
    };
    let odds = Json::from_checked("{ \"odds\": [1.5,  2] }");
    let good = ItemReport {
        seq: Seq(0),
        outcome: Outcome::Succeeded(odds.clone()),
        duration: Duration::from_micros(1_234_567),
    };
    s.partly(&lease, vec![good, failed(1, bad)]).await;

    let good = s.item(job, "good").await;
    assert_eq!(
        (good.state, good.attempts, good.result),
        (Succeeded, 1, Some(odds))
    );
    assert_eq!(
        (good.error, good.duration),
        (None, Some(Duration::from_micros(1_234_567)))
    );
    assert_eq!(good.finished_at, Some(s.now()));
    let bad = s.item(job, "bad").await;
    assert_eq!((bad.state, bad.attempts, bad.result), (Failed, 1, None));
    let kept = bad.error.expect("an error");
    assert_eq!((kept.kind, kept.message), (error.kind, error.message));
    assert_eq!(kept.traceback, error.traceback);
    assert_eq!(bad.finished_at, Some(s.now()));
}

async fn each_report_counts_what_it_brings(s: Case) {
    let job = s.start(items(8)).await;
    let lease = s.claim_one().await;
    assert_eq!(seqs(&lease), [0, 1, 2, 3]);
    s.partly(&lease, vec![succeeded(1)]).await;
    let counters = |succeeded, failed, running| Counters {
        total: 8,
        succeeded,
        failed,
        running,
        ..Counters::default()
    };
    assert_eq!(s.counters(job).await, counters(1, 0, 3));
    let states = [Running, Succeeded, Running, Running, Pending];
    assert_eq!(s.item_states(job).await[..5], states);
    s.partly(&lease, vec![failed(3, failure("no")), succeeded(0)])
        .await;
    assert_eq!(s.counters(job).await, counters(2, 1, 1));
    s.release(&lease, vec![succeeded(2)], Release::Normal).await;
    assert_eq!(s.counters(job).await, counters(3, 1, 0));
    assert_eq!(s.late_success(&lease).await, ReportAnswer::Lost);
}

async fn the_last_item_ends_the_job(s: Case) {
    let job = s.start(items(3)).await;
    s.advance(minutes(1));
    s.succeed(&s.claim_one().await).await;
    assert_eq!(s.state(job).await, JobState::Running);
    s.advance(minutes(1));
    s.succeed(&s.claim_one().await).await;
    let ended = s.job(job).await;
    assert_eq!(
        (ended.state, ended.finished_at),
        (JobState::Completed, Some(s.now()))
    );
    assert_eq!((ended.error, ended.counters.succeeded), (None, 3));
    let last = s.events_of(job).await.pop().expect("an event");
    assert_eq!(
        (last.kind, last.state),
        (EventKind::Completed, Some(JobState::Completed))
    );
}

async fn some_failures_are_borne(s: Case) {
    let job = s.start(items(3)).await;
    s.fail(&s.claim_one().await, "no").await;
    s.succeed(&s.claim_one().await).await;
    let job = s.job(job).await;
    assert_eq!(job.state, JobState::Completed);
    assert_eq!((job.counters.failed, job.counters.succeeded), (2, 1));
}

async fn a_job_whose_items_all_failed_is_failed(s: Case) {
    let job = s.start(keyed(["a", "b", "c"])).await;
    let leases = s.claim(9).await;
    s.fail(&leases[0], "no odds for 'a'").await;
    assert_eq!(s.state(job).await, JobState::Running);
    s.fail(&leases[1], "something else").await;
    let job = s.job(job).await;
    assert_eq!(
        (job.state, job.finished_at),
        (JobState::Failed, Some(s.now()))
    );
    let error = job.error.expect("an error");
    assert_eq!(error.kind, ErrorKind::Handler);
    assert_eq!(error.message, "all 3 items failed; first: no odds for 'a'");
    assert_eq!(error.item.as_deref(), Some("a"));
    let last = s.events_of(job.id).await.pop().expect("an event");
    assert_eq!(
        (last.kind, last.state),
        (EventKind::Failed, Some(JobState::Failed))
    );
    assert!(last.data.as_str().contains("no odds"), "{:?}", last.data);
}

async fn an_item_without_a_key_is_named_by_its_position(s: Case) {
    let job = s.start(unkeyed(1)).await;
    s.fail(&s.claim_one().await, "no").await;
    let error = s.job(job).await.error.expect("an error");
    assert_eq!(error.item.as_deref(), Some("0"));
}

async fn skipped_items_do_not_save_a_job(s: Case) {
    s.start(keyed(["old"])).await;
    s.run_all().await;
    let job = s.start(keyed(["old", "new"]).only_new()).await;
    s.fail(&s.claim_one().await, "no").await;
    assert_eq!(s.state(job).await, JobState::Failed);
}

async fn too_many_failures_end_the_job(s: Case) {
    let draft = items(10).chunk(1).max_failures(MaxFailures::Count(1));
    let job = s.start(draft).await;
    let leases = s.claim(4).await;
    s.succeed(&leases[0]).await;
    s.fail(&leases[1], "no").await;
    assert_eq!(s.state(job).await, JobState::Running, "one is borne");
    s.fail(&leases[2], "no").await;

    let ended = s.job(job).await;
    assert_eq!(
        (ended.state, ended.finished_at),
        (JobState::Failed, Some(s.now()))
    );
    let counters = Counters {
        total: 10,
        succeeded: 1,
        failed: 2,
        cancelled: 7,
        ..Counters::default()
    };
    assert_eq!(ended.counters, counters);
    let states = [Succeeded, Failed, Failed, Cancelled, Cancelled];
    assert_eq!(s.item_states(job).await[..5], states);
    let error = ended.error.expect("an error");
    assert_eq!(error.kind, ErrorKind::Handler);
    assert!(error.message.contains('2'), "{}", error.message);

    let before = s.snapshot().await;
    assert_eq!(s.late_success(&leases[3]).await, ReportAnswer::Lost);
    assert_eq!(s.snapshot().await, before);
    assert_eq!(s.heartbeat(&[leases[3].id]).await, [leases[3].id]);
    s.nothing_to_claim().await;
}

async fn a_share_of_failures_is_borne(s: Case) {
    let draft = items(10).chunk(1).max_failures(MaxFailures::Percent(20.0));
    let job = s.start(draft).await;
    let leases = s.claim(3).await;
    s.fail(&leases[0], "no").await;
    s.fail(&leases[1], "no").await;
    assert_eq!(s.state(job).await, JobState::Running);
    s.fail(&leases[2], "no").await;
    assert_eq!(s.state(job).await, JobState::Failed);
}

async fn too_many_failures_within_one_report(s: Case) {
    let job = s.start(items(10).max_failures(MaxFailures::Count(2))).await;
    s.fail(&s.claim_one().await, "no").await;
    assert_eq!(s.state(job).await, JobState::Failed);
    let counters = s.counters(job).await;
    assert_eq!(
        (counters.failed, counters.cancelled),
        (5, 5),
        "what ended is recorded"
    );
}

async fn an_item_has_one_outcome_in_a_lease(s: Case) {
    let job = s.start(items(4)).await;
    let lease = s.claim_one().await;
    s.partly(&lease, vec![succeeded(0)]).await;
    let again = ItemReport {
        outcome: Outcome::Succeeded(Json::from_checked("\"again\"")),
        ..succeeded(0)
    };
    s.partly(&lease, vec![again, failed(0, failure("no"))])
        .await;
    s.partly(&lease, vec![failed(1, failure("no")), succeeded(1)])
        .await;
    let states = s.item_states(job).await;
    assert_eq!(states[..2], [Succeeded, Failed], "the first word counts");
    assert_eq!(
        s.item(job, "k0").await.result,
        Some(Json::from_checked("{\"of\": 0}"))
    );
    let counters = s.counters(job).await;
    assert_eq!(
        (counters.succeeded, counters.failed, counters.running),
        (1, 1, 0)
    );
}

async fn items_outside_the_lease_are_not_touched(s: Case) {
    let job = s.start(items(8)).await;
    let leases = s.claim(2).await;
    assert_eq!(
        (seqs(&leases[0]), seqs(&leases[1])),
        (vec![0, 1, 2, 3], vec![4, 5])
    );
    let foreign = [3, 4, 7, 8, 4_000_000].map(succeeded).to_vec();
    s.partly(&leases[0], foreign).await;
    let expected = [
        Running, Running, Running, Succeeded, Running, Running, Pending, Pending,
    ];
    assert_eq!(s.item_states(job).await, expected);
    assert_eq!(s.counters(job).await.succeeded, 1);
}

async fn what_was_not_reported_goes_back_uncharged(s: Case) {
    let job = s.start(items(4)).await;
    let lease = s.claim_one().await;
    assert_eq!(seqs(&lease), [0, 1]);
    s.release(&lease, vec![succeeded(1)], Release::Normal).await;
    assert_eq!(
        s.item_states(job).await,
        [Pending, Succeeded, Pending, Pending]
    );
    assert_eq!(s.item(job, "k0").await.attempts, 0);
    let mut left = Vec::new();
    for lease in s.claim(9).await {
        left.extend(seqs(&lease));
        s.succeed(&lease).await;
    }
    left.sort_unstable();
    assert_eq!(left, [0, 2, 3]);
    assert_eq!(s.state(job).await, JobState::Completed);
    assert_eq!(s.item(job, "k0").await.attempts, 1);
}

async fn suspects_are_leased_alone(s: Case) {
    let job = s.start(items(12)).await;
    let lease = s.claim_one().await;
    assert_eq!(seqs(&lease).len(), 6);
    s.release(&lease, vec![succeeded(0)], Release::Suspect)
        .await;
    let mut seen = Vec::new();
    while let Some(lease) = s.claim(1).await.first() {
        let chunk = seqs(lease);
        let suspects = chunk.iter().filter(|seq| (1..=5).contains(*seq)).count();
        assert!(suspects == 0 || chunk.len() == 1, "{chunk:?}");
        seen.extend(chunk);
        s.succeed(lease).await;
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..12).collect::<Vec<u32>>());
    assert_eq!(s.state(job).await, JobState::Completed);
    assert!(
        s.items_of(job).await.iter().all(|item| item.attempts == 1),
        "uncharged"
    );
}

async fn suspects_are_alone_in_each_of_many_leases(s: Case) {
    s.start(items(12)).await;
    let lease = s.claim_one().await;
    s.release(&lease, vec![], Release::Suspect).await;
    let mut seen = Vec::new();
    for lease in s.claim(99).await {
        let chunk = seqs(&lease);
        assert!(
            chunk.iter().all(|seq| *seq > 5) || chunk.len() == 1,
            "{chunk:?}"
        );
        seen.extend(chunk);
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..12).collect::<Vec<u32>>());
}

/// Whichever of two neighbours comes back first, and whichever of them is suspected.
async fn suspects_join_no_other_chunk(s: Case) {
    for (suspected, first_back) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let job = s.start(items(12)).await;
        let leases = s.claim(99).await;
        let suspects = seqs(&leases[suspected]);
        assert!(suspects.len() > 1);
        for back in [first_back, 1 - first_back] {
            let release = if back == suspected {
                Release::Suspect
            } else {
                Release::Normal
            };
            s.release(&leases[back], vec![], release).await;
        }
        let mut alone = 0;
        for lease in s.claim(99).await {
            let chunk = seqs(&lease);
            if chunk.iter().any(|seq| suspects.contains(seq)) {
                assert_eq!(chunk.len(), 1, "{chunk:?}: {suspected} {first_back}");
                alone += 1;
            }
        }
        assert_eq!(alone, suspects.len());
        s.cancel(job).await;
    }
}

async fn a_handed_back_chunk_is_leased_again(s: Case) {
    let job = s.start(items(2)).await;
    let lease = s.claim_one().await;
    s.release(&lease, vec![], Release::Normal).await;
    assert_eq!(s.item_states(job).await, [Pending, Pending]);
    assert_eq!(s.counters(job).await.running, 0);
    assert_eq!(seqs(&s.claim_one().await), seqs(&lease));
}

async fn a_released_job_serves_its_items_as_before(s: Case) {
    let job = s.start(items(300).chunk(20)).await;
    for lease in s.claim(10).await {
        let every_third = seqs(&lease).into_iter().filter(|seq| seq % 3 == 0);
        let items = every_third.map(succeeded).collect();
        s.release(&lease, items, Release::Normal).await;
    }
    s.run_all().await;
    let ended = s.job(job).await;
    assert_eq!(
        (ended.state, ended.counters.succeeded),
        (JobState::Completed, 300)
    );
}

store_tests!(
    an_outcome_is_kept_as_it_was_reported,
    each_report_counts_what_it_brings,
    the_last_item_ends_the_job,
    some_failures_are_borne,
    a_job_whose_items_all_failed_is_failed,
    an_item_without_a_key_is_named_by_its_position,
    skipped_items_do_not_save_a_job,
    too_many_failures_end_the_job,
    a_share_of_failures_is_borne,
    too_many_failures_within_one_report,
    an_item_has_one_outcome_in_a_lease,
    items_outside_the_lease_are_not_touched,
    what_was_not_reported_goes_back_uncharged,
    suspects_are_leased_alone,
    suspects_are_alone_in_each_of_many_leases,
    suspects_join_no_other_chunk,
    a_handed_back_chunk_is_leased_again,
    a_released_job_serves_its_items_as_before,
);
