//! Leasing single-unit jobs: those that were admitted, and where nothing limits them also the
//! pending ones, admitted and leased in one step.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use paceline_core::dependency::Standing as Depends;
use paceline_core::event::EventKind;
use paceline_core::job::JobKind;
use paceline_core::lease::{Lease, LeasedWork};
use paceline_core::lifecycle::{self, DoneBy, Event, Facts};
use paceline_core::line::Place;
use paceline_core::store::Claim;
use paceline_core::{JobId, JobState, Json, LeaseId, Time};
use rusqlite::{CachedStatement, Connection, Row};

use crate::context::{UnitLease, WriteContext};
use crate::counters::Sequence;
use crate::error::{Error, Result};
use crate::events::{self, UnitEvents};
use crate::lane::Standing;
use crate::num::JobNum;
use crate::parents;
use crate::text::{maybe_time, word};
use crate::walk::Found;

/// Most jobs that are read ahead at once.
const PAGE: u32 = 500;

/// The unit jobs of one task that wait for a worker, in their order, read page by page.
#[derive(Debug)]
pub(crate) struct UnitLane {
    task: Arc<str>,
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
    place: Place,
    attempt: u32,
    run_at: Option<Time>,
    started_at: Option<Time>,
    deadline_at: Option<Time>,
    time_left: Option<Duration>,
    options: String,
    params: Json,
    batch: Option<String>,
    /// It waited for other jobs.
    has_parents: bool,
}

macro_rules! select_waiting {
    ($which:literal) => {
        concat!(
            "SELECT num, id, state, lane_order, attempt, run_at, started_at, deadline_at, ",
            "time_left, options, params, batch, after_policy IS NOT NULL FROM jobs WHERE ",
            $which
        )
    };
}

/// Which pending jobs may be started as they are leased.
#[derive(Debug)]
pub(crate) enum Startable {
    /// Nothing limits them.
    All,
    /// Those that admission has chosen, by task, in the order in which they are leased.
    Chosen(HashMap<String, VecDeque<JobNum>>),
}

impl Startable {
    pub(crate) fn chosen(jobs: Vec<Found>) -> Self {
        let mut by_task: HashMap<String, VecDeque<JobNum>> = HashMap::new();
        for job in jobs {
            by_task.entry(job.task).or_default().push_back(job.id.num);
        }
        Startable::Chosen(by_task)
    }

    /// Those that were chosen and not leased.
    pub(crate) fn left_over(&self) -> impl Iterator<Item = JobNum> {
        let chosen = match self {
            Startable::All => None,
            Startable::Chosen(chosen) => Some(chosen),
        };
        chosen
            .into_iter()
            .flat_map(HashMap::values)
            .flatten()
            .copied()
    }
}

impl UnitLane {
    /// `None` when nothing waits.
    pub(crate) fn open(
        context: &WriteContext<'_>,
        task: &str,
        startable: &mut Startable,
        wanted: u32,
    ) -> Result<Option<Self>> {
        let mut lane = UnitLane {
            task: task.into(),
            wanted,
            read: VecDeque::new(),
        };
        lane.read_on(context, startable)?;
        Ok((!lane.read.is_empty()).then_some(lane))
    }

    pub(crate) fn task(&self) -> &str {
        &self.task
    }

    /// What was leased has left its lane, so each page begins at what waits now.
    fn read_on(&mut self, context: &WriteContext<'_>, startable: &mut Startable) -> Result<()> {
        const ADMITTED: &str =
            select_waiting!("lane = 3 AND lane_key = ?1 ORDER BY lane_order, num LIMIT ?2");
        const PENDING: &str =
            select_waiting!("lane = 1 AND lane_key = ?1 ORDER BY lane_order, num LIMIT ?2");
        const CHOSEN: &str = select_waiting!("num = ?1");
        let page = self.wanted.min(PAGE);
        self.read = context.list(ADMITTED, (&*self.task, page), read)?.into();
        if !self.read.is_empty() {
            return Ok(());
        }
        match startable {
            Startable::All => {
                self.read = context.list(PENDING, (&*self.task, page), read)?.into();
            }
            Startable::Chosen(chosen) => {
                let Some(chosen) = chosen.get_mut(&*self.task) else {
                    return Ok(());
                };
                let page = usize::try_from(page).unwrap_or(0).min(chosen.len());
                for num in chosen.drain(..page) {
                    self.read.extend(context.find(CHOSEN, (num,), read)?);
                }
            }
        }
        Ok(())
    }

    /// Gives back what was read and not leased.
    pub(crate) fn put_back(self, startable: &mut Startable) {
        if let Startable::Chosen(chosen) = startable {
            let chosen = chosen.entry(self.task.to_string()).or_default();
            let pending = self.read.iter().rev();
            let pending = pending.filter(|job| job.state == JobState::Pending);
            pending.for_each(|job| chosen.push_front(job.num));
        }
    }

    /// Where the job stands that is next, as far as it was read.
    pub(crate) fn known_head(&self) -> Option<Place> {
        self.read.front().map(|job| job.place)
    }

    /// Where the job stands that is next.
    pub(crate) fn head(
        &mut self,
        context: &WriteContext<'_>,
        startable: &mut Startable,
    ) -> Result<Option<Place>> {
        if self.read.is_empty() && self.wanted > 0 {
            self.read_on(context, startable)?;
        }
        Ok(self.known_head())
    }

    /// Leases the job that is next.
    pub(crate) fn lease(
        &mut self,
        context: &mut WriteContext<'_>,
        statements: &mut UnitStatements<'_>,
        claim: &Claim,
        turn: i64,
    ) -> Result<Option<Lease>> {
        let Some(job) = self.read.pop_front() else {
            return Ok(None);
        };
        self.wanted = self.wanted.saturating_sub(1);
        if let Some(last_served) = context.memory.lanes.get_mut(&*self.task) {
            *last_served = turn;
        } else {
            context.memory.lanes.insert(self.task.to_string(), turn);
        }
        statements.lease(context, job, &self.task, claim).map(Some)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Waiting> {
    Ok(Waiting {
        num: row.get(0)?,
        id: JobId::from_bytes(row.get(1)?),
        state: word(row, 2)?,
        place: Place::from_micros(row.get(3)?),
        attempt: row.get(4)?,
        run_at: maybe_time(row, 5)?,
        started_at: maybe_time(row, 6)?,
        deadline_at: maybe_time(row, 7)?,
        time_left: row.get::<_, Option<u64>>(8)?.map(Duration::from_micros),
        options: row.get(9)?,
        params: Json::from_checked(row.get_ref(10)?.as_str()?),
        batch: row.get(11)?,
        has_parents: row.get(12)?,
    })
}

/// The statements of a claim that may lease hundreds of jobs.
pub(crate) struct UnitStatements<'c> {
    update: CachedStatement<'c>,
    events: UnitEvents<'c>,
}

impl<'c> UnitStatements<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> Result<Self> {
        const UPDATE: &str = "UPDATE jobs SET state = ?2, lease = ?3, node = ?4, started_at = ?5,
            deadline_at = ?6, time_left = NULL, lane = ?7, lane_key = ?8,
            started_event = coalesce(?9, started_event) WHERE num = ?1";
        Ok(UnitStatements {
            update: connection.prepare_cached(UPDATE)?,
            events: UnitEvents::prepare(connection)?,
        })
    }

    fn lease(
        &mut self,
        context: &mut WriteContext<'_>,
        job: Waiting,
        task: &Arc<str>,
        claim: &Claim,
    ) -> Result<Lease> {
        let now = claim.now;
        let options = context.memory.options.get(&job.options)?;
        let id = LeaseId(context.next(Sequence::Lease));
        let started_at = job.started_at.unwrap_or(now);
        let time = job.time_left.unwrap_or(options.timeout);
        let deadline_at = job.deadline_at.unwrap_or(now + time);
        if job.state == JobState::Running {
            hand_over(context, &job, id, deadline_at, claim)?;
        } else {
            self.admit_and_lease(context, &job, id, (started_at, deadline_at), claim)?;
        }
        let unit = UnitLease {
            num: job.num,
            job: job.id,
            task: task.clone(),
            started_at,
            attempt: job.attempt,
            batch: job.batch.as_deref().map(Arc::from),
        };
        context.memory.unit_leases.insert(id, unit);
        context.handed_out(task, 1, now);
        let parents = if job.has_parents {
            parents::results(context.connection, job.num)?
        } else {
            Vec::new()
        };
        Ok(Lease {
            id,
            job: job.id,
            task: task.to_string(),
            params: job.params,
            options,
            attempt: job.attempt,
            time_left: deadline_at.since(now),
            work: LeasedWork::Unit,
            parents,
        })
    }

    /// Starts and leases a pending job.
    fn admit_and_lease(
        &mut self,
        context: &mut WriteContext<'_>,
        job: &Waiting,
        lease: LeaseId,
        (started_at, deadline_at): (Time, Time),
        claim: &Claim,
    ) -> Result<()> {
        let facts = Facts {
            state: job.state,
            run_at: job.run_at,
            in_flight: false,
            unfinished: true,
            depends: Depends::Free,
            done_by: DoneBy::Itself,
        };
        let to = lifecycle::decide(&facts, Event::Admit, claim.now)
            .map_err(|refused| Error::corrupt(refused.to_string()))?;
        let place = leased(to, deadline_at).place();
        let first = job.started_at.is_none() && job.attempt == 1;
        let first = first.then(|| context.next(Sequence::Event));
        self.update.execute(rusqlite::params![
            job.num,
            to.as_str(),
            lease.0,
            claim.node.0,
            started_at.as_micros(),
            deadline_at.as_micros(),
            place.lane,
            place.key,
            first,
        ])?;
        context.job_moved(Some(job.state), Some(to));
        context.changed(job.num);
        let Some(seq) = first else {
            let data = format!(r#"{{"total":1,"running":1,"attempt":{}}}"#, job.attempt);
            return events::append(context, EventKind::Started, job.num, to, &data, claim.now);
        };
        let data = r#"{"total":1,"running":1,"attempt":1}"#;
        self.events
            .append(seq, EventKind::Started, job.num, to, data, claim.now)
    }
}

/// A unit job in a worker's hands, as its place in line sees it.
fn leased(state: JobState, deadline_at: Time) -> Standing<'static> {
    Standing {
        state,
        kind: JobKind::Unit,
        task: "",
        in_flight: true,
        run_at: None,
        deadline_at: Some(deadline_at),
    }
}

/// Leases a job that admission has started before.
fn hand_over(
    context: &WriteContext<'_>,
    job: &Waiting,
    lease: LeaseId,
    deadline_at: Time,
    claim: &Claim,
) -> Result<()> {
    const UPDATE: &str = "UPDATE jobs SET lease = ?2, node = ?3, lane = ?4, lane_key = ?5
        WHERE num = ?1";
    let place = leased(job.state, deadline_at).place();
    context.execute(
        UPDATE,
        (job.num, lease.0, claim.node.0, place.lane, place.key),
    )?;
    Ok(())
}
