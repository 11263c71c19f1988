//! Admission: which pending jobs start, and that no limit is exceeded.

use paceline_core::event::EventKind;
use paceline_core::limits::Limits;
use paceline_core::{JobId, JobState, Priority};

use crate::support::{Case, items, minutes, offer, planned, seconds, unit};

const fn at_most(jobs: u32) -> Limits {
    Limits::general(Some(jobs), None)
}

const fn per_user(jobs_per_user: u32) -> Limits {
    Limits::general(None, Some(jobs_per_user))
}

impl Case {
    async fn running(&self, jobs: &[JobId]) -> Vec<usize> {
        let mut running = Vec::new();
        for (index, job) in jobs.iter().enumerate() {
            if self.state(*job).await == JobState::Running {
                running.push(index);
            }
        }
        running
    }
}

async fn a_pending_job_starts(s: Case) {
    let job = s.submit(items(3)).await;
    s.advance(seconds(5));
    assert_eq!(s.admit().await, 1);
    let job = s.job(job).await;
    assert_eq!(
        (job.state, job.started_at),
        (JobState::Running, Some(s.now()))
    );
    let events = s.events_of(job.id).await;
    let started = events.last().expect("an event");
    assert_eq!(
        (started.kind, started.state),
        (EventKind::Started, Some(JobState::Running))
    );
    assert_eq!(started.at, s.now());
}

async fn only_pending_jobs_start(s: Case) {
    let scheduled = s.submit(items(1).at(s.now() + minutes(1))).await;
    let paused = s.submit(items(1)).await;
    s.pause(paused).await;
    let cancelled = s.submit(items(1)).await;
    s.cancel(cancelled).await;
    let completed = s.submit(items(0)).await;
    let before = s.snapshot().await;
    assert_eq!(s.admit().await, 0);
    assert_eq!(s.admit_within(at_most(10)).await, 0);
    assert_eq!(s.snapshot().await, before);
    for job in [scheduled, paused, cancelled, completed] {
        assert_eq!(s.job(job).await.started_at, None);
    }
}

async fn the_first_start_is_kept(s: Case) {
    let job = s.start(items(1)).await;
    let started = s.now();
    s.advance(minutes(1));
    s.pause(job).await;
    s.resume(job).await;
    assert_eq!(s.admit().await, 1);
    assert_eq!(s.job(job).await.started_at, Some(started));
}

async fn no_more_jobs_run_than_the_limit(s: Case) {
    let jobs = s.submit_all((0..5).map(|_| items(1)).collect()).await;
    assert_eq!(s.admit_within(at_most(2)).await, 2);
    assert_eq!(s.running(&jobs).await, [0, 1], "the oldest first");
    assert_eq!(s.admit_within(at_most(2)).await, 0);
    assert_eq!(s.admit_within(at_most(3)).await, 1);
    s.cancel(jobs[0]).await;
    assert_eq!(s.admit_within(at_most(3)).await, 1, "an end makes room");
    assert_eq!(s.running(&jobs).await, [1, 2, 3]);
}

async fn a_paused_job_takes_no_place(s: Case) {
    let jobs = s.submit_all(vec![items(1), items(1)]).await;
    s.admit_within(at_most(1)).await;
    s.pause(jobs[0]).await;
    assert_eq!(s.admit_within(at_most(1)).await, 1);
    s.resume(jobs[0]).await;
    assert_eq!(
        s.admit_within(at_most(1)).await,
        0,
        "and waits its turn again"
    );
    assert_eq!(s.state(jobs[0]).await, JobState::Pending);
}

async fn urgent_jobs_start_first(s: Case) {
    use Priority::{High, Low, Normal, Urgent};
    let drafts = [Low, Normal, High, Urgent, Normal].map(|priority| items(1).priority(priority));
    let jobs = s.submit_all(drafts.into()).await;
    let mut order = Vec::new();
    for most in 1..=5 {
        assert_eq!(s.admit_within(at_most(most)).await, 1);
        let running = s.running(&jobs).await;
        order.extend(
            running
                .into_iter()
                .filter(|job| !order.contains(job))
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(order, [3, 2, 1, 4, 0]);
}

async fn no_user_runs_more_than_the_limit(s: Case) {
    let users = ["ana", "ana", "ana", "ben", "ana", "ben"];
    let mut drafts: Vec<_> = users.map(|user| items(1).user(user)).into();
    drafts.extend([items(1), items(1), items(1)]);
    let jobs = s.submit_all(drafts).await;
    assert_eq!(s.admit_within(per_user(2)).await, 7);
    let running = s.running(&jobs).await;
    assert_eq!(
        running,
        [0, 1, 3, 5, 6, 7, 8],
        "jobs of nobody are not limited by it"
    );
}

async fn users_take_turns(s: Case) {
    let users = ["ana", "ana", "ana", "ben", "eva"];
    let jobs = s
        .submit_all(users.map(|user| items(1).user(user)).into())
        .await;
    assert_eq!(s.admit_within(at_most(3)).await, 3);
    assert_eq!(s.running(&jobs).await, [0, 3, 4]);
}

/// A user with very many jobs does not hide the others behind them.
async fn a_crowd_holds_nobody_back(s: Case) {
    s.submit_all((0..3_000).map(|_| unit().user("ana")).collect())
        .await;
    let job = s.submit(unit().user("ben")).await;
    let limits = Limits::general(Some(10), Some(3));
    let claimed = s.claim_offers(vec![offer(9)], limits.clone()).await;
    assert_eq!(claimed.leases[0].len(), 4);
    assert_eq!(s.state(job).await, JobState::Running);
    let claimed = s.claim_offers(vec![offer(9)], limits).await;
    assert_eq!(claimed.leases[0], []);
}

async fn units_are_left_to_the_claim(s: Case) {
    let jobs = s
        .submit_all(vec![unit(), items(1), planned(), unit()])
        .await;
    assert_eq!(s.admit().await, 2);
    assert_eq!(s.running(&jobs).await, [1, 2]);
}

/// Until a worker asks for it, a unit that may start keeps its place before those behind it.
async fn with_limits_units_take_their_place(s: Case) {
    let jobs = s.submit_all(vec![unit(), items(1), unit(), items(1)]).await;
    assert_eq!(s.admit_within(at_most(2)).await, 1);
    assert_eq!(s.running(&jobs).await, [1]);
    let claimed = s.claim_offers(vec![offer(9)], at_most(2)).await;
    let of: Vec<JobId> = claimed.leases[0].iter().map(|lease| lease.job).collect();
    assert!(
        of.len() == 2 && of.contains(&jobs[0]) && of.contains(&jobs[1]),
        "{of:?}"
    );
    assert_eq!(s.running(&jobs).await, [0, 1]);
}

async fn when_nothing_starts_nothing_is_written(s: Case) {
    s.submit_all(vec![unit(), items(1).at(s.now() + seconds(9))])
        .await;
    let ear = s.listen().await;
    let before = s.snapshot().await;
    assert_eq!(s.admit().await, 0);
    assert_eq!(s.admit_within(at_most(0)).await, 0);
    assert_eq!(s.snapshot().await, before);
    s.submit(unit()).await;
    let told = s.last_event().await;
    ear.hears(told).await;
    assert_eq!(ear.heard(), [told], "the hook was not called before");
}

store_tests!(
    a_pending_job_starts,
    only_pending_jobs_start,
    the_first_start_is_kept,
    no_more_jobs_run_than_the_limit,
    a_paused_job_takes_no_place,
    urgent_jobs_start_first,
    no_user_runs_more_than_the_limit,
    users_take_turns,
    a_crowd_holds_nobody_back,
    units_are_left_to_the_claim,
    with_limits_units_take_their_place,
    when_nothing_starts_nothing_is_written,
);
