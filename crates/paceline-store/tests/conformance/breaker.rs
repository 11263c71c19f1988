//! Breakers: after too many failures a task's work waits, then some of it is tried.

use std::time::Duration;

use paceline_core::breaker::{BreakerPolicy, BreakerState};
use paceline_core::event::EventKind;
use paceline_core::lease::{Lease, LeasedWork, Release};
use paceline_core::limits::Limits;
use paceline_core::resources::Resources;
use paceline_core::task::Task;
use paceline_core::throttle::{TaskThrottle, ThrottlePolicy};
use paceline_core::{ErrorKind, Failure, JobState, Json, Priority, Time};

use crate::support::{Case, OTHER, TASK, failed, items, offer_of, seconds, unit};

const BREAKER: ThrottlePolicy = ThrottlePolicy {
    breaker: Some(BreakerPolicy {
        failure_rate: 0.5,
        minimum: 4,
        window: Duration::from_mins(1),
        cool_down: Duration::from_secs(30),
        probes: 2,
    }),
    rate: None,
    pause: None,
};

impl Case {
    /// Declares the usual task with a throttle.
    pub(crate) async fn throttle(&self, throttle: ThrottlePolicy) {
        let task = Task {
            name: TASK.to_owned(),
            options: Json::empty_object(),
            params_schema: None,
            has_planner: false,
            throttle,
            needs: Resources::default(),
            declared_by: "testing".to_owned(),
            declared_at: self.now(),
        };
        let declared = self.store.declare_tasks(vec![task]).await;
        declared.expect("a task is declared");
    }

    pub(crate) async fn throttles(&self) -> Vec<TaskThrottle> {
        self.store.throttles().await.expect("throttles")
    }

    async fn breaker(&self) -> BreakerState {
        let throttles = self.throttles().await;
        assert_eq!(throttles.len(), 1, "one task is throttled");
        throttles[0].throttle.breaker.state
    }

    /// Items (and units) that there are to have of the usual task.
    pub(crate) async fn items_to_have(&self) -> (Vec<Lease>, usize) {
        let leases = self.claim(100).await;
        let count = leases.iter().map(items_of).sum();
        (leases, count)
    }

    /// Opens the breaker by four failures. Returns when it is tried again.
    async fn trip(&self) -> Time {
        self.throttle(BREAKER).await;
        let urgent = (0..4).map(|_| unit().priority(Priority::Urgent));
        self.submit_all(urgent.collect()).await;
        for lease in self.claim(4).await {
            self.fail(&lease, "no").await;
        }
        let until = self.now() + seconds(30);
        assert_eq!(self.breaker().await, BreakerState::Open { until });
        until
    }
}

fn items_of(lease: &Lease) -> usize {
    match &lease.work {
        LeasedWork::Chunk(items) => items.len(),
        LeasedWork::Unit => 1,
        LeasedWork::Plan => 0,
    }
}

async fn too_many_failures_hold_the_tasks_work_back(s: Case) {
    let with_items = s.start(items(20).chunk(5)).await;
    let until = s.trip().await;
    assert_eq!(
        s.last_kinds(2).await,
        [EventKind::Failed, EventKind::BreakerOpened]
    );
    let pending = s.submit(unit()).await;
    let other = s.submit(unit().task(OTHER)).await;
    let claimed = s
        .claim_by_the_rules(vec![offer_of(&[TASK, OTHER], 9)])
        .await;
    let jobs: Vec<_> = claimed.leases[0].iter().map(|lease| lease.job).collect();
    assert_eq!(jobs, [other], "other tasks go on");
    assert_eq!(claimed.next_due, Some(until));
    assert_eq!(s.tick().await.next_due, Some(until));
    let reasons = s.store.waiting_for(&[with_items, pending], s.now()).await;
    for (job, why) in reasons.expect("reasons") {
        let open = why.iter().filter(|why| why.starts_with("breaker: open"));
        assert_eq!(open.count(), 1, "{job}: {why:?}");
    }
    assert_eq!(s.job(pending).await.attempt, 1, "no attempt is burnt");
    s.advance_to_before(until);
    s.nothing_to_claim().await;
}

async fn after_the_cool_down_no_more_than_the_probes_are_tried(s: Case) {
    s.start(items(20).chunk(5)).await;
    s.advance(s.trip().await.since(s.now()));
    let (probes, count) = s.items_to_have().await;
    assert_eq!(count, 2, "{probes:?}");
    assert_eq!(s.last_kinds(1).await, [EventKind::BreakerHalfOpen]);
    s.nothing_to_claim().await;
    for probe in &probes {
        s.succeed(probe).await;
    }
    assert_eq!(s.breaker().await, BreakerState::Closed);
    assert_eq!(
        s.last_kinds(1).await,
        [EventKind::BreakerClosed],
        "told with what closed it"
    );
    assert_eq!(s.items_to_have().await.1, 18);
}

async fn a_probe_that_fails_opens_it_again(s: Case) {
    s.start(items(20).chunk(5)).await;
    s.advance(s.trip().await.since(s.now()));
    let (probes, _) = s.items_to_have().await;
    s.fail(&probes[0], "still no").await;
    let until = s.now() + seconds(30);
    assert_eq!(s.breaker().await, BreakerState::Open { until });
    s.nothing_to_claim().await;
}

async fn units_are_tried_one_a_probe(s: Case) {
    let until = s.trip().await;
    s.submit_all((0..5).map(|_| unit()).collect()).await;
    s.nothing_to_claim().await;
    s.advance(until.since(s.now()));
    let (probes, count) = s.items_to_have().await;
    assert_eq!((probes.len(), count), (2, 2));
}

async fn what_says_nothing_of_the_task_does_not_count(s: Case) {
    s.throttle(BREAKER).await;
    s.start(items(8).chunk(8)).await;
    let lease = s.claim_one().await;
    let lost = |seq| failed(seq, Failure::new(ErrorKind::Lost, "gone"));
    s.partly(&lease, (0..6).map(lost).collect()).await;
    s.release(&lease, vec![], Release::Normal).await;
    let unit_job = s.submit(unit()).await;
    let (leases, _) = s.items_to_have().await;
    let of_unit = leases.iter().find(|lease| lease.job == unit_job);
    s.hand_back(of_unit.expect("the unit is leased")).await;
    assert_eq!(s.breaker().await, BreakerState::Closed);
    let throttle = &s.throttles().await[0].throttle;
    assert_eq!(throttle.breaker.now.failed, 0, "{throttle:?}");
}

async fn under_limits_a_broken_task_takes_nobodys_place(s: Case) {
    let limits = Limits {
        jobs: Some(3),
        ..Limits::NONE
    };
    let until = s.trip().await;
    s.configure(limits).await;
    let drafts = (0..9).map(|n| if n % 2 == 0 { items(1) } else { unit() });
    let held = s.submit_all(drafts.collect()).await;
    let others = vec![items(1).task(OTHER), unit().task(OTHER)];
    let others = s.submit_all(others).await;
    s.admit_by_the_rules().await;
    let offers = || vec![offer_of(&[TASK, OTHER], 9)];
    let claimed = s.claim_by_the_rules(offers()).await;
    let mut jobs: Vec<_> = claimed.leases[0].iter().map(|lease| lease.job).collect();
    jobs.sort_unstable();
    assert_eq!(jobs, others);
    for lease in &claimed.leases[0] {
        s.succeed(lease).await;
    }
    for job in held {
        assert_eq!(s.state(job).await, JobState::Pending);
    }
    s.advance(until.since(s.now()));
    assert!(s.tick().await.freed, "they are looked at again");
    // As many as there are probes, and none of them fails to close it.
    for _ in 0..4 {
        s.admit_by_the_rules().await;
        let claimed = s.claim_by_the_rules(offers()).await;
        for lease in &claimed.leases[0] {
            s.succeed(lease).await;
        }
        s.tick().await;
    }
    assert_eq!(s.breaker().await, BreakerState::Closed);
    let counts = s.store.counts().await.expect("counts");
    assert_eq!(counts[&JobState::Completed], 11, "{counts:?}");
}

async fn somebody_may_close_it(s: Case) {
    s.start(items(20).chunk(5)).await;
    s.trip().await;
    let reset = async || {
        let reset = s.store.reset_breaker(TASK.to_owned(), s.now()).await;
        reset.expect("a breaker is reset")
    };
    assert!(reset().await);
    assert_eq!(s.last_kinds(1).await, [EventKind::BreakerClosed]);
    assert!(!reset().await, "once is enough");
    assert_eq!(s.items_to_have().await.1, 20);
    let unknown = s.store.reset_breaker("nobody".to_owned(), s.now()).await;
    assert!(!unknown.expect("taken"));
}

async fn a_new_declaration_keeps_what_is_remembered(s: Case) {
    let until = s.trip().await;
    let mut longer = BREAKER;
    longer.rate = Some(paceline_core::rate::RatePolicy {
        items: 1,
        period: seconds(1),
    });
    s.throttle(longer).await;
    assert_eq!(s.breaker().await, BreakerState::Open { until });
    assert_eq!(s.throttles().await[0].policy, longer);
    let task = s.store.tasks().await.expect("tasks").remove(0);
    assert_eq!(task.throttle, longer);
    s.start(items(20).chunk(5)).await;
    s.throttle(ThrottlePolicy::default()).await;
    assert_eq!(s.throttles().await, []);
    s.admit().await;
    assert_eq!(
        s.items_to_have().await.1,
        20,
        "without a breaker all goes on"
    );
}

async fn whoever_has_none_counts_nothing(s: Case) {
    s.start(items(20).chunk(5)).await;
    for lease in &s.claim(4).await {
        s.fail(lease, "no").await;
    }
    assert_eq!(s.throttles().await, []);
}

store_tests!(
    too_many_failures_hold_the_tasks_work_back,
    after_the_cool_down_no_more_than_the_probes_are_tried,
    a_probe_that_fails_opens_it_again,
    units_are_tried_one_a_probe,
    what_says_nothing_of_the_task_does_not_count,
    under_limits_a_broken_task_takes_nobodys_place,
    somebody_may_close_it,
    a_new_declaration_keeps_what_is_remembered,
    whoever_has_none_counts_nothing,
);
