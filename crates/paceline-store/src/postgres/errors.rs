//! A job's failures in groups of one kind and message shape.

use paceline_core::JobId;
use paceline_core::query::ErrorGroup;

use super::error::{Error, Result};
use super::read;
use super::row::Columns;
use super::session::{Session, values};
use crate::errors::{Groups, MOST};

/// Failures that are fetched at a time: each may carry a long traceback.
const STEP: u32 = 2_000;

pub(crate) async fn errors(session: &mut Session, id: JobId) -> Result<Vec<ErrorGroup>> {
    const SELECT: &str = "SELECT o.seq, o.error, coalesce(i.key, o.seq::text)
        FROM (SELECT seq, error FROM outcomes WHERE job = $1 AND state = 'failed'
            AND state <> 'succeeded' AND seq > $2 ORDER BY seq LIMIT $3) o
        JOIN LATERAL (SELECT key FROM items WHERE job = $1 AND seq = o.seq OFFSET 0) i ON true
        ORDER BY o.seq";
    let mut groups = Groups::default();
    let Some(num) = read::num(session, id).await? else {
        return Ok(Vec::new());
    };
    let mut after = -1;
    for _ in 0..MOST / STEP {
        let failures = session
            .list(SELECT, values![num.0, after, i64::from(STEP)])
            .await?;
        for row in &failures {
            let error = row.maybe_error(1)?;
            let error = error.ok_or_else(|| Error::corrupt("a failed item has no error"))?;
            groups.add(error, row.text(2)?);
            after = row.value(0)?;
        }
        if failures.len() < usize::try_from(STEP).unwrap_or(usize::MAX) {
            break;
        }
    }
    Ok(groups.most_frequent_first())
}
