//! Answers that are remembered by their `Idempotency-Key`.

use paceline_core::Time;
use rusqlite::Connection;

use crate::context::{WriteContext, find};
use crate::error::Result;

pub(crate) fn recall(
    connection: &Connection,
    key: &str,
    now: Time,
) -> Result<Option<(Vec<u8>, String)>> {
    let select = "SELECT hash, answer FROM idempotency WHERE key = ?1 AND until > ?2";
    find(connection, select, (key, now.as_micros()), |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

pub(crate) fn remember(
    context: &WriteContext<'_>,
    key: &str,
    hash: &[u8],
    answer: &str,
    until: Time,
) -> Result<()> {
    let upsert = "INSERT OR REPLACE INTO idempotency (key, hash, answer, until)
        VALUES (?1, ?2, ?3, ?4)";
    context.execute(upsert, (key, hash, answer, until.as_micros()))?;
    Ok(())
}

/// Tells whether nothing was remembered before.
pub(crate) fn remember_first(
    context: &WriteContext<'_>,
    key: &str,
    hash: &[u8],
    answer: &str,
    (until, now): (Time, Time),
) -> Result<bool> {
    if recall(context.connection, key, now)?.is_some() {
        return Ok(false);
    }
    remember(context, key, hash, answer, until)?;
    Ok(true)
}
