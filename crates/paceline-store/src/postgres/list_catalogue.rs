//! Pages of jobs and counts of them by the catalogue: it says which, the rows say what.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use paceline_core::Job;
use paceline_core::query::{JobFilter, JobQuery, Page, Sort};

use super::catalogue::Held;
use super::connect::Shared;
use super::error::{Error, Result};
use super::filter::Conditions;
use super::read;
use super::row::Columns;
use super::session::Session;
use crate::catalogue_match::{Fits, Matcher};
use crate::catalogue_query::{Place, directed, smallest};
use crate::list_sql::{cursor, position};

/// Rows that are looked at in one statement.
const SLICE: usize = 5_000;

/// Passes over all jobs take milliseconds: too long for a thread that serves others meanwhile.
async fn scan<T: Send + 'static>(
    held: &Arc<Held>,
    filter: &JobFilter,
    look: impl FnOnce(&Held, &Matcher<'_>) -> T + Send + 'static,
) -> Result<T> {
    let (held, filter) = (held.clone(), filter.clone());
    let scan = move || {
        let matcher = Matcher::new(&held.catalogue, &filter, None);
        look(&held, &matcher)
    };
    tokio::task::spawn_blocking(scan)
        .await
        .map_err(|panic| Error::unavailable(panic.to_string()))
}

/// A page of jobs; `query` has no text.
pub(crate) async fn page(shared: &Shared, query: &JobQuery) -> Result<Page<Job>> {
    let after = query.cursor.as_deref().map(position).transpose()?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let held = Arc::new(shared.catalogue.caught_up(&shared.pools).await?);
    let mut session = shared.pools.reader().await?;
    let most = limit.saturating_add(1);
    let mut places = first(
        &mut session,
        &held,
        (&query.filter, query.sort),
        after,
        most,
    )
    .await?;
    drop(held);
    let more = places.len() > limit;
    places.truncate(limit);
    let next = places.last().filter(|_| more).map(|place| cursor(*place));
    let items = rows(&mut session, &query.filter, &places).await?;
    Ok(Page { items, next })
}

/// The `most` first places after one that fulfil the filter.
async fn first(
    session: &mut Session,
    held: &Arc<Held>,
    (filter, sort): (&JobFilter, Sort),
    after: Option<Place>,
    most: usize,
) -> Result<Vec<Place>> {
    let mut after = after.map(|place| directed(place, sort));
    let mut wanted = most;
    let mut chosen = Vec::new();
    loop {
        let candidates = scan(held, filter, move |held, matcher| {
            smallest(&held.catalogue, matcher, sort, after, wanted)
        })
        .await?;
        after = candidates.last().map(|candidate| candidate.0);
        let more = candidates.len() == wanted;
        chosen.extend(fitting(session, filter, sort, candidates).await?);
        if chosen.len() >= most || !more {
            chosen.truncate(most);
            return Ok(chosen);
        }
        // Few of those that might fit did: look at more at a time.
        wanted *= 8;
    }
}

/// Those that do fit, in their order.
async fn fitting(
    session: &mut Session,
    filter: &JobFilter,
    sort: Sort,
    candidates: Vec<(Place, Fits)>,
) -> Result<Vec<Place>> {
    let places = candidates
        .into_iter()
        .map(|(place, fits)| (directed(place, sort), fits));
    let places: Vec<(Place, Fits)> = places.collect();
    let unsure = places.iter().filter(|(_, fits)| *fits == Fits::Perhaps);
    let unsure: Vec<i64> = unsure.map(|(place, _)| place.1).collect();
    let mut sure = HashSet::new();
    for slice in unsure.chunks(SLICE) {
        sure.extend(which_fit(session, filter, slice).await?);
    }
    let fits = |(place, fits): &(Place, Fits)| *fits == Fits::Yes || sure.contains(&place.1);
    Ok(places
        .into_iter()
        .filter(fits)
        .map(|(place, _)| place)
        .collect())
}

/// Looks at rows where the catalogue cannot tell.
async fn which_fit(session: &mut Session, filter: &JobFilter, nums: &[i64]) -> Result<Vec<i64>> {
    let mut conditions = Conditions::new(filter);
    let nums = conditions.value(Box::new(nums.to_vec()));
    conditions.add(format!("j.num = ANY({nums})"));
    let sql = format!("SELECT j.num FROM jobs j WHERE {}", conditions.sql());
    let rows = session.once(&sql, conditions.into_values()).await?;
    rows.iter().map(|row| row.number(0)).collect()
}

/// The rows at some places. One that was changed just now may not belong there any more.
async fn rows(session: &mut Session, filter: &JobFilter, places: &[Place]) -> Result<Vec<Job>> {
    let mut conditions = Conditions::new(filter);
    let nums: Vec<i64> = places.iter().map(|place| place.1).collect();
    let nums = conditions.value(Box::new(nums));
    conditions.add(format!("j.num = ANY({nums})"));
    let sql = format!(
        "{} FROM jobs j LEFT JOIN progress p ON p.job = j.num WHERE {}",
        read::COLUMNS,
        conditions.sql()
    );
    let mut jobs = HashMap::new();
    for row in session.once(&sql, conditions.into_values()).await? {
        jobs.insert(row.number(0)?, read::read(&row)?);
    }
    let in_order = places.iter().filter_map(|place| jobs.remove(&place.1));
    Ok(in_order.collect())
}

/// How many jobs fulfil the filter, which has no text; counted up to one more than `cap`.
pub(crate) async fn count(shared: &Shared, filter: &JobFilter, cap: u64) -> Result<u64> {
    let held = Arc::new(shared.catalogue.caught_up(&shared.pools).await?);
    let look = move |held: &Held, matcher: &Matcher<'_>| tally(held, matcher, cap);
    let (mut counted, unsure) = scan(&held, filter, look).await?;
    let mut session = shared.pools.reader().await?;
    for slice in unsure.chunks(SLICE) {
        if counted > cap {
            break;
        }
        let fit = which_fit(&mut session, filter, slice).await?;
        counted += u64::try_from(fit.len()).unwrap_or(0);
    }
    Ok(counted)
}

/// How many fit for sure, up to one more than `cap`, and which others may.
fn tally(held: &Held, matcher: &Matcher<'_>, cap: u64) -> (u64, Vec<i64>) {
    let (mut counted, mut unsure) = (0, Vec::new());
    for entry in held.catalogue.entries() {
        match matcher.fits(entry) {
            Fits::No => {}
            Fits::Yes => counted += 1,
            Fits::Perhaps => unsure.push(entry.num),
        }
        if counted > cap {
            break;
        }
    }
    (counted, unsure)
}
