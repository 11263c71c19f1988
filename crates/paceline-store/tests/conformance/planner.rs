//! Jobs whose items a planner lists.

use paceline_core::event::EventKind;
use paceline_core::item::NewItem;
use paceline_core::lease::{LeasedWork, ReportAnswer, ReportBody};
use paceline_core::progress::Counters;
use paceline_core::{ItemState, JobId, JobState, Json};

use crate::support::{Case, failure, new_items, planned, seconds, seqs};

impl Case {
    async fn keys_of(&self, job: JobId) -> Vec<String> {
        self.items_of(job)
            .await
            .into_iter()
            .filter_map(|item| item.key)
            .collect()
    }
}

async fn a_plan_is_leased_before_its_items(s: Case) {
    let id = s.submit(planned().params("{\"since\":1}")).await;
    s.nothing_to_claim().await;
    s.admit().await;
    let plan = s.claim_one().await;
    assert_eq!(
        (plan.job, &plan.work, plan.attempt),
        (id, &LeasedWork::Plan, 1)
    );
    assert_eq!(plan.params.as_str(), "{\"since\":1}");
    s.nothing_to_claim().await;

    s.list(&plan, new_items(["a", "b"])).await;
    s.nothing_to_claim().await;
    s.list(&plan, vec![]).await;
    s.list(&plan, new_items(["c"])).await;
    s.end_plan(&plan).await;

    let job = s.job(id).await;
    let counters = Counters {
        total: 3,
        ..Counters::default()
    };
    assert_eq!((job.state, job.counters), (JobState::Running, counters));
    assert_eq!(
        s.keys_of(id).await,
        ["a", "b", "c"],
        "in the order of the planner"
    );
    let last = s.events_of(id).await.pop().expect("an event");
    assert_eq!(
        (last.kind, last.state),
        (EventKind::Planned, Some(JobState::Running))
    );
    assert!(
        last.data.as_str().contains("\"total\":3"),
        "{:?}",
        last.data
    );

    assert_eq!(seqs(&s.claim_one().await), [0, 1]);
    assert_eq!(
        s.report(&plan, ReportBody::PlanDone).await,
        ReportAnswer::Lost,
        "it has ended"
    );
}

async fn a_planned_job_runs_to_its_end(s: Case) {
    let job = s.start(planned()).await;
    let plan = s.claim_one().await;
    s.list(&plan, new_items(["a", "b", "c"])).await;
    s.end_plan(&plan).await;
    s.run_all().await;
    assert_eq!(s.state(job).await, JobState::Completed);
    assert_eq!(s.item_states(job).await, [ItemState::Succeeded; 3]);
}

async fn a_plan_of_nothing_completes_the_job(s: Case) {
    let job = s.start(planned()).await;
    let plan = s.claim_one().await;
    s.end_plan(&plan).await;
    let job = s.job(job).await;
    assert_eq!(
        (job.state, job.finished_at),
        (JobState::Completed, Some(s.now()))
    );
}

async fn a_large_plan_comes_in_many_parts(s: Case) {
    let job = s.start(planned()).await;
    let plan = s.claim_one().await;
    for part in 0..20 {
        let item = |n: u32| NewItem {
            key: Some(format!("{part}/{n}")),
            payload: Json::from_checked((part * 100 + n).to_string()),
        };
        s.list(&plan, (0..100).map(item).collect()).await;
    }
    s.end_plan(&plan).await;
    assert_eq!(s.counters(job).await.total, 2_000);
    assert_eq!(s.item(job, "13/37").await.payload.as_str(), "1337");
    s.run_all().await;
    assert_eq!(s.counters(job).await.succeeded, 2_000);
}

async fn a_lost_plan_begins_anew(s: Case) {
    let job = s.start(planned()).await;
    let lost = s.claim_one().await;
    s.list(&lost, new_items(["a", "b"])).await;
    s.replace_node().await;
    assert_eq!(
        s.report(&lost, ReportBody::PlanDone).await,
        ReportAnswer::Lost
    );

    let plan = s.claim_one().await;
    assert_eq!((&plan.work, plan.attempt), (&LeasedWork::Plan, 1));
    let late = ReportBody::Planned(new_items(["z"]));
    assert_eq!(s.report(&lost, late).await, ReportAnswer::Lost);
    s.list(&plan, new_items(["b", "c"])).await;
    s.end_plan(&plan).await;
    assert_eq!(
        s.keys_of(job).await,
        ["b", "c"],
        "nothing of the lost one stays"
    );
    s.run_all().await;
    assert_eq!(s.counters(job).await.succeeded, 2);
}

async fn a_plan_that_is_given_back_begins_anew(s: Case) {
    let job = s.start(planned()).await;
    let first = s.claim_one().await;
    s.list(&first, new_items(["a"])).await;
    s.hand_back(&first).await;
    s.admit().await;
    let plan = s.claim_one().await;
    assert_eq!(
        (&plan.work, plan.attempt),
        (&LeasedWork::Plan, 1),
        "uncharged"
    );
    s.list(&plan, new_items(["a"])).await;
    s.end_plan(&plan).await;
    assert_eq!(s.counters(job).await.total, 1);
}

async fn a_plan_that_repeats_a_key_fails_the_job(s: Case) {
    let job = s.start(planned().attempts(5)).await;
    let plan = s.claim_one().await;
    s.list(&plan, new_items(["a", "b"])).await;
    s.report(&plan, ReportBody::Planned(new_items(["c", "a"])))
        .await;
    let failed = s.job(job).await;
    assert_eq!(
        (failed.state, failed.finished_at),
        (JobState::Failed, Some(s.now()))
    );
    let message = failed.error.expect("an error").message;
    assert!(
        message.contains("`a`") && message.contains("twice"),
        "{message}"
    );
    assert_eq!(
        s.report(&plan, ReportBody::PlanDone).await,
        ReportAnswer::Lost
    );
    s.nothing_to_claim().await;
}

async fn a_failed_plan_is_tried_again(s: Case) {
    let job = s.start(planned().attempts(2)).await;
    let plan = s.claim_one().await;
    s.list(&plan, new_items(["a"])).await;
    s.fail_plan(&plan, "no database").await;
    let waiting = s.job(job).await;
    assert_eq!((waiting.state, waiting.attempt), (JobState::Scheduled, 2));
    assert_eq!(waiting.run_at, Some(s.now() + seconds(10)));
    let last = s.events_of(job).await.pop().expect("an event");
    assert_eq!(
        (last.kind, last.state),
        (EventKind::Postponed, Some(JobState::Scheduled))
    );

    s.advance(seconds(10));
    s.tick().await;
    s.admit().await;
    let plan = s.claim_one().await;
    assert_eq!((&plan.work, plan.attempt), (&LeasedWork::Plan, 2));
    s.fail_plan(&plan, "still no database").await;
    let failed = s.job(job).await;
    assert_eq!(failed.state, JobState::Failed);
    assert!(
        failed
            .error
            .expect("an error")
            .message
            .contains("still no database")
    );
}

async fn a_permanent_failure_of_the_plan_fails_the_job(s: Case) {
    let job = s.start(planned().attempts(9)).await;
    let plan = s.claim_one().await;
    let body = ReportBody::PlanFailed(failure("no such model").permanent());
    assert_eq!(s.report(&plan, body).await, ReportAnswer::Accepted);
    assert_eq!(s.state(job).await, JobState::Failed);
}

async fn a_retry_of_a_failed_plan_plans(s: Case) {
    let job = s.start(planned()).await;
    let plan = s.claim_one().await;
    s.list(&plan, new_items(["a"])).await;
    s.fail_plan(&plan, "no").await;
    assert_eq!(s.state(job).await, JobState::Failed);
    s.retry(job).await;
    s.admit().await;
    let plan = s.claim_one().await;
    assert_eq!(plan.work, LeasedWork::Plan);
    s.list(&plan, new_items(["a", "b"])).await;
    s.end_plan(&plan).await;
    s.run_all().await;
    let job = s.job(job).await;
    assert_eq!(
        (job.state, job.counters.succeeded),
        (JobState::Completed, 2)
    );
}

async fn a_retry_of_failed_items_does_not_plan_again(s: Case) {
    let job = s.start(planned()).await;
    let plan = s.claim_one().await;
    s.list(&plan, new_items(["a", "b"])).await;
    s.end_plan(&plan).await;
    let lease = s.claim_one().await;
    s.fail(&lease, "no").await;
    s.run_all().await;
    s.retry(job).await;
    s.admit().await;
    assert_eq!(seqs(&s.claim_one().await), seqs(&lease));
}

async fn a_restart_plans_again(s: Case) {
    let job = s.start(planned()).await;
    let plan = s.claim_one().await;
    s.list(&plan, new_items(["a", "b"])).await;
    s.end_plan(&plan).await;
    s.run_all().await;
    s.restart(job).await;
    assert_eq!(
        (s.items_of(job).await, s.counters(job).await),
        (vec![], Counters::default())
    );
    s.admit().await;
    let plan = s.claim_one().await;
    assert_eq!((&plan.work, plan.attempt), (&LeasedWork::Plan, 2));
    s.list(&plan, new_items(["b", "c", "a"])).await;
    s.end_plan(&plan).await;
    assert_eq!(s.keys_of(job).await, ["b", "c", "a"]);
    s.run_all().await;
    assert_eq!(s.counters(job).await.succeeded, 3);
}

async fn a_cancelled_plan_is_lost(s: Case) {
    let job = s.start(planned()).await;
    let plan = s.claim_one().await;
    s.list(&plan, new_items(["a"])).await;
    let cancelled = s.cancel(job).await;
    assert_eq!(cancelled.revoked, [(job, plan.id)]);
    assert_eq!(
        s.report(&plan, ReportBody::PlanDone).await,
        ReportAnswer::Lost
    );
    assert_eq!(s.state(job).await, JobState::Cancelled);
    s.retry(job).await;
    s.admit().await;
    assert_eq!(
        s.claim_one().await.work,
        LeasedWork::Plan,
        "it was not planned to the end"
    );
}

async fn items_without_keys_may_be_planned(s: Case) {
    let job = s.start(planned()).await;
    let plan = s.claim_one().await;
    let item = NewItem {
        key: None,
        payload: Json::null(),
    };
    s.list(&plan, vec![item.clone(), item]).await;
    s.end_plan(&plan).await;
    assert_eq!(s.counters(job).await.total, 2);
}

store_tests!(
    a_plan_is_leased_before_its_items,
    a_planned_job_runs_to_its_end,
    a_plan_of_nothing_completes_the_job,
    a_large_plan_comes_in_many_parts,
    a_lost_plan_begins_anew,
    a_plan_that_is_given_back_begins_anew,
    a_plan_that_repeats_a_key_fails_the_job,
    a_failed_plan_is_tried_again,
    a_permanent_failure_of_the_plan_fails_the_job,
    a_retry_of_a_failed_plan_plans,
    a_retry_of_failed_items_does_not_plan_again,
    a_restart_plans_again,
    a_cancelled_plan_is_lost,
    items_without_keys_may_be_planned,
);
