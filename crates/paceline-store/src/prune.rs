//! Removing what is kept no longer besides jobs and results: events of progress, batches, answers;
//! and what is remembered of a clean-up.

use std::time::Duration;

use paceline_core::event::EventKind;
use paceline_core::retention::{CleanUp, Pruned, Retention};
use paceline_core::{Json, Time};
use rusqlite::{Connection, Row};

use crate::batches;
use crate::context::{WriteContext, find};
use crate::counters::Sequence;
use crate::error::Result;
use crate::events;
use crate::log;
use crate::num::{JobNum, as_i64};

/// Most jobs whose progress one step forgets.
const TOLD: u32 = 1_000;
/// Most old events that one step looks at.
const EVENTS: u32 = 5_000;

/// Removes some events that are kept no longer. Returns how many, and whether there may be more.
pub(crate) fn step(
    context: &mut WriteContext<'_>,
    retention: &Retention,
    now: Time,
) -> Result<(u64, bool)> {
    let (told, more_told) = forget_progress(context, now - retention.progress_events)?;
    let (of_none, more_of_none) = remove_events_of_none(context, now - retention.longest())?;
    Ok((told + of_none, more_told || more_of_none))
}

/// The end of a clean-up that removed so much in such a time.
pub(crate) fn finish(
    context: &mut WriteContext<'_>,
    pruned: Pruned,
    retention: &Retention,
    took: Duration,
    now: Time,
) -> Result<()> {
    cut_logs(context, retention.log_bytes)?;
    // No job of a batch is kept for longer.
    batches::forget(context, now - retention.longest())?;
    let forget = "DELETE FROM idempotency WHERE until <= ?1";
    context.execute(forget, (now.as_micros(),))?;
    let at = now;
    remember(context, &CleanUp { at, took, pruned })
}

/// Removes events of progress and logs of jobs that ended before. Returns how many, and whether
/// there may be more.
fn forget_progress(context: &WriteContext<'_>, before: Time) -> Result<(u64, bool)> {
    // Jobs that run are passed over each time: they are few beside those that ended.
    const TOLD_OF: &str = "SELECT p.job FROM progress p CROSS JOIN jobs j ON j.num = p.job
        WHERE p.told = 1 AND j.finished_at < ?1 LIMIT ?2";
    const REMOVE: &str =
        "DELETE FROM events WHERE job = ?1 AND kind IN ('job.progress', 'job.log')";
    let jobs: Vec<JobNum> = context.list(TOLD_OF, (before.as_micros(), TOLD), |row| row.get(0))?;
    let mut removed = 0;
    for job in &jobs {
        removed += context.execute(REMOVE, (job,))?;
        context.execute("UPDATE progress SET told = 0 WHERE job = ?1", (job,))?;
    }
    let more = as_i64(jobs.len()) == i64::from(TOLD);
    Ok((u64::try_from(removed).unwrap_or(0), more))
}

/// Removes events that belong to no job and are older than any job is kept. Returns how many, and
/// whether there may be more.
fn remove_events_of_none(context: &mut WriteContext<'_>, before: Time) -> Result<(u64, bool)> {
    const NEXT: &str = "SELECT seq, at, job IS NULL AND unit IS NULL FROM events
        WHERE seq > ?1 ORDER BY seq LIMIT ?2";
    let swept = context.memory.counters.last(Sequence::Swept);
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let events: Vec<(i64, i64, bool)> = context.list(NEXT, (swept, EVENTS), read)?;
    let old = events
        .iter()
        .take_while(|(_, at, _)| *at < before.as_micros());
    let (mut removed, mut looked_at) = (0, 0);
    for &(seq, _, of_none) in old {
        if of_none {
            removed += context.execute("DELETE FROM events WHERE seq = ?1", (seq,))?;
        }
        context.memory.counters.set(Sequence::Swept, seq);
        looked_at += 1;
    }
    Ok((u64::try_from(removed).unwrap_or(0), looked_at == EVENTS))
}

/// Cuts logs that were allowed to be longer.
fn cut_logs(context: &mut WriteContext<'_>, most: u64) -> Result<()> {
    let may_be_longer = !context.memory.logs_cut || most < context.memory.log_bytes;
    context.memory.log_bytes = most;
    context.memory.logs_cut = true;
    if may_be_longer {
        let longer = "SELECT job FROM progress WHERE log_bytes > ?1";
        for job in context.list(longer, (most,), |row| row.get(0))? {
            log::cut(context, job, most)?;
        }
    }
    Ok(())
}

fn remember(context: &mut WriteContext<'_>, clean_up: &CleanUp) -> Result<()> {
    const INSERT: &str = "INSERT INTO prunes (at, took, jobs, completed, failed, cancelled, merged,
            results, events, uploads)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0)";
    let CleanUp { at, took, pruned } = *clean_up;
    let Pruned {
        completed,
        failed,
        cancelled,
        merged,
        results,
        events,
    } = pruned;
    let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX >> 1);
    context.execute("DELETE FROM prunes", ())?;
    let row = (
        at.as_micros(),
        took,
        pruned.jobs(),
        completed,
        failed,
        cancelled,
        merged,
        results,
        events,
    );
    context.execute(INSERT, row)?;
    if pruned == Pruned::default() {
        return Ok(());
    }
    events::record(context, EventKind::CleanedUp, &data(pruned), at)
}

/// What the event of a clean-up says.
pub(crate) fn data(pruned: Pruned) -> Json {
    let Pruned {
        completed,
        failed,
        cancelled,
        merged,
        results,
        events,
    } = pruned;
    let jobs = pruned.jobs();
    Json::from_checked(format!(
        r#"{{"jobs":{jobs},"completed":{completed},"failed":{failed},"cancelled":{cancelled},"merged":{merged},"results":{results},"events":{events}}}"#
    ))
}

pub(crate) fn last(connection: &Connection) -> Result<Option<CleanUp>> {
    let select = "SELECT at, took, completed, failed, cancelled, merged, results, events
        FROM prunes";
    find(connection, select, (), |row| {
        Ok(CleanUp {
            at: Time::from_micros(row.get(0)?),
            took: Duration::from_micros(row.get(1)?),
            pruned: Pruned {
                completed: row.get(2)?,
                failed: row.get(3)?,
                cancelled: row.get(4)?,
                merged: row.get(5)?,
                results: row.get(6)?,
                events: row.get(7)?,
            },
        })
    })
}
