//! Removing what is kept no longer: ended jobs, events of progress, forgotten answers. One node
//! does it at a time, in steps, so that others can write in between.

use std::sync::atomic::Ordering;
use std::time::Duration;

use paceline_core::event::EventKind;
use paceline_core::store::{Pruned, Retention};
use paceline_core::{JobState, Json, Time};

use super::batches;
use super::changes::Changes;
use super::connect::Shared;
use super::error::Result;
use super::flush;
use super::load::Entries;
use super::row::Columns;
use super::session::{Batch, Session, values};
use super::transact::retrying;
use crate::num::as_i64;
use crate::statistics::FULL;

/// Most jobs, of each state, that one step removes.
const JOBS: i64 = 1_000;
/// Most jobs whose progress one step forgets.
const TOLD: i64 = 1_000;
/// Most old events of no job, and most items of jobs that are gone, that one step removes.
const SLICE: i64 = 5_000;
/// Nodes that were not heard of for so long are forgotten.
const NODES: Duration = Duration::from_hours(24);

/// Held in each step by the node that cleans up; others leave it to that one.
const TRY_LOCK: &str =
    "SELECT pg_try_advisory_xact_lock(hashtext('paceline.' || current_schema()), 3)";

pub(crate) async fn prune(shared: &Shared, retention: Retention, now: Time) -> Result<Pruned> {
    let mut pruned = Pruned::default();
    loop {
        let (some, more) = retrying(|| step(shared, retention, now)).await?;
        pruned.jobs += some.jobs;
        pruned.events += some.events;
        if !more {
            break;
        }
    }
    retrying(|| finish(shared, pruned, retention, now)).await?;
    while retrying(|| remove_garbage(shared)).await? {}
    Ok(pruned)
}

async fn begin(session: &mut Session) -> Result<bool> {
    let mut batch = Batch::begin_relaxed();
    let locked = batch.add(TRY_LOCK, values![]);
    let mut answers = session.run(batch).await?;
    match answers.first(locked) {
        Some(row) => row.value(0),
        None => Ok(false),
    }
}

/// Removes some of what is kept no longer. Also tells whether there may be more.
async fn step(shared: &Shared, retention: Retention, now: Time) -> Result<(Pruned, bool)> {
    let mut session = shared.pools.writer().await?.with_patience();
    if !begin(&mut session).await? {
        session.roll_back().await;
        return Ok((Pruned::default(), false));
    }
    let mut changes = Changes::default();
    let mut more = old_jobs(&mut session, &mut changes, retention, now).await?;
    let pruned_jobs = changes.deleted.len();
    let (told, more_told) = forget_progress(&mut session, now - retention.progress_events).await?;
    let Retention {
        completed,
        failed,
        cancelled,
        ..
    } = retention;
    let longest = completed.max(failed).max(cancelled);
    let of_none = remove_events_of_none(&mut session, now - longest).await?;
    more |= more_told || of_none == SLICE;
    flush::commit(
        shared,
        &mut session,
        Batch::default(),
        Entries::new(),
        changes,
    )
    .await?;
    let pruned = Pruned {
        jobs: u64::try_from(pruned_jobs).unwrap_or(0),
        events: u64::try_from(told + of_none).unwrap_or(0),
        uploads: 0,
    };
    Ok((pruned, more))
}

async fn old_jobs(
    session: &mut Session,
    changes: &mut Changes,
    retention: Retention,
    now: Time,
) -> Result<bool> {
    // What an unfinished job depends on stays: its results may be wanted.
    const OLD: &str = "SELECT j.num, j.task, p.job IS NOT NULL FROM (
            SELECT num, task FROM jobs WHERE finished_at IS NOT NULL AND finished_at < $1
                AND state = $2 AND (dependents IS NULL OR NOT EXISTS (
                    SELECT 1 FROM dependencies d JOIN jobs c ON c.num = d.child
                    WHERE d.parent = jobs.num AND c.finished_at IS NULL))
                ORDER BY finished_at LIMIT $3) o
        JOIN jobs j ON j.num = o.num LEFT JOIN progress p ON p.job = j.num
        WHERE j.state = $2 ORDER BY j.num FOR UPDATE OF j";
    let mut more = false;
    for (state, kept) in [
        (JobState::Completed, retention.completed),
        (JobState::Failed, retention.failed),
        (JobState::Cancelled, retention.cancelled),
        (JobState::Merged, retention.cancelled),
    ] {
        let before = (now - kept).as_micros();
        let old = session
            .list(OLD, values![before, state.as_str(), JOBS])
            .await?;
        more |= as_i64(old.len()) == JOBS;
        for row in &old {
            let num = row.number(0)?;
            changes.deleted.push(num);
            if row.value(2)? {
                changes.garbage.push((num, row.text(1)?));
            }
            changes.job_moved(Some(state), None);
        }
    }
    Ok(more)
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

/// The end of a clean-up that removed so much.
async fn finish(shared: &Shared, pruned: Pruned, retention: Retention, now: Time) -> Result<()> {
    const LONGER: &str = "SELECT job FROM progress WHERE log_bytes > $1 ORDER BY job FOR UPDATE";
    const REMEMBER: &str = "INSERT INTO prunes (at, jobs, events, uploads) VALUES ($1, $2, $3, $4)
        ON CONFLICT (only_one) DO UPDATE SET at = excluded.at, jobs = excluded.jobs,
            events = excluded.events, uploads = excluded.uploads";
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
    let longest = retention
        .completed
        .max(retention.failed)
        .max(retention.cancelled);
    batch.add(batches::FORGET, values![(now - longest).as_micros()]);
    let nodes = "DELETE FROM nodes WHERE until < $1";
    batch.add(nodes, values![(now - NODES).as_micros()]);
    let Pruned {
        jobs,
        events,
        uploads,
    } = pruned;
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    batch.add(
        REMEMBER,
        values![now.as_micros(), count(jobs), count(events), count(uploads)],
    );
    let mut changes = Changes::default();
    if pruned != Pruned::default() {
        let data = format!(r#"{{"jobs":{jobs},"events":{events},"uploads":{uploads}}}"#);
        changes.record(EventKind::CleanedUp, &Json::from_checked(data), now);
    }
    flush::commit(shared, &mut session, batch, Entries::new(), changes).await?;
    fade_statistics(&mut session).await
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
