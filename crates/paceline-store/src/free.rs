//! Free work: the ranges of items that have no end and are in no lease.
//!
//! Each item without an end is in exactly one range here or in exactly one lease. Keeping
//! `Progress::free` in step is the caller's part.

use paceline_core::ranges::Ranges;
use paceline_core::{Seq, Time};
use rusqlite::Row;

use crate::context::WriteContext;
use crate::error::Result;
use crate::num::JobNum;

/// Rows of work that came back from a lost worker or node, and goes before all other. Nodes of
/// schema versions before 16 take it for a retry that was due long ago.
pub(crate) const RETURNED: i64 = 1;

/// One row.
#[derive(Clone, Copy, Debug)]
struct Free {
    not_before: i64,
    first: u32,
    last: u32,
    alone: bool,
}

impl Free {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Free {
            not_before: row.get(0)?,
            first: row.get(1)?,
            last: row.get(2)?,
            alone: row.get(3)?,
        })
    }

    fn len(self) -> u32 {
        self.last - self.first + 1
    }
}

/// Adds items that can be leased at once, next to each other where they touch free ones.
pub(crate) fn add(
    context: &WriteContext<'_>,
    job: JobNum,
    ranges: &Ranges,
    alone: bool,
) -> Result<()> {
    for (first, last) in ranges.iter() {
        let mut range = Free {
            not_before: 0,
            first: first.0,
            last: last.0,
            alone,
        };
        if let Some(before) = neighbour_before(context, job, range)? {
            remove(context, job, before)?;
            range.first = before.first;
        }
        if let Some(after) = neighbour_after(context, job, range)? {
            remove(context, job, after)?;
            range.last = after.last;
        }
        insert(context, job, range)?;
    }
    Ok(())
}

/// Adds items that came back and go first.
pub(crate) fn add_returned(
    context: &WriteContext<'_>,
    job: JobNum,
    ranges: &Ranges,
    alone: bool,
) -> Result<()> {
    for (first, last) in ranges.iter() {
        let range = Free {
            not_before: RETURNED,
            first: first.0,
            last: last.0,
            alone,
        };
        insert(context, job, range)?;
    }
    Ok(())
}

/// Whether there are items that came back and go first.
pub(crate) fn has_returned(context: &WriteContext<'_>, job: JobNum) -> Result<bool> {
    const SELECT: &str = "SELECT 1 FROM ranges WHERE job = ?1 AND not_before = ?2 LIMIT 1";
    let found = context.find(SELECT, (job, RETURNED), |row| row.get::<_, i64>(0))?;
    Ok(found.is_some())
}

/// Adds one item whose next attempt is due at `at`.
pub(crate) fn add_later(context: &WriteContext<'_>, job: JobNum, seq: Seq, at: Time) -> Result<()> {
    let range = Free {
        not_before: later(at),
        first: seq.0,
        last: seq.0,
        alone: false,
    };
    insert(context, job, range)
}

/// When a retry is due, as it is written: smaller numbers are kept for what is due at once.
pub(crate) fn later(at: Time) -> i64 {
    at.as_micros().max(RETURNED + 1)
}

/// Makes all that waits for its next attempt due at once.
pub(crate) fn all_at_once(context: &WriteContext<'_>, job: JobNum) -> Result<()> {
    const WAITING: &str = "DELETE FROM ranges WHERE job = ?1 AND not_before > 0
        RETURNING first_seq, last_seq";
    let waiting = context.list(WAITING, (job,), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let seqs = waiting
        .into_iter()
        .flat_map(|(first, last): (u32, u32)| (first..=last).map(Seq));
    add(context, job, &Ranges::from_seqs(seqs), false)
}

pub(crate) fn clear(context: &WriteContext<'_>, job: JobNum) -> Result<()> {
    context.execute("DELETE FROM ranges WHERE job = ?1", (job,))?;
    Ok(())
}

/// When the first of the free items is due.
pub(crate) fn next_due(context: &WriteContext<'_>, job: JobNum) -> Result<Option<Time>> {
    const SELECT: &str = "SELECT not_before FROM ranges WHERE job = ?1
        ORDER BY not_before LIMIT 1";
    let due = context.find(SELECT, (job,), |row| row.get(0))?;
    Ok(due.map(Time::from_micros))
}

/// Takes out up to `most` items that are due, retries first. Items that may have killed a worker
/// are taken one at a time.
pub(crate) fn take(
    context: &WriteContext<'_>,
    job: JobNum,
    most: u32,
    now: Time,
) -> Result<Ranges> {
    const RETRIES: &str = "SELECT not_before, first_seq, last_seq, alone FROM ranges
        WHERE job = ?1 AND not_before > 0 AND not_before <= ?2
        ORDER BY not_before, first_seq LIMIT ?3";
    const OTHERS: &str = "SELECT not_before, first_seq, last_seq, alone FROM ranges
        WHERE job = ?1 AND not_before = 0 ORDER BY first_seq LIMIT ?2";
    let mut taken = Taken::default();
    let retries = context.list(RETRIES, (job, now.as_micros(), most), Free::read)?;
    taken.from(context, job, &retries, most)?;
    if taken.count < most {
        let others = context.list(OTHERS, (job, most), Free::read)?;
        taken.from(context, job, &others, most)?;
    }
    Ok(Ranges::from_seqs(taken.seqs))
}

#[derive(Default)]
struct Taken {
    seqs: Vec<Seq>,
    count: u32,
}

impl Taken {
    fn from(
        &mut self,
        context: &WriteContext<'_>,
        job: JobNum,
        rows: &[Free],
        most: u32,
    ) -> Result<()> {
        for &row in rows {
            let wanted = match row.alone {
                // Nothing shares a chunk with a suspect.
                true if self.count > 0 => continue,
                true => 1,
                false => row.len().min(most - self.count),
            };
            if wanted == 0 {
                break;
            }
            cut(context, job, row, wanted)?;
            self.seqs.extend((row.first..row.first + wanted).map(Seq));
            self.count += wanted;
            if row.alone {
                self.count = most;
                break;
            }
        }
        Ok(())
    }
}

/// Takes the first `count` items out of a row.
fn cut(context: &WriteContext<'_>, job: JobNum, row: Free, count: u32) -> Result<()> {
    const SHORTEN: &str = "UPDATE ranges SET first_seq = ?4
        WHERE job = ?1 AND not_before = ?2 AND first_seq = ?3";
    if count == row.len() {
        return remove(context, job, row);
    }
    context.execute(SHORTEN, (job, row.not_before, row.first, row.first + count))?;
    Ok(())
}

fn neighbour_before(context: &WriteContext<'_>, job: JobNum, range: Free) -> Result<Option<Free>> {
    const SELECT: &str = "SELECT not_before, first_seq, last_seq, alone FROM ranges
        WHERE job = ?1 AND not_before = 0 AND first_seq < ?2 ORDER BY first_seq DESC LIMIT 1";
    let before = context.find(SELECT, (job, range.first), Free::read)?;
    Ok(before.filter(|row| row.last + 1 == range.first && row.alone == range.alone))
}

fn neighbour_after(context: &WriteContext<'_>, job: JobNum, range: Free) -> Result<Option<Free>> {
    const SELECT: &str = "SELECT not_before, first_seq, last_seq, alone FROM ranges
        WHERE job = ?1 AND not_before = 0 AND first_seq = ?2";
    let after = context.find(SELECT, (job, range.last + 1), Free::read)?;
    Ok(after.filter(|row| row.alone == range.alone))
}

fn insert(context: &WriteContext<'_>, job: JobNum, range: Free) -> Result<()> {
    const INSERT: &str = "INSERT INTO ranges (job, not_before, first_seq, last_seq, alone)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let Free {
        not_before,
        first,
        last,
        alone,
    } = range;
    context.execute(INSERT, (job, not_before, first, last, alone))?;
    Ok(())
}

fn remove(context: &WriteContext<'_>, job: JobNum, range: Free) -> Result<()> {
    const DELETE: &str = "DELETE FROM ranges
        WHERE job = ?1 AND not_before = ?2 AND first_seq = ?3";
    context.execute(DELETE, (job, range.not_before, range.first))?;
    Ok(())
}
