//! What can wait until the writer has nothing else to do, done in slices of milliseconds.

use std::time::Duration;

use crate::context::WriteContext;
use crate::error::Result;
use crate::num::JobNum;
use crate::search;

/// How long the writer must have been idle before the first slice, so that nobody who calls again
/// and again waits for one …
pub(crate) const AFTER_CALLS: Duration = Duration::from_millis(200);
/// … and between slices.
pub(crate) const BETWEEN: Duration = Duration::from_millis(1);
/// After this long without a slice there is one in the midst of calls too.
pub(crate) const AT_LEAST_EVERY: Duration = Duration::from_secs(1);
/// Items removed in one slice.
const SLICE: u32 = 500;

/// Does a little; false when nothing is left to do.
pub(crate) fn slice(context: &mut WriteContext<'_>) -> Result<bool> {
    let removed = remove_garbage(context, SLICE)?;
    Ok(search::index_some(context)? || removed)
}

/// Removes up to `most` items of jobs that are gone. Returns whether there was anything.
fn remove_garbage(context: &WriteContext<'_>, most: u32) -> Result<bool> {
    const FIRST: &str = "SELECT job, task FROM garbage ORDER BY job LIMIT 1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let Some((job, task)) = context.find(FIRST, (), read)? else {
        return Ok(false);
    };
    let task: String = task;
    if !remove_items(context, job, &task, most)? {
        context.execute("DELETE FROM garbage WHERE job = ?1", (job,))?;
    }
    Ok(true)
}

/// False when there were none left.
fn remove_items(context: &WriteContext<'_>, job: JobNum, task: &str, most: u32) -> Result<bool> {
    const ITEMS: &str = "DELETE FROM items WHERE place IN (
        SELECT place FROM items WHERE place BETWEEN ?1 AND ?2 LIMIT ?3) RETURNING place, key";
    const KEY: &str = "DELETE FROM item_keys WHERE job = ?1 AND key = ?2";
    const SUCCESS: &str = "DELETE FROM successes WHERE task = ?1 AND key = ?2 AND place = ?3";
    const OUTCOME: &str = "DELETE FROM outcomes WHERE place = ?1";
    let (first, last) = job.places();
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let removed: Vec<(i64, Option<String>)> = context.list(ITEMS, (first, last, most), read)?;
    for (place, key) in &removed {
        context.execute(OUTCOME, (place,))?;
        if let Some(key) = key {
            context.execute(KEY, (job, key))?;
            context.execute(SUCCESS, (task, key, place))?;
        }
    }
    Ok(!removed.is_empty())
}
