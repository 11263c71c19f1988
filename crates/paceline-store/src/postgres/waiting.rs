//! Why jobs wait, in plain words, by the rules that hold them.

use paceline_core::JobId;
use paceline_core::admission::{Limits, Occupied, Reason};
use tokio_postgres::Row;
use uuid::Uuid;

use super::error::Result;
use super::row::{Columns, uuid};
use super::session::{Session, values};
use crate::waiting::Waiting;

/// Running jobs by user, for [`occupied`].
pub(crate) const OCCUPIED: &str =
    "SELECT user_name, count(*) FROM jobs WHERE lane IN (3, 4) GROUP BY user_name";

/// Running jobs, in all and by user.
pub(crate) fn occupied(rows: &[Row]) -> Result<Occupied> {
    let mut occupied = Occupied::default();
    for row in rows {
        let count = u32::try_from(row.size(1)?).unwrap_or(u32::MAX);
        occupied.jobs = occupied.jobs.saturating_add(count);
        if let Some(user) = row.maybe_text(0)? {
            occupied.by_user.insert(user, count);
        }
    }
    Ok(occupied)
}

pub(crate) async fn waiting_for(
    session: &mut Session,
    jobs: &[JobId],
    limits: Limits,
) -> Result<Vec<(JobId, Reason)>> {
    const SELECT: &str = "SELECT j.id, j.state, j.user_name, j.run_at, j.attempt, j.first_attempt
        FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, place)
        JOIN LATERAL (SELECT * FROM jobs WHERE id = wanted.id OFFSET 0) j ON true
        ORDER BY wanted.place";
    let occupied = occupied(&session.list(OCCUPIED, values![]).await?)?;
    let ids: Vec<Uuid> = jobs.iter().map(|id| uuid(*id)).collect();
    let mut reasons = Vec::new();
    for row in session.list(SELECT, values![ids]).await? {
        let waiting = Waiting {
            state: row.word(1)?,
            user: row.maybe_text(2)?,
            run_at: row.maybe_time(3)?,
            attempt: row.count(4)?,
            first_attempt: row.count(5)?,
        };
        if let Some(reason) = waiting.reason(&limits, &occupied) {
            reasons.push((row.job_id(0)?, reason));
        }
    }
    Ok(reasons)
}
