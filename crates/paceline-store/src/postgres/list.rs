//! Pages of jobs in any order, and counts of them.

use std::collections::BTreeMap;

use paceline_core::query::{Count, JobFilter, JobQuery, Page, SortKey};
use paceline_core::{Job, JobState, Time};

use super::error::Result;
use super::filter::Conditions;
use super::read;
use super::row::Columns;
use super::session::{Session, values};
use crate::catalogue_query::rank;
use crate::list_sql::{cursor, position};

/// Billionths of a job that are done. Whole numbers: a fraction would not come back from a
/// cursor's text the same.
pub(crate) const PROGRESS: &str = "CASE
    WHEN j.kind = 'unit' OR p.total = 0
        THEN CASE WHEN j.finished_at IS NULL THEN 0 ELSE 1000000000 END
    ELSE 1000000000::bigint * (p.succeeded + p.failed + p.skipped + p.cancelled) / p.total END";

/// What a page is sorted by, as SQL that gives a `bigint`. Equal values are in the order of
/// submission; what has no value yet comes lowest.
fn expression(key: SortKey) -> String {
    match key {
        SortKey::CreatedAt => "j.num".to_owned(),
        SortKey::StartedAt => "coalesce(j.started_at, -1)".to_owned(),
        SortKey::FinishedAt => "coalesce(j.finished_at, -1)".to_owned(),
        SortKey::Priority => "j.priority::bigint".to_owned(),
        SortKey::Progress => format!("({PROGRESS})::bigint"),
        SortKey::Duration => "coalesce(j.finished_at - j.started_at, -1)".to_owned(),
        SortKey::State => {
            let ranks = JobState::ALL
                .iter()
                .map(|&state| format!(" WHEN '{state}' THEN {}", rank(state)));
            format!("(CASE j.state{} END)::bigint", ranks.collect::<String>())
        }
    }
}

pub(crate) async fn jobs(session: &mut Session, query: &JobQuery) -> Result<Page<Job>> {
    let mut conditions = Conditions::new(&query.filter);
    let key = expression(query.sort.key);
    let (direction, beyond) = if query.sort.descending {
        ("DESC", "<")
    } else {
        ("ASC", ">")
    };
    let order = match query.sort.key {
        SortKey::CreatedAt => format!("j.num {direction}"),
        _ => format!("{key} {direction}, j.num {direction}"),
    };
    if let Some(cursor) = &query.cursor {
        let (value, num) = position(cursor)?;
        let num = conditions.value(Box::new(num));
        match query.sort.key {
            SortKey::CreatedAt => conditions.add(format!("j.num {beyond} {num}")),
            _ => {
                let value = conditions.value(Box::new(value));
                conditions.add(format!("({key}, j.num) {beyond} ({value}, {num})"));
            }
        }
    }
    let sql = format!(
        "{}, {key} FROM jobs j LEFT JOIN progress p ON p.job = j.num
        WHERE {} ORDER BY {order} LIMIT {}",
        read::COLUMNS,
        conditions.sql(),
        u64::from(query.limit) + 1,
    );
    let mut rows = session.once(&sql, conditions.into_values()).await?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = match rows.last() {
        Some(last) if more => Some(cursor((last.number(read::COUNT)?, last.number(0)?))),
        _ => None,
    };
    let items = rows.iter().map(read::read).collect::<Result<_>>()?;
    Ok(Page { items, next })
}

/// Jobs that match, counted up to `cap`.
pub(crate) async fn count(session: &mut Session, filter: &JobFilter, cap: u64) -> Result<Count> {
    let counted = if *filter == JobFilter::default() {
        counts(session).await?.values().sum()
    } else {
        let conditions = Conditions::new(filter);
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM jobs j WHERE {} LIMIT {}) AS counted",
            conditions.sql(),
            cap.saturating_add(1).min(i64::MAX.unsigned_abs()),
        );
        let rows = session.once(&sql, conditions.into_values()).await?;
        rows.first().map_or(Ok(0), |row| row.size(0))?
    };
    Ok(if counted > cap {
        Count::AtLeast(cap)
    } else {
        Count::Exact(counted)
    })
}

/// All jobs by state, as of the last commit.
pub(crate) async fn counts(session: &mut Session) -> Result<BTreeMap<JobState, u64>> {
    let columns: Vec<&str> = JobState::ALL.iter().map(|state| state.as_str()).collect();
    let sql = format!("SELECT {} FROM tally", columns.join(", "));
    let row = session.find(&sql, values![]).await?;
    let count = |(place, state): (usize, &JobState)| {
        let count = row.as_ref().map_or(Ok(0), |row| row.number(place))?;
        Ok((*state, u64::try_from(count).unwrap_or(0)))
    };
    JobState::ALL.iter().enumerate().map(count).collect()
}

/// Jobs that ended since: how many, and how many of them completed.
pub(crate) async fn throughput(session: &mut Session, since: Time) -> Result<(u64, u64)> {
    const SELECT: &str = "SELECT count(*), count(*) FILTER (WHERE state = 'completed') FROM jobs
        WHERE finished_at IS NOT NULL AND finished_at >= $1";
    let row = session.find(SELECT, values![since.as_micros()]).await?;
    row.map_or(Ok((0, 0)), |row| Ok((row.size(0)?, row.size(1)?)))
}
