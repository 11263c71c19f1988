//! How jobs come to an end: leases, counters, error and event, in one place.

use paceline_core::dependency::End;
use paceline_core::event::EventKind;
use paceline_core::job::JobKind;
use paceline_core::lifecycle::Event;
use paceline_core::progress::Counters;
use paceline_core::{ErrorKind, JobError, JobState, LeaseId, Time};

use crate::context::WriteContext;
use crate::dependencies;
use crate::error::Result;
use crate::events::{self, Data};
use crate::job_row::JobRow;
use crate::leases;
use crate::progress_row::Progress;
use crate::text::error_text;

#[derive(Clone, Debug)]
pub(crate) enum Ending {
    Completed,
    Failed(JobError),
    /// With the reason that was given.
    Cancelled(Option<String>),
    /// Cancelled because of a job that it depends on: with the reason.
    Dropped(String),
}

impl Ending {
    pub(crate) const fn event(&self) -> Event {
        match self {
            Ending::Completed => Event::Succeed,
            Ending::Failed(_) => Event::Fail,
            Ending::Cancelled(_) | Ending::Dropped(_) => Event::Cancel,
        }
    }

    pub(crate) const fn event_kind(&self) -> EventKind {
        match self {
            Ending::Completed => EventKind::Completed,
            Ending::Failed(_) => EventKind::Failed,
            Ending::Cancelled(_) | Ending::Dropped(_) => EventKind::Cancelled,
        }
    }

    pub(crate) fn error(&self) -> Option<JobError> {
        match self {
            Ending::Completed => None,
            Ending::Failed(error) => Some(error.clone()),
            Ending::Cancelled(reason) => reason
                .as_ref()
                .map(|reason| JobError::new(ErrorKind::Cancelled, reason)),
            Ending::Dropped(reason) => Some(JobError::new(ErrorKind::Dependency, reason)),
        }
    }

    /// As the jobs that wait for it see it.
    pub(crate) const fn seen(&self) -> End {
        match self {
            Ending::Completed => End::Completed,
            Ending::Failed(_) => End::Failed,
            Ending::Cancelled(_) => End::Cancelled,
            Ending::Dropped(_) => End::Dropped,
        }
    }
}

/// Ends a job, whatever it consists of, and does with the jobs that wait for it what follows.
/// Returns the leases that its workers must give up.
pub(crate) fn end(
    context: &mut WriteContext<'_>,
    job: &mut JobRow,
    progress: Option<&mut Progress>,
    ending: &Ending,
    now: Time,
) -> Result<Vec<LeaseId>> {
    let revoked = end_alone(context, job, progress, ending, now)?;
    dependencies::turned(context, job, Some(ending.seen()), now)?;
    Ok(revoked)
}

/// Whether the job could start and has nothing to do.
pub(crate) fn is_empty(job: &JobRow, progress: Option<&Progress>) -> bool {
    job.state == JobState::Pending
        && progress.is_some_and(|progress| progress.planned && progress.counters.remaining() == 0)
}

/// Completes a job that could start and has nothing to do.
pub(crate) fn end_if_empty(
    context: &mut WriteContext<'_>,
    job: &mut JobRow,
    progress: Option<&mut Progress>,
    now: Time,
) -> Result<()> {
    if is_empty(job, progress.as_deref()) {
        end(context, job, progress, &Ending::Completed, now)?;
    }
    Ok(())
}

/// Ends a job; its children do not hear of it yet.
pub(crate) fn end_alone(
    context: &mut WriteContext<'_>,
    job: &mut JobRow,
    mut progress: Option<&mut Progress>,
    ending: &Ending,
    now: Time,
) -> Result<Vec<LeaseId>> {
    job.must_step(context, progress.as_deref(), ending.event(), now)?;
    let revoked = match progress.as_deref_mut() {
        Some(progress) => end_items(context, job, progress, ending, now)?,
        None => take_unit_lease(context, job).into_iter().collect(),
    };
    job.finished_at = Some(now);
    job.deadline_at = None;
    job.time_left = None;
    job.save(context)?;
    write_error(context, job, ending.error().as_ref())?;
    count(context, job, ending, now)?;
    let mut data = match progress {
        Some(progress) => Data::counters(&progress.counters),
        None => Data::counters(&unit_counters(job)),
    };
    if let Some(error) = ending.error() {
        data = data.error(&error);
    }
    events::append_data(context, ending.event_kind(), job.num, job.state, &data, now)?;
    Ok(revoked)
}

/// What was not run counts as cancelled, and stays free for a retry.
fn end_items(
    context: &mut WriteContext<'_>,
    job: &JobRow,
    progress: &mut Progress,
    ending: &Ending,
    now: Time,
) -> Result<Vec<LeaseId>> {
    let revoked = leases::revoke_all(context, progress)?;
    match ending {
        Ending::Completed => {}
        Ending::Failed(_) | Ending::Cancelled(_) | Ending::Dropped(_) => {
            progress.counters.cancelled += progress.counters.remaining();
        }
    }
    progress.observe(context, now)?;
    progress.save(context, job.state, now)?;
    Ok(revoked)
}

/// Takes a unit job out of its worker's hands.
pub(crate) fn take_unit_lease(context: &mut WriteContext<'_>, job: &mut JobRow) -> Option<LeaseId> {
    job.node = None;
    let lease = job.lease.take()?;
    context.memory.unit_leases.remove(&lease);
    Some(lease)
}

pub(crate) fn write_error(
    context: &WriteContext<'_>,
    job: &JobRow,
    error: Option<&JobError>,
) -> Result<()> {
    let update = "UPDATE jobs SET error = ?2 WHERE num = ?1";
    context.execute(update, (job.num, error.map(error_text)))?;
    Ok(())
}

/// Takes the job into the statistics of its task; a cancel says nothing about the task.
fn count(context: &mut WriteContext<'_>, job: &JobRow, ending: &Ending, now: Time) -> Result<()> {
    let completed = match ending {
        Ending::Completed => true,
        Ending::Failed(_) => false,
        Ending::Cancelled(_) | Ending::Dropped(_) => return Ok(()),
    };
    let took = job.started_at.map(|started| now.since(started));
    let statistics = &mut context.memory.statistics;
    if !completed && job.kind == JobKind::Unit {
        statistics.item_failed(context.connection, &job.task, now)?;
    }
    statistics.job_ended(context.connection, &job.task, completed, took, now)
}

/// A unit job counts as one item.
pub(crate) fn unit_counters(job: &JobRow) -> Counters {
    unit_counters_of(job.state, job.lease.is_some())
}

pub(crate) fn unit_counters_of(state: JobState, leased: bool) -> Counters {
    let mut counters = Counters {
        total: 1,
        ..Counters::default()
    };
    match state {
        JobState::Completed => counters.succeeded = 1,
        JobState::Failed => counters.failed = 1,
        JobState::Cancelled => counters.cancelled = 1,
        JobState::Merged => counters.skipped = 1,
        JobState::Running | JobState::Paused => counters.running = u32::from(leased),
        JobState::Scheduled | JobState::Blocked | JobState::Pending => {}
    }
    counters
}
