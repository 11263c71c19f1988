//! What a job that waits for others does when one of them ends, or begins anew.
//!
//! Owns the policies, how one parent counts towards a child, and what that means for the child.
//! Which state the child gets by it is the lifecycle's to say ([`crate::lifecycle::decide`]).

use std::fmt;
use std::str::FromStr;

use crate::error::ErrorKind;
use crate::state::{JobState, UnknownWord, words};

words!(
    /// What a child asks of the jobs that it waits for.
    Policy, "dependency policy", {
    /// Runs when all have completed; cancelled as soon as one does not.
    Completed = "completed",
    /// Runs when all have ended, however that was.
    Finished = "finished",
    /// Runs as soon as one has failed: it deals with the failure. Cancelled when none can fail
    /// any more.
    Failed = "failed",
});

/// How a parent ended, as far as its children care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Also with failed items.
    Completed,
    Failed,
    /// By a person or program.
    Cancelled,
    /// Cancelled because of what it depended on: the failure is further up.
    Dropped,
}

impl End {
    /// `None` of a job that has not ended. What was merged is no end: its children wait for the
    /// job that it was merged into.
    pub const fn of(state: JobState, error: Option<ErrorKind>) -> Option<End> {
        match (state, error) {
            (JobState::Completed, _) => Some(End::Completed),
            (JobState::Failed, _) => Some(End::Failed),
            (JobState::Cancelled, Some(ErrorKind::Dependency)) => Some(End::Dropped),
            (JobState::Cancelled, _) => Some(End::Cancelled),
            (
                JobState::Scheduled
                | JobState::Blocked
                | JobState::Pending
                | JobState::Running
                | JobState::Paused
                | JobState::Merged,
                _,
            ) => None,
        }
    }
}

words!(
    /// What one parent means for its child.
    Edge, "standing of a dependency", {
    /// The parent has not ended.
    Waits = "waits",
    /// It ended as the child asks.
    Met = "met",
    /// It ended otherwise.
    Broken = "broken",
});

impl Policy {
    /// What a parent that ended so (`None`: not yet) means for a child.
    pub const fn edge(self, end: Option<End>) -> Edge {
        match (self, end) {
            (_, None) => Edge::Waits,
            (Policy::Finished, Some(_))
            | (Policy::Completed, Some(End::Completed))
            | (Policy::Failed, Some(End::Failed | End::Dropped)) => Edge::Met,
            (Policy::Completed, Some(End::Failed | End::Cancelled | End::Dropped))
            | (Policy::Failed, Some(End::Completed | End::Cancelled)) => Edge::Broken,
        }
    }
}

/// The parents of one child, counted by what they mean for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    pub policy: Policy,
    pub waiting: u32,
    pub met: u32,
    pub broken: u32,
    /// It waits for the end of a running duplicate as well, however that ends.
    pub behind: bool,
}

/// Whether a job may start as far as other jobs are concerned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nothing holds it, or it waits for nothing.
    #[default]
    Free,
    Waits,
    /// What it waits for can no longer come.
    Broken,
}

impl Tally {
    pub const fn new(policy: Policy) -> Self {
        Tally {
            policy,
            waiting: 0,
            met: 0,
            broken: 0,
            behind: false,
        }
    }

    /// Counts one more parent.
    pub fn add(&mut self, edge: Edge) {
        *self.count(edge) += 1;
    }

    /// Counts a parent otherwise than before.
    pub fn moved(&mut self, from: Edge, to: Edge) {
        let count = self.count(from);
        *count = count.saturating_sub(1);
        *self.count(to) += 1;
    }

    /// Forgets a parent.
    pub fn remove(&mut self, edge: Edge) {
        let count = self.count(edge);
        *count = count.saturating_sub(1);
    }

    fn count(&mut self, edge: Edge) -> &mut u32 {
        match edge {
            Edge::Waits => &mut self.waiting,
            Edge::Met => &mut self.met,
            Edge::Broken => &mut self.broken,
        }
    }

    pub fn total(&self) -> u32 {
        self.waiting + self.met + self.broken
    }

    pub fn standing(&self) -> Standing {
        match self.of_parents() {
            Standing::Free if self.behind => Standing::Waits,
            standing => standing,
        }
    }

    fn of_parents(&self) -> Standing {
        let (decided, one_does, all_end) = match self.policy {
            Policy::Completed | Policy::Finished => {
                (self.broken > 0, Standing::Broken, Standing::Free)
            }
            Policy::Failed => (self.met > 0, Standing::Free, Standing::Broken),
        };
        match self.waiting {
            _ if self.total() == 0 => Standing::Free,
            _ if decided => one_does,
            0 => all_end,
            _ => Standing::Waits,
        }
    }
}

/// What a child does when the standing of its parents has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    Nothing,
    /// It need wait no longer.
    Unblock,
    /// What it waits for cannot come: cancelled, with the reason.
    Drop,
    /// It has not started, and a parent of it begins anew: it waits again.
    Block,
    /// It was dropped because of a parent that begins anew: it waits again.
    Revive,
}

/// A child as the consequence depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Child {
    pub state: JobState,
    pub started: bool,
    /// Cancelled because of a parent.
    pub dropped: bool,
}

/// What follows for a child whose parents stand so. What has started, or ended by itself, stays.
pub const fn consequence(child: Child, standing: Standing) -> Consequence {
    match (child.state, standing) {
        (JobState::Blocked, Standing::Free) => Consequence::Unblock,
        (JobState::Blocked, Standing::Broken) => Consequence::Drop,
        (JobState::Pending | JobState::Scheduled | JobState::Paused, Standing::Broken)
            if !child.started =>
        {
            Consequence::Drop
        }
        (JobState::Pending | JobState::Scheduled, Standing::Waits) if !child.started => {
            Consequence::Block
        }
        (JobState::Cancelled, Standing::Waits) if child.dropped => Consequence::Revive,
        (
            JobState::Blocked
            | JobState::Pending
            | JobState::Scheduled
            | JobState::Paused
            | JobState::Running
            | JobState::Completed
            | JobState::Failed
            | JobState::Cancelled
            | JobState::Merged,
            Standing::Free | Standing::Waits | Standing::Broken,
        ) => Consequence::Nothing,
    }
}

/// Why a child was dropped when `parent` ended so.
pub fn reason(policy: Policy, parent: &str, end: Option<End>) -> String {
    let how = match end {
        None => "has not ended",
        Some(End::Completed) => "completed",
        Some(End::Failed) => "failed",
        Some(End::Cancelled) => "was cancelled",
        Some(End::Dropped) => "was cancelled because of what it depends on",
    };
    match policy {
        Policy::Completed | Policy::Finished => format!("depends on {parent}, which {how}"),
        Policy::Failed => {
            format!("runs only when a job that it depends on fails, and none did: {parent} {how}")
        }
    }
}

/// What a blocked job waits for, in words: the first of its `waiting` parents with their states.
pub fn waits_for(tally: Tally, first: &[(String, JobState)]) -> String {
    let named: Vec<String> = first
        .iter()
        .map(|(name, state)| format!("{name} ({state})"))
        .collect();
    let more = usize::try_from(tally.waiting)
        .unwrap_or(usize::MAX)
        .saturating_sub(named.len());
    let more = if more == 0 {
        String::new()
    } else {
        format!(" and {more} more")
    };
    let what = match tally.policy {
        Policy::Completed => "to complete",
        Policy::Finished => "to end",
        Policy::Failed => "to fail",
    };
    format!(
        "waits for {} of {} jobs {what}: {}{more}",
        tally.waiting,
        tally.total(),
        named.join(", ")
    )
}

/// The same of a job behind the running duplicate of that name.
pub fn waits_behind(name: &str) -> String {
    format!("waits for the running duplicate {name}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ENDS: [Option<End>; 5] = [
        None,
        Some(End::Completed),
        Some(End::Failed),
        Some(End::Cancelled),
        Some(End::Dropped),
    ];

    fn tally(policy: Policy, ends: &[Option<End>]) -> Tally {
        let mut tally = Tally::new(policy);
        for end in ends {
            tally.add(policy.edge(*end));
        }
        tally
    }

    #[test]
    fn policies_ask_what_their_names_say() {
        use End::{Cancelled, Completed, Dropped, Failed};
        use Standing::{Broken, Free, Waits};
        let cases: [(&[Option<End>], [Standing; 3]); 8] = [
            (&[], [Free, Free, Free]),
            (&[None], [Waits, Waits, Waits]),
            (&[Some(Completed), None], [Waits, Waits, Waits]),
            (&[Some(Completed), Some(Completed)], [Free, Free, Broken]),
            (&[Some(Failed), None], [Broken, Waits, Free]),
            (&[Some(Cancelled), None], [Broken, Waits, Waits]),
            (&[Some(Completed), Some(Cancelled)], [Broken, Free, Broken]),
            (&[Some(Completed), Some(Dropped)], [Broken, Free, Free]),
        ];
        for (ends, expected) in cases {
            let got = [Policy::Completed, Policy::Finished, Policy::Failed]
                .map(|policy| tally(policy, ends).standing());
            assert_eq!(got, expected, "{ends:?}");
        }
    }

    #[test]
    fn a_running_duplicate_is_waited_for_whatever_the_parents_do() {
        for policy in Policy::ALL {
            let mut behind = tally(*policy, &[Some(End::Completed), Some(End::Failed)]);
            let without = behind.standing();
            behind.behind = true;
            let expected = match without {
                Standing::Free => Standing::Waits,
                other => other,
            };
            assert_eq!(behind.standing(), expected);
        }
        let alone = Tally {
            behind: true,
            ..Tally::new(Policy::Completed)
        };
        assert_eq!(alone.standing(), Standing::Waits);
    }

    #[test]
    fn reasons_name_the_parent() {
        assert_eq!(
            reason(Policy::Completed, "load-1", Some(End::Failed)),
            "depends on load-1, which failed"
        );
        assert_eq!(
            reason(Policy::Failed, "load-1", Some(End::Completed)),
            "runs only when a job that it depends on fails, and none did: load-1 completed"
        );
        let waiting = Tally {
            waiting: 3,
            met: 1,
            ..Tally::new(Policy::Completed)
        };
        assert_eq!(
            waits_for(waiting, &[("load-2".into(), JobState::Running)]),
            "waits for 3 of 4 jobs to complete: load-2 (running) and 2 more"
        );
    }

    fn any_end() -> impl Strategy<Value = Option<End>> {
        prop::sample::select(&ENDS[..])
    }

    proptest! {
        #[test]
        fn nothing_is_free_before_what_it_asks_for_has_come(
            policy in prop::sample::select(Policy::ALL),
            ends in prop::collection::vec(any_end(), 1..8),
        ) {
            let standing = tally(policy, &ends).standing();
            let all_ended = ends.iter().all(Option::is_some);
            let one_failed = ends.iter().any(|end| matches!(end, Some(End::Failed | End::Dropped)));
            let all_completed = ends.iter().all(|end| *end == Some(End::Completed));
            let free = match policy {
                Policy::Completed => all_completed,
                Policy::Finished => all_ended,
                Policy::Failed => one_failed,
            };
            prop_assert_eq!(standing == Standing::Free, free);
            // Nobody waits for ever: when all have ended, the child runs or is dropped.
            prop_assert!(!all_ended || standing != Standing::Waits);
        }

        #[test]
        fn the_order_in_which_parents_end_does_not_matter(
            policy in prop::sample::select(Policy::ALL),
            ends in prop::collection::vec((any_end(), any_end()), 1..8),
        ) {
            let before: Vec<_> = ends.iter().map(|(before, _)| *before).collect();
            let after: Vec<_> = ends.iter().map(|(_, after)| *after).collect();
            let mut moved = tally(policy, &before);
            for (from, to) in ends.iter().rev() {
                moved.moved(policy.edge(*from), policy.edge(*to));
            }
            prop_assert_eq!(moved, tally(policy, &after));
        }

        #[test]
        fn what_has_started_or_ended_by_itself_stays(
            state in prop::sample::select(JobState::ALL),
            standing in prop::sample::select(&[Standing::Free, Standing::Waits, Standing::Broken][..]),
        ) {
            let started = Child { state, started: true, dropped: false };
            let held = matches!(state, JobState::Blocked);
            prop_assert!(held || consequence(started, standing) == Consequence::Nothing);
        }
    }
}
