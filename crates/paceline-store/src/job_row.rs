//! A job's row as the writing verbs work on it, and the one place where its state changes.

use std::sync::Arc;
use std::time::Duration;

use paceline_core::dependency::{Standing as Depends, Tally};
use paceline_core::job::JobKind;
use paceline_core::lifecycle::{self, DoneBy, Event, Facts, Refused};
use paceline_core::line::Place;
use paceline_core::merge::Identity;
use paceline_core::{JobId, JobOptions, JobState, LeaseId, NodeId, Priority, Time};
use rusqlite::Row;

use crate::context::WriteContext;
use crate::error::{Error, Result};
use crate::lane::Standing;
use crate::links_text;
use crate::num::JobNum;
use crate::progress_row::Progress;
use crate::text::{invalid, maybe_time, maybe_word, word};

/// Everything but what the submission said for people (name, labels, params …).
#[derive(Clone, Debug)]
pub(crate) struct JobRow {
    pub(crate) num: JobNum,
    pub(crate) id: JobId,
    pub(crate) task: String,
    pub(crate) kind: JobKind,
    pub(crate) state: JobState,
    pub(crate) priority: Priority,
    /// Its place in line, wherever it stands.
    pub(crate) place: Place,
    pub(crate) attempt: u32,
    /// The attempt that the last retry or restart began with.
    pub(crate) first_attempt: u32,
    pub(crate) run_at: Option<Time>,
    pub(crate) started_at: Option<Time>,
    pub(crate) finished_at: Option<Time>,
    pub(crate) deadline_at: Option<Time>,
    pub(crate) time_left: Option<Duration>,
    /// Of a unit job in a worker's hands.
    pub(crate) lease: Option<LeaseId>,
    pub(crate) node: Option<NodeId>,
    pub(crate) options: Arc<JobOptions>,
    pub(crate) batch: Option<String>,
    /// The jobs that it waited or waits for, counted.
    pub(crate) after: Option<Tally>,
    /// There may be jobs that wait for it.
    pub(crate) dependents: bool,
    /// What identifies its work, unless its duplicates are let be.
    pub(crate) identity: Option<Identity>,
    /// Another job that has not ended does its work; only asked for where that matters.
    pub(crate) duplicated: bool,
    /// It has its result from another job.
    pub(crate) cached: bool,
}

/// A select of all columns of [`JobRow`].
macro_rules! select_job {
    ($condition:literal) => {
        concat!(
            "SELECT num, id, task, kind, state, attempt, first_attempt, run_at, started_at, ",
            "finished_at, deadline_at, time_left, lease, node, options, priority, lane_order, ",
            "batch, after_policy, after_waiting, after_met, after_broken, dependents, ",
            "after_behind, identity, cached_from IS NOT NULL ",
            "FROM jobs WHERE ",
            $condition
        )
    };
}

impl JobRow {
    pub(crate) fn by_num(context: &mut WriteContext<'_>, num: JobNum) -> Result<Option<Self>> {
        let found = context.find(select_job!("num = ?1"), (num,), Self::read)?;
        found
            .map(|(job, options)| job.with_options(context, &options))
            .transpose()
    }

    pub(crate) fn by_id(context: &mut WriteContext<'_>, id: JobId) -> Result<Option<Self>> {
        let found = context.find(select_job!("id = ?1"), (id.into_bytes(),), Self::read)?;
        found
            .map(|(job, options)| job.with_options(context, &options))
            .transpose()
    }

    /// A job that another row speaks of, so that it must be there.
    pub(crate) fn existing(context: &mut WriteContext<'_>, num: JobNum) -> Result<Self> {
        Self::by_num(context, num)?
            .ok_or_else(|| Error::corrupt(format!("job number {} is missing", num.0)))
    }

    /// The id of a job that another row speaks of.
    pub(crate) fn id_of(context: &WriteContext<'_>, num: JobNum) -> Result<JobId> {
        let select = "SELECT id FROM jobs WHERE num = ?1";
        let id = context.find(select, (num,), |row| row.get(0).map(JobId::from_bytes))?;
        id.ok_or_else(|| Error::corrupt(format!("job number {} is missing", num.0)))
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<(JobRow, String)> {
        let job = JobRow {
            num: row.get(0)?,
            id: JobId::from_bytes(row.get(1)?),
            task: row.get(2)?,
            kind: kind(row, 3)?,
            state: word(row, 4)?,
            priority: Priority::from_level(row.get(15)?),
            place: Place::from_micros(row.get::<_, Option<i64>>(16)?.unwrap_or(0)),
            attempt: row.get(5)?,
            first_attempt: row.get(6)?,
            run_at: maybe_time(row, 7)?,
            started_at: maybe_time(row, 8)?,
            finished_at: maybe_time(row, 9)?,
            deadline_at: maybe_time(row, 10)?,
            time_left: row.get::<_, Option<u64>>(11)?.map(Duration::from_micros),
            lease: row.get::<_, Option<i64>>(12)?.map(LeaseId),
            node: row.get::<_, Option<i64>>(13)?.map(NodeId),
            options: Arc::default(),
            batch: row.get(17)?,
            after: links_text::tally(
                maybe_word(row, 18)?,
                [row.get(19)?, row.get(20)?, row.get(21)?],
                row.get(23)?,
            ),
            dependents: row.get::<_, Option<bool>>(22)?.unwrap_or(false),
            identity: row.get::<_, Option<[u8; 32]>>(24)?.map(Identity),
            duplicated: false,
            cached: row.get(25)?,
        };
        Ok((job, row.get(14)?))
    }

    fn with_options(mut self, context: &mut WriteContext<'_>, options: &str) -> Result<Self> {
        self.options = context.memory.options.get(options)?;
        Ok(self)
    }

    /// Writes what verbs change.
    pub(crate) fn save(&self, context: &WriteContext<'_>) -> Result<()> {
        const UPDATE: &str = "UPDATE jobs SET state = ?2, attempt = ?3, first_attempt = ?4,
            run_at = ?5, started_at = ?6, finished_at = ?7, deadline_at = ?8, time_left = ?9,
            lease = ?10, node = ?11, priority = ?12, lane = ?13, lane_key = ?14, lane_order = ?15
            WHERE num = ?1";
        let place = self.standing(self.is_in_flight(context)?).place();
        context.changed(self.num);
        context.execute(
            UPDATE,
            (
                self.num,
                self.state.as_str(),
                self.attempt,
                self.first_attempt,
                self.run_at.map(Time::as_micros),
                self.started_at.map(Time::as_micros),
                self.finished_at.map(Time::as_micros),
                self.deadline_at.map(Time::as_micros),
                self.time_left.map(micros),
                self.lease.map(|lease| lease.0),
                self.node.map(|node| node.0),
                self.priority.level(),
                place.lane,
                place.key,
                self.place.as_micros(),
            ),
        )?;
        Ok(())
    }

    /// Whether workers have work of it, as far as its lane depends on that.
    fn is_in_flight(&self, context: &WriteContext<'_>) -> Result<bool> {
        const LEASED: &str = "SELECT leases > 0 FROM progress WHERE job = ?1";
        if self.kind == JobKind::Unit || self.state != JobState::Paused {
            return Ok(self.lease.is_some());
        }
        let leased = context.find(LEASED, (self.num,), |row| row.get(0))?;
        Ok(leased.unwrap_or(false))
    }

    pub(crate) fn standing(&self, in_flight: bool) -> Standing<'_> {
        Standing {
            state: self.state,
            kind: self.kind,
            task: &self.task,
            in_flight,
            run_at: self.run_at,
            deadline_at: self.deadline_at,
        }
    }

    /// Whether a worker holds work of it, and whether a retry would have something to do.
    pub(crate) fn facts(&self, progress: Option<&Progress>) -> Facts {
        let ended_badly = matches!(self.state, JobState::Failed | JobState::Cancelled);
        let unfinished = match (self.kind, progress) {
            (JobKind::Unit, _) | (JobKind::Items | JobKind::Planned, None) => ended_badly,
            (JobKind::Items | JobKind::Planned, Some(progress)) => {
                let counters = progress.counters;
                let undone = counters.failed + counters.cancelled + counters.remaining();
                undone > 0 || (!progress.planned && ended_badly)
            }
        };
        Facts {
            state: self.state,
            run_at: self.run_at,
            in_flight: self.lease.is_some() || progress.is_some_and(|row| row.leases > 0),
            unfinished,
            depends: self.depends(),
            done_by: self.done_by(),
        }
    }

    fn done_by(&self) -> DoneBy {
        match (self.duplicated, self.cached) {
            (true, _) => DoneBy::Another,
            (false, true) => DoneBy::Earlier,
            (false, false) => DoneBy::Itself,
        }
    }

    /// Whether the jobs that it depends on let it start. What runs already asks no more.
    fn depends(&self) -> Depends {
        let runs = self.started_at.is_some() && self.finished_at.is_none();
        match &self.after {
            Some(after) if !runs => after.standing(),
            Some(_) | None => Depends::Free,
        }
    }

    /// Whether it comes back when a job that it was cancelled because of begins anew.
    pub(crate) fn may_be_revived(&self, now: Time) -> bool {
        lifecycle::decide(&self.facts(None), Event::Revive, now).is_ok()
    }

    /// Moves the job on as the lifecycle decides; nothing is changed when it refuses.
    pub(crate) fn step(
        &mut self,
        context: &mut WriteContext<'_>,
        progress: Option<&Progress>,
        event: Event,
        now: Time,
    ) -> Result<(), Refused> {
        let from = self.decide(progress, event, now)?;
        context.job_moved(Some(from), Some(self.state));
        if makes_room(from, self.state) {
            context.memory.parked.left(self.num);
        }
        context.batch_moved(self.batch.as_deref(), (Some(from), self.state), now);
        Ok(())
    }

    /// Moves on as the lifecycle decides; returns the state before.
    pub(crate) fn decide(
        &mut self,
        progress: Option<&Progress>,
        event: Event,
        now: Time,
    ) -> Result<JobState, Refused> {
        let to = lifecycle::decide(&self.facts(progress), event, now)?;
        Ok(std::mem::replace(&mut self.state, to))
    }

    /// A step that a verb knows to be legal.
    pub(crate) fn must_step(
        &mut self,
        context: &mut WriteContext<'_>,
        progress: Option<&Progress>,
        event: Event,
        now: Time,
    ) -> Result<()> {
        self.step(context, progress, event, now)
            .map_err(|refused| Error::corrupt(format!("job {}: {refused}", self.id)))
    }

    /// It waits since then, or will.
    pub(crate) fn wait_since(&mut self, time: Time) {
        self.place = Place::new(time, self.priority);
    }

    /// It is to start at another time, or as soon as possible.
    pub(crate) fn wait_at(&mut self, run_at: Option<Time>, now: Time) {
        match run_at.filter(|at| *at > now) {
            Some(at) => self.wait_since(at),
            None => self.place = self.place.min(Place::new(now, self.priority)),
        }
    }

    pub(crate) fn set_priority(&mut self, priority: Priority) {
        self.place = self.place.moved(self.priority, priority);
        self.priority = priority;
    }

    /// The attempt, counted from the last retry or restart by hand: what retry policies count.
    pub(crate) fn tries(&self) -> u32 {
        self.attempt.saturating_sub(self.first_attempt) + 1
    }

    /// Stops the job's clock and keeps what is left of its time: only a pause does.
    pub(crate) fn stop_clock(&mut self, now: Time) {
        if let Some(deadline) = self.deadline_at.take() {
            self.time_left = Some(deadline.since(now));
        }
    }

    /// Lets the job's clock run if it does not: with all of its time at its first start, with
    /// what was left of it after a pause.
    pub(crate) fn start_clock(&mut self, now: Time) {
        if self.deadline_at.is_none() {
            let left = self.time_left.take().unwrap_or(self.options.timeout);
            self.deadline_at = Some(now + left);
        }
    }
}

/// Whether a job that counted for its scopes' limits, or was about to, may count no more.
pub(crate) const fn makes_room(from: JobState, to: JobState) -> bool {
    match (from, to) {
        (_, JobState::Running) | (JobState::Pending, JobState::Pending) => false,
        (JobState::Running | JobState::Pending, _) | (JobState::Paused, JobState::Paused) => true,
        (JobState::Paused, to) => to.is_terminal(),
        _ => false,
    }
}

pub(crate) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

pub(crate) const fn kind_word(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Unit => "unit",
        JobKind::Items => "items",
        JobKind::Planned => "planned",
    }
}

pub(crate) fn kind_of(word: &str) -> Option<JobKind> {
    match word {
        "unit" => Some(JobKind::Unit),
        "items" => Some(JobKind::Items),
        "planned" => Some(JobKind::Planned),
        _ => None,
    }
}

pub(crate) fn kind(row: &Row<'_>, column: usize) -> rusqlite::Result<JobKind> {
    let word = row.get_ref(column)?.as_str()?;
    kind_of(word).ok_or_else(|| invalid(column, UnknownKind(word.to_owned())))
}

#[derive(Debug, thiserror::Error)]
#[error("unknown kind of job `{0}`")]
struct UnknownKind(String);
