//! Lists of jobs: from the tables while jobs are few or in the order of the tables, else by the
//! catalogue.

use paceline_core::Job;
use paceline_core::query::{Count, JobFilter, JobQuery, Page, SortKey};
use rusqlite::{Connection, params_from_iter};

use crate::catalogue::Catalogue;
use crate::catalogue_match::Matcher;
use crate::catalogue_query::{self, Place, Window};
use crate::catalogue_rows::RowMatcher;
use crate::catalogue_shared::SharedCatalogue;
use crate::counters;
use crate::error::Result;
use crate::filter::Conditions;
use crate::list_sql::{self, cursor, position};
use crate::read;
use crate::readers::in_snapshot;
use crate::search_found::Found;

/// A page of jobs. Called outside of a transaction: the catalogue must first catch up.
pub(crate) fn jobs(
    connection: &Connection,
    catalogue: &SharedCatalogue,
    query: &JobQuery,
) -> Result<Page<Job>> {
    let as_stored = query.sort.key == SortKey::CreatedAt && query.filter == JobFilter::default();
    if as_stored || !catalogue.is_for(all(connection)?) {
        return in_snapshot(connection, |snapshot| list_sql::jobs(snapshot, query));
    }
    catalogue.with(connection, |catalogue, snapshot, searches| {
        let found = searches.found(snapshot, &query.filter)?;
        page(snapshot, catalogue, query, found.as_deref())
    })
}

/// Jobs that match, counted up to `cap`. Called outside of a transaction.
pub(crate) fn count(
    connection: &Connection,
    catalogue: &SharedCatalogue,
    filter: &JobFilter,
    cap: u64,
) -> Result<Count> {
    let all = all(connection)?;
    let counted = if *filter == JobFilter::default() {
        all
    } else if catalogue.is_for(all) {
        catalogue.with(connection, |catalogue, snapshot, searches| {
            let found = searches.found(snapshot, filter)?;
            let matcher = Matcher::new(catalogue, filter, found.as_deref());
            let rows = RowMatcher::new(snapshot, filter, found.as_deref())?;
            catalogue_query::count(catalogue, (&matcher, rows), cap)
        })?
    } else {
        in_snapshot(connection, |snapshot| {
            list_sql::count(snapshot, filter, cap)
        })?
    };
    Ok(if counted > cap {
        Count::AtLeast(cap)
    } else {
        Count::Exact(counted)
    })
}

fn all(connection: &Connection) -> Result<u64> {
    Ok(counters::counts(connection)?.values().sum())
}

fn page(
    connection: &Connection,
    catalogue: &Catalogue,
    query: &JobQuery,
    found: Option<&Found>,
) -> Result<Page<Job>> {
    let JobQuery {
        filter,
        sort,
        limit,
        cursor: after,
    } = query;
    let matcher = Matcher::new(catalogue, filter, found);
    let after = after.as_deref().map(position).transpose()?;
    let limit = usize::try_from(*limit).unwrap_or(usize::MAX);
    let rows = RowMatcher::new(connection, filter, found)?;
    let window = Window {
        sort: *sort,
        after,
        most: limit.saturating_add(1),
    };
    let mut places = catalogue_query::first(catalogue, (&matcher, rows), window)?;
    let more = places.len() > limit;
    places.truncate(limit);
    let next = places.last().filter(|_| more).map(|place| cursor(*place));
    let items = read_rows(connection, &query.filter, &places)?;
    Ok(Page { items, next })
}

/// The rows at some places. One that was changed just now may not belong there any more.
fn read_rows(connection: &Connection, filter: &JobFilter, places: &[Place]) -> Result<Vec<Job>> {
    let conditions = Conditions::new(filter);
    let sql = format!(
        "{} FROM jobs j LEFT JOIN progress p ON p.job = j.num WHERE {} AND j.num = ?",
        read::COLUMNS,
        conditions.sql()
    );
    let mut select = connection.prepare_cached(&sql)?;
    let mut jobs = Vec::with_capacity(places.len());
    for &(_, num) in places {
        let values = conditions.values().iter().cloned().chain([num.into()]);
        let mut rows = select.query(params_from_iter(values))?;
        if let Some(row) = rows.next()? {
            jobs.push(read::read(row)?);
        }
    }
    Ok(jobs)
}
