//! Reports on plans: items as the planner lists them, and how the plan ends.

use paceline_core::dice::Dice;
use paceline_core::event::EventKind;
use paceline_core::item::NewItem;
use paceline_core::lease::ReportAnswer;
use paceline_core::lifecycle::Event;
use paceline_core::progress::Counters;
use paceline_core::retry::Verdict;
use paceline_core::store::StoreError;
use paceline_core::{ErrorKind, Failure, JobError, Time};

use crate::context::WriteContext;
use crate::ending::{self, Ending};
use crate::error::{Error, Result};
use crate::events::{self, Data};
use crate::free;
use crate::items_write::{self, Append};
use crate::leases::{self, Back};
use crate::report::Held;

/// Items that the planner listed; nobody sees them before the plan is done.
pub(crate) fn planned(
    context: &mut WriteContext<'_>,
    held: &mut Held,
    items: &[NewItem],
    now: Time,
) -> Result<ReportAnswer> {
    let append = Append {
        job: held.job.num,
        task: &held.job.task,
        from: held.progress.listed,
        items,
        only_new: held.job.options.only_new,
        now,
    };
    match items_write::append(context, &append) {
        Ok(_skipped) => {
            held.progress.listed += u32::try_from(items.len()).unwrap_or(u32::MAX);
            held.progress.save(context, held.job.state, now)?;
            Ok(ReportAnswer::Accepted)
        }
        Err(Error::Store(
            error @ (StoreError::DuplicateKey { .. } | StoreError::TooManyItems { .. }),
        )) => {
            // The planner would list the same again: the job is over, its lease too.
            items_write::remove_all(context, held.job.num)?;
            held.progress.listed = 0;
            let error = JobError::new(ErrorKind::Handler, format!("the planner failed: {error}"));
            let ending = Ending::Failed(error);
            ending::end(
                context,
                &mut held.job,
                Some(&mut held.progress),
                &ending,
                now,
            )?;
            Ok(ReportAnswer::Lost)
        }
        Err(error) => Err(error),
    }
}

/// All items are listed: they become work.
pub(crate) fn done(
    context: &mut WriteContext<'_>,
    held: &mut Held,
    now: Time,
) -> Result<ReportAnswer> {
    const SKIPPED: &str = "SELECT count(*) FROM outcomes
        WHERE state = 'skipped' AND place BETWEEN ?1 AND ?2";
    let Held {
        lease,
        job,
        progress,
    } = held;
    let skipped = context.find(SKIPPED, job.num.places(), |row| row.get(0))?;
    let skipped: u32 = skipped.unwrap_or(0);
    let work = items_write::not_skipped(context, job.num, progress.listed, skipped)?;
    free::add(context, job.num, &work, false)?;
    leases::delete(context, lease.id)?;
    progress.leases = progress.leases.saturating_sub(1);
    progress.planned = true;
    progress.free = work.len();
    progress.counters = Counters {
        total: progress.listed,
        skipped,
        ..Counters::default()
    };
    progress.observe(context, now)?;
    progress.save(context, job.state, now)?;
    let data = Data::counters(&progress.counters);
    events::append_data(context, EventKind::Planned, job.num, job.state, &data, now)?;
    if progress.counters.remaining() == 0 {
        ending::end(context, job, Some(progress), &Ending::Completed, now)?;
    }
    Ok(ReportAnswer::Accepted)
}

/// The planner failed: the job tries again later, or fails.
pub(crate) fn failed(
    context: &mut WriteContext<'_>,
    held: &mut Held,
    failure: &Failure,
    seed: u64,
    now: Time,
) -> Result<ReportAnswer> {
    held.release(context, Back::default())?;
    let Held { job, progress, .. } = held;
    let mut dice = Dice::new(seed ^ job.num.0.unsigned_abs());
    let verdict = job
        .options
        .retry
        .decide(job.tries(), failure, now, &mut dice);
    let Verdict::RetryAt(at) = verdict else {
        let ending = Ending::Failed(failure.error.clone());
        ending::end(context, job, Some(progress), &ending, now)?;
        return Ok(ReportAnswer::Accepted);
    };
    job.must_step(context, Some(progress), Event::RetryAt(at), now)?;
    job.attempt += 1;
    job.run_at = Some(at);
    job.wait_since(at);
    job.save(context)?;
    ending::write_error(context, job, Some(&failure.error))?;
    progress.save(context, job.state, now)?;
    let data = Data {
        attempt: Some(job.attempt),
        ..Data::counters(&progress.counters)
    };
    let data = data.error(&failure.error).wait(Some(at), now);
    events::append_data(
        context,
        EventKind::Postponed,
        job.num,
        job.state,
        &data,
        now,
    )?;
    Ok(ReportAnswer::Accepted)
}
