//! Pages of jobs in any order and counts of them, by SQL alone: each reads all jobs that it must
//! sort, which is fine as long as they are few.

use paceline_core::query::{JobFilter, JobQuery, Page, SortKey};
use paceline_core::store::StoreError;
use paceline_core::{Job, JobState, Time};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::catalogue_query::{Place, rank};
use crate::context::find;
use crate::error::Result;
use crate::filter::Conditions;
use crate::read;

/// Billionths of a job that are done. Whole numbers: a fraction would not come back from a
/// cursor's text the same.
pub(crate) const PROGRESS: &str = "CASE
    WHEN j.state = 'completed' THEN 1000000000
    WHEN j.state = 'merged' OR j.kind = 'unit' OR p.total = 0 THEN 0
    ELSE 1000000000 * (p.succeeded + p.failed + p.skipped + p.cancelled) / p.total END";

/// What a page is sorted by, as SQL. Equal values are in the order of submission; what has no
/// value yet comes lowest.
fn expression(key: SortKey) -> String {
    match key {
        SortKey::CreatedAt => "j.num".to_owned(),
        SortKey::StartedAt => "coalesce(j.started_at, -1)".to_owned(),
        SortKey::FinishedAt => "coalesce(j.finished_at, -1)".to_owned(),
        SortKey::Priority => "j.priority".to_owned(),
        SortKey::Progress => PROGRESS.to_owned(),
        SortKey::Duration => "coalesce(j.finished_at - j.started_at, -1)".to_owned(),
        SortKey::State => {
            let ranks = JobState::ALL
                .iter()
                .map(|&state| format!(" WHEN '{state}' THEN {}", rank(state)));
            format!("CASE j.state{} END", ranks.collect::<String>())
        }
    }
}

pub(crate) fn jobs(connection: &Connection, query: &JobQuery) -> Result<Page<Job>> {
    let mut conditions = Conditions::new(&query.filter);
    let key = expression(query.sort.key);
    let (direction, beyond) = if query.sort.descending {
        ("DESC", "<")
    } else {
        ("ASC", ">")
    };
    if let Some(cursor) = &query.cursor {
        let (value, num) = position(cursor)?;
        conditions.add(
            &format!("({key}, j.num) {beyond} (?, ?)"),
            [Value::Integer(value), Value::Integer(num)],
        );
    }
    let sql = format!(
        "{}, {key} AS sort_key FROM jobs j LEFT JOIN progress p ON p.job = j.num
        WHERE {} ORDER BY {key} {direction}, j.num {direction} LIMIT {}",
        read::COLUMNS,
        conditions.sql(),
        u64::from(query.limit) + 1,
    );
    let mut select = connection.prepare_cached(&sql)?;
    let rows = select.query_map(params_from_iter(conditions.values()), |row| {
        Ok((read::read(row)?, (row.get("sort_key")?, row.get(0)?)))
    })?;
    let mut rows: Vec<(Job, Place)> = rows.collect::<rusqlite::Result<_>>()?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|(_, place)| cursor(*place));
    Ok(Page {
        items: rows.into_iter().map(|(job, _)| job).collect(),
        next,
    })
}

/// Where the page after this place begins.
pub(crate) fn cursor((value, num): Place) -> String {
    format!("{value}.{num}")
}

pub(crate) fn position(cursor: &str) -> Result<Place, StoreError> {
    const WRONG: StoreError = StoreError::NotFound("page: the cursor is not one of this list");
    let (value, num) = cursor.split_once('.').ok_or(WRONG)?;
    let number = |text: &str| text.parse::<i64>().map_err(|_| WRONG);
    Ok((number(value)?, number(num)?))
}

/// How many jobs match, counted up to one more than `cap`.
pub(crate) fn count(connection: &Connection, filter: &JobFilter, cap: u64) -> Result<u64> {
    let conditions = Conditions::new(filter);
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM jobs j WHERE {} LIMIT {})",
        conditions.sql(),
        cap.saturating_add(1),
    );
    let values = params_from_iter(conditions.values());
    let counted = find(connection, &sql, values, |row| row.get(0))?;
    Ok(counted.unwrap_or(0))
}

/// Jobs that ended since: how many, and how many of them completed.
pub(crate) fn throughput(connection: &Connection, since: Time) -> Result<(u64, u64)> {
    const SELECT: &str = "SELECT count(*), coalesce(sum(state = 'completed'), 0) FROM jobs
        WHERE finished_at IS NOT NULL AND finished_at >= ?1";
    let counted = find(connection, SELECT, (since.as_micros(),), |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(counted.unwrap_or_default())
}
