//! Removing what is kept no longer: ended jobs, events of progress, forgotten answers.

use paceline_core::event::EventKind;
use paceline_core::store::{Pruned, Retention};
use paceline_core::{JobState, Json, Time};
use rusqlite::Connection;

use crate::context::{WriteContext, find};
use crate::delete;
use crate::error::Result;
use crate::events;
use crate::log;
use crate::num::JobNum;

/// Most jobs removed in one clean-up's transaction; the next one goes on.
const JOBS: u32 = 10_000;

pub(crate) fn prune(
    context: &mut WriteContext<'_>,
    retention: Retention,
    now: Time,
) -> Result<Pruned> {
    let Retention {
        completed,
        failed,
        cancelled,
        progress_events,
        log_bytes,
    } = retention;
    context.memory.log_bytes = log_bytes;
    let mut pruned = Pruned::default();
    for (state, kept) in [
        (JobState::Completed, completed),
        (JobState::Failed, failed),
        (JobState::Cancelled, cancelled),
        (JobState::Merged, cancelled),
    ] {
        pruned.jobs += remove_jobs(context, state, now - kept)?;
    }
    pruned.events = remove_progress(context, now - progress_events)?;
    cut_logs(context, log_bytes)?;
    context.execute(
        "DELETE FROM idempotency WHERE until <= ?1",
        (now.as_micros(),),
    )?;
    remember(context, pruned, now)?;
    Ok(pruned)
}

fn remove_jobs(context: &mut WriteContext<'_>, state: JobState, before: Time) -> Result<u64> {
    const OLD: &str = "SELECT num, task FROM jobs
        WHERE finished_at IS NOT NULL AND finished_at < ?1 AND state = ?2
        ORDER BY finished_at LIMIT ?3";
    let params = (before.as_micros(), state.as_str(), JOBS);
    let old: Vec<(JobNum, String)> =
        context.list(OLD, params, |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (num, task) in &old {
        delete::remove(context, *num, task)?;
        context.job_moved(Some(state), None);
    }
    Ok(u64::try_from(old.len()).unwrap_or(0))
}

/// Removes events of progress and logs of jobs that ended before, and events of no job that are
/// as old.
fn remove_progress(context: &WriteContext<'_>, before: Time) -> Result<u64> {
    const REMOVE: &str = "DELETE FROM events WHERE at < ?1 AND kind IN ('job.progress', 'job.log')
        AND EXISTS (SELECT 1 FROM jobs WHERE num = events.job AND finished_at < ?1)";
    let removed = context.execute(REMOVE, (before.as_micros(),))?;
    Ok(u64::try_from(removed).unwrap_or(0))
}

fn cut_logs(context: &WriteContext<'_>, most: u64) -> Result<()> {
    let large = "SELECT job FROM progress WHERE log_bytes > ?1";
    for job in context.list(large, (most,), |row| row.get(0))? {
        log::cut(context, job, most)?;
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
