//! Reading jobs: the one mapping from rows to [`Job`].

use paceline_core::job::JobKind;
use paceline_core::progress::Stage;
use paceline_core::{Job, JobId};
use rusqlite::{Connection, Row};

use crate::context::{find, list};
use crate::error::Result;
use crate::job_columns::JobColumns;
use crate::job_row::kind;
use crate::num::JobNum;
use crate::progress_row::counters;
use crate::text::{invalid, word};

/// The columns of [`read`], of `jobs j` and `progress p`.
pub(crate) const COLUMNS: &str = "SELECT j.num, j.id, j.name, j.task, j.queue, j.kind, j.state,
    j.priority, j.attempt, j.created_at, j.run_at, j.started_at, j.finished_at, j.lease, j.user,
    j.key, j.batch, j.labels, j.options, j.error, j.result, j.params, p.total, p.succeeded,
    p.failed, p.skipped, p.cancelled, p.running, p.rate, p.fraction, p.stage, p.message,
    p.memory_bytes, p.next_due, CASE WHEN j.after_policy IS NOT NULL THEN (
        SELECT group_concat(hex(a.id)) FROM (
            SELECT a.id FROM dependencies d JOIN jobs a ON a.num = d.parent
            WHERE d.child = j.num AND d.policy <> 'duplicate' ORDER BY d.parent) a) END,
    j.after_policy, j.merged_into, j.merged_count,
    CASE WHEN j.results_expired IS NULL THEN 0
        WHEN j.finished_at < j.results_swept_at THEN 2 ELSE 1 END, j.cached_from";

pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Job> {
    let kind = kind(row, 5)?;
    let text = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str_or_null()?);
    let columns = JobColumns {
        id: JobId::from_bytes(row.get(1)?),
        name: row.get(2)?,
        task: row.get(3)?,
        queue: row.get(4)?,
        kind,
        state: word(row, 6)?,
        priority: row.get(7)?,
        attempt: row.get(8)?,
        created_at: row.get(9)?,
        run_at: row.get(10)?,
        started_at: row.get(11)?,
        finished_at: row.get(12)?,
        leased: row.get::<_, Option<i64>>(13)?.is_some(),
        user: row.get(14)?,
        key: row.get(15)?,
        batch: row.get(16)?,
        labels: text(17)?,
        options: row.get_ref(18)?.as_str()?,
        error: text(19)?,
        result: text(20)?,
        params: row.get_ref(21)?.as_str()?,
        counters: match kind {
            JobKind::Unit => None,
            JobKind::Items | JobKind::Planned => Some(counters(row, 22)?),
        },
        rate: row.get(28)?,
        stage: Stage {
            fraction: row.get(29)?,
            name: row.get(30)?,
            message: row.get(31)?,
        },
        memory_bytes: row.get(32)?,
        next_due: row.get(33)?,
        after: text(34)?,
        after_policy: text(35)?,
        merged_into: row.get::<_, Option<[u8; 16]>>(36)?.map(JobId::from_bytes),
        merged_count: row.get(37)?,
        results_removed: row.get(38)?,
        cached_from: row.get::<_, Option<[u8; 16]>>(39)?.map(JobId::from_bytes),
    };
    columns.job().map_err(|error| invalid(0, error))
}

pub(crate) fn job(connection: &Connection, id: JobId) -> Result<Option<Job>> {
    let sql =
        format!("{COLUMNS} FROM jobs j LEFT JOIN progress p ON p.job = j.num WHERE j.id = ?1");
    find(connection, &sql, (id.into_bytes(),), read)
}

/// The row number of a job.
pub(crate) fn num(connection: &Connection, id: JobId) -> Result<Option<JobNum>> {
    let select = "SELECT num FROM jobs WHERE id = ?1";
    find(connection, select, (id.into_bytes(),), |row| row.get(0))
}

/// Jobs whose id begins so, at most two.
pub(crate) fn by_prefix(connection: &Connection, prefix: &str) -> Result<Vec<JobId>> {
    const SELECT: &str = "SELECT id FROM jobs WHERE id >= ?1 AND id <= ?2 ORDER BY id LIMIT 2";
    let Some((first, last)) = id_range(prefix) else {
        return Ok(Vec::new());
    };
    list(connection, SELECT, (first, last), |row| {
        row.get(0).map(JobId::from_bytes)
    })
}

/// The smallest and the largest id that begin with a text; `None` if no id can.
pub(crate) fn id_range(prefix: &str) -> Option<([u8; 16], [u8; 16])> {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    let mut digits = String::new();
    for (position, c) in prefix.chars().enumerate() {
        match c {
            '-' if DASHES.contains(&position) => {}
            c if c.is_ascii_hexdigit() && !DASHES.contains(&position) => digits.push(c),
            _ => return None,
        }
    }
    if digits.is_empty() || digits.len() > 32 {
        return None;
    }
    let fill = |with: char| {
        let text: String = digits
            .chars()
            .chain(std::iter::repeat(with))
            .take(32)
            .collect();
        u128::from_str_radix(&text, 16).ok().map(u128::to_be_bytes)
    };
    Some((fill('0')?, fill('f')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_ranges_of_ids() {
        let (first, last) = id_range("019d0f3a-7").expect("a prefix");
        assert_eq!(first[..5], [0x01, 0x9d, 0x0f, 0x3a, 0x70]);
        assert_eq!(last[..6], [0x01, 0x9d, 0x0f, 0x3a, 0x7f, 0xff]);
        assert_eq!(id_range("x"), None);
        assert_eq!(id_range(""), None);
        assert_eq!(id_range("019d-"), None);
    }
}
