//! Pages of jobs in any order, and counts of them.

use std::collections::BTreeMap;

use paceline_core::query::{Count, JobFilter, JobQuery, Page, SortKey};
use paceline_core::{Job, JobState, Time};

use super::connect::Shared;
use super::error::Result;
use super::filter::Conditions;
use super::row::Columns;
use super::session::{Session, Value, values};
use super::{list_catalogue, read};
use crate::catalogue_query::rank;
use crate::list_sql::{cursor, position};

/// Billionths of a job that are done. Whole numbers: a fraction would not come back from a
/// cursor's text the same.
pub(crate) const PROGRESS: &str = "CASE
    WHEN j.state = 'completed' THEN 1000000000
    WHEN j.state = 'merged' OR j.kind = 'unit' OR p.total = 0 THEN 0
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

/// A page of jobs: in the order of the table, by text, or while jobs are few by SQL alone; else by
/// the catalogue.
pub(crate) async fn jobs(shared: &Shared, query: &JobQuery) -> Result<Page<Job>> {
    let mut session = shared.pools.reader().await?;
    let as_stored = query.sort.key == SortKey::CreatedAt && query.filter == JobFilter::default();
    let by_sql = as_stored || query.filter.text.is_some();
    if by_sql || !shared.catalogue.is_for(all(&mut session).await?) {
        return page(&mut session, query).await;
    }
    drop(session);
    list_catalogue::page(shared, query).await
}

async fn page(session: &mut Session, query: &JobQuery) -> Result<Page<Job>> {
    let (sql, values) = statement(query)?;
    let mut rows = session.once(&sql, values).await?;
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

/// One row more than the page holds, to know whether there is a next.
fn statement(query: &JobQuery) -> Result<(String, Vec<Value<'static>>)> {
    let mut conditions = Conditions::new(&query.filter);
    let key = expression(query.sort.key);
    let (direction, beyond) = if query.sort.descending {
        ("DESC", "<")
    } else {
        ("ASC", ">")
    };
    let by_num = query.sort.key == SortKey::CreatedAt;
    let order = if by_num {
        format!("j.num {direction}")
    } else {
        format!("{key} {direction}, j.num {direction}")
    };
    if let Some(cursor) = &query.cursor {
        let (value, num) = position(cursor)?;
        let num = conditions.value(Box::new(num));
        let clause = if by_num {
            format!("j.num {beyond} {num}")
        } else {
            let value = conditions.value(Box::new(value));
            format!("({key}, j.num) {beyond} ({value}, {num})")
        };
        conditions.add(clause);
    }
    let sql = format!(
        "{}, {key} FROM jobs j LEFT JOIN progress p ON p.job = j.num
        WHERE {} ORDER BY {order} LIMIT {}",
        read::COLUMNS,
        conditions.sql(),
        u64::from(query.limit) + 1,
    );
    Ok((sql, conditions.into_values()))
}

/// Jobs that match, counted up to `cap`.
pub(crate) async fn count(shared: &Shared, filter: &JobFilter, cap: u64) -> Result<Count> {
    let mut session = shared.pools.reader().await?;
    let all = all(&mut session).await?;
    let counted = if *filter == JobFilter::default() {
        all
    } else if filter.text.is_some() || !shared.catalogue.is_for(all) {
        count_rows(&mut session, filter, cap).await?
    } else {
        drop(session);
        list_catalogue::count(shared, filter, cap).await?
    };
    Ok(if counted > cap {
        Count::AtLeast(cap)
    } else {
        Count::Exact(counted)
    })
}

/// How many jobs match, counted up to one more than `cap`.
async fn count_rows(session: &mut Session, filter: &JobFilter, cap: u64) -> Result<u64> {
    let conditions = Conditions::new(filter);
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM jobs j WHERE {} LIMIT {}) AS counted",
        conditions.sql(),
        cap.saturating_add(1).min(i64::MAX.unsigned_abs()),
    );
    let rows = session.once(&sql, conditions.into_values()).await?;
    rows.first().map_or(Ok(0), |row| row.size(0))
}

async fn all(session: &mut Session) -> Result<u64> {
    Ok(counts(session).await?.values().sum())
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
