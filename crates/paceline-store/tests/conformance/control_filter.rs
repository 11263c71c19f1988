//! Actions on all jobs that match a filter.

use paceline_core::query::{JobFilter, Selector};
use paceline_core::store::{Action, Change, Refusal};
use paceline_core::{JobId, JobState, Priority};

use crate::support::{Case, Draft, OTHER, items, unit};

fn like(change: impl FnOnce(&mut JobFilter)) -> Selector {
    let mut filter = JobFilter::default();
    change(&mut filter);
    Selector::Filter(Box::new(filter))
}

const CANCEL: Action = Action::Cancel { reason: None };

impl Case {
    async fn in_state(&self, state: JobState) -> Vec<JobId> {
        let filter = JobFilter {
            states: vec![state],
            ..JobFilter::default()
        };
        let mut jobs: Vec<JobId> = self
            .jobs_like(filter)
            .await
            .iter()
            .map(|job| job.id)
            .collect();
        jobs.sort();
        jobs
    }
}

async fn only_what_matches_is_touched(s: Case) {
    let hit = s
        .submit_all(vec![
            unit().user("ana").label("team", "a").batch("x"),
            items(3)
                .user("ana")
                .label("zone", "1")
                .label("team", "a")
                .batch("x"),
        ])
        .await;
    s.submit_all(vec![
        unit().user("ana").label("team", "b").batch("x"),
        unit().user("ben").label("team", "a").batch("x"),
        unit().user("ana").label("team", "a").batch("y"),
        unit().user("ana").label("team", "a").batch("x").task(OTHER),
    ])
    .await;
    let selector = like(|filter| {
        filter.user = Some("ana".to_owned());
        filter.labels = vec![("team".to_owned(), "a".to_owned())];
        filter.batch = Some("x".to_owned());
        filter.task = Some(crate::support::TASK.to_owned());
    });
    let done = s.control(selector, CANCEL).await;
    assert_eq!((done.matched, done.changed), (2, 2));
    let mut hit = hit;
    hit.sort();
    assert_eq!(s.in_state(JobState::Cancelled).await, hit);
}

async fn an_empty_filter_is_all_jobs(s: Case) {
    s.submit_all(vec![unit(), items(2), unit().task(OTHER)])
        .await;
    let done = s.control(like(|_| {}), CANCEL).await;
    assert_eq!((done.matched, done.changed), (3, 3));
    let done = s.control(like(|_| {}), Action::Delete).await;
    assert_eq!((done.matched, done.changed), (3, 3));
    assert_eq!(s.all_jobs().await, []);
}

async fn no_match_is_no_change(s: Case) {
    s.submit(unit()).await;
    let before = s.snapshot().await;
    let done = s
        .control(like(|filter| filter.user = Some("eva".to_owned())), CANCEL)
        .await;
    assert_eq!((done.matched, done.changed, done.refused), (0, 0, vec![]));
    assert_eq!(s.snapshot().await, before);
}

async fn refusals_are_listed(s: Case) {
    let ended = s.submit(items(0)).await;
    let open = s.submit(unit()).await;
    let done = s.control(like(|_| {}), Action::Pause).await;
    assert_eq!((done.matched, done.changed), (2, 1));
    assert_eq!(done.refused.len(), 1);
    let (job, refusal) = &done.refused[0];
    assert_eq!(*job, ended);
    let Refusal::State(why) = refusal else {
        panic!("{refusal:?}")
    };
    assert_eq!((why.state, why.verb), (JobState::Completed, "pause"));
    assert_eq!(s.state(open).await, JobState::Paused);
}

async fn a_dry_run_only_counts(s: Case) {
    s.submit_all(vec![unit(), unit(), items(0)]).await;
    let before = s.snapshot().await;
    let tried = s
        .store
        .control(like(|_| {}), CANCEL, true, s.now())
        .await
        .expect("tried");
    assert_eq!(
        (tried.matched, tried.changed, tried.refused.len()),
        (3, 2, 1)
    );
    assert_eq!(s.snapshot().await, before);
}

/// More jobs than any page, in one verb; the filter is on what the verb itself changes.
async fn a_crowd_is_taken_whole(s: Case) {
    let drafts: Vec<Draft> = (0..2_500).map(|_| unit()).collect();
    s.submit_all(drafts).await;
    let pending = || like(|filter| filter.states = vec![JobState::Pending]);
    let done = s.control(pending(), CANCEL).await;
    assert_eq!((done.matched, done.changed), (2_500, 2_500));
    let counts = s.store.counts().await.expect("counts");
    assert_eq!(
        (counts[&JobState::Pending], counts[&JobState::Cancelled]),
        (0, 2_500)
    );

    let done = s.control(like(|_| {}), Action::Pause).await;
    assert_eq!((done.matched, done.changed), (2_500, 0));
    assert_eq!(done.refused.len(), 1_000, "the list of refusals has an end");

    let done = s.control(like(|_| {}), Action::Delete).await;
    assert_eq!(done.changed, 2_500);
    assert_eq!(s.all_jobs().await, []);
}

async fn a_bulk_cancel_names_all_leases(s: Case) {
    s.start(items(8)).await;
    s.submit_all(vec![unit(), unit()]).await;
    let mut held: Vec<_> = s
        .claim(4)
        .await
        .iter()
        .map(|lease| (lease.job, lease.id))
        .collect();
    let mut done = s.control(like(|_| {}), CANCEL).await;
    held.sort();
    done.revoked.sort();
    assert_eq!(done.revoked, held);
}

async fn a_bulk_change_changes_all(s: Case) {
    let jobs = s.submit_all(vec![unit(), items(2)]).await;
    let change = Change {
        priority: Some(Priority::High),
        ..Change::default()
    };
    let done = s.control(like(|_| {}), Action::Change(change)).await;
    assert_eq!(done.changed, 2);
    for job in jobs {
        assert_eq!(s.job(job).await.priority, Priority::High);
    }
}

async fn retry_of_all_that_failed(s: Case) {
    let failing = s.submit_all(vec![unit(), unit()]).await;
    for lease in s.claim(2).await {
        s.fail(&lease, "no").await;
    }
    s.submit(unit()).await;
    s.run_all().await;
    let failed = like(|filter| filter.states = vec![JobState::Failed]);
    let done = s.control(failed, Action::Retry).await;
    assert_eq!((done.matched, done.changed), (2, 2));
    for job in failing {
        assert_eq!(s.state(job).await, JobState::Pending);
    }
}

list_tests!(
    only_what_matches_is_touched,
    an_empty_filter_is_all_jobs,
    no_match_is_no_change,
    refusals_are_listed,
    a_dry_run_only_counts,
    a_crowd_is_taken_whole,
    a_bulk_cancel_names_all_leases,
    a_bulk_change_changes_all,
    retry_of_all_that_failed,
);
