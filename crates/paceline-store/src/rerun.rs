//! Running a job that has ended once more: what failed (retry) or everything (restart).

use paceline_core::event::EventKind;
use paceline_core::job::JobKind;
use paceline_core::lifecycle::Event;
use paceline_core::progress::Counters;
use paceline_core::ranges::Ranges;
use paceline_core::{LeaseId, Time};

use crate::context::WriteContext;
use crate::control_job::tell;
use crate::dependencies;
use crate::ending;
use crate::error::Result;
use crate::free;
use crate::items_write;
use crate::job_row::JobRow;
use crate::num::{JobNum, seq_of};
use crate::progress_row::Progress;

/// Runs again what failed or was not run.
pub(crate) fn retry(
    context: &mut WriteContext<'_>,
    job: &mut JobRow,
    mut progress: Option<Progress>,
    now: Time,
) -> Result<Vec<LeaseId>> {
    job.must_step(context, progress.as_ref(), Event::Retry, now)?;
    if let Some(progress) = &mut progress {
        free_failed(context, progress)?;
    }
    begin_anew(context, job, progress.as_ref(), EventKind::Retried, now)
}

/// Runs everything again, planning included.
pub(crate) fn restart(
    context: &mut WriteContext<'_>,
    job: &mut JobRow,
    mut progress: Option<Progress>,
    now: Time,
) -> Result<Vec<LeaseId>> {
    job.must_step(context, progress.as_ref(), Event::Restart, now)?;
    if let Some(progress) = &mut progress {
        forget_all(context, job, progress)?;
    }
    let all_come = "UPDATE jobs SET results_expired = NULL WHERE num = ?1";
    context.execute(all_come, (job.num,))?;
    begin_anew(context, job, progress.as_ref(), EventKind::Restarted, now)?;
    ending::end_if_empty(context, job, progress.as_mut(), now)?;
    Ok(Vec::new())
}

fn begin_anew(
    context: &mut WriteContext<'_>,
    job: &mut JobRow,
    progress: Option<&Progress>,
    kind: EventKind,
    now: Time,
) -> Result<Vec<LeaseId>> {
    job.attempt += 1;
    job.first_attempt = job.attempt;
    job.run_at = None;
    job.wait_since(now);
    job.started_at = None;
    job.finished_at = None;
    job.save(context)?;
    let clear = "UPDATE jobs SET error = NULL, result = NULL WHERE num = ?1";
    context.execute(clear, (job.num,))?;
    if let Some(progress) = progress {
        progress.save(context, job.state, now)?;
    }
    let said = "UPDATE progress SET fraction = NULL, stage = NULL, message = NULL, told = 1
        WHERE job = ?1";
    context.execute(said, (job.num,))?;
    tell(context, kind, job, progress, now)?;
    dependencies::turned(context, job, None, now)?;
    Ok(Vec::new())
}

/// Failed items become free, as if they had never been tried; what was cancelled is free still.
fn free_failed(context: &WriteContext<'_>, progress: &mut Progress) -> Result<()> {
    let failed = forget_outcomes(context, progress.job, "failed")?;
    free::add(context, progress.job, &failed, false)?;
    forget_outcomes(context, progress.job, "pending")?;
    free::all_at_once(context, progress.job)?;
    progress.forget_returns();
    progress.free += failed.len();
    progress.counters.failed = 0;
    progress.counters.cancelled = 0;
    Ok(())
}

fn forget_outcomes(context: &WriteContext<'_>, job: JobNum, state: &str) -> Result<Ranges> {
    const FORGET: &str = "DELETE FROM outcomes
        WHERE place IN (SELECT place FROM outcomes
            WHERE state = ?3 AND state <> 'succeeded' AND place BETWEEN ?1 AND ?2)
        RETURNING place";
    let (first, last) = job.places();
    let forgotten = context.list(FORGET, (first, last, state), |row| row.get(0))?;
    Ok(Ranges::from_seqs(forgotten.into_iter().map(seq_of)))
}

fn forget_all(context: &WriteContext<'_>, job: &JobRow, progress: &mut Progress) -> Result<()> {
    forget_successes(context, job)?;
    free::clear(context, job.num)?;
    let total = match job.kind {
        JobKind::Unit | JobKind::Items => progress.counters.total,
        JobKind::Planned => {
            items_write::remove_all(context, job.num)?;
            progress.planned = false;
            progress.listed = 0;
            0
        }
    };
    let (first, last) = job.num.places();
    context.execute(
        "DELETE FROM outcomes WHERE place BETWEEN ?1 AND ?2",
        (first, last),
    )?;
    free::add(context, job.num, &Ranges::first(total), false)?;
    progress.forget_returns();
    progress.free = total;
    progress.counters = Counters {
        total,
        ..Counters::default()
    };
    Ok(())
}

/// Takes the job's items out of what `only_new` knows.
pub(crate) fn forget_successes(context: &WriteContext<'_>, job: &JobRow) -> Result<()> {
    const FORGET: &str = "DELETE FROM successes WHERE (task, key) IN (
        SELECT ?1, key FROM item_keys WHERE job = ?2) AND place BETWEEN ?3 AND ?4";
    let (first, last) = job.num.places();
    context.execute(FORGET, (&job.task, job.num, first, last))?;
    Ok(())
}
