//! Removing jobs with all that belongs to them.

use paceline_core::{LeaseId, Time};

use crate::context::WriteContext;
use crate::dependencies;
use crate::error::Result;
use crate::events;
use crate::job_row::JobRow;
use crate::num::JobNum;
use crate::search;

/// Removes a job and leaves the event that tells of it.
pub(crate) fn delete(
    context: &mut WriteContext<'_>,
    job: &JobRow,
    now: Time,
) -> Result<Vec<LeaseId>> {
    events::append_deleted(context, job.num, now)?;
    remove(context, job.num, &job.task)?;
    context.job_moved(Some(job.state), None);
    Ok(Vec::new())
}

/// Removes a job's rows; its items, which may be many, follow slice by slice. From now on nobody
/// can find them: they are reached through the job alone.
pub(crate) fn remove(context: &WriteContext<'_>, job: JobNum, task: &str) -> Result<()> {
    const OWN_EVENTS: &str = "DELETE FROM events WHERE seq IN (
        SELECT submitted_event FROM jobs WHERE num = ?1
        UNION ALL SELECT started_event FROM jobs WHERE num = ?1
        UNION ALL SELECT ended_event FROM jobs WHERE num = ?1)";
    let has_items = "SELECT 1 FROM progress WHERE job = ?1";
    if context.find(has_items, (job,), |_| Ok(()))?.is_some() {
        const TABLES: [&str; 4] = [
            "DELETE FROM progress WHERE job = ?1",
            "DELETE FROM ranges WHERE job = ?1",
            "DELETE FROM samples WHERE job = ?1",
            "DELETE FROM logs WHERE job = ?1",
        ];
        for sql in TABLES {
            context.execute(sql, (job,))?;
        }
        context.execute(
            "INSERT INTO garbage (job, task) VALUES (?1, ?2)",
            (job, task),
        )?;
    }
    dependencies::forget(context, job)?;
    context.execute(OWN_EVENTS, (job,))?;
    context.execute("DELETE FROM events WHERE job = ?1", (job,))?;
    search::removed(context, job)?;
    context.execute("DELETE FROM jobs WHERE num = ?1", (job,))?;
    context.changed(job);
    Ok(())
}
