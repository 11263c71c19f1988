//! Leasing single-unit jobs: those that were admitted, and where nothing limits them also the
//! pending ones, admitted and leased in one step.

use std::collections::VecDeque;
use std::time::Duration;

use paceline_core::event::EventKind;
use paceline_core::lease::{Lease, LeasedWork};
use paceline_core::lifecycle::{self, Event, Facts};
use paceline_core::store::Claim;
use paceline_core::{JobId, JobState, Json, LeaseId, Priority, Time};
use rusqlite::Row;

use crate::context::WriteContext;
use crate::counters::Sequence;
use crate::error::{Error, Result};
use crate::events;
use crate::num::JobNum;
use crate::text::{maybe_time, word};

/// Most jobs that are read ahead at once.
const PAGE: u32 = 500;

/// The unit jobs of one task that wait for a worker, in their order, read page by page.
#[derive(Debug)]
pub(crate) struct Lane {
    task: String,
    /// Whether pending jobs may start here and now.
    direct: bool,
    /// How many more may be wanted.
    wanted: u32,
    read: VecDeque<Waiting>,
}

/// A unit job that waits for a worker.
#[derive(Debug)]
struct Waiting {
    num: JobNum,
    id: JobId,
    state: JobState,
    priority: Priority,
    attempt: u32,
    run_at: Option<Time>,
    deadline_at: Option<Time>,
    time_left: Option<Duration>,
    options: String,
    params: Json,
}

macro_rules! select_waiting {
    ($condition:literal) => {
        concat!(
            "SELECT num, id, state, priority, attempt, run_at, deadline_at, time_left, options, ",
            "params FROM jobs WHERE ",
            $condition,
            " AND task = ?1 ORDER BY priority DESC, num LIMIT ?2"
        )
    };
}

impl Lane {
    /// `None` when nothing waits.
    pub(crate) fn open(
        context: &WriteContext<'_>,
        task: &str,
        direct: bool,
        wanted: u32,
    ) -> Result<Option<Self>> {
        let mut lane = Lane {
            task: task.to_owned(),
            direct,
            wanted,
            read: VecDeque::new(),
        };
        lane.read_on(context)?;
        Ok((!lane.read.is_empty()).then_some(lane))
    }

    pub(crate) fn task(&self) -> &str {
        &self.task
    }

    /// What was leased is no longer found, so each page begins at what waits now.
    fn read_on(&mut self, context: &WriteContext<'_>) -> Result<()> {
        const ADMITTED: &str =
            select_waiting!("state = 'running' AND kind = 'unit' AND lease IS NULL");
        const PENDING: &str = select_waiting!("state = 'pending' AND kind = 'unit'");
        let page = self.wanted.min(PAGE);
        self.read = context.list(ADMITTED, (&self.task, page), read)?.into();
        if self.direct && self.read.is_empty() {
            self.read = context.list(PENDING, (&self.task, page), read)?.into();
        }
        Ok(())
    }

    /// The priority of the job that is next, as far as it was read.
    pub(crate) fn known_head(&mut self) -> Option<Priority> {
        self.read.front().map(|job| job.priority)
    }

    /// The priority of the job that is next.
    pub(crate) fn head(&mut self, context: &WriteContext<'_>) -> Result<Option<Priority>> {
        if self.read.is_empty() && self.wanted > 0 {
            self.read_on(context)?;
        }
        Ok(self.known_head())
    }

    /// Leases the job that is next.
    pub(crate) fn lease(
        &mut self,
        context: &mut WriteContext<'_>,
        claim: &Claim,
        turn: i64,
    ) -> Result<Option<Lease>> {
        let Some(job) = self.read.pop_front() else {
            return Ok(None);
        };
        self.wanted = self.wanted.saturating_sub(1);
        if let Some(last_served) = context.memory.lanes.get_mut(&self.task) {
            *last_served = turn;
        } else {
            context.memory.lanes.insert(self.task.clone(), turn);
        }
        lease(context, job, &self.task, claim).map(Some)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Waiting> {
    Ok(Waiting {
        num: row.get(0)?,
        id: JobId::from_bytes(row.get(1)?),
        state: word(row, 2)?,
        priority: Priority::from_level(row.get(3)?),
        attempt: row.get(4)?,
        run_at: maybe_time(row, 5)?,
        deadline_at: maybe_time(row, 6)?,
        time_left: row.get::<_, Option<u64>>(7)?.map(Duration::from_micros),
        options: row.get(8)?,
        params: Json::from_checked(row.get_ref(9)?.as_str()?),
    })
}

fn lease(context: &mut WriteContext<'_>, job: Waiting, task: &str, claim: &Claim) -> Result<Lease> {
    let now = claim.now;
    let options = context.memory.options.get(&job.options)?;
    let id = LeaseId(context.next(Sequence::Lease));
    let time = job.time_left.unwrap_or(options.timeout);
    let deadline_at = job.deadline_at.unwrap_or(now + time);
    if job.state == JobState::Running {
        hand_over(context, &job, id, claim)?;
    } else {
        admit_and_lease(context, &job, id, deadline_at, claim)?;
    }
    context.memory.unit_leases.insert(id, job.num);
    Ok(Lease {
        id,
        job: job.id,
        task: task.to_owned(),
        params: job.params,
        options,
        attempt: job.attempt,
        time_left: deadline_at.since(now),
        work: LeasedWork::Unit,
    })
}

/// Leases a job that admission has started before.
fn hand_over(
    context: &WriteContext<'_>,
    job: &Waiting,
    lease: LeaseId,
    claim: &Claim,
) -> Result<()> {
    let update = "UPDATE jobs SET lease = ?2, node = ?3 WHERE num = ?1";
    context.execute(update, (job.num, lease.0, claim.node.0))?;
    Ok(())
}

/// Starts and leases a pending job.
fn admit_and_lease(
    context: &mut WriteContext<'_>,
    job: &Waiting,
    lease: LeaseId,
    deadline_at: Time,
    claim: &Claim,
) -> Result<()> {
    const UPDATE: &str = "UPDATE jobs SET state = ?2, lease = ?3, node = ?4,
        started_at = coalesce(started_at, ?5), deadline_at = ?6, time_left = NULL WHERE num = ?1";
    let facts = Facts {
        state: job.state,
        run_at: job.run_at,
        in_flight: false,
        unfinished: true,
    };
    let to = lifecycle::decide(&facts, Event::Admit, claim.now)
        .map_err(|refused| Error::corrupt(refused.to_string()))?;
    let now = claim.now.as_micros();
    let row = (
        job.num,
        to.as_str(),
        lease.0,
        claim.node.0,
        now,
        deadline_at.as_micros(),
    );
    context.execute(UPDATE, row)?;
    context.job_moved(Some(job.state), Some(to));
    let data = if job.attempt == 1 {
        r#"{"total":1,"running":1,"attempt":1}"#.to_owned()
    } else {
        format!(r#"{{"total":1,"running":1,"attempt":{}}}"#, job.attempt)
    };
    events::append(context, EventKind::Started, job.num, to, &data, claim.now)
}
