//! Single-unit jobs that may start and that no worker gets: they keep their places before those
//! behind them, but no longer than they could start.

use paceline_core::limits::{LimitName, Limits, Setting};
use paceline_core::resources::{Resources, Room};
use paceline_core::scope::{Kind, Scope};
use paceline_core::{JobId, JobState};

use crate::support::{Case, Draft, OTHER, TASK, items, offer_of, unit};

/// Why nobody gets the first job.
#[derive(Clone, Copy, Debug)]
enum Why {
    NobodyAsks,
    /// The node has no room for what the task needs.
    NoRoom,
}

/// What keeps the first job from starting after all.
#[derive(Clone, Copy, Debug)]
enum Then {
    TaskPaused,
    QueuePaused,
    UserOnHold,
    LimitLowered,
    Cancelled,
    Paused,
}

const THEN: [Then; 6] = [
    Then::TaskPaused,
    Then::QueuePaused,
    Then::UserOnHold,
    Then::LimitLowered,
    Then::Cancelled,
    Then::Paused,
];

impl Then {
    fn scope(self) -> Option<Scope> {
        match self {
            Then::TaskPaused => Some(Scope::task(TASK)),
            Then::QueuePaused => Some(Scope::queue("mail")),
            Then::UserOnHold => Some(Scope::user("ana")),
            Then::LimitLowered | Then::Cancelled | Then::Paused => None,
        }
    }
}

impl Case {
    /// Nobody gets the first; returns the jobs of what was leased.
    async fn claim_but(&self, why: Why) -> Vec<JobId> {
        let (tasks, gpus): (&[&str], u64) = match why {
            Why::NobodyAsks => (&[OTHER], 1),
            Why::NoRoom => (&[TASK, OTHER], 0),
        };
        let gpu = |count| Resources {
            named: [("gpu".to_owned(), count)].into(),
            ..Resources::default()
        };
        self.room.replace(Room {
            free: gpu(gpus),
            needs: [(TASK.to_owned(), gpu(1))].into(),
        });
        let claimed = self.claim_by_the_rules(vec![offer_of(tasks, 9)]).await;
        claimed.leases[0].iter().map(|lease| lease.job).collect()
    }

    async fn come_between(&self, then: Then, job: JobId) {
        match then {
            Then::TaskPaused | Then::QueuePaused | Then::UserOnHold => {
                let scope = then.scope().expect("it has one");
                self.hold(scope, None).await;
            }
            Then::LimitLowered => self.set_limit("task:predict", Setting::AtMost(1)).await,
            Then::Cancelled => {
                self.cancel(job).await;
            }
            Then::Paused => self.pause(job).await,
        }
    }

    async fn undo(&self, then: Then, jobs: [JobId; 3]) {
        if let Some(scope) = then.scope() {
            self.lift(scope).await;
        }
        self.set_limit("task:predict", Setting::Unset).await;
        for job in jobs {
            if !self.state(job).await.is_terminal() {
                self.cancel(job).await;
            }
        }
    }
}

async fn goes_on(s: &Case, why: Why, then: Then, behind: fn() -> Draft) {
    let context = format!("{why:?}, {then:?}");
    let of_task = s.submit(items(1)).await;
    s.admit_by_the_rules().await;
    let first = s.submit(unit().user("ana").queue("mail").key("a")).await;
    let second = s.submit(behind().task(OTHER).key("a")).await;
    assert_eq!(s.claim_but(why).await.len(), 0, "{context}");
    s.admit_by_the_rules().await;
    for job in [first, second] {
        assert_eq!(s.state(job).await, JobState::Pending, "{context}");
    }
    s.come_between(then, first).await;
    s.admit_by_the_rules().await;
    let leased = s.claim_but(why).await;
    assert_eq!(s.state(second).await, JobState::Running, "{context}");
    assert_eq!(leased, [second], "{context}");
    s.undo(then, [of_task, first, second]).await;
}

async fn who_stood_back_for_a_job_that_did_not_start_goes_on(s: Case) {
    let mut limits = Limits::NONE;
    limits.set(&LimitName::Each(Kind::Key), Some(1));
    s.configure(limits).await;
    for why in [Why::NobodyAsks, Why::NoRoom] {
        for then in THEN {
            goes_on(&s, why, then, || items(1)).await;
            goes_on(&s, why, then, unit).await;
        }
    }
}

/// What is asked for and cannot be had takes no lease away from what can.
async fn a_task_without_room_keeps_nobody_waiting(s: Case) {
    let mut limits = Limits::NONE;
    limits.set(&LimitName::Each(Kind::User), Some(9));
    s.configure(limits).await;
    s.submit_all((0..3).map(|_| unit()).collect()).await;
    let other = s.submit(unit().task(OTHER)).await;
    let gpu = Resources {
        named: [("gpu".to_owned(), 1)].into(),
        ..Resources::default()
    };
    s.room.replace(Room {
        free: Resources::default(),
        needs: [(TASK.to_owned(), gpu)].into(),
    });
    let claimed = s
        .claim_by_the_rules(vec![offer_of(&[TASK, OTHER], 1)])
        .await;
    let jobs: Vec<JobId> = claimed.leases[0].iter().map(|lease| lease.job).collect();
    assert_eq!(jobs, [other]);
    let counts = s.store.counts().await.expect("counts");
    assert_eq!(counts[&JobState::Running], 1, "{counts:?}");
}

store_tests!(
    who_stood_back_for_a_job_that_did_not_start_goes_on,
    a_task_without_room_keeps_nobody_waiting,
);
