//! Batches in `PostgreSQL`.

use paceline_core::batch::{Batch, BatchItems, BatchQuery, BatchStatus};
use paceline_core::event::EventKind;
use paceline_core::query::Page;
use tokio_postgres::Row;

use super::error::Result;
use super::items_write::clean;
use super::row::Columns;
use super::session::{Batch as Statements, Session, values};
use crate::batches::{BatchNews, Group, cut, names, place, sum, taken};

/// Writes what became of batches, and tells of those that are complete. Under the lock of `tally`:
/// whatever other transactions did to jobs is committed and seen, or comes after this one.
pub(crate) fn add(batch: &mut Statements<'_>, news: BatchNews) {
    const OPEN: &str = "INSERT INTO batches AS b (name, created_at)
        SELECT * FROM unnest($1::text[], $2::bigint[])
        ON CONFLICT (name) DO UPDATE SET completed_at = NULL WHERE b.completed_at IS NOT NULL";
    const COMPLETE: &str = "WITH complete AS (
            UPDATE batches b SET completed_at = n.at
            FROM unnest($1::text[], $2::bigint[], $3::text[]) AS n (name, at, data)
            WHERE b.name = n.name AND b.completed_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM jobs j WHERE j.batch = n.name AND j.batch IS NOT NULL
                    AND j.finished_at IS NULL)
            RETURNING b.name, n.at, n.data),
        numbered AS (
            UPDATE tally SET event = event + (SELECT count(*) FROM complete)
            WHERE EXISTS (SELECT 1 FROM complete) RETURNING event),
        placed AS (SELECT *, row_number() OVER (ORDER BY name) AS place,
            count(*) OVER () AS count FROM complete)
        INSERT INTO events (seq, at, kind, data, batch)
        SELECT t.event - p.count + p.place, p.at, $4, p.data, p.name FROM numbered t, placed p";
    let BatchNews { opened, ended } = news;
    let split = |times: std::collections::BTreeMap<String, paceline_core::Time>| {
        let times = times.into_iter().map(|(name, at)| (name, at.as_micros()));
        times.unzip::<String, i64, Vec<_>, Vec<_>>()
    };
    if !opened.is_empty() {
        let (names, times) = split(opened);
        batch.add(OPEN, values![names, times]);
    }
    if !ended.is_empty() {
        let (all, times) = split(ended);
        let data: Vec<String> = all.iter().map(|name| names(name).to_string()).collect();
        let kind = EventKind::BatchCompleted.as_str();
        batch.add(COMPLETE, values![all, times, data, kind]);
    }
}

/// Makes a batch, or gives it a reason.
pub(crate) async fn make(session: &mut Session, batch: &Batch) -> Result<()> {
    const ADD: &str = "INSERT INTO batches AS b (name, reason, created_at) VALUES ($1, $2, $3)
        ON CONFLICT (name) DO UPDATE SET reason = excluded.reason WHERE b.reason IS NULL
        RETURNING name";
    let row = values![
        clean(&batch.name),
        batch.reason.as_deref().map(clean),
        batch.created_at.as_micros(),
    ];
    match session.find(ADD, row).await? {
        Some(_) => Ok(()),
        None => Err(taken(batch).into()),
    }
}

/// Removes batches that were complete (or made) before then and whose jobs are gone.
pub(crate) const FORGET: &str =
    "DELETE FROM batches b WHERE coalesce(b.completed_at, b.created_at) < $1
    AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.batch = b.name AND j.batch IS NOT NULL)";

pub(crate) async fn one(session: &mut Session, name: &str) -> Result<Option<BatchStatus>> {
    const ONE: &str = "SELECT name, reason, created_at, completed_at FROM batches WHERE name = $1";
    let found = session.find(ONE, values![clean(name)]).await?;
    match found {
        Some(row) => Ok(Some(status(session, read(&row)?).await?)),
        None => Ok(None),
    }
}

pub(crate) async fn page(session: &mut Session, query: &BatchQuery) -> Result<Page<BatchStatus>> {
    const PAGE: &str = "SELECT name, reason, created_at, completed_at FROM batches
        WHERE (created_at, name COLLATE \"C\") < ($1, $2::text)
        ORDER BY created_at DESC, name COLLATE \"C\" DESC LIMIT $3";
    let (at, name) = place(query.cursor.as_deref());
    let row = values![at, clean(name), i64::from(query.limit) + 1];
    let found = session.list(PAGE, row).await?;
    let found: Vec<Batch> = found.iter().map(read).collect::<Result<_>>()?;
    let (found, next) = cut(found, query.limit);
    let mut items = Vec::with_capacity(found.len());
    for batch in found {
        items.push(status(session, batch).await?);
    }
    Ok(Page { items, next })
}

fn read(row: &Row) -> Result<Batch> {
    Ok(Batch {
        name: row.text(0)?,
        reason: row.maybe_text(1)?,
        created_at: row.time(2)?,
        completed_at: row.maybe_time(3)?,
    })
}

async fn status(session: &mut Session, batch: Batch) -> Result<BatchStatus> {
    const UNITS: &str = "SELECT state, count(*), min(started_at) FROM jobs
        WHERE batch = $1 AND batch IS NOT NULL AND kind = 'unit' GROUP BY state";
    const WITH_ITEMS: &str = "SELECT j.state, count(*), min(j.started_at),
            sum(CASE WHEN NOT p.planned AND j.finished_at IS NULL THEN greatest(p.total, 1)
                ELSE p.total END)::bigint,
            sum(p.succeeded)::bigint, sum(p.failed)::bigint, sum(p.skipped)::bigint,
            sum(p.cancelled)::bigint, sum(p.running)::bigint
        FROM jobs j JOIN progress p ON p.job = j.num
        WHERE j.batch = $1 AND j.batch IS NOT NULL AND j.kind IN ('items', 'planned')
        GROUP BY j.state";
    let mut statements = Statements::default();
    let units = statements.add(UNITS, values![batch.name.clone()]);
    let with_items = statements.add(WITH_ITEMS, values![batch.name.clone()]);
    let mut answers = session.run(statements).await?;
    let mut groups = Vec::new();
    for row in answers.take(units) {
        groups.push(group(&row, None)?);
    }
    for row in answers.take(with_items) {
        let items = BatchItems {
            total: row.size(3)?,
            succeeded: row.size(4)?,
            failed: row.size(5)?,
            skipped: row.size(6)?,
            cancelled: row.size(7)?,
            running: row.size(8)?,
        };
        groups.push(group(&row, Some(items))?);
    }
    Ok(sum(batch, groups.into_iter()))
}

fn group(row: &Row, items: Option<BatchItems>) -> Result<Group> {
    Ok(Group {
        state: row.word(0)?,
        jobs: row.size(1)?,
        started_at: row.maybe_time(2)?,
        items,
    })
}
