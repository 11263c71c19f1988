//! The lines that unfinished jobs stand in: one index gives the next one of each.

use paceline_core::job::JobKind;
use paceline_core::limits;
use paceline_core::{JobState, Time};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Result, ToSql};

/// A line; the numbers are those of the column `lane`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Pending unit jobs, by task and place.
    PendingUnits = 1,
    /// Pending jobs with items, by place.
    PendingItems = 2,
    /// Unit jobs that were admitted and wait for a worker, by task and place.
    AdmittedUnits = 3,
    /// What runs, by deadline: unit jobs in workers' hands, and all jobs with items. Besides,
    /// without a deadline, what is paused and counts for the limits still.
    Running = 4,
    /// What starts later, by the time.
    Scheduled = 5,
    /// What is paused and counts no more, or blocked.
    Held = 6,
    // 7 are pending jobs that a scope holds back: see `parked`.
}

/// What `lane_key` holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Key<'a> {
    Task(&'a str),
    At(Option<Time>),
    None,
}

impl ToSql for Key<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Key::Task(task) => ValueRef::Text(task.as_bytes()),
            Key::At(Some(time)) => ValueRef::Integer(time.as_micros()),
            Key::At(None) | Key::None => ValueRef::Null,
        }))
    }
}

/// Where a job stands. Its place there is `lane_order`, which it keeps in all lanes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place<'a> {
    pub(crate) lane: Option<i64>,
    pub(crate) key: Key<'a>,
}

/// What a job's place depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing<'a> {
    pub(crate) state: JobState,
    pub(crate) kind: JobKind,
    pub(crate) task: &'a str,
    /// Workers have work of it.
    pub(crate) in_flight: bool,
    pub(crate) run_at: Option<Time>,
    pub(crate) deadline_at: Option<Time>,
}

impl<'a> Standing<'a> {
    pub(crate) fn place(self) -> Place<'a> {
        let at = |lane: Lane, time| Place {
            lane: Some(lane as i64),
            key: Key::At(time),
        };
        let by_task = |lane: Lane| Place {
            lane: Some(lane as i64),
            key: Key::Task(self.task),
        };
        match (self.state, self.kind) {
            (JobState::Pending, JobKind::Unit) => by_task(Lane::PendingUnits),
            (JobState::Pending, JobKind::Items | JobKind::Planned) => Place {
                lane: Some(Lane::PendingItems as i64),
                key: Key::None,
            },
            (JobState::Running, JobKind::Unit) if !self.in_flight => by_task(Lane::AdmittedUnits),
            (JobState::Running, _) => at(Lane::Running, self.deadline_at),
            (JobState::Scheduled, _) => at(Lane::Scheduled, self.run_at),
            (JobState::Paused, _) if limits::counts(self.state, self.in_flight) => {
                at(Lane::Running, None)
            }
            (JobState::Paused | JobState::Blocked, _) => at(Lane::Held, None),
            (
                JobState::Completed | JobState::Failed | JobState::Cancelled | JobState::Merged,
                _,
            ) => Place {
                lane: None,
                key: Key::None,
            },
        }
    }
}
