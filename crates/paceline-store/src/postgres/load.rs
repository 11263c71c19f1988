//! Locking and reading jobs with what belongs to them, many in one round trip.

use std::collections::BTreeMap;
use std::sync::PoisonError;

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
use crate::num::JobNum;
use crate::progress_row::Progress;
use paceline_core::job::JobKind;

/// The columns of [`job_row`].
macro_rules! job_columns {
    () => {
        "num, id, task, kind, state, attempt, first_attempt, run_at, started_at, finished_at, \
         deadline_at, time_left, lease, node, options, priority, batch"
    };
}
pub(crate) use job_columns;

/// The columns of [`progress_row`].
macro_rules! progress_columns {
    () => {
        "job, workers, leases, last_served, planned, listed, total, succeeded, failed, skipped, \
         cancelled, running, free, rate, rate_covers, rate_done, rate_at, sampled_at, \
         memory_bytes, cpu_seconds, samples, log_rows, log_bytes, told"
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
}

impl Which {
    pub(crate) fn ids(ids: impl IntoIterator<Item = JobId>) -> Self {
        let mut ids: Vec<Uuid> = ids.into_iter().map(super::row::uuid).collect();
        ids.sort_unstable();
        ids.dedup();
        Which::Ids(ids)
    }

    fn value(&self) -> Value<'static> {
        match self {
            Which::Ids(ids) => Box::new(ids.clone()),
            Which::Nums(nums) => Box::new(nums.clone()),
        }
    }

    fn statements(&self) -> [&'static str; 4] {
        match self {
            Which::Ids(_) => statements!(
                "id = ANY($1)",
                "ARRAY(SELECT num FROM jobs WHERE id = ANY($1))"
            ),
            Which::Nums(_) => statements!("num = ANY($1)", "$1"),
        }
    }
}

/// The jobs that a transaction works on, by their number.
pub(crate) type Entries = BTreeMap<JobNum, Entry>;

/// Where in a batch the answers about jobs are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places([usize; 4]);

/// Locks jobs and reads them.
pub(crate) fn add(batch: &mut Batch<'_>, which: &Which) -> Places {
    Places(
        which
            .statements()
            .map(|sql| batch.add(sql, vec![which.value()])),
    )
}

pub(crate) fn read(shared: &Shared, answers: &mut Answers, places: Places) -> Result<Entries> {
    let Places([jobs, progress, leases, failed]) = places;
    let mut entries = Entries::new();
    for row in answers.take(jobs) {
        let mut entry = Entry::new(job_row(shared, &row)?, None);
        entry.batch = row.maybe_text(16)?;
        entries.insert(entry.job.num, entry);
    }
    for row in answers.take(progress) {
        if let Some(entry) = entries.get_mut(&row.num(0)?) {
            let (progress, extra) = progress_row(&row)?;
            entry.extra = extra;
            match entry.job.kind {
                JobKind::Unit => entry.unit_progress = Some(progress),
                JobKind::Items | JobKind::Planned => entry.progress = Some(progress),
            }
        }
    }
    for row in answers.take(leases) {
        let lease = lease_row(&row)?;
        if let Some(entry) = entries.get_mut(&lease.job) {
            entry.leases.insert(lease.id, lease);
        }
    }
    for row in answers.take(failed) {
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
    })
}

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
