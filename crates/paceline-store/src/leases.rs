//! Rows of `leases`: chunks and plans in workers' hands, and how they end unreported.

use paceline_core::ranges::Ranges;
use paceline_core::{LeaseId, NodeId, Time};
use rusqlite::Row;

use crate::context::WriteContext;
use crate::counters::Sequence;
use crate::error::Result;
use crate::free;
use crate::items_write;
use crate::num::JobNum;
use crate::progress_row::Progress;
use crate::text::invalid;

#[derive(Clone, Debug)]
pub(crate) struct LeaseRow {
    pub(crate) id: LeaseId,
    pub(crate) job: JobNum,
    /// What is not reported yet; `None` is a plan.
    pub(crate) ranges: Option<Ranges>,
}

impl LeaseRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let ranges = match row.get_ref(2)?.as_str_or_null()? {
            None => None,
            Some(text) => Some(text.parse().map_err(|error| invalid(2, error))?),
        };
        Ok(LeaseRow {
            id: LeaseId(row.get(0)?),
            job: row.get(1)?,
            ranges,
        })
    }
}

/// Gives a new lease on a chunk, or on the plan.
pub(crate) fn insert(
    context: &mut WriteContext<'_>,
    job: JobNum,
    node: NodeId,
    ranges: Option<&Ranges>,
    now: Time,
) -> Result<LeaseId> {
    const INSERT: &str = "INSERT INTO leases (id, job, node, ranges, since)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let id = context.next(Sequence::Lease);
    let ranges = ranges.map(Ranges::to_string);
    context.execute(INSERT, (id, job, node.0, ranges, now.as_micros()))?;
    Ok(LeaseId(id))
}

pub(crate) fn get(context: &WriteContext<'_>, id: LeaseId) -> Result<Option<LeaseRow>> {
    const SELECT: &str = "SELECT id, job, ranges FROM leases WHERE id = ?1";
    context.find(SELECT, (id.0,), LeaseRow::read)
}

pub(crate) fn of_job(context: &WriteContext<'_>, job: JobNum) -> Result<Vec<LeaseRow>> {
    const SELECT: &str = "SELECT id, job, ranges FROM leases WHERE job = ?1";
    context.list(SELECT, (job,), LeaseRow::read)
}

/// All chunks and plans that a node holds; of all nodes but one with `except`.
pub(crate) fn of_node(context: &WriteContext<'_>, node: NodeId) -> Result<Vec<LeaseRow>> {
    const SELECT: &str = "SELECT id, job, ranges FROM leases WHERE node = ?1 ORDER BY id";
    context.list(SELECT, (node.0,), LeaseRow::read)
}

/// Every chunk and plan in anyone's hands.
pub(crate) fn all(context: &WriteContext<'_>) -> Result<Vec<LeaseRow>> {
    context.list(
        "SELECT id, job, ranges FROM leases ORDER BY id",
        (),
        LeaseRow::read,
    )
}

pub(crate) fn shorten(context: &WriteContext<'_>, id: LeaseId, ranges: &Ranges) -> Result<()> {
    let update = "UPDATE leases SET ranges = ?2 WHERE id = ?1";
    context.execute(update, (id.0, ranges.to_string()))?;
    Ok(())
}

pub(crate) fn delete(context: &WriteContext<'_>, id: LeaseId) -> Result<()> {
    context.execute("DELETE FROM leases WHERE id = ?1", (id.0,))?;
    Ok(())
}

/// How work comes back to its job.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Back {
    /// It may have killed a worker: its items are handed out one at a time.
    pub(crate) alone: bool,
    /// It goes before all other.
    pub(crate) first: bool,
}

/// Ends a lease and gives what it did not report back to the job. Saving `progress` is the
/// caller's part.
pub(crate) fn take_back(
    context: &WriteContext<'_>,
    progress: &mut Progress,
    lease: &LeaseRow,
    back: Back,
) -> Result<()> {
    delete(context, lease.id)?;
    progress.leases = progress.leases.saturating_sub(1);
    let Some(ranges) = &lease.ranges else {
        return forget_plan(context, progress);
    };
    if back.first {
        free::add_returned(context, lease.job, ranges, back.alone)?;
    } else {
        free::add(context, lease.job, ranges, back.alone)?;
    }
    progress.free += ranges.len();
    progress.counters.running = progress.counters.running.saturating_sub(ranges.len());
    Ok(())
}

/// Drops what an unfinished plan has listed; planning starts again.
fn forget_plan(context: &WriteContext<'_>, progress: &mut Progress) -> Result<()> {
    if progress.listed > 0 {
        items_write::remove_all(context, progress.job)?;
        progress.listed = 0;
    }
    Ok(())
}

/// Ends all leases of a job; returns them.
pub(crate) fn revoke_all(
    context: &WriteContext<'_>,
    progress: &mut Progress,
) -> Result<Vec<LeaseId>> {
    let mut revoked = Vec::new();
    if progress.leases > 0 {
        for lease in of_job(context, progress.job)? {
            take_back(context, progress, &lease, Back::default())?;
            revoked.push(lease.id);
        }
    }
    Ok(revoked)
}
