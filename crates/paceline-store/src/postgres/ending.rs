//! How jobs come to an end: leases, counters, error and event, in one place.

use paceline_core::job::JobKind;
use paceline_core::lifecycle::Event;
use paceline_core::{LeaseId, Time};

use super::changes::Changes;
use super::entry::Entry;
use super::error::Result;
use crate::ending::{Ending, is_empty};
use crate::free;
use crate::job_row::JobRow;
use crate::leases::Back;

/// Ends a job, whatever it consists of. Returns the leases that its workers must give up.
pub(crate) fn end(
    changes: &mut Changes,
    entry: &mut Entry,
    ending: &Ending,
    now: Time,
) -> Result<Vec<LeaseId>> {
    entry.must_step(changes, ending.event(), now)?;
    let revoked = if entry.progress.is_some() {
        end_items(changes, entry, ending, now)
    } else {
        take_unit_lease(&mut entry.job).into_iter().collect()
    };
    entry.job.finished_at = Some(now);
    entry.job.deadline_at = None;
    entry.job.time_left = None;
    entry.write_error(ending.error().as_ref());
    entry.dropped = Some(matches!(ending, Ending::Dropped(_)));
    count(changes, &entry.job, ending, now);
    let mut data = entry.data();
    if let Some(error) = ending.error() {
        data = data.error(&error);
    }
    changes.tell(ending.event_kind(), &entry.job, &data, now);
    changes.turned(&entry.job, Some(ending.seen()), now);
    Ok(revoked)
}

/// Completes a job that could start and has nothing to do.
pub(crate) fn end_if_empty(changes: &mut Changes, entry: &mut Entry, now: Time) -> Result<()> {
    if is_empty(&entry.job, entry.progress.as_ref()) {
        end(changes, entry, &Ending::Completed, now)?;
    }
    Ok(())
}

/// What was not run counts as cancelled, and stays free for a retry.
fn end_items(changes: &mut Changes, entry: &mut Entry, ending: &Ending, now: Time) -> Vec<LeaseId> {
    let revoked: Vec<LeaseId> = entry.leases.keys().copied().collect();
    for &lease in &revoked {
        take_back(changes, entry, lease, Back::default());
    }
    if let Some(progress) = &mut entry.progress {
        match ending {
            Ending::Completed => {}
            Ending::Failed(_) | Ending::Cancelled(_) | Ending::Dropped(_) => {
                progress.counters.cancelled += progress.counters.remaining();
            }
        }
    }
    entry.observe(changes, now);
    entry.progressed(now);
    revoked
}

/// Ends a lease and gives what it did not report back to the job.
pub(crate) fn take_back(changes: &mut Changes, entry: &mut Entry, lease: LeaseId, back: Back) {
    let Some(lease) = entry.leases.remove(&lease) else {
        return;
    };
    changes.leases_ended.push(lease.id.0);
    let num = entry.job.num;
    entry.came_back(changes);
    let Some(progress) = &mut entry.progress else {
        return;
    };
    match &lease.ranges {
        Some(ranges) => {
            let not_before = if back.first { free::RETURNED } else { 0 };
            changes.free(num, ranges, not_before, back.alone);
            progress.free += ranges.len();
            progress.counters.running = progress.counters.running.saturating_sub(ranges.len());
        }
        // What an unfinished plan has listed is dropped; planning starts again.
        None => forget_plan(changes, entry),
    }
}

pub(crate) fn forget_plan(changes: &mut Changes, entry: &mut Entry) {
    entry.listed.clear();
    entry.listed_skipped.clear();
    if let Some(progress) = &mut entry.progress
        && progress.listed > 0
    {
        changes.unlisted.push(progress.job.0);
        progress.listed = 0;
    }
}

/// Takes a unit job out of its worker's hands.
pub(crate) fn take_unit_lease(job: &mut JobRow) -> Option<LeaseId> {
    job.node = None;
    job.lease.take()
}

/// Takes the job into the statistics of its task; a cancel says nothing about the task.
fn count(changes: &mut Changes, job: &JobRow, ending: &Ending, now: Time) {
    let completed = match ending {
        Ending::Completed => true,
        Ending::Failed(_) => false,
        Ending::Cancelled(_) | Ending::Dropped(_) => return,
    };
    let took = job.started_at.map(|started| now.since(started));
    if !completed && job.kind == JobKind::Unit {
        changes.item_failed(&job.task, now);
    }
    changes.job_ended(&job.task, completed, took, now);
}

/// Moves a unit job on and takes it out of its worker's hands.
pub(crate) fn take_unit_lease_after(
    changes: &mut Changes,
    entry: &mut Entry,
    event: Event,
    now: Time,
) -> Result<()> {
    entry.must_step(changes, event, now)?;
    take_unit_lease(&mut entry.job);
    Ok(())
}
