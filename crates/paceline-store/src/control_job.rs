//! One action on one job.

use paceline_core::event::EventKind;
use paceline_core::lifecycle::{self, Event, Refused};
use paceline_core::store::{Action, Change};
use paceline_core::{JobOptions, JobState, LeaseId, Time};

use crate::context::WriteContext;
use crate::ending::{self, Ending, unit_counters};
use crate::error::Result;
use crate::events::{self, Data};
use crate::job_row::JobRow;
use crate::progress_row::{self, Progress};
use crate::text::labels_text;
use crate::{delete, dependencies, merge, options_row, rerun, search};

/// What an action did to a job.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) revoked: Vec<LeaseId>,
}

/// The lifecycle's answer comes back as a value: a refusal is no error of the transaction.
type Answer = Result<Result<Done, Refused>>;

/// The step of the lifecycle that an action is, if it is one.
fn event(action: &Action) -> Option<Event> {
    match action {
        Action::Cancel { .. } => Some(Event::Cancel),
        Action::Pause => Some(Event::Pause),
        Action::Resume => Some(Event::Resume),
        Action::Retry => Some(Event::Retry),
        Action::Restart => Some(Event::Restart),
        Action::Change(Change { run_at, .. }) => run_at.map(Event::Reschedule),
        Action::Delete => None,
    }
}

/// Whether the action would be done.
pub(crate) fn would(
    context: &WriteContext<'_>,
    job: &JobRow,
    action: &Action,
    now: Time,
) -> Answer {
    let progress = progress_row::of(context, job)?;
    let needed = is_needed(context, job, action)?;
    let mut job = job.clone();
    look_for_another(context, &mut job, action)?;
    let allowed = check(&job, progress.as_ref(), action, needed, now);
    Ok(allowed.map(|()| Done::default()))
}

/// Whether an unfinished job depends on one that is to be removed.
fn is_needed(context: &WriteContext<'_>, job: &JobRow, action: &Action) -> Result<bool> {
    match action {
        Action::Delete => dependencies::is_needed(context, job),
        Action::Cancel { .. }
        | Action::Pause
        | Action::Resume
        | Action::Retry
        | Action::Restart
        | Action::Change(_) => Ok(false),
    }
}

/// Finds out whether a job that is to run again has its work done by another by now.
fn look_for_another(context: &WriteContext<'_>, job: &mut JobRow, action: &Action) -> Result<()> {
    if matches!(action, Action::Retry | Action::Restart) && job.state.is_terminal() {
        job.duplicated = merge::is_done_by_another(context, job)?;
    }
    Ok(())
}

/// Whether the lifecycle allows the action; `needed` tells whether unfinished jobs depend on a job
/// that is to be removed.
pub(crate) fn check(
    job: &JobRow,
    progress: Option<&Progress>,
    action: &Action,
    needed: bool,
    now: Time,
) -> Result<(), Refused> {
    match action {
        Action::Delete => lifecycle::may_delete(job.state, needed)?,
        Action::Change(_) => lifecycle::may_patch(job.state)?,
        Action::Cancel { .. }
        | Action::Pause
        | Action::Resume
        | Action::Retry
        | Action::Restart => {}
    }
    if let Some(event) = event(action) {
        lifecycle::decide(&job.facts(progress), event, now)?;
    }
    Ok(())
}

pub(crate) fn act(
    context: &mut WriteContext<'_>,
    mut job: JobRow,
    action: &Action,
    now: Time,
) -> Answer {
    let mut progress = progress_row::of(context, &job)?;
    let needed = is_needed(context, &job, action)?;
    look_for_another(context, &mut job, action)?;
    if let Err(refused) = check(&job, progress.as_ref(), action, needed, now) {
        return Ok(Err(refused));
    }
    let revoked = match action {
        Action::Cancel { reason } => {
            let ending = Ending::Cancelled(reason.clone());
            ending::end(context, &mut job, progress.as_mut(), &ending, now)?
        }
        Action::Pause => pause(context, &mut job, progress.as_ref(), now)?,
        Action::Resume => resume(context, &mut job, progress.as_mut(), now)?,
        Action::Retry => rerun::retry(context, &mut job, progress, now)?,
        Action::Restart => rerun::restart(context, &mut job, progress, now)?,
        Action::Delete => delete::delete(context, &job, now)?,
        Action::Change(change) => self::change(context, &mut job, progress, change, now)?,
    };
    Ok(Ok(Done { revoked }))
}

/// Writes an event with the job's counters.
pub(crate) fn tell(
    context: &mut WriteContext<'_>,
    kind: EventKind,
    job: &JobRow,
    progress: Option<&Progress>,
    now: Time,
) -> Result<()> {
    let counters = progress.map_or_else(|| unit_counters(job), |progress| progress.counters);
    let data = Data {
        attempt: Some(job.attempt),
        ..Data::counters(&counters)
    };
    events::append_data(
        context,
        kind,
        job.num,
        job.state,
        &data.wait(job.run_at, now),
        now,
    )
}

/// Leases stay with their workers; the job's time stands still.
fn pause(
    context: &mut WriteContext<'_>,
    job: &mut JobRow,
    progress: Option<&Progress>,
    now: Time,
) -> Result<Vec<LeaseId>> {
    job.must_step(context, progress, Event::Pause, now)?;
    job.stop_clock(now);
    job.save(context)?;
    if let Some(progress) = progress {
        progress.save(context, job.state, now)?;
    }
    tell(context, EventKind::Paused, job, progress, now)?;
    Ok(Vec::new())
}

fn resume(
    context: &mut WriteContext<'_>,
    job: &mut JobRow,
    progress: Option<&mut Progress>,
    now: Time,
) -> Result<Vec<LeaseId>> {
    job.must_step(context, progress.as_deref(), Event::Resume, now)?;
    if job.state == JobState::Running {
        job.start_clock(now);
    }
    job.save(context)?;
    if let Some(progress) = &progress {
        progress.save(context, job.state, now)?;
    }
    tell(context, EventKind::Resumed, job, progress.as_deref(), now)?;
    ending::end_if_empty(context, job, progress, now)?;
    Ok(Vec::new())
}

fn change(
    context: &mut WriteContext<'_>,
    job: &mut JobRow,
    mut progress: Option<Progress>,
    change: &Change,
    now: Time,
) -> Result<Vec<LeaseId>> {
    let Change {
        priority,
        labels,
        workers,
        run_at,
    } = change;
    if let Some(priority) = priority {
        job.set_priority(*priority);
        job.save(context)?;
        let update = "UPDATE progress SET priority = ?2 WHERE job = ?1";
        context.execute(update, (job.num, priority.level()))?;
    }
    if let Some(labels) = labels {
        let text = labels_text(labels);
        context.execute(
            "UPDATE jobs SET labels = ?2 WHERE num = ?1",
            (job.num, text),
        )?;
        context.changed(job.num);
        search::changed(context, job.num)?;
    }
    if let Some(workers) = workers {
        set_workers(context, job, progress.as_mut(), *workers, now)?;
    }
    if priority.is_some() || labels.is_some() || workers.is_some() {
        tell(context, EventKind::Changed, job, progress.as_ref(), now)?;
    }
    if let Some(run_at) = run_at {
        reschedule(context, job, progress.as_ref(), *run_at, now)?;
    }
    Ok(Vec::new())
}

fn set_workers(
    context: &WriteContext<'_>,
    job: &JobRow,
    progress: Option<&mut Progress>,
    workers: Option<u32>,
    now: Time,
) -> Result<()> {
    let options = JobOptions {
        workers,
        ..JobOptions::clone(&job.options)
    };
    let text = options_row::to_text(&options);
    context.execute(
        "UPDATE jobs SET options = ?2 WHERE num = ?1",
        (job.num, text),
    )?;
    if let Some(progress) = progress {
        progress.workers = workers;
        progress.save(context, job.state, now)?;
    }
    Ok(())
}

fn reschedule(
    context: &mut WriteContext<'_>,
    job: &mut JobRow,
    progress: Option<&Progress>,
    run_at: Option<Time>,
    now: Time,
) -> Result<()> {
    job.must_step(context, progress, Event::Reschedule(run_at), now)?;
    job.run_at = run_at;
    job.wait_at(run_at, now);
    job.save(context)?;
    tell(context, EventKind::Rescheduled, job, progress, now)
}
