//! Removing what is kept no longer: ended jobs, events of progress, forgotten answers. One node
//! does it at a time, in steps, so that others can write in between.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use paceline_core::Time;
use paceline_core::event::EventKind;
use paceline_core::retention::{Aged, CleanUp, Pass, Pruned, Retention};

use super::batches;
use super::buckets;
use super::changes::Changes;
use super::connect::Shared;
use super::error::Result;
use super::flush;
use super::load::Entries;
use super::row::Columns;
use super::session::{Batch, Session, values};
use super::transact::retrying;
use crate::job_row::micros;
use crate::num::as_i64;
use crate::prune::data;
use crate::statistics::FULL;
use crate::sweep::{Past, steps};

/// Most jobs whose progress one step forgets.
const TOLD: i64 = 1_000;
/// Most old events of no job, and most items of jobs that are gone, that one step removes.
const SLICE: i64 = 5_000;
/// Nodes that were not heard of for so long are forgotten.
const NODES: Duration = Duration::from_hours(24);

/// Held in each step by the node that cleans up; others leave it to that one.
const TRY_LOCK: &str =
    "SELECT pg_try_advisory_xact_lock(hashtext('paceline.' || current_schema()), 3)";

#[expect(
    clippy::disallowed_methods,
    reason = "how long a clean-up takes is a matter of real time"
)]
pub(crate) async fn prune(shared: &Shared, retention: &Retention, now: Time) -> Result<Pruned> {
    let started = Instant::now();
    let (passes, held) = shared.sweeps.begin(retention, now);
    let mut pruned = Pruned::default();
    for of in [Aged::Jobs, Aged::Results] {
        let held = held.iter().filter(|(held_of, _)| *held_of == of);
        let held: Vec<Past> = held.map(|(_, past)| *past).collect();
        let removed = remove(shared, of, &held, retention, now).await?;
        pruned.add(removed.unwrap_or_default());
    }
    for pass in passes {
        if let Some(removed) = sweep(shared, &pass, retention, now).await? {
            pruned.add(removed);
            shared.sweeps.passed(&pass);
        }
    }
    loop {
        let (events, more) = retrying(|| forget_events(shared, retention, now)).await?;
        pruned.events += events;
        if !more {
            break;
        }
    }
    while retrying(|| buckets::tidy(shared, retention.task_history, now)).await? {}
    let took = started.elapsed();
    let clean_up = CleanUp {
        at: now,
        took,
        pruned,
    };
    retrying(|| finish(shared, &clean_up, retention)).await?;
    while retrying(|| remove_garbage(shared)).await? {}
    Ok(pruned)
}

/// Makes a pass; `None` when another node cleans up.
async fn sweep(
    shared: &Shared,
    pass: &Pass,
    retention: &Retention,
    now: Time,
) -> Result<Option<Pruned>> {
    let mut pruned = Pruned::default();
    loop {
        let found = super::sweep::find(shared, pass, retention).await?;
        let Some(removed) = remove(shared, pass.of, &found.past, retention, now).await? else {
            return Ok(None);
        };
        pruned.add(removed);
        // Where all that was found had to stay, a next look would find the same.
        if !found.more || removed == Pruned::default() {
            return Ok(Some(pruned));
        }
    }
}

async fn remove(
    shared: &Shared,
    of: Aged,
    past: &[Past],
    retention: &Retention,
    now: Time,
) -> Result<Option<Pruned>> {
    let mut pruned = Pruned::default();
    for step in steps(of, past) {
        let take = || super::sweep::take(shared, &step, retention, now);
        let Some((removed, held)) = retrying(take).await? else {
            return Ok(None);
        };
        pruned.add(removed);
        shared.sweeps.hold(of, held);
    }
    Ok(Some(pruned))
}

pub(crate) async fn begin(session: &mut Session) -> Result<bool> {
    let mut batch = Batch::begin_relaxed();
    let locked = batch.add(TRY_LOCK, values![]);
    let mut answers = session.run(batch).await?;
    match answers.first(locked) {
        Some(row) => row.value(0),
        None => Ok(false),
    }
}

/// Removes some events that are kept no longer. Returns how many, and whether there may be more.
async fn forget_events(shared: &Shared, retention: &Retention, now: Time) -> Result<(u64, bool)> {
    let mut session = shared.pools.writer().await?.with_patience();
    if !begin(&mut session).await? {
        session.roll_back().await;
        return Ok((0, false));
    }
    let (told, more_told) = forget_progress(&mut session, now - retention.progress_events).await?;
    let of_none = remove_events_of_none(&mut session, now - retention.longest()).await?;
    session.finish().await?;
    let removed = u64::try_from(told + of_none).unwrap_or(0);
    Ok((removed, more_told || of_none == SLICE))
}

/// Removes events of progress and logs of jobs that ended before. Returns how many, and whether
/// there may be more.
async fn forget_progress(session: &mut Session, before: Time) -> Result<(i64, bool)> {
    // Jobs that run are passed over each time: they are few beside those that ended.
    const TOLD_OF: &str = "SELECT p.job FROM progress p JOIN jobs j ON j.num = p.job
        WHERE p.told AND j.finished_at < $1 ORDER BY p.job LIMIT $2 FOR UPDATE OF p";
    const REMOVE: &str = "WITH removed AS (
            DELETE FROM events WHERE job = ANY($1) AND kind IN ('job.progress', 'job.log')
            RETURNING 1)
        SELECT count(*) FROM removed";
    let told = session
        .list(TOLD_OF, values![before.as_micros(), TOLD])
        .await?;
    let mut jobs = Vec::new();
    for row in &told {
        jobs.push(row.number(0)?);
    }
    if jobs.is_empty() {
        return Ok((0, false));
    }
    let more = as_i64(jobs.len()) == TOLD;
    let mut batch = Batch::default();
    let removed = batch.add(REMOVE, values![jobs.clone()]);
    let update = "UPDATE progress SET told = false WHERE job = ANY($1)";
    batch.add(update, values![jobs]);
    let mut answers = session.run(batch).await?;
    let removed = answers.first(removed).map_or(Ok(0), |row| row.number(0))?;
    Ok((removed, more))
}

/// Removes events that belong to no job and are older than any job is kept. Returns how many.
async fn remove_events_of_none(session: &mut Session, before: Time) -> Result<i64> {
    const REMOVE: &str = "WITH removed AS (
            DELETE FROM events WHERE seq = ANY(ARRAY(
                SELECT seq FROM events WHERE job IS NULL AND at < $1 ORDER BY at LIMIT $2))
            RETURNING 1)
        SELECT count(*) FROM removed";
    let row = session
        .find(REMOVE, values![before.as_micros(), SLICE])
        .await?;
    row.map_or(Ok(0), |row| row.number(0))
}

/// The end of a clean-up.
async fn finish(shared: &Shared, clean_up: &CleanUp, retention: &Retention) -> Result<()> {
    const LONGER: &str = "SELECT job FROM progress WHERE log_bytes > $1 ORDER BY job FOR UPDATE";
    let now = clean_up.at;
    let most = i64::try_from(retention.log_bytes).unwrap_or(i64::MAX);
    let mut session = shared.pools.writer().await?.with_patience();
    if !begin(&mut session).await? {
        session.roll_back().await;
        return Ok(());
    }
    let mut longer = Vec::new();
    for row in session.list(LONGER, values![most]).await? {
        longer.push(row.number(0)?);
    }
    shared.log_bytes.store(most, Ordering::Relaxed);
    let mut batch = Batch::default();
    flush::cut_logs(&mut batch, longer, most);
    let forget = "DELETE FROM idempotency WHERE until <= $1";
    batch.add(forget, values![now.as_micros()]);
    // No job of a batch is kept for longer.
    let longest = retention.longest();
    batch.add(batches::FORGET, values![(now - longest).as_micros()]);
    let nodes = "DELETE FROM nodes WHERE until < $1";
    batch.add(nodes, values![(now - NODES).as_micros()]);
    remember(&mut batch, clean_up);
    let mut changes = Changes::default();
    if clean_up.pruned != Pruned::default() {
        changes.record(EventKind::CleanedUp, &data(clean_up.pruned), now);
    }
    flush::commit(shared, &mut session, batch, Entries::new(), changes).await?;
    fade_statistics(&mut session).await
}

fn remember(batch: &mut Batch<'_>, clean_up: &CleanUp) {
    const REMEMBER: &str = "INSERT INTO prunes (at, took, jobs, completed, failed, cancelled,
            merged, results, events, uploads)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)
        ON CONFLICT (only_one) DO UPDATE SET at = excluded.at, took = excluded.took,
            jobs = excluded.jobs, completed = excluded.completed, failed = excluded.failed,
            cancelled = excluded.cancelled, merged = excluded.merged, results = excluded.results,
            events = excluded.events";
    let CleanUp { at, took, pruned } = *clean_up;
    let Pruned {
        completed,
        failed,
        cancelled,
        merged,
        results,
        events,
    } = pruned;
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let row = values![
        at.as_micros(),
        micros(took),
        count(pruned.jobs()),
        count(completed),
        count(failed),
        count(cancelled),
        count(merged),
        count(results),
        count(events)
    ];
    batch.add(REMEMBER, row);
}

pub(crate) async fn last(session: &mut Session) -> Result<Option<CleanUp>> {
    const SELECT: &str = "SELECT at, took, completed, failed, cancelled, merged, results, events
        FROM prunes";
    let Some(row) = session.find(SELECT, values![]).await? else {
        return Ok(None);
    };
    Ok(Some(CleanUp {
        at: row.time(0)?,
        took: Duration::from_micros(row.size(1)?),
        pruned: Pruned {
            completed: row.size(2)?,
            failed: row.size(3)?,
            cancelled: row.size(4)?,
            merged: row.size(5)?,
            results: row.size(6)?,
            events: row.size(7)?,
        },
    }))
}

/// Lets the far past weigh less: histograms that hold much are brought down to half of that.
async fn fade_statistics(session: &mut Session) -> Result<()> {
    const FADE: &str = "UPDATE task_durations d SET count = d.count * $1::bigint / (2 * f.count)
        FROM (SELECT task, of, sum(count)::bigint AS count FROM task_durations
            GROUP BY task, of HAVING sum(count) >= $1) f
        WHERE d.task = f.task AND d.of = f.of";
    let mut batch = Batch::begin_relaxed();
    // Statistics are changed under the lock of this row only.
    batch.add("SELECT 1 FROM tally FOR UPDATE", values![]);
    batch.add(FADE, values![i64::from(FULL)]);
    batch.add("DELETE FROM task_durations WHERE count = 0", values![]);
    batch.commit();
    session.run(batch).await.map(|_| ())
}

/// Removes some items of jobs that are gone. Returns whether there may be more.
async fn remove_garbage(shared: &Shared) -> Result<bool> {
    const FIRST: &str = "SELECT job, task FROM garbage ORDER BY job LIMIT 1 FOR UPDATE SKIP LOCKED";
    const ITEMS: &str = "WITH removed AS (
            DELETE FROM items WHERE job = $1 AND seq = ANY(ARRAY(
                SELECT seq FROM items WHERE job = $1 ORDER BY seq LIMIT $3))
            RETURNING seq, key),
        outcome AS (
            DELETE FROM outcomes o USING removed r WHERE o.job = $1 AND o.seq = r.seq),
        success AS (
            DELETE FROM successes s USING removed r WHERE s.task = $2 AND r.key IS NOT NULL
                AND s.key = md5(r.key)::uuid AND s.job = $1)
        SELECT count(*) FROM removed";
    let mut session = shared.pools.writer().await?.with_patience();
    let mut batch = Batch::begin_relaxed();
    let first = batch.add(FIRST, values![]);
    let mut answers = session.run(batch).await?;
    let Some(row) = answers.first(first) else {
        session.roll_back().await;
        return Ok(false);
    };
    let (job, task) = (row.number(0)?, row.text(1)?);
    let removed = session.find(ITEMS, values![job, task, SLICE]).await?;
    let mut batch = Batch::default();
    if removed.map_or(Ok(0), |row| row.number(0))? < SLICE {
        batch.add("DELETE FROM garbage WHERE job = $1", values![job]);
    }
    batch.commit();
    session.run(batch).await?;
    Ok(true)
}
