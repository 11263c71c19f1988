//! Free work of jobs with items: taking chunks out of it, and reading their items.

use std::collections::{HashMap, VecDeque};

use paceline_core::lease::{Lease, LeasedItem, LeasedWork};
use paceline_core::ranges::Ranges;
use paceline_core::{LeaseId, Seq};
use tokio_postgres::Row;

use super::changes::Changes;
use super::error::{Error, Result};
use super::row::{Columns, int};
use crate::free::RETURNED;
use crate::num::JobNum;

/// Free ranges of jobs that are due, of each job retries first.
pub(crate) const DUE_RANGES: &str = "SELECT r.* FROM unnest($1::bigint[]) n (job), LATERAL (
        (SELECT job, not_before, first_seq, last_seq, alone FROM ranges
            WHERE job = n.job AND not_before > 0 AND not_before <= $2
            ORDER BY not_before, first_seq LIMIT $3)
        UNION ALL
        (SELECT job, not_before, first_seq, last_seq, alone FROM ranges
            WHERE job = n.job AND not_before = 0 ORDER BY first_seq LIMIT $3)) r";
pub(crate) const ITEMS: &str = "SELECT i.job, i.seq, i.key, i.payload, coalesce(o.attempts, 0)
    FROM unnest($1::bigint[], $2::integer[], $3::integer[]) n (job, first_seq, last_seq)
    JOIN items i ON i.job = n.job AND i.seq BETWEEN n.first_seq AND n.last_seq
    LEFT JOIN outcomes o ON o.job = i.job AND o.seq = i.seq";

/// A row of `ranges`, and how much of it is left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Free {
    not_before: i64,
    /// The first position as it stands in the table.
    stored: u32,
    first: u32,
    last: u32,
    alone: bool,
}

impl Free {
    pub(crate) fn len(self) -> u32 {
        (self.last + 1).saturating_sub(self.first)
    }

    /// Some of it is left that came back and goes first.
    pub(crate) fn goes_first(self) -> bool {
        self.not_before == RETURNED && self.len() > 0
    }
}

pub(crate) fn read_range(row: &Row) -> Result<Free> {
    Ok(Free {
        not_before: row.number(1)?,
        stored: row.count(2)?,
        first: row.count(2)?,
        last: row.count(3)?,
        alone: row.value(4)?,
    })
}

/// Takes out up to `most` items, retries first. Items that may have killed a worker are taken one
/// at a time. Rows that are used up stay, empty.
pub(crate) fn take(ranges: &mut VecDeque<Free>, most: u32) -> Ranges {
    let mut seqs = Vec::new();
    let mut count = 0;
    for row in ranges.iter_mut().filter(|row| row.len() > 0) {
        let wanted = match row.alone {
            // Nothing shares a chunk with a suspect.
            true if count > 0 => continue,
            true => 1,
            false => row.len().min(most - count),
        };
        if wanted == 0 {
            break;
        }
        seqs.extend((row.first..row.first + wanted).map(Seq));
        row.first += wanted;
        count += wanted;
        if row.alone {
            break;
        }
    }
    Ranges::from_seqs(seqs)
}

/// Writes down what was taken out of the ranges.
pub(crate) fn write_taken<'a>(
    changes: &mut Changes,
    ready: impl IntoIterator<Item = (&'a JobNum, &'a VecDeque<Free>)>,
) {
    for (job, ranges) in ready {
        for range in ranges.iter().filter(|range| range.first > range.stored) {
            let row = (job.0, range.not_before, int(range.stored), int(range.first));
            if range.len() == 0 {
                changes.taken.push(row);
            } else {
                changes.cut.push(row);
            }
        }
    }
}

/// Chunks that were leased, whose items are still to be read.
#[derive(Debug, Default)]
pub(crate) struct Chunks(HashMap<LeaseId, (JobNum, Ranges)>);

impl Chunks {
    pub(crate) fn add_chunk(&mut self, lease: LeaseId, job: JobNum, positions: Ranges) {
        self.0.insert(lease, (job, positions));
    }

    /// Items of a chunk.
    pub(crate) fn len(&self, lease: LeaseId) -> u32 {
        self.0
            .get(&lease)
            .map_or(0, |(_, positions)| positions.len())
    }

    /// The ranges of all chunks, as arrays.
    pub(crate) fn bounds(&self) -> (Vec<i64>, Vec<i32>, Vec<i32>) {
        let (mut jobs, mut firsts, mut lasts) = (Vec::new(), Vec::new(), Vec::new());
        for (job, positions) in self.0.values() {
            for (first, last) in positions.iter() {
                jobs.push(job.0);
                firsts.push(int(first.0));
                lasts.push(int(last.0));
            }
        }
        (jobs, firsts, lasts)
    }
}

/// Gives leases the items of their chunks.
pub(crate) fn fill(
    mut served: Vec<Vec<Lease>>,
    rows: &[Row],
    chunks: &Chunks,
) -> Result<Vec<Vec<Lease>>> {
    let mut items: HashMap<(JobNum, Seq), LeasedItem> = HashMap::with_capacity(rows.len());
    for row in rows {
        let item = LeasedItem {
            seq: Seq(row.count(1)?),
            key: row.maybe_text(2)?,
            payload: row.json(3)?,
            attempt: row.count(4)? + 1,
        };
        items.insert((row.num(0)?, item.seq), item);
    }
    for lease in served.iter_mut().flatten() {
        let Some((job, positions)) = chunks.0.get(&lease.id) else {
            continue;
        };
        let of_chunk = positions.seqs().map(|seq| items.remove(&(*job, seq)));
        let of_chunk: Option<Vec<LeasedItem>> = of_chunk.collect();
        let of_chunk = of_chunk.ok_or_else(|| {
            Error::corrupt(format!(
                "items {positions} of job number {} are missing",
                job.0
            ))
        })?;
        lease.work = LeasedWork::Chunk(of_chunk);
    }
    Ok(served)
}
