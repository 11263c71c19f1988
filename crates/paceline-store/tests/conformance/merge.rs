//! Duplicates: merged into what waits, held behind what runs, refused, or let be.

use paceline_core::event::EventKind;
use paceline_core::lease::Lease;
use paceline_core::merge::OnDuplicate;
use paceline_core::store::{Action, Refusal, StoreError, Submitted};
use paceline_core::{ErrorKind, JobId, JobState, Json, Priority};

use crate::support::{Case, Draft, Replay, items, keyed, minutes, new_items, planned, unit};

/// A job whose work is `of`.
fn work(of: u8) -> Draft {
    unit().identity(of)
}

impl Case {
    async fn submit_one(&self, draft: Draft) -> Submitted {
        self.try_submit(vec![draft]).await.expect("taken").remove(0)
    }

    /// Submits a duplicate that must be merged into `survivor`.
    async fn merges(&self, draft: Draft, survivor: JobId) -> JobId {
        let submitted = self.submit_one(draft).await;
        assert_eq!(
            (submitted.state, submitted.merged_into),
            (JobState::Merged, Some(survivor))
        );
        let merged = self.job(submitted.id).await;
        assert_eq!(merged.state, JobState::Merged);
        assert_eq!(merged.links.merged_into, Some(survivor));
        assert_eq!(merged.finished_at, Some(self.now()));
        submitted.id
    }

    /// Leases what may be leased, and gives back all but the work of this job.
    async fn claim_one_of(&self, job: JobId) -> Lease {
        let leases = self.claim(9).await;
        let (mut of_job, others): (Vec<_>, Vec<_>) =
            leases.into_iter().partition(|lease| lease.job == job);
        for lease in &others {
            self.hand_back(lease).await;
        }
        of_job.remove(0)
    }

    async fn is_told(&self) {
        let mut replay = Replay::default();
        replay.take(&self.events_after(paceline_core::id::EventSeq(0)).await);
        replay.check(self).await;
    }
}

async fn a_duplicate_of_a_waiting_job_hands_its_params_over(s: Case) {
    let first = s
        .submit(work(1).params("{\"day\":1}").priority(Priority::Low))
        .await;
    let other = s.submit(work(2)).await;
    let second = s
        .merges(
            work(1).params("{\"day\":2}").priority(Priority::High),
            first,
        )
        .await;
    s.merges(work(1).params("{\"day\":3}"), first).await;
    let survivor = s.job(first).await;
    assert_eq!(survivor.params, Json::from_checked("{\"day\":3}"));
    assert_eq!(
        survivor.priority,
        Priority::High,
        "as urgent as the most urgent"
    );
    assert_eq!(survivor.links.merged_count, 2);
    assert_eq!(
        s.kinds_of(second).await,
        [EventKind::Submitted, EventKind::Merged]
    );
    assert_eq!(
        s.kinds_of(first).await,
        [EventKind::Submitted, EventKind::Changed, EventKind::Changed]
    );
    let changed = &s.events_of(first).await[1];
    let data: serde_json::Value = serde_json::from_str(changed.data.as_str()).expect("JSON");
    assert_eq!(data["merged_from"], second.to_string());
    s.is_told().await;
    let lease = s.claim_one().await;
    assert_eq!(lease.params, Json::from_checked("{\"day\":3}"));
    s.succeed(&lease).await;
    s.run_all().await;
    assert_eq!(s.state(other).await, JobState::Completed);
    // What has ended is no duplicate any more.
    let again = s.submit_one(work(1)).await;
    assert_eq!(again.state, JobState::Pending);
}

async fn a_duplicate_of_a_running_job_waits_as_the_one_successor(s: Case) {
    let running = s.submit(work(1).named("running")).await;
    let lease = s.claim_one().await;
    let successor = s.submit_one(work(1).params("{\"day\":2}")).await;
    assert_eq!(
        (successor.state, successor.merged_into),
        (JobState::Blocked, None)
    );
    s.merges(work(1).params("{\"day\":3}"), successor.id).await;
    let why = s
        .store
        .waiting_for(&[successor.id], s.now())
        .await
        .expect("why");
    assert_eq!(why[0].1, ["waits for the running duplicate running"]);
    assert_eq!(s.job(successor.id).await.links.after, []);
    s.nothing_to_claim().await;
    // A second attempt of the running one changes nothing.
    s.hand_back(&lease).await;
    s.merges(work(1).params("{\"day\":4}"), successor.id).await;
    let lease = s.claim_one().await;
    assert_eq!(lease.job, running);
    s.fail(&lease, "no").await;
    let lease = s.claim_one().await;
    assert_eq!(lease.job, successor.id);
    assert_eq!(lease.params, Json::from_checked("{\"day\":4}"));
    s.succeed(&lease).await;
    s.is_told().await;
}

async fn items_are_handed_over_too(s: Case) {
    let survivor = s.submit(items(3).identity(1)).await;
    s.merges(items(2).identity(1), survivor).await;
    assert_eq!(s.counters(survivor).await.total, 2);
    s.merges(unit().identity(1), survivor).await;
    s.merges(planned().identity(1), survivor).await;
    s.merges(items(4).identity(1), survivor).await;
    s.is_told().await;
    let draft = s.job_of(items(0).identity(1));
    let upload = s.store.begin_upload(draft, s.now()).await.expect("begun");
    let lines = new_items(["a", "b"]);
    s.store.append_upload(upload, lines).await.expect("taken");
    let finished = s
        .store
        .finish_upload(upload, s.now())
        .await
        .expect("finished");
    assert_eq!(finished.merged_into, Some(survivor));
    assert_eq!(s.job(survivor).await.links.merged_count, 5);
    let keys: Vec<Option<String>> = s
        .items_of(survivor)
        .await
        .into_iter()
        .map(|i| i.key)
        .collect();
    assert_eq!(keys, [Some("a".to_owned()), Some("b".to_owned())]);
    s.is_told().await;
    s.run_all().await;
    let job = s.job(survivor).await;
    assert_eq!(
        (job.state, job.counters.succeeded),
        (JobState::Completed, 2)
    );
    assert_eq!(s.items_of(finished.id).await, []);
}

async fn a_start_time_gives_way_to_an_earlier_one(s: Case) {
    let later = s.now() + minutes(60);
    let sooner = s.now() + minutes(5);
    let survivor = s.submit(work(1).at(later)).await;
    s.merges(work(1).at(sooner), survivor).await;
    assert_eq!(s.job(survivor).await.run_at, Some(sooner));
    s.merges(work(1).at(later), survivor).await;
    assert_eq!(s.job(survivor).await.run_at, Some(sooner));
    s.merges(work(1), survivor).await;
    let job = s.job(survivor).await;
    assert_eq!((job.state, job.run_at), (JobState::Pending, None));
}

async fn a_paused_job_takes_over_and_stays_paused(s: Case) {
    let survivor = s.submit(work(1)).await;
    s.pause(survivor).await;
    s.merges(work(1).params("{\"day\":2}"), survivor).await;
    assert_eq!(s.state(survivor).await, JobState::Paused);
    s.resume(survivor).await;
    assert_eq!(
        s.claim_one().await.params,
        Json::from_checked("{\"day\":2}")
    );
}

async fn the_survivor_waits_for_the_parents_of_both(s: Case) {
    let one = s.submit(unit()).await;
    let other = s.submit(unit()).await;
    let survivor = s.submit(work(1).after(&[one])).await;
    s.merges(work(1).after(&[one, other]), survivor).await;
    assert_eq!(s.job(survivor).await.links.after, [one, other]);
    let free = s.submit(work(2)).await;
    s.merges(work(2).after(&[other]), free).await;
    assert_eq!(s.state(free).await, JobState::Blocked);
    let child = s.merges(work(2), free).await;
    let grandchild = s.submit(unit().after(&[child])).await;
    assert_eq!(
        s.job(grandchild).await.links.after,
        [free],
        "who waits for it waits for that"
    );
    s.run_all().await;
    for job in [survivor, free, grandchild] {
        assert_eq!(s.state(job).await, JobState::Completed);
    }
}

async fn a_duplicate_may_be_refused_or_let_be(s: Case) {
    let first = s.submit(work(1).on_duplicate(OnDuplicate::Reject)).await;
    let reject = || work(1).on_duplicate(OnDuplicate::Reject);
    let refused = |error: Result<Vec<Submitted>, StoreError>, of: JobId| {
        assert!(
            matches!(error, Err(StoreError::Duplicate(id)) if id == of),
            "{error:?}"
        );
    };
    refused(s.try_submit(vec![unit(), reject()]).await, first);
    assert_eq!(s.all_jobs().await.len(), 1, "all or nothing");
    s.merges(work(1), first).await;
    let free = s.submit_one(unit()).await;
    assert_eq!(free.state, JobState::Pending);
    let lease = s.claim(9).await;
    refused(s.try_submit(vec![reject()]).await, first);
    for lease in &lease {
        s.succeed(lease).await;
    }
    let two = s.try_submit(vec![reject(), reject()]).await;
    assert!(matches!(two, Err(StoreError::Duplicate(_))), "{two:?}");
    s.submit(reject()).await;
}

async fn duplicates_of_one_submission_merge(s: Case) {
    let drafts = vec![
        work(1).params("1"),
        items(2).identity(2),
        work(1).params("2"),
        items(3).identity(2),
        work(1).params("3"),
    ];
    let submitted = s.try_submit(drafts).await.expect("taken");
    let (one, two) = (submitted[0].id, submitted[1].id);
    let into: Vec<Option<JobId>> = submitted.iter().map(|job| job.merged_into).collect();
    assert_eq!(into, [None, None, Some(one), Some(two), Some(one)]);
    assert_eq!(s.job(one).await.params, Json::from_checked("3"));
    assert_eq!(s.counters(two).await.total, 3);
    s.is_told().await;
    s.run_all().await;
    assert_eq!(s.counters(two).await.succeeded, 3);
}

async fn who_would_wait_for_itself_is_refused(s: Case) {
    let first = s.submit(work(1)).await;
    let between = s.submit(unit().after(&[first])).await;
    let refused = |answer: Result<Vec<Submitted>, StoreError>| match answer {
        Err(StoreError::Duplicate(id)) => id,
        other => panic!("{other:?}"),
    };
    for parents in [vec![first], vec![between]] {
        let circle = s.try_submit(vec![work(1).after(&parents)]).await;
        assert_eq!(refused(circle), first);
    }
    // Of one submission, through a job that is merged itself.
    let ids = [s.new_id(), s.new_id(), s.new_id()];
    let jobs = vec![
        work(2).into_job(ids[0]),
        work(2).into_job(ids[1]),
        work(2).after(&[ids[1]]).into_job(ids[2]),
    ];
    let circle = s.store.submit(jobs, s.now()).await;
    assert_eq!(refused(circle), ids[0]);
    assert_eq!(s.all_jobs().await.len(), 2, "all or nothing");
    // The same workflow twice closes no circle.
    let root = s.submit(unit()).await;
    s.merges(work(1).after(&[root]), first).await;
    s.run_all().await;
    assert_eq!(s.state(between).await, JobState::Completed);
}

async fn a_retried_job_keeps_its_results_and_its_duplicate_waits(s: Case) {
    let job = s.submit(keyed(["a", "b"]).chunk(1).identity(1)).await;
    s.admit().await;
    s.succeed(&s.claim_one().await).await;
    s.fail(&s.claim_one().await, "no").await;
    s.retry(job).await;
    let duplicate = s.submit_one(keyed(["c"]).identity(1)).await;
    assert_eq!(duplicate.state, JobState::Blocked);
    s.run_all().await;
    let counters = s.counters(job).await;
    assert_eq!((counters.total, counters.succeeded), (2, 2));
    assert_eq!(s.counters(duplicate.id).await.succeeded, 1);
}

async fn an_empty_duplicate_leaves_nothing_to_do(s: Case) {
    let drafts = vec![
        items(2).identity(1),
        items(0).identity(1),
        items(3).identity(1),
    ];
    let submitted = s.try_submit(drafts).await.expect("taken");
    let states: Vec<JobState> = submitted.iter().map(|job| job.state).collect();
    assert_eq!(
        states,
        [JobState::Pending, JobState::Merged, JobState::Pending]
    );
    assert_eq!(s.state(submitted[0].id).await, JobState::Completed);
    s.is_told().await;
}

async fn a_batch_counts_who_was_merged(s: Case) {
    let drafts = vec![
        work(1).batch("night"),
        work(1).batch("night"),
        unit().after_batch("night"),
    ];
    let submitted = s.try_submit(drafts).await.expect("taken");
    let status = s.store.batch("night").await.expect("read").expect("there");
    let jobs = [JobState::Pending, JobState::Merged].map(|state| status.jobs[&state]);
    assert_eq!(jobs, [1, 1]);
    let child = s.job(submitted[2].id).await;
    assert_eq!(child.links.after, [submitted[0].id], "each once");
    s.run_all().await;
    assert_eq!(s.state(child.id).await, JobState::Completed);
}

/// A job is merged as it comes or never, so who does the work of a batch's jobs is known to those
/// that wait for it, whatever duplicates come later.
async fn who_waits_for_a_batch_waits_for_those_that_do_its_work(s: Case) {
    let survivor = s.submit(work(1)).await;
    s.merges(work(1).batch("night"), survivor).await;
    let member = s.submit(work(2).batch("night")).await;
    let child = s.submit(unit().after_batch("night")).await;
    assert_eq!(s.job(child).await.links.after, [survivor, member]);

    s.merges(work(1).batch("night"), survivor).await;
    s.merges(work(2).batch("day"), member).await;
    let another = s.submit(work(3).at(s.now() + minutes(5))).await;
    s.merges(work(3).batch("night").at(s.now() + minutes(5)), another)
        .await;
    assert_eq!(s.job(child).await.links.after, [survivor, member]);
    let first = s.claim_one_of(survivor).await;
    let successor = s.submit(work(1).batch("night")).await;
    assert_eq!(s.state(successor).await, JobState::Blocked);
    s.succeed(&first).await;
    assert_eq!(s.state(child).await, JobState::Blocked, "one has not ended");
    let second = s.claim_one_of(member).await;
    s.succeed(&second).await;
    assert_eq!(s.state(child).await, JobState::Pending);
    s.is_told().await;
}

async fn a_second_run_gives_way_to_a_newer_duplicate(s: Case) {
    let old = s.submit(work(1)).await;
    s.fail(&s.claim_one().await, "no").await;
    let new = s.submit(work(1)).await;
    for action in [Action::Retry, Action::Restart] {
        let done = s.act(old, action.clone()).await;
        let [(_, Refusal::State(refused))] = &done.refused[..] else {
            panic!("{done:?}");
        };
        assert!(
            refused
                .to_string()
                .ends_with("another job does the same work and has not ended"),
            "{refused}"
        );
    }
    s.cancel(new).await;
    s.retry(old).await;
    let merged = s.merges(work(1), old).await;
    let done = s.act(merged, Action::Restart).await;
    assert_eq!(done.refused.len(), 1);
    // Of two that are retried at once only one can be.
    s.cancel(old).await;
    let both = paceline_core::query::Selector::Ids(vec![old, new]);
    let done = s.control(both, Action::Retry).await;
    assert_eq!((done.changed, done.refused.len()), (1, 1));
}

async fn nobody_is_revived_beside_a_newer_duplicate(s: Case) {
    let root = s.submit(unit()).await;
    let child = s.submit(work(1).after(&[root])).await;
    s.fail(&s.claim_one().await, "no").await;
    assert_eq!(
        s.job(child).await.error.map(|e| e.kind),
        Some(ErrorKind::Dependency)
    );
    let late = s.submit(work(1).after(&[root])).await;
    assert_eq!(s.state(late).await, JobState::Cancelled);
    let newer = s.submit(work(1)).await;
    s.retry(root).await;
    assert_eq!(s.state(child).await, JobState::Cancelled);
    s.cancel(newer).await;
    s.fail(&s.claim_one().await, "no").await;
    s.retry(root).await;
    // One of the two comes back, never both.
    let states = [s.state(child).await, s.state(late).await];
    assert_eq!(states, [JobState::Blocked, JobState::Cancelled]);
}

async fn many_callers_leave_one_that_waits(s: Case) {
    let job = |n: u32| s.job_of(work(1).params(&n.to_string()));
    let jobs: Vec<_> = (0..100).map(job).collect();
    let calls = jobs
        .into_iter()
        .map(|job| s.store.submit(vec![job], s.now()));
    let submitted: Vec<Submitted> = futures::future::try_join_all(calls)
        .await
        .expect("taken")
        .concat();
    let survivors: Vec<&Submitted> = submitted
        .iter()
        .filter(|job| job.merged_into.is_none())
        .collect();
    assert_eq!(survivors.len(), 1);
    let survivor = s.job(survivors[0].id).await;
    assert_eq!(survivor.links.merged_count, 99);
    let events = s.events_after(paceline_core::id::EventSeq(0)).await;
    let last = events
        .iter()
        .rev()
        .find(|event| event.kind == EventKind::Merged);
    let last = last.and_then(|event| event.job).expect("merged");
    assert_eq!(survivor.params, s.job(last).await.params);
}

store_tests!(
    a_duplicate_of_a_waiting_job_hands_its_params_over,
    a_duplicate_of_a_running_job_waits_as_the_one_successor,
    items_are_handed_over_too,
    a_start_time_gives_way_to_an_earlier_one,
    a_paused_job_takes_over_and_stays_paused,
    the_survivor_waits_for_the_parents_of_both,
    a_duplicate_may_be_refused_or_let_be,
    duplicates_of_one_submission_merge,
    who_would_wait_for_itself_is_refused,
    a_retried_job_keeps_its_results_and_its_duplicate_waits,
    an_empty_duplicate_leaves_nothing_to_do,
    a_batch_counts_who_was_merged,
    who_waits_for_a_batch_waits_for_those_that_do_its_work,
    a_second_run_gives_way_to_a_newer_duplicate,
    nobody_is_revived_beside_a_newer_duplicate,
    many_callers_leave_one_that_waits,
);
