//! Letting pending jobs start, as the admission rule chooses: one node at a time, so that no limit
//! is ever exceeded.

use std::collections::HashSet;

use paceline_core::admission::{self, Candidate, Limits, Occupied};
use paceline_core::event::EventKind;
use paceline_core::lifecycle::Event;
use paceline_core::progress::Rate;
use paceline_core::{JobState, Time};
use tokio_postgres::Row;

use super::changes::Changes;
use super::connect::Shared;
use super::entry::Entry;
use super::error::Result;
use super::flush;
use super::load::{self, Which};
use super::row::{Columns, int};
use super::session::{Batch, Session, values};
use super::transact::retrying;
use crate::admit::CANDIDATES;
use crate::events::Data;
use crate::num::JobNum;

/// Most pending jobs that are passed over in search of those that belong to no user.
const PASSED_OVER: i32 = 20_000;

/// Held by the one node that admits now, to the end of its transaction.
const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtext('paceline.' || current_schema()), 1)";

/// Running jobs, in all and by user.
pub(crate) const OCCUPIED: &str =
    "SELECT user_name, count(*) FROM jobs WHERE lane IN (3, 4) GROUP BY user_name";

pub(crate) async fn admit(shared: &Shared, limits: Limits, now: Time) -> Result<u64> {
    retrying(|| try_admit(shared, limits, now)).await
}

async fn try_admit(shared: &Shared, limits: Limits, now: Time) -> Result<u64> {
    let mut session = shared.pools.writer().await?;
    if !is_anyone_pending(&mut session, &limits).await? {
        return Ok(0);
    }
    let mut batch = Batch::begin_relaxed();
    if !limits.is_none() {
        batch.add(LOCK, values![]);
    }
    // Each statement sees what was committed before it, so what the one before had admitted.
    let occupied_at = batch.add(OCCUPIED, values![]);
    let places = candidates(&mut batch, &limits);
    let mut answers = session.run(batch).await?;
    let mut occupied = occupied(&answers.take(occupied_at))?;
    let mut found = Vec::new();
    for place in places {
        for row in answers.take(place) {
            found.push(candidate(&row)?);
        }
    }
    let mut seen = HashSet::new();
    found.retain(|candidate: &Candidate<JobNum>| seen.insert(candidate.id));
    found.sort_by_key(|candidate| (std::cmp::Reverse(candidate.priority), candidate.id));
    let chosen = admission::choose(&found, &limits, &mut occupied);
    if chosen.is_empty() {
        session.roll_back().await;
        return Ok(0);
    }
    let nums = chosen.into_iter().map(|index| found[index].id.0).collect();
    start(shared, &mut session, Which::Nums(nums), now).await
}

/// Looked at first without any lock: mostly there is nobody.
async fn is_anyone_pending(session: &mut Session, limits: &Limits) -> Result<bool> {
    const ITEMS: &str = "SELECT 1 FROM jobs WHERE lane = 2 ORDER BY priority DESC, num LIMIT 1";
    const UNITS: &str =
        "SELECT 1 FROM jobs WHERE lane = 1 ORDER BY task, priority DESC, num LIMIT 1";
    let mut batch = Batch::default();
    let items = batch.add(ITEMS, values![]);
    let units = batch.add(UNITS, values![]);
    let mut answers = session.run(batch).await?;
    let items = !answers.take(items).is_empty();
    Ok(items || (!limits.is_none() && !answers.take(units).is_empty()))
}

/// Moves the jobs to running and starts their clocks.
async fn start(shared: &Shared, session: &mut Session, which: Which, now: Time) -> Result<u64> {
    let mut batch = Batch::default();
    let places = load::add(&mut batch, &which);
    let mut answers = session.run(batch).await?;
    let mut entries = load::read(shared, &mut answers, places)?;
    let mut changes = Changes::default();
    let mut started = 0;
    for entry in entries.values_mut() {
        // Somebody may have paused or cancelled it since.
        if entry.job.state == JobState::Pending {
            start_one(&mut changes, entry, now)?;
            started += 1;
        }
    }
    let batch = Batch::default();
    flush::commit(shared, session, batch, entries, changes).await?;
    Ok(started)
}

fn start_one(changes: &mut Changes, entry: &mut Entry, now: Time) -> Result<()> {
    entry.must_step(changes, Event::Admit, now)?;
    entry.job.started_at = entry.job.started_at.or(Some(now));
    entry.job.start_clock(now);
    if let Some(progress) = &mut entry.progress {
        progress.rate = Rate::start(now, progress.counters.done());
    }
    entry.progressed(now);
    let data = Data {
        attempt: Some(entry.job.attempt),
        ..entry.data()
    };
    changes.tell(EventKind::Started, &entry.job, &data, now);
    Ok(())
}

pub(crate) fn occupied(rows: &[Row]) -> Result<Occupied> {
    let mut occupied = Occupied::default();
    for row in rows {
        let count = u32::try_from(row.number(1)?).unwrap_or(u32::MAX);
        occupied.jobs += count;
        if let Some(user) = row.maybe_text(0)? {
            occupied.by_user.insert(user, count);
        }
    }
    Ok(occupied)
}

fn candidate(row: &Row) -> Result<Candidate<JobNum>> {
    Ok(Candidate {
        id: row.num(0)?,
        priority: load::priority(row, 1)?,
        user: row.maybe_text(2)?,
    })
}

/// Who could start under `limits`: of each user, and of those without one, as many as may start
/// at most; the best of each, so that nobody waits behind another user's long queue.
fn candidates(batch: &mut Batch<'_>, limits: &Limits) -> Vec<usize> {
    const WITH_ITEMS: &str = "SELECT num, priority, user_name FROM jobs WHERE lane = 2
        ORDER BY priority DESC, num LIMIT $1";
    if limits.is_none() {
        return vec![batch.add(WITH_ITEMS, values![i64::from(CANDIDATES)])];
    }
    let most = limits.jobs.unwrap_or(CANDIDATES).min(CANDIDATES);
    let each = limits.jobs_per_user.map_or(most, |each| each.min(most));
    let count = |count| i64::from(int(count));
    vec![
        batch.add(OF_USERS, values![count(CANDIDATES), count(each)]),
        batch.add(
            ITEMS_OF_NOBODY,
            values![i64::from(PASSED_OVER), count(most)],
        ),
        batch.add(
            UNITS_OF_NOBODY,
            values![i64::from(PASSED_OVER), count(most)],
        ),
    ]
}

/// Users with pending jobs are each found by one step in the index. An empty name is nobody's.
const OF_USERS: &str = "WITH RECURSIVE users (name, n) AS (
        SELECT (SELECT min(user_name) FROM jobs
            WHERE user_name IS NOT NULL AND lane IN (1, 2) AND user_name > ''), 1
        UNION ALL
        SELECT (SELECT min(user_name) FROM jobs
            WHERE user_name IS NOT NULL AND lane IN (1, 2) AND user_name > users.name), n + 1
        FROM users WHERE users.name IS NOT NULL AND n < $1::bigint)
    SELECT j.num, j.priority, j.user_name FROM users, LATERAL (
        SELECT num, priority, user_name FROM jobs
        WHERE user_name IS NOT NULL AND lane IN (1, 2) AND user_name = users.name
        ORDER BY priority DESC, num LIMIT $2) j
    WHERE users.name IS NOT NULL";
const ITEMS_OF_NOBODY: &str = "SELECT * FROM (
        SELECT num, priority, user_name FROM jobs WHERE lane = 2
        ORDER BY priority DESC, num LIMIT $1) j
    WHERE coalesce(user_name, '') = '' LIMIT $2";
/// Tasks with pending unit jobs are each found by one step in the index.
const UNITS_OF_NOBODY: &str = "WITH RECURSIVE tasks (name) AS (
        SELECT (SELECT min(task) FROM jobs WHERE lane = 1)
        UNION ALL
        SELECT (SELECT min(task) FROM jobs WHERE lane = 1 AND task > tasks.name)
        FROM tasks WHERE tasks.name IS NOT NULL)
    SELECT j.num, j.priority, j.user_name FROM tasks, LATERAL (
        SELECT * FROM (
            SELECT num, priority, user_name FROM jobs WHERE lane = 1 AND task = tasks.name
            ORDER BY priority DESC, num LIMIT $1) passed
        WHERE coalesce(user_name, '') = '' LIMIT $2) j
    WHERE tasks.name IS NOT NULL";
