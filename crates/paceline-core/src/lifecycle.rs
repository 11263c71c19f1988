//! The one decider of job states.
//!
//! Every change of a job's state, whoever asks for it (a person, a report, the tick, recovery),
//! goes through [`decide`]. The stores carry out what it says and decide nothing.

use std::fmt;

use crate::dependency::Standing;
use crate::state::JobState;
use crate::time::Time;

/// What happens to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Admission lets it start.
    Admit,
    /// The time that it waited for has come.
    Due,
    /// The jobs that it waited for have ended as it asks.
    Unblock,
    /// A job that it waited for begins anew before it started itself.
    Block,
    /// It was cancelled because of a job that begins anew.
    Revive,
    /// Another job does its work.
    Merge,
    Pause,
    Resume,
    Cancel,
    /// All its work has an end, and the job counts as completed.
    Succeed,
    /// Its attempt failed for good, too many items failed, or its time is up.
    Fail,
    /// Its attempt failed and the next one is due then.
    RetryAt(Time),
    /// A worker or a node gave a single-unit job back without having run it to an end.
    HandBack,
    /// Run again what failed or was not run.
    Retry,
    /// Run everything again.
    Restart,
    /// Start at another time; `None` is as soon as possible.
    Reschedule(Option<Time>),
}

impl Event {
    /// The verb, as errors name it.
    pub const fn verb(self) -> &'static str {
        match self {
            Event::Admit => "start",
            Event::Due => "wake",
            Event::Unblock => "unblock",
            Event::Block => "block",
            Event::Revive => "revive",
            Event::Merge => "merge",
            Event::Pause => "pause",
            Event::Resume => "resume",
            Event::Cancel => "cancel",
            Event::Succeed => "complete",
            Event::Fail => "fail",
            Event::RetryAt(_) => "postpone",
            Event::HandBack => "hand back",
            Event::Retry => "retry",
            Event::Restart => "restart",
            Event::Reschedule(_) => "reschedule",
        }
    }
}

/// What [`decide`] must know of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    pub state: JobState,
    pub run_at: Option<Time>,
    /// A worker holds a lease on it.
    pub in_flight: bool,
    /// Something failed or was not run, so that a retry has something to do.
    pub unfinished: bool,
    /// Whether the jobs that it depends on let it start.
    pub depends: Standing,
    pub done_by: DoneBy,
}

/// Who does the work of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DoneBy {
    #[default]
    Itself,
    /// Another job that has not ended does the same.
    Another,
    /// It has its result from a job that ran before, and never ran.
    Earlier,
}

/// The event is not legal in this state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot {verb} a job that is {state}{}", hint(*state, verb, *why))]
pub struct Refused {
    pub state: JobState,
    pub verb: &'static str,
    pub why: Why,
}

/// What forbids an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Why {
    /// The state alone.
    #[default]
    State,
    /// A job that it depends on did not end as required.
    Dependency,
    /// A job that depends on it has not ended.
    Needed,
    /// Another job does the same work.
    Duplicate,
    /// It was answered from another job.
    Cached,
}

fn hint(state: JobState, verb: &str, why: Why) -> &'static str {
    match (verb, state) {
        _ if why == Why::Dependency => {
            ": a job that it depends on did not end as required; retry or restart that one"
        }
        _ if why == Why::Needed => ": a job that depends on it has not ended",
        _ if why == Why::Duplicate => ": another job does the same work and has not ended",
        _ if why == Why::Cached => {
            ": it never ran, its result is another job's; restart that one, or submit with `force`"
        }
        ("retry" | "restart" | "delete", state) if !state.is_terminal() => {
            ": cancel it first, or wait for its end"
        }
        ("retry", JobState::Completed) => ": nothing in it failed; restart runs everything again",
        ("retry" | "restart", JobState::Merged) => ": act on the job that it was merged into",
        ("cancel" | "pause", state) if state.is_terminal() => ": it has ended already",
        ("resume", _) => ": only a paused job can be resumed",
        _ => "",
    }
}

/// Every legal step: from a state, by a verb, to one of these states.
///
/// [`decide`] chooses among the targets; a property test holds the two together, and the diagram
/// in the docs is printed from this table.
pub const TRANSITIONS: &[(JobState, &str, &[JobState])] = {
    use JobState::{Blocked, Cancelled, Completed, Failed, Paused, Pending, Running, Scheduled};
    &[
        (Scheduled, "wake", &[Pending]),
        (Scheduled, "pause", &[Paused]),
        (Scheduled, "cancel", &[Cancelled]),
        (Scheduled, "reschedule", &[Scheduled, Pending]),
        (Scheduled, "block", &[Blocked]),
        (Scheduled, "merge", &[JobState::Merged]),
        (Blocked, "merge", &[JobState::Merged]),
        (Pending, "merge", &[JobState::Merged]),
        (Blocked, "unblock", &[Scheduled, Pending]),
        (Blocked, "pause", &[Paused]),
        (Blocked, "cancel", &[Cancelled]),
        (Pending, "block", &[Blocked]),
        (Pending, "start", &[Running]),
        (Pending, "pause", &[Paused]),
        (Pending, "cancel", &[Cancelled]),
        (Pending, "reschedule", &[Scheduled, Pending]),
        // Chunks in flight when a job was paused may end it while it waits to go on.
        (Pending, "complete", &[Completed]),
        (Pending, "fail", &[Failed]),
        (Running, "pause", &[Paused]),
        (Running, "cancel", &[Cancelled]),
        (Running, "complete", &[Completed]),
        (Running, "fail", &[Failed]),
        (Running, "postpone", &[Scheduled]),
        (Running, "hand back", &[Pending]),
        (Paused, "resume", &[Running, Blocked, Scheduled, Pending]),
        (Paused, "cancel", &[Cancelled]),
        (Paused, "complete", &[Completed]),
        (Paused, "fail", &[Failed]),
        (Paused, "postpone", &[Paused]),
        (Paused, "hand back", &[Paused]),
        (Completed, "retry", &[Blocked, Pending]),
        (Completed, "restart", &[Blocked, Pending]),
        (Failed, "retry", &[Blocked, Pending]),
        (Failed, "restart", &[Blocked, Pending]),
        (Cancelled, "retry", &[Blocked, Pending]),
        (Cancelled, "restart", &[Blocked, Pending]),
        (Cancelled, "revive", &[Blocked]),
    ]
};

/// The state that `event` leads to, or why it may not happen.
pub fn decide(job: &Facts, event: Event, now: Time) -> Result<JobState, Refused> {
    let targets = targets(job.state, event);
    let mut why = Why::State;
    let target = match (event, targets) {
        (_, []) => None,
        (Event::Retry, _) if !job.unfinished => None,
        (Event::Retry | Event::Restart | Event::Revive, _) if job.done_by == DoneBy::Another => {
            why = Why::Duplicate;
            None
        }
        (Event::Restart, _) if job.done_by == DoneBy::Earlier => {
            why = Why::Cached;
            None
        }
        (Event::Retry | Event::Restart, _) => match job.depends {
            Standing::Free => Some(JobState::Pending),
            Standing::Waits => Some(JobState::Blocked),
            Standing::Broken => {
                why = Why::Dependency;
                None
            }
        },
        (Event::Resume, _) => Some(resumed(job, now)),
        (Event::Unblock, _) => Some(waiting_until(job.run_at, now)),
        (Event::Reschedule(at), _) => Some(waiting_until(at, now)),
        (_, [target, ..]) => Some(*target),
    };
    target.ok_or(Refused {
        state: job.state,
        verb: event.verb(),
        why,
    })
}

/// Whether a job may be deleted: only what has ended, and that no unfinished job depends on.
pub fn may_delete(state: JobState, needed: bool) -> Result<(), Refused> {
    let why = if needed { Why::Needed } else { Why::State };
    if state.is_terminal() && !needed {
        Ok(())
    } else {
        Err(Refused {
            state,
            verb: "delete",
            why,
        })
    }
}

/// Whether the options of a job (priority, workers, labels) may still be changed.
pub fn may_patch(state: JobState) -> Result<(), Refused> {
    if state.is_terminal() {
        Err(Refused {
            state,
            verb: "change",
            why: Why::State,
        })
    } else {
        Ok(())
    }
}

fn targets(state: JobState, event: Event) -> &'static [JobState] {
    TRANSITIONS
        .iter()
        .find(|(from, verb, _)| *from == state && *verb == event.verb())
        .map_or(&[], |(_, _, to)| to)
}

/// A paused job whose work is still in flight counted for the limits all the time (see
/// [`crate::limits::counts`]) and runs on; others queue up again, behind the jobs that they wait for.
fn resumed(job: &Facts, now: Time) -> JobState {
    if job.in_flight {
        JobState::Running
    } else {
        waiting(job.run_at, job.depends, now)
    }
}

/// The state of a job that is taken in: it waits for other jobs first, then for its time. One whose
/// parents have ended otherwise than it asks is taken in as blocked, to be cancelled at once.
pub fn waiting(run_at: Option<Time>, depends: Standing, now: Time) -> JobState {
    match depends {
        Standing::Free => waiting_until(run_at, now),
        Standing::Waits | Standing::Broken => JobState::Blocked,
    }
}

/// The state of a job that may start at `at`: at submission and after a reschedule.
pub fn waiting_until(at: Option<Time>, now: Time) -> JobState {
    if at.is_some_and(|at| at > now) {
        JobState::Scheduled
    } else {
        JobState::Pending
    }
}

/// The legal steps as a Mermaid state diagram.
#[derive(Clone, Copy, Debug)]
pub struct Diagram;

impl fmt::Display for Diagram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "stateDiagram-v2")?;
        for (from, verb, to) in TRANSITIONS {
            for target in *to {
                writeln!(f, "    {from} --> {target}: {verb}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_event() -> impl Strategy<Value = Event> {
        let time = (0i64..2_000).prop_map(Time::from_micros);
        prop_oneof![
            Just(Event::Admit),
            Just(Event::Due),
            Just(Event::Unblock),
            Just(Event::Block),
            Just(Event::Revive),
            Just(Event::Merge),
            Just(Event::Pause),
            Just(Event::Resume),
            Just(Event::Cancel),
            Just(Event::Succeed),
            Just(Event::Fail),
            Just(Event::HandBack),
            Just(Event::Retry),
            Just(Event::Restart),
            time.clone().prop_map(Event::RetryAt),
            prop::option::of(time).prop_map(Event::Reschedule),
        ]
    }

    fn any_facts() -> impl Strategy<Value = Facts> {
        let state = prop::sample::select(JobState::ALL);
        let run_at = prop::option::of((0i64..2_000).prop_map(Time::from_micros));
        let depends = [Standing::Free, Standing::Waits, Standing::Broken];
        let depends = prop::sample::select(depends.to_vec());
        let done_by = prop::sample::select(&[DoneBy::Itself, DoneBy::Another, DoneBy::Earlier][..]);
        let bools = any::<(bool, bool)>();
        (state, run_at, bools, depends, done_by).prop_map(
            |(state, run_at, (in_flight, unfinished), depends, done_by)| Facts {
                state,
                run_at,
                in_flight,
                unfinished,
                depends,
                done_by,
            },
        )
    }

    proptest! {
        #[test]
        fn every_decision_is_in_the_table(job in any_facts(), event in any_event()) {
            if let Ok(to) = decide(&job, event, Time::from_micros(1_000)) {
                prop_assert!(targets(job.state, event).contains(&to), "{job:?} {event:?} {to}");
            }
        }

        #[test]
        fn terminal_states_change_only_by_retry_or_restart(job in any_facts(), event in any_event()) {
            if job.state.is_terminal() && decide(&job, event, Time::from_micros(1_000)).is_ok() {
                // A revival is the retry or restart of a job that this one depends on.
                prop_assert!(matches!(event, Event::Retry | Event::Restart | Event::Revive));
            }
        }

        #[test]
        fn nothing_gets_past_the_jobs_that_it_waits_for(job in any_facts(), event in any_event()) {
            let again = matches!(event, Event::Retry | Event::Restart | Event::Resume);
            if again && job.depends != Standing::Free && !job.in_flight {
                let to = decide(&job, event, Time::from_micros(1_000));
                prop_assert!(to.is_err() || to == Ok(JobState::Blocked), "{job:?} {event:?}");
            }
        }

        #[test]
        fn everything_unfinished_can_be_cancelled(job in any_facts()) {
            let cancelled = decide(&job, Event::Cancel, Time::EPOCH);
            prop_assert_eq!(cancelled.is_ok(), !job.state.is_terminal());
        }
    }

    #[test]
    fn refusals_say_what_to_do() {
        let running = Facts {
            state: JobState::Running,
            run_at: None,
            in_flight: true,
            unfinished: true,
            depends: Standing::Free,
            done_by: DoneBy::Itself,
        };
        let refused = decide(&running, Event::Restart, Time::EPOCH).expect_err("running");
        assert_eq!(
            refused.to_string(),
            "cannot restart a job that is running: cancel it first, or wait for its end"
        );
    }

    #[test]
    fn every_state_is_reachable() {
        for state in JobState::ALL {
            let reachable = TRANSITIONS.iter().any(|(_, _, to)| to.contains(state));
            assert!(reachable, "{state}");
        }
    }
}
