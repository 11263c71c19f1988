//! Results that are used again: who is answered by whom, and what an answer shows.

use std::time::Duration;

use paceline_core::cache::{Caching, Fingerprint};
use paceline_core::event::EventKind;
use paceline_core::id::EventSeq;
use paceline_core::store::{Action, Refusal, Retention, Submitted};
use paceline_core::{ItemState, JobId, JobState, Json};

use crate::support::{Case, Draft, Replay, items, keyed, minutes, unit};

const HOUR: Duration = Duration::from_hours(1);

impl Case {
    async fn one(&self, draft: Draft) -> Submitted {
        self.try_submit(vec![draft]).await.expect("taken").remove(0)
    }

    /// Submits a job that must be answered by `source`.
    async fn answered(&self, draft: Draft, source: JobId) -> JobId {
        let submitted = self.one(draft).await;
        assert_eq!(
            (submitted.state, submitted.cached_from),
            (JobState::Completed, Some(source))
        );
        submitted.id
    }

    /// Submits a job that must run.
    async fn runs(&self, draft: Draft) -> JobId {
        let submitted = self.one(draft).await;
        assert_eq!(
            (submitted.state, submitted.cached_from),
            (JobState::Pending, None)
        );
        submitted.id
    }
}

async fn a_completed_job_answers_until_it_is_too_old(s: Case) {
    let source = s.runs(unit().cached(1, HOUR)).await;
    let meanwhile = s.runs(unit().cached(1, HOUR)).await;
    s.cancel(meanwhile).await;
    s.run_all().await;
    let result = s.job(source).await.result;
    assert!(result.is_some());
    s.advance(minutes(59));
    let answer = s.answered(unit().cached(1, HOUR), source).await;
    let job = s.job(answer).await;
    assert_eq!((job.result, job.links.cached_from), (result, Some(source)));
    assert_eq!((job.finished_at, job.started_at), (Some(s.now()), None));
    let kinds = s.kinds_of(answer).await;
    assert_eq!(kinds, [EventKind::Submitted, EventKind::Completed]);
    let told = &s.events_of(answer).await[1];
    let data: serde_json::Value = serde_json::from_str(told.data.as_str()).expect("JSON");
    assert_eq!(data["cached_from"], source.to_string());
    s.admit().await;
    s.nothing_to_claim().await;

    s.runs(unit().cached(2, HOUR)).await;
    s.runs(unit()).await;
    s.advance(minutes(2));
    // The answer is younger, but answers do not answer.
    let late = s.runs(unit().cached(1, HOUR)).await;
    s.answered(unit().cached(1, 2 * HOUR), source).await;
    s.run_all().await;
    s.answered(unit().cached(1, HOUR), late).await;
    let mut replay = Replay::default();
    replay.take(&s.events_after(EventSeq(0)).await);
    replay.check(&s).await;
}

async fn what_is_forced_runs_and_answers_others(s: Case) {
    let first = s.runs(unit().cached(1, HOUR)).await;
    s.run_all().await;
    s.answered(unit().cached(1, HOUR), first).await;
    let forced = s.runs(unit().forced(1)).await;
    s.advance(minutes(1));
    s.run_all().await;
    s.answered(unit().cached(1, HOUR), forced).await;
}

async fn only_what_has_no_failures_answers(s: Case) {
    let failed = s.runs(unit().cached(1, HOUR)).await;
    s.fail(&s.claim_one().await, "no").await;
    assert_eq!(s.state(failed).await, JobState::Failed);
    s.runs(unit().cached(1, HOUR)).await;
    s.run_all().await;

    let partly = s.runs(items(2).chunk(1).cached(2, HOUR)).await;
    s.admit().await;
    s.succeed(&s.claim_one().await).await;
    s.fail(&s.claim_one().await, "no").await;
    assert_eq!(s.state(partly).await, JobState::Completed);
    s.runs(items(2).cached(2, HOUR)).await;
    s.run_all().await;
    s.retry(partly).await;
    s.advance(minutes(1));
    s.run_all().await;
    s.answered(items(2).cached(2, HOUR), partly).await;
    // What was left out has its result elsewhere.
    let skipping = s.one(keyed(["k0"]).only_new().cached(3, HOUR)).await;
    assert_eq!(skipping.state, JobState::Completed);
    s.runs(keyed(["k0"]).cached(3, HOUR)).await;
}

async fn an_answer_shows_the_items_of_the_job_that_ran(s: Case) {
    let source = s.runs(items(3).batch("night").cached(1, HOUR)).await;
    s.run_all().await;
    let answer = s
        .answered(items(3).batch("late").cached(1, HOUR), source)
        .await;
    assert_eq!(s.counters(answer).await, s.counters(source).await);
    assert_eq!(s.items_of(answer).await, s.items_of(source).await);
    let item = s.item(answer, "k1").await;
    assert_eq!(item.state, ItemState::Succeeded);
    let late = s.store.batch("late").await.expect("read").expect("there");
    assert_eq!(late.batch.completed_at, Some(s.now()));
    // Who waits for it reads the results as of any parent.
    let child = s.runs(unit().after(&[answer])).await;
    let lease = s.claim_one().await;
    assert_eq!((lease.job, lease.parents[0].items.len()), (child, 3));
    s.succeed(&lease).await;

    let done = s.act(answer, Action::Restart).await;
    let [(_, Refusal::State(refused))] = &done.refused[..] else {
        panic!("{done:?}");
    };
    assert!(refused.to_string().contains("never ran"), "{refused}");
    s.delete(source).await;
    assert_eq!(s.items_of(answer).await, [], "they went with that job");
    s.runs(items(3).cached(1, HOUR)).await;
}

async fn results_that_expired_answer_nobody(s: Case) {
    let drafts = || [unit().cached(1, HOUR), items(2).cached(2, HOUR)];
    let mut ran = Vec::new();
    for draft in drafts() {
        ran.push(s.runs(draft).await);
    }
    s.run_all().await;
    let retention = |kept| Retention {
        results: Some(kept),
        ..Retention::DEFAULT
    };
    s.advance(minutes(11));
    let kept = s.store.prune(retention(minutes(20)), s.now()).await;
    assert_eq!(kept.expect("pruned").results, 0);
    for (draft, source) in drafts().into_iter().zip(&ran) {
        s.answered(draft, *source).await;
    }
    let pruned = s.store.prune(retention(minutes(10)), s.now()).await;
    assert_eq!(pruned.expect("pruned").results, 3);
    for (draft, source) in drafts().into_iter().zip(&ran) {
        let job = s.job(*source).await;
        assert_eq!(job.state, JobState::Completed, "it is there still");
        s.runs(draft).await;
    }
}

async fn what_is_to_run_later_is_not_answered_now(s: Case) {
    let source = s.runs(unit().cached(1, HOUR)).await;
    s.run_all().await;
    let later = s.one(unit().at(s.now() + minutes(1)).cached(1, HOUR)).await;
    assert_eq!(later.state, JobState::Scheduled);
    let after = s.one(unit().after(&[source]).cached(1, HOUR)).await;
    assert_eq!((after.state, after.cached_from), (JobState::Pending, None));
}

async fn a_job_is_found_by_the_params_that_it_ran_with(s: Case) {
    let work = |of| unit().identity(9).cached(of, HOUR);
    let first = s.runs(work(1).params("1")).await;
    let merged = s.one(work(2).params("2")).await;
    assert_eq!(merged.merged_into, Some(first));
    s.run_all().await;
    assert_eq!(s.job(first).await.params, Json::from_checked("2"));
    s.answered(work(2), first).await;
    s.runs(work(1)).await;
}

async fn one_submission_has_answers_and_work(s: Case) {
    let source = s.runs(unit().cached(1, HOUR)).await;
    let lease = s.claim_one().await;
    s.succeed(&lease).await;
    let drafts = vec![
        unit().cached(1, HOUR),
        unit(),
        unit().cached(1, HOUR),
        unit().cached(2, HOUR),
    ];
    let submitted = s.try_submit(drafts).await.expect("taken");
    let from: Vec<Option<JobId>> = submitted.iter().map(|job| job.cached_from).collect();
    assert_eq!(from, [Some(source), None, Some(source), None]);
    let result = s.job(submitted[2].id).await.result;
    assert_eq!(result, s.job(source).await.result);
}

store_tests!(
    a_completed_job_answers_until_it_is_too_old,
    what_is_forced_runs_and_answers_others,
    only_what_has_no_failures_answers,
    an_answer_shows_the_items_of_the_job_that_ran,
    results_that_expired_answer_nobody,
    what_is_to_run_later_is_not_answered_now,
    a_job_is_found_by_the_params_that_it_ran_with,
    one_submission_has_answers_and_work,
);

impl Draft {
    /// It works out what all with this number do, and an earlier result will do.
    fn cached(self, of: u8, age: Duration) -> Self {
        self.caching(Caching {
            fingerprint: Fingerprint([of; 32]),
            max_age: Some(age),
        })
    }

    /// The same, but it runs.
    fn forced(self, of: u8) -> Self {
        self.caching(Caching {
            fingerprint: Fingerprint([of; 32]),
            max_age: None,
        })
    }
}
