//! Answers that are remembered by their `Idempotency-Key`.

use paceline_core::Time;

use super::error::Result;
use super::row::Columns;
use super::session::{Session, values};

pub(crate) async fn recall(
    session: &mut Session,
    key: &str,
    now: Time,
) -> Result<Option<(Vec<u8>, String)>> {
    const SELECT: &str = "SELECT hash, answer FROM idempotency WHERE key = $1 AND until > $2";
    if key.contains('\0') {
        return Ok(None);
    }
    let row = session.find(SELECT, values![key, now.as_micros()]).await?;
    row.map(|row| Ok((row.value(0)?, row.text(1)?))).transpose()
}
