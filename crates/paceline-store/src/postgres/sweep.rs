//! Removing jobs, and results of jobs that stay, that are past their time: found by a reader, row by
//! row, and removed in steps by whichever node cleans up. Each step locks its jobs and looks again.

use std::collections::{HashMap, HashSet};

use paceline_core::retention::{Aged, Ended, Pass, Pruned, Retention};
use paceline_core::{JobState, Time};
use tokio_postgres::Row;

use super::changes::{Changes, Rows, columns};
use super::connect::Shared;
use super::error::Result;
use super::flush;
use super::load::Entries;
use super::prune::begin;
use super::row::{Columns, int};
use super::session::{Batch, Session, values};
use crate::sweep::{FOUND, Found, Past, Piece, Step};

/// Most rows that a look takes at once.
const ROWS: usize = 5_000;

columns!(PieceRows {
    job: i64,
    first: i32,
    last: i32
});

/// Looks at what has come of age.
pub(crate) async fn find(shared: &Shared, pass: &Pass, retention: &Retention) -> Result<Found> {
    let mut session = shared.pools.reader().await?.with_patience();
    session.snapshot().await?;
    let swept = match pass.of {
        Aged::Jobs => "",
        Aged::Results => "AND coalesce(j.results_swept_at <= j.finished_at, true)",
    };
    // All of it is asked for by a cursor, so that there may be very much.
    let declare = format!(
        "DECLARE aged NO SCROLL CURSOR FOR
        SELECT j.num, j.task, j.state, j.finished_at, coalesce(p.total, 1)
        FROM jobs j LEFT JOIN progress p ON p.job = j.num
        WHERE j.finished_at IS NOT NULL AND j.finished_at >= {} AND j.finished_at < {} {swept}",
        pass.from.as_micros(),
        pass.before.as_micros()
    );
    session.script(&declare).await?;
    let mut found = Found::default();
    while !found.more {
        let fetch = format!("FETCH {ROWS} FROM aged");
        let rows = session.once(&fetch, values![]).await?;
        for row in &rows {
            take_down(&mut found, row, pass, retention)?;
        }
        if rows.len() < ROWS {
            break;
        }
    }
    session.finish().await?;
    Ok(found)
}

fn take_down(found: &mut Found, row: &Row, pass: &Pass, retention: &Retention) -> Result<()> {
    let ended = Ended {
        task: row.value(1)?,
        state: row.word(2)?,
        finished_at: Some(row.time(3)?),
    };
    if !pass.takes(retention, &ended) {
        return Ok(());
    }
    if found.past.len() >= FOUND {
        found.more = true;
        return Ok(());
    }
    found.past.push(Past {
        job: row.number(0)?,
        items: row.count(4)?,
    });
    Ok(())
}

/// Makes a step. Also tells what had to stay because unfinished jobs need it; nothing at all when
/// another node cleans up.
pub(crate) async fn take(
    shared: &Shared,
    step: &Step,
    retention: &Retention,
    now: Time,
) -> Result<Option<(Pruned, Vec<Past>)>> {
    let mut session = shared.pools.writer().await?.with_patience();
    if !begin(&mut session).await? {
        session.roll_back().await;
        return Ok(None);
    }
    let past: Vec<Past> = match step {
        Step::Jobs(jobs) => jobs.clone(),
        Step::Results(pieces) => pieces.iter().map(|piece| piece.past).collect(),
    };
    let (locked, held) = lock(&mut session, step.of(), &past, retention, now).await?;
    let (mut changes, mut pruned) = (Changes::default(), Pruned::default());
    match step {
        Step::Jobs(_) => {
            for (num, job) in locked {
                changes.deleted.push(num);
                if job.has_progress {
                    changes.garbage.push((num, job.task));
                }
                changes.job_moved(Some(job.state), None);
                pruned.count_job(job.state);
            }
        }
        Step::Results(pieces) => {
            let pieces = pieces
                .iter()
                .filter(|piece| locked.contains_key(&piece.past.job));
            pruned.results = remove_results(&mut session, pieces, now).await?;
        }
    }
    let (batch, entries) = (Batch::default(), Entries::new());
    flush::commit(shared, &mut session, batch, entries, changes).await?;
    Ok(Some((pruned, held)))
}

struct Locked {
    task: String,
    state: JobState,
    has_progress: bool,
}

/// Locks those of the jobs that are past their time and not needed. Also tells which are needed.
async fn lock(
    session: &mut Session,
    of: Aged,
    past: &[Past],
    retention: &Retention,
    now: Time,
) -> Result<(HashMap<i64, Locked>, Vec<Past>)> {
    const LOCK: &str = "SELECT j.num, j.task, j.state, j.finished_at, p.job IS NOT NULL
        FROM jobs j LEFT JOIN progress p ON p.job = j.num
        WHERE j.num = ANY($1) ORDER BY j.num FOR UPDATE OF j";
    // What an unfinished job depends on stays: its results may be wanted; and what was merged into
    // one; and what one will depend on whose items come in still. After the lock, which keeps new children away.
    const NEEDED: &str = "SELECT d.parent FROM dependencies d JOIN jobs c ON c.num = d.child
        WHERE d.parent = ANY($1) AND c.finished_at IS NULL
        UNION SELECT m.num FROM jobs m JOIN jobs s ON s.id = m.merged_into
        WHERE m.num = ANY($1) AND s.finished_at IS NULL
        UNION SELECT j.num FROM uploads u,
            jsonb_array_elements_text(u.links::jsonb -> 'jobs') w (id), jobs j
        WHERE u.links IS NOT NULL AND j.id = w.id::uuid AND j.num = ANY($1)
        UNION SELECT j.num FROM uploads u,
            jsonb_array_elements_text(u.links::jsonb -> 'batches') w (name), jobs j
        WHERE u.links IS NOT NULL AND j.batch = w.name AND j.num = ANY($1)";
    let nums: Vec<i64> = past.iter().map(|past| past.job).collect();
    let mut locked = HashMap::new();
    for row in session.list(LOCK, values![nums.clone()]).await? {
        let ended = Ended {
            task: row.value(1)?,
            state: row.word(2)?,
            finished_at: row.maybe_time(3)?,
        };
        if retention.is_past(of, &ended, now) {
            let job = Locked {
                task: ended.task.to_owned(),
                state: ended.state,
                has_progress: row.value(4)?,
            };
            locked.insert(row.number(0)?, job);
        }
    }
    let mut needed = HashSet::new();
    for row in session.list(NEEDED, values![nums]).await? {
        needed.insert(row.number(0)?);
    }
    let is_held = |past: &&Past| needed.contains(&past.job) && locked.contains_key(&past.job);
    let held = past.iter().filter(is_held).copied().collect();
    locked.retain(|num, _| !needed.contains(num));
    Ok((locked, held))
}

async fn remove_results(
    session: &mut Session,
    pieces: impl Iterator<Item = &Piece>,
    now: Time,
) -> Result<u64> {
    const OF_ITEMS: &str = "WITH removed AS (
            UPDATE outcomes o SET result = NULL
            FROM unnest($1::bigint[], $2::integer[], $3::integer[]) AS n (job, first, last)
            WHERE o.job = n.job AND o.seq BETWEEN n.first AND n.last AND o.result IS NOT NULL
            RETURNING o.job)
        SELECT job, count(*) FROM removed GROUP BY job";
    const OWN: &str = "UPDATE jobs SET result = NULL WHERE num = ANY($1) AND result IS NOT NULL
        RETURNING num, 1::bigint";
    const EXPIRED: &str = "UPDATE jobs SET results_expired = true WHERE num = ANY($1)";
    const SWEPT: &str = "UPDATE jobs SET results_swept_at = $2 WHERE num = ANY($1)";
    let (mut rows, mut jobs, mut done) = (PieceRows::default(), Vec::new(), Vec::new());
    for piece in pieces {
        let job = piece.past.job;
        rows.push((job, int(piece.first), int(piece.last)));
        jobs.push(job);
        if piece.is_last() {
            done.push(job);
        }
    }
    if rows.is_empty() {
        return Ok(0);
    }
    let mut batch = Batch::default();
    let of_items = batch.add(OF_ITEMS, rows.into_values());
    let own = batch.add(OWN, values![jobs]);
    batch.add(SWEPT, values![done, now.as_micros()]);
    let mut answers = session.run(batch).await?;
    let (mut removed, mut expired) = (0, Vec::new());
    for row in answers.take(of_items).iter().chain(&answers.take(own)) {
        expired.push(row.number(0)?);
        removed += row.size(1)?;
    }
    session.list(EXPIRED, values![expired]).await?;
    Ok(removed)
}
