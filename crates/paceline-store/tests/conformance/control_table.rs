//! Each action on each job, in each state that a job can be in: done or refused exactly as
//! `lifecycle` says, and without a trace when it is refused or only tried.

use paceline_core::dependency::Standing;
use paceline_core::lifecycle::{DoneBy, Event, Facts, Refused, decide, may_delete, may_patch};
use paceline_core::query::Selector;
use paceline_core::store::{Action, Change, Refusal};
use paceline_core::{JobId, JobState, Priority, Time};

use crate::support::{Case, Draft, items, minutes, planned, seconds, unit};

/// How a job got to where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Past {
    Scheduled,
    Blocked,
    Pending,
    Admitted,
    Leased,
    PausedBeforeItsTime,
    PausedBeforeItsStart,
    PausedWhileBlocked,
    PausedInFlight,
    PausedAfterItsWork,
    Completed,
    CompletedWithFailures,
    Failed,
    CancelledBeforeItsStart,
    CancelledInFlight,
    CancelledWhileBlocked,
    Dropped,
}

impl Past {
    /// How the job that it waits for lets it be.
    fn depends(self) -> Standing {
        match self {
            Past::Blocked | Past::PausedWhileBlocked | Past::CancelledWhileBlocked => {
                Standing::Waits
            }
            Past::Dropped => Standing::Broken,
            _ => Standing::Free,
        }
    }
}

const PASTS: [Past; 17] = [
    Past::Scheduled,
    Past::Blocked,
    Past::Pending,
    Past::Admitted,
    Past::Leased,
    Past::PausedBeforeItsTime,
    Past::PausedBeforeItsStart,
    Past::PausedWhileBlocked,
    Past::PausedInFlight,
    Past::PausedAfterItsWork,
    Past::Completed,
    Past::CompletedWithFailures,
    Past::Failed,
    Past::CancelledBeforeItsStart,
    Past::CancelledInFlight,
    Past::CancelledWhileBlocked,
    Past::Dropped,
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Unit,
    Items,
    Planned,
}

impl Kind {
    fn draft(self) -> Draft {
        match self {
            Kind::Unit => unit(),
            Kind::Items => items(4),
            Kind::Planned => planned(),
        }
    }

    /// Whether a job of this kind can have this past.
    fn knows(self, past: Past) -> bool {
        match past {
            // A unit is admitted and leased in one step, and has no items that could fail.
            // Of blocked jobs one kind tells of all, and each takes a while.
            Past::Admitted
            | Past::CompletedWithFailures
            | Past::PausedAfterItsWork
            | Past::PausedWhileBlocked
            | Past::CancelledWhileBlocked
            | Past::Dropped => self == Kind::Items,
            Past::Completed | Past::Failed => self != Kind::Planned,
            Past::Scheduled
            | Past::Blocked
            | Past::Pending
            | Past::Leased
            | Past::PausedBeforeItsTime
            | Past::PausedBeforeItsStart
            | Past::PausedInFlight
            | Past::CancelledBeforeItsStart
            | Past::CancelledInFlight => true,
        }
    }
}

impl Case {
    /// Makes a job with this past, and says what `lifecycle` must know of it.
    async fn live(&self, kind: Kind, past: Past) -> (JobId, Facts) {
        let at = (past == Past::Scheduled || past == Past::PausedBeforeItsTime)
            .then(|| self.now() + minutes(5));
        let draft = match at {
            Some(at) => kind.draft().at(at),
            None => kind.draft(),
        };
        let draft = match past.depends() {
            Standing::Free => draft,
            Standing::Waits | Standing::Broken => {
                let parent = self.submit(unit().at(self.now() + minutes(60))).await;
                draft.after(&[parent])
            }
        };
        let id = self.submit(draft).await;
        let (state, in_flight, unfinished) = self.lead(id, past).await;
        assert_eq!(self.state(id).await, state, "{kind:?} {past:?}");
        let facts = Facts {
            state,
            run_at: at,
            in_flight,
            unfinished,
            depends: past.depends(),
            done_by: DoneBy::Itself,
        };
        (id, facts)
    }

    async fn lead(&self, id: JobId, past: Past) -> (JobState, bool, bool) {
        match past {
            Past::Scheduled => (JobState::Scheduled, false, true),
            Past::Blocked => (JobState::Blocked, false, true),
            Past::Pending => (JobState::Pending, false, true),
            Past::Admitted => {
                self.admit().await;
                (JobState::Running, false, true)
            }
            Past::Leased => {
                self.admit().await;
                self.claim_one().await;
                (JobState::Running, true, true)
            }
            Past::PausedBeforeItsTime | Past::PausedBeforeItsStart | Past::PausedWhileBlocked => {
                self.pause(id).await;
                (JobState::Paused, false, true)
            }
            Past::PausedInFlight => {
                self.admit().await;
                self.claim_one().await;
                self.pause(id).await;
                (JobState::Paused, true, true)
            }
            Past::PausedAfterItsWork => {
                self.admit().await;
                let lease = self.claim_one().await;
                self.pause(id).await;
                self.succeed(&lease).await;
                (JobState::Paused, false, true)
            }
            Past::Completed => {
                self.run_all().await;
                (JobState::Completed, false, false)
            }
            Past::CompletedWithFailures => {
                self.admit().await;
                self.fail(&self.claim_one().await, "no").await;
                self.run_all().await;
                (JobState::Completed, false, true)
            }
            Past::Failed => {
                self.admit().await;
                for lease in self.claim(9).await {
                    self.fail(&lease, "no").await;
                }
                (JobState::Failed, false, true)
            }
            Past::Dropped => {
                let parent = self.job(id).await.links.after[0];
                self.cancel(parent).await;
                (JobState::Cancelled, false, true)
            }
            Past::CancelledBeforeItsStart | Past::CancelledWhileBlocked => {
                self.cancel(id).await;
                (JobState::Cancelled, false, true)
            }
            Past::CancelledInFlight => {
                self.admit().await;
                self.claim_one().await;
                self.cancel(id).await;
                (JobState::Cancelled, false, true)
            }
        }
    }
}

fn actions(now: Time) -> Vec<Action> {
    let urgent = Change {
        priority: Some(Priority::Urgent),
        ..Change::default()
    };
    let at = |run_at| Change {
        run_at: Some(run_at),
        ..Change::default()
    };
    vec![
        Action::Cancel { reason: None },
        Action::Pause,
        Action::Resume,
        Action::Retry,
        Action::Restart,
        Action::Delete,
        Action::Change(urgent),
        Action::Change(at(Some(now + minutes(30)))),
        Action::Change(at(Some(now - seconds(1)))),
        Action::Change(at(None)),
    ]
}

/// The state after the action, `None` when the job is gone.
fn expected(facts: &Facts, action: &Action, now: Time) -> Result<Option<JobState>, Refused> {
    let event = match action {
        Action::Cancel { .. } => Event::Cancel,
        Action::Pause => Event::Pause,
        Action::Resume => Event::Resume,
        Action::Retry => Event::Retry,
        Action::Restart => Event::Restart,
        Action::Delete => return may_delete(facts.state, false).map(|()| None),
        Action::Change(change) => {
            may_patch(facts.state)?;
            match change.run_at {
                None => return Ok(Some(facts.state)),
                Some(at) => Event::Reschedule(at),
            }
        }
    };
    decide(facts, event, now).map(Some)
}

async fn every_action_in_every_state(s: Case) {
    let mut taken = 0;
    let mut refused = 0;
    for kind in [Kind::Unit, Kind::Items, Kind::Planned] {
        for past in PASTS.into_iter().filter(|past| kind.knows(*past)) {
            for action in actions(s.now()) {
                if try_one(&s, kind, past, action).await {
                    taken += 1;
                } else {
                    refused += 1;
                }
                clear(&s).await;
            }
        }
    }
    // Neither side of the table is empty.
    assert!(
        taken > 100 && refused > 60,
        "{taken} taken, {refused} refused"
    );
}

/// Whether the action was taken.
async fn try_one(s: &Case, kind: Kind, past: Past, action: Action) -> bool {
    let (id, facts) = s.live(kind, past).await;
    let expected = expected(&facts, &action, s.now());
    let what = format!("{action:?} on {kind:?} {past:?}");
    let before = s.snapshot().await;

    let only = Selector::Ids(vec![id]);
    let tried = s
        .store
        .control(only.clone(), action.clone(), true, s.now())
        .await;
    let tried = tried.expect("a dry run");
    assert_eq!(
        s.snapshot().await,
        before,
        "a dry run leaves no trace: {what}"
    );

    let done = s.control(only, action).await;
    let told = (done.matched, done.changed, &done.refused);
    assert_eq!(
        told,
        (tried.matched, tried.changed, &tried.refused),
        "as the dry run said: {what}"
    );
    match expected {
        Ok(state) => {
            assert_eq!((told.0, told.1), (1, 1), "{what}");
            assert_eq!(told.2[..], [], "{what}");
            assert_eq!(s.find(id).await.map(|job| job.state), state, "{what}");
            assert!(s.last_event().await.0 > 0, "{what}");
            assert_ne!(s.snapshot().await, before, "it is told: {what}");
            true
        }
        Err(why) => {
            assert_eq!((told.0, told.1), (1, 0), "{what}");
            assert_eq!(told.2[..], [(id, Refusal::State(why))], "{what}");
            assert_eq!(done.revoked, [], "{what}");
            assert_eq!(s.snapshot().await, before, "{what}");
            false
        }
    }
}

/// Leaves nothing for the next row of the table.
async fn clear(s: &Case) {
    // A job may go with the one that it waits for, and is needed by none when it goes first.
    for job in s.all_jobs().await {
        let job = s.job(job.id).await;
        if !job.state.is_terminal() {
            s.cancel(job.id).await;
        }
    }
    for job in s.all_jobs().await {
        s.delete(job.id).await;
    }
}

store_tests!(every_action_in_every_state);
