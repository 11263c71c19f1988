//! Leasing chunks of jobs with items, and plans.

use std::collections::HashMap;

use paceline_core::chunk;
use paceline_core::lease::{Lease, LeasedItem, LeasedWork};
use paceline_core::ranges::Ranges;
use paceline_core::store::{Claim, Offer};
use paceline_core::{Json, Seq};

use crate::context::WriteContext;
use crate::error::{Error, Result};
use crate::free;
use crate::job_row::JobRow;
use crate::leases;
use crate::num::{JobNum, seq_of};
use crate::parents;
use crate::progress_row::Progress;

/// What is left of a job after a lease.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    /// It may have one more.
    pub(crate) more: bool,
    /// It has more work that came back.
    pub(crate) returned: bool,
}

/// Leases the job's next chunk, or its plan. Also tells what is left.
pub(crate) fn lease(
    context: &mut WriteContext<'_>,
    num: JobNum,
    claim: &Claim,
    offer: &Offer,
    turn: i64,
) -> Result<(Option<Lease>, Left)> {
    let job = JobRow::existing(context, num)?;
    let mut progress = Progress::existing(context, num)?;
    progress.last_served = turn;
    let work = if progress.planned {
        take_chunk(context, &job, &mut progress, claim, offer)?
    } else {
        Some((None, LeasedWork::Plan))
    };
    progress.returned = progress.returned && free::has_returned(context, num)?;
    let returned = progress.returned;
    let Some((ranges, work)) = work else {
        progress.save(context, job.state, claim.now)?;
        let more = false;
        return Ok((None, Left { more, returned }));
    };
    if progress.leases == 0 {
        let done = progress.counters.done();
        progress.rate.work_begins(claim.now, done);
    }
    progress.leases += 1;
    let more = progress.save(context, job.state, claim.now)?;
    if let Some(ranges) = &ranges {
        context.handed_out(&job.task, ranges.len(), claim.now);
    }
    let id = leases::insert(context, num, claim.node, ranges.as_ref(), claim.now)?;
    let time_left = job.deadline_at.map(|deadline| deadline.since(claim.now));
    let parents = if job.after.is_some() {
        parents::results(context.connection, num)?
    } else {
        Vec::new()
    };
    let lease = Lease {
        id,
        job: job.id,
        params: params(context, num)?,
        time_left: time_left.unwrap_or(job.options.timeout),
        task: job.task,
        options: job.options,
        attempt: job.attempt,
        work,
        parents,
    };
    Ok((Some(lease), Left { more, returned }))
}

/// Cuts a chunk out of the free work and reads its items.
fn take_chunk(
    context: &WriteContext<'_>,
    job: &JobRow,
    progress: &mut Progress,
    claim: &Claim,
    offer: &Offer,
) -> Result<Option<(Option<Ranges>, LeasedWork)>> {
    let workers = job.options.workers.unwrap_or(u32::MAX).min(offer.workers);
    let size = chunk::size(progress.free, workers, job.options.chunk_size);
    let most = context.most_of(&job.task, claim.now);
    let size = most.map_or(size, |most| size.min(most));
    let ranges = free::take(context, job.num, size, claim.now)?;
    if ranges.is_empty() {
        return Ok(None);
    }
    progress.free = progress.free.saturating_sub(ranges.len());
    progress.counters.running += ranges.len();
    let items = items(context, job.num, &ranges)?;
    Ok(Some((Some(ranges), LeasedWork::Chunk(items))))
}

fn items(context: &WriteContext<'_>, job: JobNum, ranges: &Ranges) -> Result<Vec<LeasedItem>> {
    const SELECT: &str = "SELECT place, key, payload FROM items WHERE place BETWEEN ?1 AND ?2";
    let mut select = context.connection.prepare_cached(SELECT)?;
    let attempts = attempts(context, job, ranges)?;
    let mut items = Vec::with_capacity(usize::try_from(ranges.len()).unwrap_or(0));
    for (first, last) in ranges.iter() {
        let mut rows = select.query((job.place(first), job.place(last)))?;
        while let Some(row) = rows.next()? {
            let seq = seq_of(row.get(0)?);
            items.push(LeasedItem {
                seq,
                key: row.get(1)?,
                payload: Json::from_checked(row.get_ref(2)?.as_str()?),
                attempt: attempts.get(&seq).copied().unwrap_or(0) + 1,
            });
        }
    }
    if items.len() != usize::try_from(ranges.len()).unwrap_or(0) {
        return Err(Error::corrupt(format!(
            "items {ranges} of job number {} are missing",
            job.0
        )));
    }
    Ok(items)
}

/// Attempts that ended, of the items that had any.
pub(crate) fn attempts(
    context: &WriteContext<'_>,
    job: JobNum,
    ranges: &Ranges,
) -> Result<HashMap<Seq, u32>> {
    const SELECT: &str = "SELECT place, attempts FROM outcomes WHERE place BETWEEN ?1 AND ?2";
    let mut select = context.connection.prepare_cached(SELECT)?;
    let mut attempts = HashMap::new();
    for (first, last) in ranges.iter() {
        let mut rows = select.query((job.place(first), job.place(last)))?;
        while let Some(row) = rows.next()? {
            attempts.insert(seq_of(row.get(0)?), row.get(1)?);
        }
    }
    Ok(attempts)
}

fn params(context: &WriteContext<'_>, num: JobNum) -> Result<Json> {
    let select = "SELECT params FROM jobs WHERE num = ?1";
    let params: Option<String> = context.find(select, (num,), |row| row.get(0))?;
    params
        .map(Json::from_checked)
        .ok_or_else(|| Error::corrupt(format!("job number {} is missing", num.0)))
}
