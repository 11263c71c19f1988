//! Pages of jobs in any order, and counts of them.

use paceline_core::Job;
use paceline_core::Time;
use paceline_core::query::{Count, JobFilter, JobQuery, Page, SortKey};
use paceline_core::store::StoreError;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use crate::context::find;
use crate::error::Result;
use crate::filter::Conditions;
use crate::read;

/// What a page is sorted by, as SQL. Equal values are in the order of submission; what has no
/// value yet comes lowest.
const fn expression(key: SortKey) -> &'static str {
    match key {
        SortKey::CreatedAt => "j.num",
        SortKey::StartedAt => "coalesce(j.started_at, -1)",
        SortKey::FinishedAt => "coalesce(j.finished_at, -1)",
        SortKey::Priority => "j.priority",
        SortKey::Progress => {
            // Whole billionths: a fraction would not come back from a cursor's text the same.
            "CASE WHEN j.kind = 'unit' OR p.total = 0 THEN 1000000000 * (j.finished_at IS NOT NULL)
                ELSE 1000000000 * (p.succeeded + p.failed + p.skipped + p.cancelled) / p.total END"
        }
        SortKey::State => "j.state",
        SortKey::Duration => "coalesce(j.finished_at - j.started_at, -1)",
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
            [value, Value::Integer(num)],
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
        Ok((read::read(row)?, cursor(row)?))
    })?;
    let mut rows: Vec<(Job, String)> = rows.collect::<rusqlite::Result<_>>()?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|(_, cursor)| cursor.clone());
    Ok(Page {
        items: rows.into_iter().map(|(job, _)| job).collect(),
        next,
    })
}

/// Where the page after this row begins: the value sorted by, and the row's number.
fn cursor(row: &Row<'_>) -> rusqlite::Result<String> {
    let num: i64 = row.get(0)?;
    let value = match row.get("sort_key")? {
        Value::Integer(value) => serde_json::Value::from(value),
        Value::Text(value) => serde_json::Value::from(value),
        Value::Real(_) | Value::Null | Value::Blob(_) => serde_json::Value::Null,
    };
    Ok(serde_json::json!([value, num]).to_string())
}

fn position(cursor: &str) -> Result<(Value, i64)> {
    const WRONG: StoreError = StoreError::NotFound("page: the cursor is not one of this list");
    let (value, num): (serde_json::Value, i64) = serde_json::from_str(cursor).map_err(|_| WRONG)?;
    let value = match value {
        serde_json::Value::Number(number) => Value::Integer(number.as_i64().ok_or(WRONG)?),
        serde_json::Value::String(text) => Value::Text(text),
        _ => return Err(WRONG.into()),
    };
    Ok((value, num))
}

/// Jobs that match, counted up to `cap`.
pub(crate) fn count(connection: &Connection, filter: &JobFilter, cap: u64) -> Result<Count> {
    let conditions = Conditions::new(filter);
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM jobs j WHERE {} LIMIT {})",
        conditions.sql(),
        cap.saturating_add(1),
    );
    let counted = find(
        connection,
        &sql,
        params_from_iter(conditions.values()),
        |row| row.get(0),
    )?;
    let counted: u64 = counted.unwrap_or(0);
    Ok(if counted > cap {
        Count::AtLeast(cap)
    } else {
        Count::Exact(counted)
    })
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
