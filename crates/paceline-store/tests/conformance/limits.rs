//! Limits of every scope: set at run time, several at once, and who comes next when one has room.

use paceline_core::event::EventKind;
use paceline_core::id::EventSeq;
use paceline_core::limits::{LimitName, Limits, Setting};
use paceline_core::query::JobFilter;
use paceline_core::scope::{Kind, Scope};
use paceline_core::store::Change;
use paceline_core::{JobId, JobState, Priority};

use crate::support::{Case, Draft, OTHER, TASK, items, minutes, offer_of, unit};

fn each(kind: Kind, most: u32) -> Limits {
    let mut limits = Limits::NONE;
    limits.set(&LimitName::Each(kind), Some(most));
    limits
}

/// A job that belongs to this scope of a kind, and shares none other with anybody but the task.
fn of(kind: Kind, name: &str) -> Draft {
    match kind {
        Kind::Key => items(1).key(name),
        Kind::Queue => items(1).queue(name),
        Kind::Task => items(1).task(name),
        Kind::User => items(1).user(name),
    }
}

impl Case {
    pub(crate) async fn set_limit(&self, name: &str, setting: Setting) {
        let name = name.parse().expect("a limit");
        let set = self.store.set_limits(vec![(name, setting)], self.now());
        set.await.expect("a limit is set");
    }

    /// Those of some jobs that run, by their indices.
    pub(crate) async fn who_runs(&self, jobs: &[JobId]) -> Vec<usize> {
        let mut running = Vec::new();
        for (index, job) in jobs.iter().enumerate() {
            if self.state(*job).await == JobState::Running {
                running.push(index);
            }
        }
        running
    }

    /// Starts what may start and tells which of these run.
    async fn admitted(&self, jobs: &[JobId]) -> Vec<usize> {
        self.admit_by_the_rules().await;
        self.who_runs(jobs).await
    }

    pub(crate) async fn last_kinds(&self, count: usize) -> Vec<EventKind> {
        let events = self.events_after(EventSeq(0)).await;
        let last = events.iter().rev().take(count).rev();
        last.map(|event| event.kind).collect()
    }
}

async fn each_scope_has_its_limit(s: Case) {
    for kind in [Kind::Key, Kind::Queue, Kind::User] {
        let drafts = ["a", "a", "b", "a"].map(|name| of(kind, &format!("{kind}-{name}")));
        let jobs = s.submit_all(drafts.into()).await;
        s.configure(each(kind, 1)).await;
        assert_eq!(s.admitted(&jobs).await, [0, 2], "{kind}");
        assert_eq!(s.admit_by_the_rules().await, 0);
        s.cancel(jobs[0]).await;
        assert_eq!(s.admitted(&jobs).await, [1, 2], "{kind}: an end makes room");
        s.pause(jobs[1]).await;
        assert_eq!(s.admitted(&jobs).await, [2, 3], "{kind}: a pause as well");
        for job in jobs.iter().skip(1) {
            s.cancel(*job).await;
        }
    }
    let drafts = [TASK, TASK, OTHER].map(|name| of(Kind::Task, name));
    let jobs = s.submit_all(drafts.into()).await;
    s.configure(each(Kind::Task, 1)).await;
    assert_eq!(s.admitted(&jobs).await, [0, 2]);
}

async fn all_limits_that_apply_must_let_it_pass(s: Case) {
    let jobs = s
        .submit_all(vec![
            items(1).user("ana").key("a"),
            items(1).user("ben").key("a"),
            items(1).user("ana").key("b"),
            items(1).user("ben").key("b"),
        ])
        .await;
    let limits = Limits {
        jobs_per_key: Some(1),
        ..Limits::general(None, Some(1))
    };
    s.configure(limits).await;
    assert_eq!(s.admitted(&jobs).await, [0, 3]);
    // Both hold the others: one free of them is not enough.
    s.cancel(jobs[0]).await;
    assert_eq!(s.admitted(&jobs).await, [3]);
    s.cancel(jobs[3]).await;
    assert_eq!(s.admitted(&jobs).await, [1, 2]);
}

async fn one_scopes_own_limit_goes_before_that_of_each(s: Case) {
    let keys = ["a", "a", "a", "b", "b", "c", "c"];
    let jobs = s.submit_all(keys.map(|key| items(1).key(key)).into()).await;
    let mut limits = each(Kind::Key, 1);
    limits.named.insert(Scope::key("a"), Some(2));
    limits.named.insert(Scope::key("c"), None);
    s.configure(limits).await;
    assert_eq!(s.admitted(&jobs).await, [0, 1, 3, 5, 6]);
}

async fn a_limit_changes_at_run_time(s: Case) {
    let jobs = s
        .submit_all((0..5).map(|_| items(1).key("a")).collect())
        .await;
    s.configure(each(Kind::Key, 1)).await;
    assert_eq!(s.admitted(&jobs).await, [0]);
    s.set_limit("key:a", Setting::AtMost(3)).await;
    assert_eq!(s.last_kinds(1).await, [EventKind::LimitChanged]);
    assert_eq!(s.admitted(&jobs).await, [0, 1, 2]);
    s.set_limit("key:a", Setting::AtMost(1)).await;
    assert_eq!(
        s.admitted(&jobs).await,
        [0, 1, 2],
        "what runs is left to run"
    );
    s.cancel(jobs[0]).await;
    s.cancel(jobs[1]).await;
    assert_eq!(s.admitted(&jobs).await, [2]);
    s.set_limit("key:a", Setting::NoLimit).await;
    assert_eq!(s.admitted(&jobs).await, [2, 3, 4], "no limit at all");
}

async fn what_was_set_goes_before_what_is_configured(s: Case) {
    let jobs = s
        .submit_all((0..4).map(|_| items(1).key("a")).collect())
        .await;
    s.set_limit("jobs_per_key", Setting::AtMost(2)).await;
    s.configure(each(Kind::Key, 1)).await;
    assert_eq!(s.admitted(&jobs).await, [0, 1]);
    s.set_limit("jobs_per_key", Setting::Unset).await;
    s.cancel(jobs[0]).await;
    assert_eq!(
        s.admitted(&jobs).await,
        [1],
        "the configuration holds again"
    );
    s.configure(each(Kind::Key, 3)).await;
    assert_eq!(s.admitted(&jobs).await, [1, 2, 3], "who waited is found");
    let book = s.store.rule_book().await.expect("the rules");
    assert_eq!(book.configured, each(Kind::Key, 3));
    assert_eq!(book.set, []);
    assert_eq!(book.occupied.of(Kind::Key, "a"), 3);
}

async fn a_limit_holds_single_unit_jobs_as_well(s: Case) {
    let drafts = (0..6).map(|n| unit().key(["a", "b"][n % 2]));
    let jobs = s.submit_all(drafts.collect()).await;
    s.configure(each(Kind::Key, 1)).await;
    let mut done = Vec::new();
    while done.len() < jobs.len() {
        let offers = vec![offer_of(&[TASK], 1), offer_of(&[TASK], 9)];
        let claimed = s.claim_by_the_rules(offers).await;
        let leases: Vec<_> = claimed.leases.into_iter().flatten().collect();
        assert_eq!(leases.len(), 2, "one of each key, whoever asks");
        for lease in &leases {
            s.succeed(lease).await;
            done.push(lease.job);
        }
    }
    assert_eq!(done, jobs, "in the order in which they came");
}

/// Whatever becomes of a job that a limit holds, it shows and counts as pending, and the next in
/// line takes the place that it does not.
async fn a_job_that_a_limit_holds_can_be_acted_on(s: Case) {
    let jobs = s
        .submit_all((0..7).map(|_| items(1).key("a")).collect())
        .await;
    s.configure(each(Kind::Key, 1)).await;
    assert_eq!(s.admitted(&jobs).await, [0]);
    let pending = JobFilter {
        states: vec![JobState::Pending],
        ..JobFilter::default()
    };
    assert_eq!(s.jobs_like(pending).await.len(), 6);
    s.pause(jobs[1]).await;
    s.cancel(jobs[2]).await;
    s.delete(jobs[2]).await;
    let later = Change {
        run_at: Some(Some(s.now() + minutes(5))),
        ..Change::default()
    };
    s.change(jobs[3], later).await;
    let urgent = Change {
        priority: Some(Priority::Urgent),
        ..Change::default()
    };
    s.change(jobs[5], urgent).await;
    assert_eq!(s.admitted(&jobs[3..]).await, [] as [usize; 0]);
    let mut order = Vec::new();
    for _ in 0..3 {
        let offers = vec![offer_of(&[TASK], 1)];
        let lease = s
            .claim_by_the_rules(offers)
            .await
            .leases
            .remove(0)
            .remove(0);
        order.push(lease.job);
        s.succeed(&lease).await;
        s.admit_by_the_rules().await;
    }
    assert_eq!(order, [jobs[0], jobs[5], jobs[4]]);
    s.resume(jobs[1]).await;
    s.advance(minutes(5));
    s.tick().await;
    s.cancel(jobs[6]).await;
    assert_eq!(s.admitted(&[jobs[1], jobs[3]]).await, [0]);
    s.cancel(jobs[1]).await;
    assert_eq!(s.admitted(&[jobs[3]]).await, [0]);
}

/// Who was called back into line and then went away leaves its place to the next.
async fn no_place_is_lost_with_who_should_have_taken_it(s: Case) {
    let mut jobs = s.submit_all(vec![items(1).key("a"), items(1)]).await;
    s.configure(Limits {
        jobs_per_key: Some(1),
        ..Limits::general(Some(3), None)
    })
    .await;
    assert_eq!(s.admitted(&jobs).await, [0, 1]);
    let held = s
        .submit_all(vec![items(1).key("a"), items(1).key("a")])
        .await;
    jobs.extend(held);
    assert_eq!(s.admitted(&jobs).await, [0, 1], "the key is taken");
    let first = s.submit(items(1).priority(Priority::Urgent)).await;
    let second = s.submit(items(1).priority(Priority::Urgent)).await;
    s.cancel(jobs[0]).await;
    s.admit_by_the_rules().await;
    assert_eq!(s.who_runs(&[first, second]).await, [0, 1]);
    assert_eq!(s.state(jobs[2]).await, JobState::Pending, "no room in all");
    s.cancel(jobs[2]).await;
    s.cancel(first).await;
    s.admit_by_the_rules().await;
    assert_eq!(s.state(jobs[3]).await, JobState::Running);
}

async fn a_job_that_comes_back_takes_its_place_by_its_age(s: Case) {
    let first = s.submit(items(1).key("a")).await;
    let old = s.submit(items(1).key("a")).await;
    s.configure(each(Kind::Key, 1)).await;
    s.admit_by_the_rules().await;
    s.advance(minutes(1));
    let young = s.submit(items(1).key("a")).await;
    s.cancel(first).await;
    assert_eq!(s.admitted(&[old, young]).await, [0]);
}

async fn who_waits_long_enough_goes_before_the_more_urgent(s: Case) {
    let low = s.submit(items(1).priority(Priority::Low)).await;
    let low_unit = s.submit(unit().priority(Priority::Low)).await;
    s.advance(minutes(14));
    let normal = s.submit(items(1)).await;
    s.configure(Limits::general(Some(1), None)).await;
    assert_eq!(s.admitted(&[low, normal]).await, [1], "not long enough");
    s.advance(minutes(2));
    let normal_unit = s.submit(unit()).await;
    s.submit(items(1)).await;
    s.cancel(normal).await;
    s.admit_by_the_rules().await;
    assert_eq!(
        s.who_runs(&[low]).await,
        [0],
        "it has waited for a quarter of an hour"
    );
    s.configure(Limits::NONE).await;
    s.cancel(low).await;
    let claimed = s.claim(1).await;
    assert_eq!(claimed[0].job, low_unit);
    assert_eq!(s.state(normal_unit).await, JobState::Pending);
}

async fn a_retry_waits_from_when_it_is_due(s: Case) {
    let failed = s.start(items(1)).await;
    s.cancel(failed).await;
    s.advance(minutes(1));
    let waiting = s.submit(items(1)).await;
    s.advance(minutes(1));
    s.restart(failed).await;
    s.configure(Limits::general(Some(1), None)).await;
    assert_eq!(s.admitted(&[failed, waiting]).await, [1]);
}

store_tests!(
    each_scope_has_its_limit,
    all_limits_that_apply_must_let_it_pass,
    one_scopes_own_limit_goes_before_that_of_each,
    a_limit_changes_at_run_time,
    what_was_set_goes_before_what_is_configured,
    a_limit_holds_single_unit_jobs_as_well,
    a_job_that_a_limit_holds_can_be_acted_on,
    no_place_is_lost_with_who_should_have_taken_it,
    a_job_that_comes_back_takes_its_place_by_its_age,
    who_waits_long_enough_goes_before_the_more_urgent,
    a_retry_waits_from_when_it_is_due,
);
