//! Writing items: under a job or an upload, with their keys, `only_new` decided as they come.

use paceline_core::item::NewItem;
use paceline_core::ranges::Ranges;
use paceline_core::store::StoreError;
use paceline_core::{Seq, Time};
use rusqlite::CachedStatement;

use crate::context::WriteContext;
use crate::error::Result;
use crate::num::{JobNum, MAX_ITEMS, seq_of};

/// Items that belong to one job, to be appended at a position.
#[derive(Debug)]
pub(crate) struct Append<'a> {
    pub(crate) job: JobNum,
    pub(crate) task: &'a str,
    /// The position of the first one.
    pub(crate) from: u32,
    pub(crate) items: &'a [NewItem],
    pub(crate) only_new: bool,
    pub(crate) now: Time,
}

struct Statements<'c> {
    item: CachedStatement<'c>,
    key: CachedStatement<'c>,
    known: CachedStatement<'c>,
    skip: CachedStatement<'c>,
}

impl<'c> Statements<'c> {
    fn prepare(context: &WriteContext<'c>) -> Result<Self> {
        const ITEM: &str = "INSERT INTO items (place, key, payload) VALUES (?1, ?2, ?3)";
        const KEY: &str = "INSERT OR IGNORE INTO item_keys (job, key, place) VALUES (?1, ?2, ?3)";
        const KNOWN: &str = "SELECT 1 FROM successes WHERE task = ?1 AND key = ?2
            AND EXISTS (SELECT 1 FROM jobs WHERE num = successes.place >> 24)";
        const SKIP: &str = "INSERT INTO outcomes (place, state, attempts, finished_at)
            VALUES (?1, 'skipped', 0, ?2)";
        let connection = context.connection;
        Ok(Statements {
            item: connection.prepare_cached(ITEM)?,
            key: connection.prepare_cached(KEY)?,
            known: connection.prepare_cached(KNOWN)?,
            skip: connection.prepare_cached(SKIP)?,
        })
    }
}

/// Writes the items; returns how many were skipped.
pub(crate) fn append(context: &WriteContext<'_>, append: &Append<'_>) -> Result<u32> {
    let count = u32::try_from(append.items.len()).unwrap_or(u32::MAX);
    if append.from.saturating_add(count) > MAX_ITEMS {
        return Err(StoreError::TooManyItems { max: MAX_ITEMS }.into());
    }
    let mut statements = Statements::prepare(context)?;
    let mut skipped = 0;
    for (item, seq) in append.items.iter().zip(append.from..) {
        let place = append.job.place(Seq(seq));
        statements
            .item
            .execute((place, &item.key, item.payload.as_str()))?;
        if let Some(key) = &item.key {
            if statements.key.execute((append.job, key, place))? == 0 {
                return Err(duplicate(context, append.job, key, Seq(seq))?.into());
            }
            if append.only_new && statements.known.exists((append.task, key))? {
                statements.skip.execute((place, append.now.as_micros()))?;
                skipped += 1;
            }
        }
    }
    Ok(skipped)
}

fn duplicate(
    context: &WriteContext<'_>,
    job: JobNum,
    key: &str,
    second: Seq,
) -> Result<StoreError> {
    const SELECT: &str = "SELECT place FROM item_keys WHERE job = ?1 AND key = ?2";
    let first = context.find(SELECT, (job, key), |row| row.get(0))?;
    Ok(StoreError::DuplicateKey {
        key: key.to_owned(),
        first: first.map(seq_of).unwrap_or_default(),
        second,
    })
}

/// All items of a job but the skipped ones: its work at the start.
pub(crate) fn not_skipped(
    context: &WriteContext<'_>,
    job: JobNum,
    total: u32,
    skipped: u32,
) -> Result<Ranges> {
    const SELECT: &str = "SELECT place FROM outcomes
        WHERE state = 'skipped' AND place BETWEEN ?1 AND ?2 ORDER BY place";
    if skipped == 0 {
        return Ok(Ranges::first(total));
    }
    if skipped == total {
        return Ok(Ranges::new());
    }
    let places = context.list(SELECT, job.places(), |row| row.get(0))?;
    Ok(all_but(total, places.into_iter().map(seq_of)))
}

/// The positions below `total` without some, which are in order.
pub(crate) fn all_but(total: u32, without: impl IntoIterator<Item = Seq>) -> Ranges {
    let mut without = without.into_iter().peekable();
    if without.peek().is_none() {
        return Ranges::first(total);
    }
    let all = (0..total).map(Seq);
    Ranges::from_seqs(all.filter(|seq| without.next_if_eq(seq).is_none()))
}

/// Moves all items of an upload to a job, with their keys and what was decided of them.
pub(crate) fn move_all(context: &WriteContext<'_>, from: JobNum, to: JobNum) -> Result<()> {
    let (first, last) = from.places();
    let by = to.place(Seq(0)) - from.place(Seq(0));
    for sql in [
        "UPDATE items SET place = place + ?3 WHERE place BETWEEN ?1 AND ?2",
        "UPDATE outcomes SET place = place + ?3 WHERE place BETWEEN ?1 AND ?2",
    ] {
        context.execute(sql, (first, last, by))?;
    }
    let keys = "UPDATE item_keys SET job = ?2, place = place + ?3 WHERE job = ?1";
    context.execute(keys, (from, to, by))?;
    Ok(())
}

/// Removes all items of a job, with their keys and what became of them.
pub(crate) fn remove_all(context: &WriteContext<'_>, job: JobNum) -> Result<()> {
    let places = job.places();
    context.execute("DELETE FROM item_keys WHERE job = ?1", (job,))?;
    context.execute("DELETE FROM items WHERE place BETWEEN ?1 AND ?2", places)?;
    context.execute("DELETE FROM outcomes WHERE place BETWEEN ?1 AND ?2", places)?;
    Ok(())
}
