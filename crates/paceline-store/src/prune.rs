//! Removing what is kept no longer: ended jobs, events of progress, forgotten answers.

use paceline_core::event::EventKind;
use paceline_core::store::{Pruned, Retention};
use paceline_core::{JobState, Json, Time};
use rusqlite::{Connection, Row};

use crate::batches;
use crate::context::{WriteContext, find};
use crate::counters::Sequence;
use crate::delete;
use crate::error::Result;
use crate::events;
use crate::log;
use crate::num::{JobNum, as_i64};

/// Most jobs, of each state, that one step removes, so that others can write in between.
const JOBS: u32 = 1_000;
/// Most jobs whose progress one step forgets.
const TOLD: u32 = 1_000;
/// Most old events that one step looks at.
const EVENTS: u32 = 5_000;

/// Removes some of what is kept no longer. Also tells whether there may be more.
pub(crate) fn step(
    context: &mut WriteContext<'_>,
    retention: Retention,
    now: Time,
) -> Result<(Pruned, bool)> {
    let Retention {
        completed,
        failed,
        cancelled,
        progress_events,
        log_bytes: _,
    } = retention;
    let mut more = false;
    let mut pruned = Pruned::default();
    for (state, kept) in [
        (JobState::Completed, completed),
        (JobState::Failed, failed),
        (JobState::Cancelled, cancelled),
        (JobState::Merged, cancelled),
    ] {
        let removed = remove_jobs(context, state, now - kept)?;
        more |= removed == u64::from(JOBS);
        pruned.jobs += removed;
    }
    let (events, more_told) = forget_progress(context, now - progress_events)?;
    let longest = completed.max(failed).max(cancelled);
    let (of_none, more_of_none) = remove_events_of_none(context, now - longest)?;
    pruned.events = events + of_none;
    Ok((pruned, more || more_told || more_of_none))
}

/// The end of a clean-up that removed so much.
pub(crate) fn finish(
    context: &mut WriteContext<'_>,
    pruned: Pruned,
    retention: Retention,
    now: Time,
) -> Result<()> {
    cut_logs(context, retention.log_bytes)?;
    let longest = retention
        .completed
        .max(retention.failed)
        .max(retention.cancelled);
    batches::forget(context, now - longest)?;
    let forget = "DELETE FROM idempotency WHERE until <= ?1";
    context.execute(forget, (now.as_micros(),))?;
    remember(context, pruned, now)
}

fn remove_jobs(context: &mut WriteContext<'_>, state: JobState, before: Time) -> Result<u64> {
    // What an unfinished job depends on stays: its results may be wanted.
    const OLD: &str = "SELECT num, task FROM jobs
        WHERE finished_at IS NOT NULL AND finished_at < ?1 AND state = ?2
            AND (dependents IS NULL OR NOT EXISTS (
                SELECT 1 FROM dependencies d JOIN jobs c ON c.num = d.child
                WHERE d.parent = jobs.num AND c.finished_at IS NULL))
        ORDER BY finished_at LIMIT ?3";
    let params = (before.as_micros(), state.as_str(), JOBS);
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let old: Vec<(JobNum, String)> = context.list(OLD, params, read)?;
    for (num, task) in &old {
        delete::remove(context, *num, task)?;
        context.job_moved(Some(state), None);
    }
    Ok(u64::try_from(old.len()).unwrap_or(0))
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

fn remember(context: &mut WriteContext<'_>, pruned: Pruned, now: Time) -> Result<()> {
    const INSERT: &str = "INSERT INTO prunes (at, jobs, events, uploads) VALUES (?1, ?2, ?3, ?4)";
    let Pruned {
        jobs,
        events,
        uploads,
    } = pruned;
    context.execute("DELETE FROM prunes", ())?;
    context.execute(INSERT, (now.as_micros(), jobs, events, uploads))?;
    if pruned == Pruned::default() {
        return Ok(());
    }
    let data = format!(r#"{{"jobs":{jobs},"events":{events},"uploads":{uploads}}}"#);
    events::record(
        context,
        EventKind::CleanedUp,
        &Json::from_checked(data),
        now,
    )
}

pub(crate) fn last(connection: &Connection) -> Result<Option<(Time, Pruned)>> {
    let select = "SELECT at, jobs, events, uploads FROM prunes";
    find(connection, select, (), |row| {
        let pruned = Pruned {
            jobs: row.get(1)?,
            events: row.get(2)?,
            uploads: row.get(3)?,
        };
        Ok((Time::from_micros(row.get(0)?), pruned))
    })
}
