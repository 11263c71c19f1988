//! The narrow row that changes while a job runs: counters, whose turn it is, rate, last news.

use paceline_core::progress::{Counters, Rate};
use paceline_core::{JobState, Time, turns};
use rusqlite::Row;

use crate::context::WriteContext;
use crate::error::{Error, Result};
use crate::free;
use crate::job_row::JobRow;
use crate::lane::Lane;
use crate::num::JobNum;

/// What the verbs that run jobs with items read and write of it.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    pub(crate) job: JobNum,
    pub(crate) workers: Option<u32>,
    pub(crate) leases: u32,
    pub(crate) last_served: i64,
    /// It has work that came back and goes first.
    pub(crate) returned: bool,
    /// How often work came back since something was last recorded.
    pub(crate) returns: u32,
    /// False while the planner has still to list the items.
    pub(crate) planned: bool,
    /// Items that the planner has listed so far.
    pub(crate) listed: u32,
    pub(crate) counters: Counters,
    /// Items in free ranges.
    pub(crate) free: u32,
    pub(crate) rate: Rate,
    pub(crate) sampled_at: Time,
    pub(crate) memory_bytes: Option<u64>,
    pub(crate) cpu_seconds: Option<f64>,
}

/// What a job can be served with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Nothing,
    Plan,
    /// A chunk, once the first of its free items is due.
    Chunk,
}

const SELECT: &str = "SELECT workers, leases, last_served, planned, listed, total, succeeded,
    failed, skipped, cancelled, running, free, rate, rate_covers, rate_done, rate_at, sampled_at,
    memory_bytes, cpu_seconds, returned, returns FROM progress WHERE job = ?1";

impl Progress {
    /// Of a job without items.
    pub(crate) fn new(job: JobNum, workers: Option<u32>, now: Time) -> Self {
        Progress {
            job,
            workers,
            leases: 0,
            last_served: 0,
            returned: false,
            returns: 0,
            planned: true,
            listed: 0,
            counters: Counters::default(),
            free: 0,
            rate: Rate::start(now, 0),
            sampled_at: Time::EPOCH,
            memory_bytes: None,
            cpu_seconds: None,
        }
    }

    pub(crate) fn load(context: &WriteContext<'_>, job: JobNum) -> Result<Option<Self>> {
        context.find(SELECT, (job,), |row| Self::read(job, row))
    }

    /// Of a job with items, which always has one.
    pub(crate) fn existing(context: &WriteContext<'_>, job: JobNum) -> Result<Self> {
        Self::load(context, job)?
            .ok_or_else(|| Error::corrupt(format!("job number {} has no progress", job.0)))
    }

    fn read(job: JobNum, row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Progress {
            job,
            workers: row.get(0)?,
            leases: row.get(1)?,
            last_served: row.get(2)?,
            planned: row.get(3)?,
            listed: row.get(4)?,
            counters: counters(row, 5)?,
            free: row.get(11)?,
            rate: rate(row, 12)?,
            sampled_at: Time::from_micros(row.get(16)?),
            memory_bytes: row.get(17)?,
            cpu_seconds: row.get(18)?,
            returned: row.get(19)?,
            returns: row.get(20)?,
        })
    }

    pub(crate) fn insert(
        &self,
        context: &WriteContext<'_>,
        task: &str,
        priority: i64,
    ) -> Result<()> {
        const INSERT: &str =
            "INSERT INTO progress (job, task, priority, workers) VALUES (?1, ?2, ?3, ?4)";
        context.execute(INSERT, (self.job, task, priority, self.workers))?;
        self.write(context, false, None)
    }

    /// Writes the row and works out whether the job, being in this state, can be served now. A
    /// paused job counts for the limits no more when the last of its work has come back.
    pub(crate) fn save(
        &self,
        context: &WriteContext<'_>,
        state: JobState,
        now: Time,
    ) -> Result<bool> {
        let (ready, next_due) = match self.next_work(context, state)? {
            Some(due) if due <= now => (true, None),
            later => (false, later),
        };
        self.write(context, ready, next_due)?;
        if self.has_all_back(state) {
            self.count_no_more(context)?;
        }
        Ok(ready)
    }

    /// The job is paused, and workers have nothing more of it.
    pub(crate) fn has_all_back(&self, state: JobState) -> bool {
        state == JobState::Paused && self.leases == 0
    }

    fn count_no_more(&self, context: &WriteContext<'_>) -> Result<()> {
        const UPDATE: &str = "UPDATE jobs SET lane = ?2, lane_key = NULL
            WHERE num = ?1 AND lane = ?3";
        let (without, with) = (Lane::Held as i64, Lane::Running as i64);
        if context.execute(UPDATE, (self.job, without, with))? > 0 {
            context.memory.parked.left(self.job);
        }
        Ok(())
    }

    /// Work of it comes back from a worker or a node that was lost. Returns whether it goes first.
    pub(crate) fn comes_back(&mut self) -> bool {
        self.returns = self.returns.saturating_add(1);
        let first = turns::goes_first(self.returns);
        self.returned |= first;
        first
    }

    /// It begins anew: nothing has come back.
    pub(crate) fn forget_returns(&mut self) {
        self.returned = false;
        self.returns = 0;
    }

    /// What the job, being in this state, could be served with.
    pub(crate) fn next(&self, state: JobState) -> Next {
        let full = self.workers.is_some_and(|most| self.leases >= most);
        match self.planned {
            _ if state != JobState::Running || full => Next::Nothing,
            false if self.leases == 0 => Next::Plan,
            true if self.free > 0 => Next::Chunk,
            _ => Next::Nothing,
        }
    }

    /// When the job can be given a chunk or plan more, if only the time can hold it.
    fn next_work(&self, context: &WriteContext<'_>, state: JobState) -> Result<Option<Time>> {
        match self.next(state) {
            Next::Nothing => Ok(None),
            Next::Plan => Ok(Some(Time::EPOCH)),
            Next::Chunk => free::next_due(context, self.job),
        }
    }

    fn write(&self, context: &WriteContext<'_>, ready: bool, next_due: Option<Time>) -> Result<()> {
        const UPDATE: &str = "UPDATE progress SET workers = ?2, ready = ?3, next_due = ?4,
            leases = ?5, last_served = ?6, planned = ?7, listed = ?8, total = ?9, succeeded = ?10,
            failed = ?11, skipped = ?12, cancelled = ?13, running = ?14, free = ?15, rate = ?16,
            rate_covers = ?17, rate_done = ?18, rate_at = ?19, sampled_at = ?20, returned = ?21,
            returns = ?22 WHERE job = ?1";
        context.changed(self.job);
        let Counters {
            total,
            succeeded,
            failed,
            skipped,
            cancelled,
            running,
        } = self.counters;
        let rate = self.rate.state();
        let params = rusqlite::params![
            self.job,
            self.workers,
            ready,
            next_due.map(Time::as_micros),
            self.leases,
            self.last_served,
            self.planned,
            self.listed,
            total,
            succeeded,
            failed,
            skipped,
            cancelled,
            running,
            self.free,
            rate.per_second,
            crate::job_row::micros(rate.since_start),
            rate.done,
            rate.last.as_micros(),
            self.sampled_at.as_micros(),
            self.returned,
            self.returns,
        ];
        context.execute(UPDATE, params)?;
        Ok(())
    }

    /// Takes note of what is done for rate and samples.
    pub(crate) fn observe(&mut self, context: &WriteContext<'_>, now: Time) -> Result<()> {
        self.rate.observe(now, self.counters.done());
        crate::samples::sample(context, self, now)
    }
}

/// Six columns in the order of [`Counters`].
pub(crate) fn counters(row: &Row<'_>, first: usize) -> rusqlite::Result<Counters> {
    Ok(Counters {
        total: row.get(first)?,
        succeeded: row.get(first + 1)?,
        failed: row.get(first + 2)?,
        skipped: row.get(first + 3)?,
        cancelled: row.get(first + 4)?,
        running: row.get(first + 5)?,
    })
}

fn rate(row: &Row<'_>, first: usize) -> rusqlite::Result<Rate> {
    Ok(Rate::resume(paceline_core::progress::RateState {
        per_second: row.get(first)?,
        since_start: std::time::Duration::from_micros(row.get(first + 1)?),
        done: row.get(first + 2)?,
        last: Time::from_micros(row.get(first + 3)?),
    }))
}

/// The progress of a job with items; a unit job needs none to be worked on.
pub(crate) fn of(context: &WriteContext<'_>, job: &JobRow) -> Result<Option<Progress>> {
    match job.kind {
        paceline_core::job::JobKind::Unit => Ok(None),
        paceline_core::job::JobKind::Items | paceline_core::job::JobKind::Planned => {
            Progress::existing(context, job.num).map(Some)
        }
    }
}
