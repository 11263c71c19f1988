//! Why a job waits, in the words of the rule that holds it.

use paceline_core::JobId;
use paceline_core::limits::Limits;

use crate::support::{Case, items, minutes, unit};

const LIMITS: Limits = Limits::general(Some(3), Some(2));

impl Case {
    async fn reasons(&self, jobs: &[JobId], limits: Limits) -> Vec<(JobId, String)> {
        self.configure(limits).await;
        let reasons = self.store.waiting_for(jobs, self.now()).await;
        let reasons = reasons.expect("reasons").into_iter();
        reasons.map(|(job, why)| (job, why.join("; "))).collect()
    }
}

/// That no limit holds the job, and that something else is said instead.
fn no_limit(reasons: &[(JobId, String)]) -> bool {
    reasons
        .iter()
        .all(|(_, reason)| !reason.is_empty() && !reason.starts_with("limit"))
}

async fn a_full_house_is_named(s: Case) {
    let jobs = s.submit_all((0..4).map(|_| items(1)).collect()).await;
    s.admit_within(LIMITS).await;
    let expected = (jobs[3], "limit: 3/3 jobs are running".to_owned());
    assert_eq!(
        s.reasons(&jobs, LIMITS).await,
        [expected],
        "only of the one that waits"
    );
}

async fn a_users_own_limit_is_named(s: Case) {
    let jobs = s
        .submit_all((0..3).map(|_| items(1).user("ana")).collect())
        .await;
    s.admit_within(LIMITS).await;
    let expected = (jobs[2], "limit: user ana 2/2".to_owned());
    assert_eq!(s.reasons(&jobs, LIMITS).await, [expected]);
    let raised = Limits {
        jobs_per_user: Some(3),
        ..LIMITS
    };
    let reasons = s.reasons(&jobs, raised).await;
    assert!(
        reasons.len() == 1 && no_limit(&reasons),
        "a higher limit holds nothing: {reasons:?}"
    );
}

async fn the_words_are_those_of_the_rule_that_decides(s: Case) {
    let jobs = s
        .submit_all((0..5).map(|_| items(1).user("ben")).collect())
        .await;
    for limits in [
        Limits::general(Some(2), Some(1)),
        Limits::general(Some(2), None),
    ] {
        while s.admit_within(limits.clone()).await > 0 {}
        let held = s.reasons(&jobs, limits.clone()).await;
        assert!(!held.is_empty());
        // What has a reason does not start; what has none and is pending would.
        assert_eq!(s.admit_within(limits).await, 0);
        for (job, reason) in held {
            assert!(
                jobs.contains(&job) && reason.starts_with("limit: "),
                "{reason}"
            );
        }
    }
}

async fn without_limits_no_limit_is_named(s: Case) {
    let jobs = s.submit_all(vec![unit(), items(1)]).await;
    let reasons = s.reasons(&jobs, Limits::NONE).await;
    assert!(reasons.len() == 2 && no_limit(&reasons), "{reasons:?}");
}

async fn whoever_waits_is_told_for_what(s: Case) {
    let scheduled = s.submit(unit().at(s.now() + minutes(5))).await;
    let paused = s.submit(unit()).await;
    s.pause(paused).await;
    let retried = s.submit(unit().attempts(2)).await;
    s.fail(&s.claim_one().await, "no").await;
    let jobs = [scheduled, paused, retried];
    let reasons = s.reasons(&jobs, LIMITS).await;
    assert_eq!(
        reasons.iter().map(|(job, _)| *job).collect::<Vec<_>>(),
        jobs
    );
    let said = |index: usize, word: &str| reasons[index].1.contains(word);
    assert!(
        said(0, "2026-11-22T10:20:30") && said(1, "paused") && said(2, "retry"),
        "{reasons:?}"
    );
}

async fn jobs_that_do_not_wait_have_no_reason(s: Case) {
    let jobs = s.submit_all((0..4).map(|_| items(1)).collect()).await;
    s.admit_within(LIMITS).await;
    s.cancel(jobs[3]).await;
    assert_eq!(s.reasons(&[jobs[0], jobs[3], s.new_id()], LIMITS).await, []);
}

store_tests!(
    a_full_house_is_named,
    a_users_own_limit_is_named,
    the_words_are_those_of_the_rule_that_decides,
    without_limits_no_limit_is_named,
    whoever_waits_is_told_for_what,
    jobs_that_do_not_wait_have_no_reason,
);
