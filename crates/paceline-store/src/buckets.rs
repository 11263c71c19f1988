//! How the jobs of each task ran over time: a row for each short bucket of time, which clean-ups
//! gather into long ones once nobody asks for the short ones any more.

use std::collections::BTreeMap;
use std::time::Duration;

use paceline_core::Time;
use paceline_core::task_history::{Bucket, Ended, LONG, Window, begin, long_before};
use rusqlite::{Connection, Row};

use crate::context::{WriteContext, find, list};
use crate::error::Result;
use crate::num::as_i64;
use crate::statistics::Histogram;
use crate::text::{json, to_json};

/// Most short buckets that one step of a clean-up gathers.
pub(crate) const GATHERED: i64 = 1_000;

/// What ended in a bucket.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Counted {
    pub(crate) completed: u64,
    pub(crate) failed: u64,
    pub(crate) items_succeeded: u64,
    pub(crate) items_failed: u64,
    pub(crate) items: Histogram,
    pub(crate) jobs: Histogram,
}

impl Counted {
    pub(crate) fn item(&mut self, step: u32) {
        self.items_succeeded += 1;
        self.items.count(step);
    }

    pub(crate) fn job(&mut self, completed: bool, step: Option<u32>) {
        if completed {
            self.completed += 1;
        } else {
            self.failed += 1;
        }
        if let Some(step) = step {
            self.jobs.count(step);
        }
    }

    pub(crate) fn add(&mut self, other: &Counted) {
        let Counted {
            completed,
            failed,
            items_succeeded,
            items_failed,
            items,
            jobs,
        } = other;
        self.completed += completed;
        self.failed += failed;
        self.items_succeeded += items_succeeded;
        self.items_failed += items_failed;
        self.items.merge(items);
        self.jobs.merge(jobs);
    }

    fn bucket(&self, at: Time) -> Bucket {
        let ended = |succeeded, failed, times: &Histogram| Ended {
            succeeded,
            failed,
            p50: times.quantile(0.5),
            p95: times.quantile(0.95),
            p99: times.quantile(0.99),
        };
        Bucket {
            at,
            jobs: ended(self.completed, self.failed, &self.jobs),
            items: ended(self.items_succeeded, self.items_failed, &self.items),
        }
    }
}

/// Puts rows together to the buckets of a window.
pub(crate) fn told(rows: &[(Time, Counted)], window: &Window) -> Vec<Bucket> {
    let all = together(rows, |at| window.bucket_of(at));
    all.iter()
        .map(|(&at, counted)| counted.bucket(at))
        .collect()
}

/// Puts together what begins in the same bucket.
fn together(rows: &[(Time, Counted)], bucket: impl Fn(Time) -> Time) -> BTreeMap<Time, Counted> {
    let mut all: BTreeMap<Time, Counted> = BTreeMap::new();
    for (at, counted) in rows {
        all.entry(bucket(*at)).or_default().add(counted);
    }
    all
}

/// Short buckets of several tasks as the long ones that hold them.
pub(crate) fn gathered(
    rows: impl IntoIterator<Item = (String, Time, Counted)>,
) -> BTreeMap<(String, Time), Counted> {
    let mut all: BTreeMap<(String, Time), Counted> = BTreeMap::new();
    for (task, at, counted) in rows {
        all.entry((task, begin(at, LONG)))
            .or_default()
            .add(&counted);
    }
    all
}

/// The buckets of the window in which something ended.
pub(crate) fn buckets(connection: &Connection, task: &str, window: &Window) -> Result<Vec<Bucket>> {
    const SELECT: &str = "SELECT completed, failed, items_succeeded, items_failed,
            item_durations, job_durations, at
        FROM task_history WHERE task = ?1 AND at >= ?2 AND at < ?3 ORDER BY at";
    let end = window.to + window.bucket;
    let range = (task, window.from.as_micros(), end.as_micros());
    let rows = list(connection, SELECT, range, |row| {
        Ok((Time::from_micros(row.get(6)?), counted(row)?))
    })?;
    Ok(told(&rows, window))
}

/// The first six columns.
fn counted(row: &Row<'_>) -> rusqlite::Result<Counted> {
    Ok(Counted {
        completed: row.get(0)?,
        failed: row.get(1)?,
        items_succeeded: row.get(2)?,
        items_failed: row.get(3)?,
        items: Histogram::of(json(row, 4)?),
        jobs: Histogram::of(json(row, 5)?),
    })
}

/// What is written of a bucket.
pub(crate) fn load(connection: &Connection, task: &str, at: Time) -> Result<Option<Counted>> {
    const SELECT: &str = "SELECT completed, failed, items_succeeded, items_failed,
            item_durations, job_durations
        FROM task_history WHERE task = ?1 AND at = ?2";
    find(connection, SELECT, (task, at.as_micros()), counted)
}

/// Writes a bucket instead of what was written of it.
pub(crate) fn write(
    connection: &Connection,
    task: &str,
    at: Time,
    counted: &Counted,
) -> Result<()> {
    const UPSERT: &str = "INSERT INTO task_history (task, at, completed, failed, items_succeeded,
            items_failed, item_durations, job_durations)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (task, at) DO UPDATE SET completed = excluded.completed,
            failed = excluded.failed, items_succeeded = excluded.items_succeeded,
            items_failed = excluded.items_failed, item_durations = excluded.item_durations,
            job_durations = excluded.job_durations";
    let Counted {
        completed,
        failed,
        items_succeeded,
        items_failed,
        items,
        jobs,
    } = counted;
    connection.prepare_cached(UPSERT)?.execute((
        task,
        at.as_micros(),
        completed,
        failed,
        items_succeeded,
        items_failed,
        to_json(items.steps()),
        to_json(jobs.steps()),
    ))?;
    Ok(())
}

/// Gathers some short buckets whose time is over, and removes those that are kept no longer. Returns
/// whether there may be more.
pub(crate) fn tidy(context: &mut WriteContext<'_>, kept: Duration, now: Time) -> Result<bool> {
    const SHORT: &str = "SELECT completed, failed, items_succeeded, items_failed, item_durations,
            job_durations, task, at
        FROM task_history WHERE at % 3600000000 <> 0 AND at < ?1 ORDER BY at LIMIT ?2";
    const REMOVE: &str = "DELETE FROM task_history WHERE task = ?1 AND at = ?2";
    let old = "DELETE FROM task_history WHERE at < ?1";
    context.execute(old, ((now - kept).as_micros(),))?;
    let before = long_before(now).as_micros();
    let rows: Vec<(String, Time, Counted)> = context.list(SHORT, (before, GATHERED), |row| {
        Ok((row.get(6)?, Time::from_micros(row.get(7)?), counted(row)?))
    })?;
    let more = as_i64(rows.len()) == GATHERED;
    if rows.is_empty() {
        return Ok(false);
    }
    for (task, at, _) in &rows {
        context.execute(REMOVE, (task, at.as_micros()))?;
    }
    for ((task, at), mut long) in gathered(rows) {
        if let Some(written) = load(context.connection, &task, at)? {
            long.add(&written);
        }
        write(context.connection, &task, at, &long)?;
    }
    context.memory.statistics.buckets_gathered();
    Ok(more)
}
