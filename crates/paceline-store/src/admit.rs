//! Letting pending jobs start, as the admission rule chooses.

use std::collections::HashSet;

use paceline_core::admission::{self, Candidate, Limits, Occupied};
use paceline_core::event::EventKind;
use paceline_core::lifecycle::Event;
use paceline_core::progress::Rate;
use paceline_core::{Priority, Time};
use rusqlite::{Connection, Row};

use crate::context::{WriteContext, list};
use crate::ending::unit_counters;
use crate::error::Result;
use crate::events::{self, Data};
use crate::job_row::JobRow;
use crate::num::JobNum;
use crate::progress_row;

/// Most candidates of one kind that are looked at in one call.
pub(crate) const CANDIDATES: u32 = 1_000;
/// Most pending jobs that are passed over in search of those that belong to no user.
const PASSED_OVER: usize = 20_000;

pub(crate) fn admit(context: &mut WriteContext<'_>, limits: Limits, now: Time) -> Result<u64> {
    let (candidates, mut occupied) = if limits.is_none() {
        (jobs_with_items(context)?, Occupied::default())
    } else {
        let occupied = occupied(context.connection)?;
        if limits.holds(None, &occupied).is_some() {
            return Ok(0);
        }
        (candidates(context, &limits)?, occupied)
    };
    let chosen = admission::choose(&candidates, &limits, &mut occupied);
    for &index in &chosen {
        start(context, candidates[index].id, now)?;
    }
    Ok(u64::try_from(chosen.len()).unwrap_or(0))
}

/// Moves a pending job to running and starts its clock.
fn start(context: &mut WriteContext<'_>, num: JobNum, now: Time) -> Result<()> {
    let mut job = JobRow::existing(context, num)?;
    let mut progress = progress_row::of(context, &job)?;
    job.must_step(context, progress.as_ref(), Event::Admit, now)?;
    job.started_at = job.started_at.or(Some(now));
    job.start_clock(now);
    job.save(context)?;
    let data = match &mut progress {
        None => Data::counters(&unit_counters(&job)),
        Some(progress) => {
            progress.rate = Rate::start(now, progress.counters.done());
            progress.save(context, job.state, now)?;
            Data::counters(&progress.counters)
        }
    };
    let data = Data {
        attempt: Some(job.attempt),
        ..data
    };
    events::append_data(context, EventKind::Started, num, job.state, &data, now)
}

/// Running jobs, in all and by user.
pub(crate) fn occupied(connection: &Connection) -> Result<Occupied> {
    const SELECT: &str = "SELECT user, count(*) FROM jobs WHERE lane IN (3, 4) GROUP BY user";
    let mut occupied = Occupied::default();
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    for (user, count) in list(connection, SELECT, (), read)? {
        let (user, count): (Option<String>, u32) = (user, count);
        occupied.jobs += count;
        if let Some(user) = user {
            occupied.by_user.insert(user, count);
        }
    }
    Ok(occupied)
}

fn read_candidate(row: &Row<'_>) -> rusqlite::Result<Candidate<JobNum>> {
    Ok(Candidate {
        id: row.get(0)?,
        priority: Priority::from_level(row.get(1)?),
        user: row.get(2)?,
    })
}

fn jobs_with_items(context: &WriteContext<'_>) -> Result<Vec<Candidate<JobNum>>> {
    const SELECT: &str = "SELECT num, priority, user FROM jobs
        WHERE lane = 2 ORDER BY lane_key, lane_order, num LIMIT ?1";
    context.list(SELECT, (CANDIDATES,), read_candidate)
}

/// Who could start under `limits`: of each user, and of those without one, as many as may start
/// at most; the best of each, so that nobody waits behind another user's long queue.
fn candidates(context: &WriteContext<'_>, limits: &Limits) -> Result<Vec<Candidate<JobNum>>> {
    let most = limits.jobs.unwrap_or(CANDIDATES).min(CANDIDATES);
    if most == 0 {
        return Ok(Vec::new());
    }
    let mut candidates = without_user(context, most)?;
    let each = limits
        .jobs_per_user
        .map_or(most, |per_user| per_user.min(most));
    for user in users(context)? {
        candidates.extend(of_user(context, &user, each)?);
    }
    let mut seen = HashSet::new();
    candidates.retain(|candidate| seen.insert(candidate.id));
    candidates.sort_by_key(|candidate| (std::cmp::Reverse(candidate.priority), candidate.id));
    Ok(candidates)
}

/// Users with pending jobs, each found by one step in the index.
fn users(context: &WriteContext<'_>) -> Result<Vec<String>> {
    const NEXT: &str = "SELECT min(user) FROM jobs
        WHERE user IS NOT NULL AND state = 'pending' AND user > ?1";
    let mut users = Vec::new();
    let mut last = String::new();
    while users.len() < usize::try_from(CANDIDATES).unwrap_or(usize::MAX)
        && let Some(user) = context
            .find(NEXT, (&last,), |row| row.get::<_, Option<String>>(0))?
            .flatten()
    {
        last.clone_from(&user);
        users.push(user);
    }
    Ok(users)
}

fn of_user(context: &WriteContext<'_>, user: &str, most: u32) -> Result<Vec<Candidate<JobNum>>> {
    const SELECT: &str = "SELECT num, priority, user FROM jobs
        WHERE state = 'pending' AND user = ?1 ORDER BY priority DESC, num LIMIT ?2";
    context.list(SELECT, (user, most), read_candidate)
}

fn without_user(context: &WriteContext<'_>, most: u32) -> Result<Vec<Candidate<JobNum>>> {
    const WITH_ITEMS: &str = "SELECT num, priority, user FROM jobs
        WHERE lane = 2 ORDER BY lane_key, lane_order, num";
    const UNITS: &str = "SELECT num, priority, user FROM jobs
        WHERE lane = 1 AND lane_key = ?1 ORDER BY lane_order, num";
    let mut found = first_without_user(context, WITH_ITEMS, (), most)?;
    for task in waiting_tasks(context)? {
        found.extend(first_without_user(context, UNITS, (task,), most)?);
    }
    Ok(found)
}

fn first_without_user(
    context: &WriteContext<'_>,
    sql: &str,
    params: impl rusqlite::Params,
    most: u32,
) -> Result<Vec<Candidate<JobNum>>> {
    let mut select = context.connection.prepare_cached(sql)?;
    let rows = select.query_map(params, read_candidate)?;
    let without = rows
        .take(PASSED_OVER)
        .filter(|row| row.as_ref().map_or(true, of_nobody))
        .take(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(without.collect::<rusqlite::Result<_>>()?)
}

/// An empty name is nobody's; the index of users begins after it.
fn of_nobody(candidate: &Candidate<JobNum>) -> bool {
    candidate.user.as_deref().is_none_or(str::is_empty)
}

/// Tasks with pending unit jobs, each found by one step in the index.
fn waiting_tasks(context: &WriteContext<'_>) -> Result<Vec<String>> {
    const NEXT: &str = "SELECT min(lane_key) FROM jobs WHERE lane = 1 AND lane_key > ?1";
    let mut tasks = Vec::new();
    let mut last = String::new();
    while let Some(task) = context
        .find(NEXT, (&last,), |row| row.get::<_, Option<String>>(0))?
        .flatten()
    {
        last.clone_from(&task);
        tasks.push(task);
    }
    Ok(tasks)
}
