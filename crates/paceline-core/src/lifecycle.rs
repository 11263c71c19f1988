//! The one decider of job states.
//!
//! Every change of a job's state, whoever asks for it (a person, a report, the tick, recovery),
//! goes through [`decide`]. The stores carry out what it says and decide nothing.

use std::fmt;

use crate::state::JobState;
use crate::time::Time;

/// What happens to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Admission lets it start.
    Admit,
    /// The time that it waited for has come.
    Due,
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
}

/// The event is not legal in this state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot {verb} a job that is {state}{}", hint(*state, verb))]
pub struct Refused {
    pub state: JobState,
    pub verb: &'static str,
}

fn hint(state: JobState, verb: &str) -> &'static str {
    match (verb, state) {
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
    use JobState::{Cancelled, Completed, Failed, Paused, Pending, Running, Scheduled};
    &[
        (Scheduled, "wake", &[Pending]),
        (Scheduled, "pause", &[Paused]),
        (Scheduled, "cancel", &[Cancelled]),
        (Scheduled, "reschedule", &[Scheduled, Pending]),
        (JobState::Blocked, "pause", &[Paused]),
        (JobState::Blocked, "cancel", &[Cancelled]),
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
        (Paused, "resume", &[Running, Scheduled, Pending]),
        (Paused, "cancel", &[Cancelled]),
        (Paused, "complete", &[Completed]),
        (Paused, "fail", &[Failed]),
        (Paused, "postpone", &[Paused]),
        (Paused, "hand back", &[Paused]),
        (Completed, "retry", &[Pending]),
        (Completed, "restart", &[Pending]),
        (Failed, "retry", &[Pending]),
        (Failed, "restart", &[Pending]),
        (Cancelled, "retry", &[Pending]),
        (Cancelled, "restart", &[Pending]),
    ]
};

/// The state that `event` leads to, or why it may not happen.
pub fn decide(job: &Facts, event: Event, now: Time) -> Result<JobState, Refused> {
    let targets = targets(job.state, event);
    let target = match (event, targets) {
        (_, []) => None,
        (Event::Retry, _) if !job.unfinished => None,
        (Event::Resume, _) => Some(resumed(job, now)),
        (Event::Reschedule(at), _) => Some(waiting_until(at, now)),
        (_, [target, ..]) => Some(*target),
    };
    target.ok_or(Refused {
        state: job.state,
        verb: event.verb(),
    })
}

/// Whether a job may be deleted: only what has ended.
pub fn may_delete(state: JobState) -> Result<(), Refused> {
    if state.is_terminal() {
        Ok(())
    } else {
        Err(Refused {
            state,
            verb: "delete",
        })
    }
}

/// Whether the options of a job (priority, workers, labels) may still be changed.
pub fn may_patch(state: JobState) -> Result<(), Refused> {
    if state.is_terminal() {
        Err(Refused {
            state,
            verb: "change",
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

/// A paused job whose work is still in flight runs on; others queue up again.
fn resumed(job: &Facts, now: Time) -> JobState {
    if job.in_flight {
        JobState::Running
    } else {
        waiting_until(job.run_at, now)
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
        (state, run_at, any::<bool>(), any::<bool>()).prop_map(
            |(state, run_at, in_flight, unfinished)| Facts {
                state,
                run_at,
                in_flight,
                unfinished,
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
                prop_assert!(matches!(event, Event::Retry | Event::Restart));
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
        };
        let refused = decide(&running, Event::Restart, Time::EPOCH).expect_err("running");
        assert_eq!(
            refused.to_string(),
            "cannot restart a job that is running: cancel it first, or wait for its end"
        );
    }

    #[test]
    fn every_state_is_reachable_or_belongs_to_a_later_rule() {
        for state in JobState::ALL {
            let reachable = TRANSITIONS.iter().any(|(_, _, to)| to.contains(state));
            let later = matches!(state, JobState::Blocked | JobState::Merged);
            assert!(reachable != later, "{state}");
        }
    }
}
