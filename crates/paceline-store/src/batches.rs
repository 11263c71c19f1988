//! Batches in `SQLite`: which there are, when they are complete, and what their jobs have come to.

use std::collections::BTreeMap;

use paceline_core::batch::{Batch, BatchItems, BatchQuery, BatchStatus};
use paceline_core::event::EventKind;
use paceline_core::query::Page;
use paceline_core::store::StoreError;
use paceline_core::{JobState, Json, Time};
use rusqlite::{Connection, Row};
use serde::Serialize;

use crate::context::{Memory, WriteContext, find, list};
use crate::counters::Sequence;
use crate::error::Result;
use crate::text::{maybe_time, to_json, word};

/// What a transaction did to batches, each with the time.
#[derive(Clone, Debug, Default)]
pub(crate) struct BatchNews {
    /// They have an unfinished job more, or a job at all.
    pub(crate) opened: BTreeMap<String, Time>,
    /// A job of them ended.
    pub(crate) ended: BTreeMap<String, Time>,
}

impl BatchNews {
    /// A job of the batch came (`from` is `None`) or moved on.
    pub(crate) fn moved(
        &mut self,
        batch: &str,
        (from, to): (Option<JobState>, JobState),
        now: Time,
    ) {
        let was_open = from.is_some_and(|from| !from.is_terminal());
        let news = match (was_open, to.is_terminal()) {
            (false, false) => &mut self.opened,
            (true, true) => &mut self.ended,
            (true, false) | (false, true) => return,
        };
        match news.get_mut(batch) {
            Some(at) => *at = now.max(*at),
            None => drop(news.insert(batch.to_owned(), now)),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.opened.is_empty() && self.ended.is_empty()
    }
}

/// Writes what became of batches, and tells of those that are complete: the last step but one of a
/// transaction, when all its jobs have moved.
pub(crate) fn write(connection: &Connection, memory: &mut Memory) -> Result<()> {
    const OPEN: &str = "INSERT INTO batches (name, created_at) VALUES (?1, ?2)
        ON CONFLICT (name) DO UPDATE SET completed_at = NULL WHERE completed_at IS NOT NULL";
    const COMPLETE: &str = "UPDATE batches SET completed_at = ?2
        WHERE name = ?1 AND completed_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM jobs WHERE batch = ?1 AND batch IS NOT NULL AND finished_at IS NULL)";
    const TELL: &str =
        "INSERT INTO events (seq, at, kind, data, batch) VALUES (?1, ?2, ?3, ?4, ?5)";
    if memory.batches.is_empty() {
        return Ok(());
    }
    let BatchNews { opened, ended } = std::mem::take(&mut memory.batches);
    for (name, at) in opened {
        let mut open = connection.prepare_cached(OPEN)?;
        open.execute((name, at.as_micros()))?;
    }
    for (name, at) in ended {
        let mut complete = connection.prepare_cached(COMPLETE)?;
        if complete.execute((&name, at.as_micros()))? == 0 {
            continue;
        }
        let seq = memory.counters.next(Sequence::Event);
        let kind = EventKind::BatchCompleted.as_str();
        let data = names(&name);
        let mut tell = connection.prepare_cached(TELL)?;
        tell.execute((seq, at.as_micros(), kind, data.as_str(), &name))?;
    }
    Ok(())
}

/// The data of an event about it.
pub(crate) fn names(batch: &str) -> Json {
    #[derive(Serialize)]
    struct Data<'a> {
        batch: &'a str,
    }
    Json::from_checked(to_json(&Data { batch }))
}

pub(crate) fn add(context: &WriteContext<'_>, batch: &Batch) -> Result<()> {
    const ADD: &str = "INSERT INTO batches (name, reason, created_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (name) DO UPDATE SET reason = excluded.reason WHERE reason IS NULL";
    let row = (&batch.name, &batch.reason, batch.created_at.as_micros());
    if context.execute(ADD, row)? == 0 {
        return Err(taken(batch).into());
    }
    Ok(())
}

pub(crate) fn taken(batch: &Batch) -> StoreError {
    StoreError::NameTaken {
        what: "batch",
        name: batch.name.clone(),
    }
}

/// Removes batches that were complete (or made) before then and whose jobs are gone.
pub(crate) fn forget(context: &WriteContext<'_>, before: Time) -> Result<()> {
    const FORGET: &str = "DELETE FROM batches WHERE coalesce(completed_at, created_at) < ?1
        AND NOT EXISTS (SELECT 1 FROM jobs WHERE batch = batches.name AND batch IS NOT NULL)";
    context.execute(FORGET, (before.as_micros(),))?;
    Ok(())
}

pub(crate) fn one(connection: &Connection, name: &str) -> Result<Option<BatchStatus>> {
    const ONE: &str = "SELECT name, reason, created_at, completed_at FROM batches WHERE name = ?1";
    let batch = find(connection, ONE, (name,), read)?;
    batch.map(|batch| status(connection, batch)).transpose()
}

pub(crate) fn page(connection: &Connection, query: &BatchQuery) -> Result<Page<BatchStatus>> {
    const PAGE: &str = "SELECT name, reason, created_at, completed_at FROM batches
        WHERE (created_at, name) < (?1, ?2) ORDER BY created_at DESC, name DESC LIMIT ?3";
    let (at, name) = place(query.cursor.as_deref());
    let found = list(connection, PAGE, (at, name, query.limit + 1), read)?;
    let (found, next) = cut(found, query.limit);
    let statuses = found.into_iter().map(|batch| status(connection, batch));
    Ok(Page {
        items: statuses.collect::<Result<_>>()?,
        next,
    })
}

/// Where a page begins: before this time and name. A cursor that makes no sense is the beginning.
pub(crate) fn place(cursor: Option<&str>) -> (i64, &str) {
    let parts = cursor.and_then(|cursor| cursor.split_once(' '));
    let place = parts.and_then(|(at, name)| Some((at.parse().ok()?, name)));
    place.unwrap_or((i64::MAX, ""))
}

/// The page, and where the next begins if there is more.
pub(crate) fn cut(mut found: Vec<Batch>, limit: u32) -> (Vec<Batch>, Option<String>) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more);
    let next = last.map(|last| format!("{} {}", last.created_at.as_micros(), last.name));
    (found, next)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Batch> {
    Ok(Batch {
        name: row.get(0)?,
        reason: row.get(1)?,
        created_at: Time::from_micros(row.get(2)?),
        completed_at: maybe_time(row, 3)?,
    })
}

/// Jobs of one state, with the sums of their items.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) state: JobState,
    pub(crate) jobs: u64,
    pub(crate) started_at: Option<Time>,
    /// Of jobs with items.
    pub(crate) items: Option<BatchItems>,
}

fn status(connection: &Connection, batch: Batch) -> Result<BatchStatus> {
    const UNITS: &str = "SELECT state, count(*), min(started_at) FROM jobs
        WHERE batch = ?1 AND batch IS NOT NULL AND kind = 'unit' GROUP BY state";
    const WITH_ITEMS: &str = "SELECT j.state, count(*), min(j.started_at),
            sum(CASE WHEN p.planned = 0 AND j.finished_at IS NULL THEN max(p.total, 1)
                ELSE p.total END),
            sum(p.succeeded), sum(p.failed), sum(p.skipped), sum(p.cancelled), sum(p.running)
        FROM jobs j CROSS JOIN progress p ON p.job = j.num
        WHERE j.batch = ?1 AND j.batch IS NOT NULL AND j.kind IN ('items', 'planned')
        GROUP BY j.state";
    let units = list(connection, UNITS, (&batch.name,), |row| {
        Ok(Group {
            state: word(row, 0)?,
            jobs: row.get(1)?,
            started_at: maybe_time(row, 2)?,
            items: None,
        })
    })?;
    let with_items = list(connection, WITH_ITEMS, (&batch.name,), |row| {
        Ok(Group {
            state: word(row, 0)?,
            jobs: row.get(1)?,
            started_at: maybe_time(row, 2)?,
            items: Some(BatchItems {
                total: row.get(3)?,
                succeeded: row.get(4)?,
                failed: row.get(5)?,
                skipped: row.get(6)?,
                cancelled: row.get(7)?,
                running: row.get(8)?,
            }),
        })
    })?;
    Ok(sum(batch, units.into_iter().chain(with_items)))
}

pub(crate) fn sum(batch: Batch, groups: impl Iterator<Item = Group>) -> BatchStatus {
    let mut status = BatchStatus {
        batch,
        jobs: BTreeMap::new(),
        items: BatchItems::default(),
        started_at: None,
    };
    for group in groups {
        *status.jobs.entry(group.state).or_default() += group.jobs;
        let started = status.started_at.into_iter().chain(group.started_at);
        status.started_at = started.min();
        let items = group
            .items
            .unwrap_or_else(|| units(group.state, group.jobs));
        let all = &mut status.items;
        all.total += items.total;
        all.succeeded += items.succeeded;
        all.failed += items.failed;
        all.skipped += items.skipped;
        all.cancelled += items.cancelled;
        all.running += items.running;
    }
    status
}

/// Jobs without items count as one item each, which ended as they did.
fn units(state: JobState, jobs: u64) -> BatchItems {
    let mut items = BatchItems {
        total: jobs,
        ..BatchItems::default()
    };
    match state {
        JobState::Completed => items.succeeded = jobs,
        JobState::Failed => items.failed = jobs,
        JobState::Cancelled => items.cancelled = jobs,
        JobState::Merged => items.skipped = jobs,
        JobState::Running => items.running = jobs,
        JobState::Scheduled | JobState::Blocked | JobState::Pending | JobState::Paused => {}
    }
    items
}
