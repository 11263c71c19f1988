//! Locking and reading jobs with what belongs to them, many in one round trip.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use paceline_core::line::Place;
use paceline_core::progress::{Rate, RateState};
use paceline_core::{JobId, JobOptions, LeaseId, NodeId, Priority};
use tokio_postgres::Row;
use uuid::Uuid;

use super::connect::Shared;
use super::entry::{Entry, Extra};
use super::error::{Error, Result};
use super::row::Columns;
use super::session::{Answers, Batch, Value};
use crate::job_row::JobRow;
use crate::leases::LeaseRow;
use crate::links_text;
use crate::num::JobNum;
use crate::progress_row::Progress;
use paceline_core::job::JobKind;

/// The columns of [`job_row`].
macro_rules! job_columns {
    () => {
        "num, id, task, kind, state, attempt, first_attempt, run_at, started_at, finished_at, \
         deadline_at, time_left, lease, node, options, priority, batch, place, after_policy, \
         after_waiting, after_met, after_broken, dependents, after_behind, identity, \
         cached_from IS NOT NULL"
    };
}
pub(crate) use job_columns;

/// The columns of [`progress_row`].
macro_rules! progress_columns {
    () => {
        "job, workers, leases, last_served, planned, listed, total, succeeded, failed, skipped, \
         cancelled, running, free, rate, rate_covers, rate_done, rate_at, sampled_at, \
         memory_bytes, cpu_seconds, samples, log_rows, log_bytes, told, returned, returns"
    };
}
pub(crate) use progress_columns;

macro_rules! statements {
    ($jobs:literal, $nums:literal) => {
        [
            concat!("SELECT ", job_columns!(), " FROM jobs WHERE ", $jobs, " ORDER BY num FOR UPDATE"),
            concat!(
                "SELECT ", progress_columns!(), " FROM progress WHERE job = ANY(", $nums,
                ") ORDER BY job FOR UPDATE"
            ),
            concat!("SELECT id, job, ranges FROM leases WHERE job = ANY(", $nums, ") ORDER BY id"),
            concat!(
                "SELECT p.job, o.seq, o.error, coalesce(i.key, o.seq::text) FROM progress p,
                LATERAL (SELECT job, seq, error FROM outcomes WHERE job = p.job AND state = 'failed'
                    AND state <> 'succeeded' ORDER BY seq LIMIT 1) o
                JOIN items i ON i.job = o.job AND i.seq = o.seq
                WHERE p.failed > 0 AND p.job = ANY(", $nums, ")"
            ),
        ]
    };
}

/// Which jobs are loaded.
#[derive(Clone, Debug)]
pub(crate) enum Which {
    Ids(Vec<Uuid>),
    Nums(Vec<i64>),
    /// Those with items apart: others have no chunks and no failed items.
    Kinds {
        units: Vec<i64>,
        with_items: Vec<i64>,
    },
}

impl Which {
    pub(crate) fn ids(ids: impl IntoIterator<Item = JobId>) -> Self {
        let mut ids: Vec<Uuid> = ids.into_iter().map(super::row::uuid).collect();
        ids.sort_unstable();
        ids.dedup();
        Which::Ids(ids)
    }

    /// The same by number, if this node has seen all of them: looking an id up, once for each
    /// statement, is most of what loading costs.
    pub(crate) fn seen(shared: &Shared, ids: impl Iterator<Item = JobId> + Clone) -> Self {
        let (mut units, mut with_items) = (Vec::new(), Vec::new());
        for id in ids.clone() {
            match shared.seen.get(id) {
                Some((num, JobKind::Unit)) => units.push(num.0),
                Some((num, JobKind::Items | JobKind::Planned)) => with_items.push(num.0),
                None => return Which::ids(ids),
            }
        }
        for nums in [&mut units, &mut with_items] {
            nums.sort_unstable();
            nums.dedup();
        }
        Which::Kinds { units, with_items }
    }

    /// Statements on jobs and progress, then on chunks and failed items, each with its value.
    fn statements(&self) -> Vec<(&'static str, Value<'static>)> {
        const BY_NUM: [&str; 4] = statements!("num = ANY($1)", "$1");
        const BY_ID: [&str; 4] = statements!(
            "id = ANY($1)",
            "ARRAY(SELECT num FROM jobs WHERE id = ANY($1))"
        );
        let with = |sql: &'static str, nums: &[i64]| (sql, Box::new(nums.to_vec()) as Value<'_>);
        match self {
            Which::Ids(ids) => BY_ID
                .map(|sql| (sql, Box::new(ids.clone()) as Value<'_>))
                .into(),
            Which::Nums(nums) => BY_NUM.map(|sql| with(sql, nums)).into(),
            Which::Kinds { units, with_items } => {
                let all = [&units[..], with_items].concat();
                let [jobs, progress, leases, failed] = BY_NUM;
                let mut statements = vec![with(jobs, &all), with(progress, &all)];
                if !with_items.is_empty() {
                    statements.extend([leases, failed].map(|sql| with(sql, with_items)));
                }
                statements
            }
        }
    }
}

/// The jobs that a transaction works on, by their number.
pub(crate) type Entries = BTreeMap<JobNum, Entry>;

/// Where in a batch the answers about jobs are.
#[derive(Clone, Debug)]
pub(crate) struct Places(Vec<usize>);

/// Locks jobs and reads them.
pub(crate) fn add(batch: &mut Batch<'_>, which: &Which) -> Places {
    let statements = which.statements().into_iter();
    Places(
        statements
            .map(|(sql, value)| batch.add(sql, vec![value]))
            .collect(),
    )
}

pub(crate) fn read(shared: &Shared, answers: &mut Answers, places: Places) -> Result<Entries> {
    let mut places = places.0.into_iter();
    let mut next = || {
        places
            .next()
            .map_or_else(Vec::new, |place| answers.take(place))
    };
    let (jobs, progress, leases, failed) = (next(), next(), next(), next());
    let mut entries = Entries::new();
    for row in jobs {
        let entry = Entry::new(job_row(shared, &row)?, None);
        entries.insert(entry.job.num, entry);
    }
    for row in progress {
        if let Some(entry) = entries.get_mut(&row.num(0)?) {
            let (progress, extra) = progress_row(&row)?;
            entry.extra = extra;
            match entry.job.kind {
                JobKind::Unit => entry.unit_progress = Some(progress),
                JobKind::Items | JobKind::Planned => entry.progress = Some(progress),
            }
        }
    }
    for row in leases {
        let lease = lease_row(&row)?;
        if let Some(entry) = entries.get_mut(&lease.job) {
            entry.leases.insert(lease.id, lease);
        }
    }
    for row in failed {
        if let Some(entry) = entries.get_mut(&row.num(0)?) {
            let error = row.maybe_error(2)?;
            let error = error.ok_or_else(|| Error::corrupt("a failed item has no error"))?;
            entry.first_failed = Some((row.count(1)?, error, row.maybe_text(3)?));
        }
    }
    for entry in entries.values() {
        if entry.job.kind != JobKind::Unit && entry.progress.is_none() {
            let num = entry.job.num.0;
            return Err(Error::corrupt(format!("job number {num} has no progress")));
        }
    }
    Ok(entries)
}

pub(crate) fn job_row(shared: &Shared, row: &Row) -> Result<JobRow> {
    Ok(JobRow {
        num: row.num(0)?,
        id: row.job_id(1)?,
        task: row.text(2)?,
        kind: row.kind(3)?,
        state: row.word(4)?,
        attempt: row.count(5)?,
        first_attempt: row.count(6)?,
        run_at: row.maybe_time(7)?,
        started_at: row.maybe_time(8)?,
        finished_at: row.maybe_time(9)?,
        deadline_at: row.maybe_time(10)?,
        time_left: row.maybe_duration(11)?,
        lease: row.value::<Option<i64>>(12)?.map(LeaseId),
        node: row.value::<Option<i64>>(13)?.map(NodeId),
        options: options(shared, row.value(14)?)?,
        priority: priority(row, 15)?,
        place: Place::from_micros(row.number(17)?),
        batch: row.maybe_text(16)?,
        after: links_text::tally(
            row.maybe_word(18)?,
            [
                row.maybe_count(19)?,
                row.maybe_count(20)?,
                row.maybe_count(21)?,
            ],
            row.value(23)?,
        ),
        dependents: row.value::<Option<bool>>(22)?.unwrap_or(false),
        identity: row.maybe_identity(24)?,
        duplicated: false,
        cached: row.value(25)?,
    })
}

/// How many columns those of a job are.
pub(crate) const JOB_COLUMNS: usize = 26;

pub(crate) fn priority(row: &Row, column: usize) -> Result<Priority> {
    Ok(Priority::from_level(i64::from(row.value::<i32>(column)?)))
}

pub(crate) fn options(shared: &Shared, text: &str) -> Result<std::sync::Arc<JobOptions>> {
    let mut cache = shared
        .options
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    cache.get(text).map_err(|error| Error::Store(error.into()))
}

pub(crate) fn progress_row(row: &Row) -> Result<(Progress, Extra)> {
    let progress = Progress {
        job: row.num(0)?,
        workers: row.maybe_count(1)?,
        leases: row.count(2)?,
        last_served: row.number(3)?,
        planned: row.value(4)?,
        listed: row.count(5)?,
        counters: row.counters(6)?,
        free: row.count(12)?,
        rate: Rate::resume(RateState {
            per_second: row.value(13)?,
            since_start: row.maybe_duration(14)?.unwrap_or_default(),
            done: row.count(15)?,
            last: row.time(16)?,
        }),
        sampled_at: row.time(17)?,
        memory_bytes: row.maybe_size(18)?,
        cpu_seconds: row.value(19)?,
        returned: row.value(24)?,
        returns: row.count(25)?,
    };
    let extra = Extra {
        samples: row.value(20)?,
        log_rows: row.value(21)?,
        log_bytes: row.value(22)?,
        told: row.value(23)?,
    };
    Ok((progress, extra))
}

fn lease_row(row: &Row) -> Result<LeaseRow> {
    Ok(LeaseRow {
        id: LeaseId(row.number(0)?),
        job: row.num(1)?,
        ranges: row.maybe_word(2)?,
    })
}
