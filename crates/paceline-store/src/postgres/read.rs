//! Reading jobs: the one mapping from rows to [`Job`].

use paceline_core::job::JobKind;
use paceline_core::progress::Stage;
use paceline_core::{Job, JobId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::error::Result;
use super::row::{Columns, invalid, uuid};
use super::session::{Session, values};
use crate::job_columns::JobColumns;
use crate::num::JobNum;
use crate::read::id_range;

/// The columns of [`read`], of `jobs j` and `progress p`.
pub(crate) const COLUMNS: &str = "SELECT j.num, j.id, j.name, j.task, j.queue, j.kind, j.state,
    j.priority, j.attempt, j.created_at, j.run_at, j.started_at, j.finished_at,
    j.lease IS NOT NULL, j.user_name, j.key, j.batch, j.labels, j.options, j.error, j.result,
    j.params, p.total, p.succeeded, p.failed, p.skipped, p.cancelled, p.running, p.rate,
    p.fraction, p.stage, p.message, p.memory_bytes, p.next_due,
    CASE WHEN j.after_policy IS NOT NULL THEN (
        SELECT string_agg(a.id::text, ',' ORDER BY d.parent)
        FROM dependencies d JOIN jobs a ON a.num = d.parent
        WHERE d.child = j.num AND d.policy <> 'duplicate') END,
    j.after_policy, j.merged_into, j.merged_count,
    (CASE WHEN j.results_expired IS NULL THEN 0
        WHEN j.finished_at < j.results_swept_at THEN 2 ELSE 1 END)::bigint, j.cached_from";

/// How many columns [`COLUMNS`] are.
pub(crate) const COUNT: usize = 40;

pub(crate) fn read(row: &Row) -> Result<Job> {
    let kind = row.kind(5)?;
    let priority: i32 = row.value(7)?;
    let columns = JobColumns {
        id: row.job_id(1)?,
        name: row.text(2)?,
        task: row.text(3)?,
        queue: row.text(4)?,
        kind,
        state: row.word(6)?,
        priority: i64::from(priority),
        attempt: row.count(8)?,
        created_at: row.number(9)?,
        run_at: row.value(10)?,
        started_at: row.value(11)?,
        finished_at: row.value(12)?,
        leased: row.value(13)?,
        user: row.maybe_text(14)?,
        key: row.maybe_text(15)?,
        batch: row.maybe_text(16)?,
        labels: row.value(17)?,
        options: row.value(18)?,
        error: row.value(19)?,
        result: row.value(20)?,
        params: row.value(21)?,
        counters: match kind {
            JobKind::Unit => None,
            JobKind::Items | JobKind::Planned => Some(row.counters(22)?),
        },
        rate: row.value(28)?,
        stage: Stage {
            fraction: row.value(29)?,
            name: row.maybe_text(30)?,
            message: row.maybe_text(31)?,
        },
        memory_bytes: row.maybe_size(32)?,
        next_due: row.value(33)?,
        after: row.value(34)?,
        after_policy: row.value(35)?,
        merged_into: row
            .value::<Option<Uuid>>(36)?
            .map(|id| JobId::from_bytes(id.into_bytes())),
        merged_count: row.maybe_count(37)?,
        results_removed: row.number(38)?,
        cached_from: row
            .value::<Option<Uuid>>(39)?
            .map(|id| JobId::from_bytes(id.into_bytes())),
    };
    columns.job().map_err(|error| invalid(0, error))
}

pub(crate) async fn job(session: &mut Session, id: JobId) -> Result<Option<Job>> {
    let sql =
        format!("{COLUMNS} FROM jobs j LEFT JOIN progress p ON p.job = j.num WHERE j.id = $1");
    let row = session.find(&sql, values![uuid(id)]).await?;
    row.as_ref().map(read).transpose()
}

/// The number of a job.
pub(crate) async fn num(session: &mut Session, id: JobId) -> Result<Option<JobNum>> {
    const SELECT: &str = "SELECT num FROM jobs WHERE id = $1";
    let row = session.find(SELECT, values![uuid(id)]).await?;
    row.map(|row| row.num(0)).transpose()
}

/// Jobs whose id begins so, at most two.
pub(crate) async fn by_prefix(session: &mut Session, prefix: &str) -> Result<Vec<JobId>> {
    const SELECT: &str = "SELECT id FROM jobs WHERE id >= $1 AND id <= $2 ORDER BY id LIMIT 2";
    let Some((first, last)) = id_range(prefix) else {
        return Ok(Vec::new());
    };
    let range = values![Uuid::from_bytes(first), Uuid::from_bytes(last)];
    let rows = session.list(SELECT, range).await?;
    rows.iter().map(|row| row.job_id(0)).collect()
}
