//! A job's values over time: at most one row a second, thinned as they grow many.

use std::time::Duration;

use paceline_core::Time;
use paceline_core::query::Sample;
use rusqlite::{Connection, Row};

use crate::context::{WriteContext, list};
use crate::error::Result;
use crate::num::JobNum;
use crate::progress_row::Progress;

/// Least time between two samples of a job.
pub(crate) const STEP: Duration = Duration::from_secs(1);
/// With more samples than this every second one goes, so the past grows coarser.
pub(crate) const MOST: u32 = 1_000;

/// Keeps the job's values of now, unless that was done just before.
pub(crate) fn sample(context: &WriteContext<'_>, progress: &mut Progress, now: Time) -> Result<()> {
    const INSERT: &str = "INSERT OR REPLACE INTO samples
        (job, at, done, rate, memory_bytes, cpu_seconds) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    if now.since(progress.sampled_at) < STEP {
        return Ok(());
    }
    progress.sampled_at = now;
    context.execute(
        INSERT,
        (
            progress.job,
            now.as_micros(),
            progress.counters.done(),
            progress.rate.per_second(),
            progress.memory_bytes,
            progress.cpu_seconds,
        ),
    )?;
    count(context, progress.job)
}

fn count(context: &WriteContext<'_>, job: JobNum) -> Result<()> {
    const COUNT: &str =
        "UPDATE progress SET samples = samples + 1 WHERE job = ?1 RETURNING samples";
    const THIN: &str = "DELETE FROM samples WHERE job = ?1 AND at IN (SELECT at FROM (
        SELECT at, row_number() OVER (ORDER BY at) AS n FROM samples WHERE job = ?1)
        WHERE n % 2 = 0)";
    const COUNTED: &str = "UPDATE progress SET samples = samples - ?2 WHERE job = ?1";
    let samples: Option<u32> = context.find(COUNT, (job,), |row| row.get(0))?;
    if samples.is_some_and(|samples| samples > MOST) {
        let thinned = context.execute(THIN, (job,))?;
        context.execute(COUNTED, (job, crate::num::as_i64(thinned)))?;
    }
    Ok(())
}

pub(crate) fn samples(connection: &Connection, job: JobNum) -> Result<Vec<Sample>> {
    const SELECT: &str = "SELECT at, done, rate, memory_bytes, cpu_seconds FROM samples
        WHERE job = ?1 ORDER BY at";
    list(connection, SELECT, (job,), read)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Sample> {
    Ok(Sample {
        at: Time::from_micros(row.get(0)?),
        done: row.get(1)?,
        rate: row.get(2)?,
        memory_bytes: row.get(3)?,
        cpu_seconds: row.get(4)?,
    })
}
