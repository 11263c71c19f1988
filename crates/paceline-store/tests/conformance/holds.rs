//! Holds: queues and tasks that are paused, keys and users that wait until a time.

use paceline_core::event::EventKind;
use paceline_core::limits::{Hold, Limits};
use paceline_core::scope::Scope;
use paceline_core::{JobId, JobState, Time};

use crate::support::{Case, OTHER, TASK, items, offer_of, seconds, unit};

impl Case {
    pub(crate) async fn hold(&self, scope: Scope, until: Option<Time>) {
        let hold = Hold {
            scope,
            until,
            reason: "they move house".to_owned(),
            since: self.now(),
        };
        let done = self.store.hold(hold, self.now()).await;
        done.expect("a scope is put on hold");
    }

    pub(crate) async fn lift(&self, scope: Scope) -> bool {
        let lifted = self.store.lift(scope, self.now()).await;
        lifted.expect("a hold is lifted")
    }

    /// Jobs of the leases that there are to have for both tasks.
    async fn leased(&self) -> Vec<JobId> {
        let offers = vec![offer_of(&[TASK, OTHER], 50)];
        let claimed = self.claim_by_the_rules(offers).await;
        claimed.leases[0].iter().map(|lease| lease.job).collect()
    }
}

async fn a_paused_queue_starts_nothing_until_it_is_resumed(s: Case) {
    let running = s.start(items(4).chunk(1).queue("mail")).await;
    s.hold(Scope::queue("mail"), None).await;
    assert_eq!(s.last_kinds(1).await, [EventKind::QueuePaused]);
    let waiting = s
        .submit_all(vec![items(1).queue("mail"), unit().queue("mail")])
        .await;
    let other = s.submit(items(1)).await;
    assert_eq!(s.admit_by_the_rules().await, 1);
    assert_eq!(s.state(other).await, JobState::Running);
    let leased = s.leased().await;
    assert!(leased.contains(&running), "what runs goes on");
    assert!(!leased.iter().any(|job| waiting.contains(job)));
    let reasons = s.store.waiting_for(&waiting, s.now()).await;
    for (_, why) in reasons.expect("reasons") {
        assert_eq!(why, ["queue mail is paused: they move house"]);
    }
    assert!(s.lift(Scope::queue("mail")).await);
    assert!(!s.lift(Scope::queue("mail")).await, "once is enough");
    assert_eq!(s.last_kinds(1).await, [EventKind::QueueResumed]);
    assert_eq!(s.admit_by_the_rules().await, 1);
    let leased = s.leased().await;
    assert!(waiting.iter().all(|job| leased.contains(job)), "{leased:?}");
}

async fn a_paused_task_gets_no_new_work(s: Case) {
    let running = s.start(items(4).chunk(1)).await;
    let held = s.claim(1).await;
    let pending = s.submit_all(vec![unit(), items(1)]).await;
    let other = s.submit(unit().task(OTHER)).await;
    s.hold(Scope::task(TASK), None).await;
    assert_eq!(s.admit_by_the_rules().await, 0);
    assert_eq!(s.leased().await, [other]);
    s.succeed(&held[0]).await;
    assert_eq!(s.leased().await, [], "what was in hand is taken");
    let waiting = [running, pending[0], pending[1]];
    let reasons = s.store.waiting_for(&waiting, s.now()).await;
    let reasons = reasons.expect("reasons");
    assert_eq!(reasons.len(), 3);
    for (_, why) in reasons {
        assert_eq!(why, ["task predict is paused: they move house"]);
    }
    assert!(s.lift(Scope::task(TASK)).await);
    s.admit_by_the_rules().await;
    assert_eq!(
        s.leased().await.len(),
        5,
        "three chunks, a unit, and one more"
    );
}

async fn a_hold_with_a_time_ends_by_itself(s: Case) {
    let until = s.now() + seconds(30);
    s.hold(Scope::key("dealer-7"), Some(until)).await;
    let jobs = s
        .submit_all(vec![items(1).key("dealer-7"), unit().key("dealer-7")])
        .await;
    assert_eq!(s.admit_by_the_rules().await, 0);
    assert_eq!(s.leased().await, []);
    assert_eq!(s.tick().await.next_due, Some(until));
    s.advance_to_before(until);
    s.tick().await;
    assert_eq!(s.admit_by_the_rules().await, 0);
    s.advance(seconds(1));
    let before = s.last_event().await;
    s.tick().await;
    assert!(s.last_event().await > before, "whoever waits is woken");
    assert_eq!(s.last_kinds(1).await, [EventKind::HoldLifted]);
    assert_eq!(s.admit_by_the_rules().await, 1);
    assert_eq!(s.leased().await.len(), 2);
    assert_eq!(s.state(jobs[1]).await, JobState::Running);
    let book = s.store.rule_book().await.expect("the rules");
    assert_eq!(book.holds, []);
}

async fn a_hold_and_a_limit_must_both_let_go(s: Case) {
    s.configure(Limits {
        jobs_per_key: Some(1),
        ..Limits::NONE
    })
    .await;
    let jobs = s
        .submit_all((0..2).map(|_| items(1).queue("mail").key("a")).collect())
        .await;
    s.admit_by_the_rules().await;
    s.hold(Scope::queue("mail"), None).await;
    s.cancel(jobs[0]).await;
    assert_eq!(s.admit_by_the_rules().await, 0, "the queue holds it still");
    s.lift(Scope::queue("mail")).await;
    assert_eq!(s.admit_by_the_rules().await, 1);
    assert_eq!(s.state(jobs[1]).await, JobState::Running);
}

async fn queues_are_known_by_their_jobs(s: Case) {
    for queue in ["mail", "default", "mail", "a b"] {
        s.submit(unit().queue(queue)).await;
    }
    let queues = s.store.queues().await.expect("queues");
    assert_eq!(queues, ["a b", "default", "mail"]);
}

store_tests!(
    a_paused_queue_starts_nothing_until_it_is_resumed,
    a_paused_task_gets_no_new_work,
    a_hold_with_a_time_ends_by_itself,
    a_hold_and_a_limit_must_both_let_go,
    queues_are_known_by_their_jobs,
);
