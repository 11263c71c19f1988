//! How the jobs of each task ran over time; see [`crate::buckets`].

use std::time::Duration;

use paceline_core::Time;
use paceline_core::task_history::{Bucket, Window, long_before};
use tokio_postgres::Row;

use super::changes::{Rows, columns};
use super::connect::Shared;
use super::error::Result;
use super::prune;
use super::row::{Columns, invalid};
use super::session::{Batch, Session, values};
use crate::buckets::{Counted, GATHERED, gathered, told};
use crate::num::as_i64;
use crate::statistics::Histogram;
use crate::text::to_json;

columns!(BucketRows {
    task: String,
    at: i64,
    completed: i64,
    failed: i64,
    items_succeeded: i64,
    items_failed: i64,
    item_durations: String,
    job_durations: String,
});

/// Adds to what is written of the buckets.
macro_rules! add_steps {
    ($column:literal) => {
        concat!(
            $column,
            " = (SELECT coalesce(json_object_agg(step, count), '{}')::text FROM (
                SELECT key AS step, sum(value::bigint)::bigint AS count FROM (
                    SELECT * FROM json_each_text(h.",
            $column,
            "::json) UNION ALL SELECT * FROM json_each_text(excluded.",
            $column,
            "::json)) AS parts GROUP BY key) AS summed)"
        )
    };
}
const ADD: &str = concat!(
    "INSERT INTO task_history AS h (task, at, completed, failed, items_succeeded, items_failed,
        item_durations, job_durations)
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
        $6::bigint[], $7::text[], $8::text[])
    ON CONFLICT (task, at) DO UPDATE SET completed = h.completed + excluded.completed,
        failed = h.failed + excluded.failed,
        items_succeeded = h.items_succeeded + excluded.items_succeeded,
        items_failed = h.items_failed + excluded.items_failed, ",
    add_steps!("item_durations"),
    ", ",
    add_steps!("job_durations")
);

/// What a transaction adds to buckets, each named once.
pub(crate) fn add<'t>(
    batch: &mut Batch<'_>,
    buckets: impl IntoIterator<Item = (&'t str, Time, &'t Counted)>,
) {
    let mut rows = BucketRows::default();
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    for (task, at, counted) in buckets {
        let Counted {
            completed,
            failed,
            items_succeeded,
            items_failed,
            items,
            jobs,
        } = counted;
        rows.push((
            task.to_owned(),
            at.as_micros(),
            number(*completed),
            number(*failed),
            number(*items_succeeded),
            number(*items_failed),
            to_json(items.steps()),
            to_json(jobs.steps()),
        ));
    }
    if !rows.is_empty() {
        batch.add(ADD, rows.into_values());
    }
}

/// The buckets of the window in which something ended.
pub(crate) async fn buckets(
    session: &mut Session,
    task: &str,
    window: &Window,
) -> Result<Vec<Bucket>> {
    const SELECT: &str = "SELECT task, at, completed, failed, items_succeeded, items_failed,
            item_durations, job_durations
        FROM task_history WHERE task = $1 AND at >= $2 AND at < $3 ORDER BY at";
    if task.contains('\0') {
        return Ok(Vec::new());
    }
    let end = window.to + window.bucket;
    let range = values![task, window.from.as_micros(), end.as_micros()];
    let mut rows = Vec::new();
    for row in session.list(SELECT, range).await? {
        let (_, at, counted) = read(&row)?;
        rows.push((at, counted));
    }
    Ok(told(&rows, window))
}

fn read(row: &Row) -> Result<(String, Time, Counted)> {
    let histogram = |column| {
        let steps = serde_json::from_str(row.value(column)?);
        steps
            .map(Histogram::of)
            .map_err(|error| invalid(column, error))
    };
    let counted = Counted {
        completed: row.size(2)?,
        failed: row.size(3)?,
        items_succeeded: row.size(4)?,
        items_failed: row.size(5)?,
        items: histogram(6)?,
        jobs: histogram(7)?,
    };
    Ok((row.text(0)?, row.time(1)?, counted))
}

/// Gathers some short buckets whose time is over, and removes those that are kept no longer. Returns
/// whether there may be more.
pub(crate) async fn tidy(shared: &Shared, kept: Duration, now: Time) -> Result<bool> {
    const TAKE: &str = "DELETE FROM task_history WHERE (task, at) IN (
            SELECT task, at FROM task_history WHERE at % 3600000000 <> 0 AND at < $1
            ORDER BY at LIMIT $2)
        RETURNING task, at, completed, failed, items_succeeded, items_failed, item_durations,
            job_durations";
    let mut session = shared.pools.writer().await?.with_patience();
    if !prune::begin(&mut session).await? {
        session.roll_back().await;
        return Ok(false);
    }
    let mut batch = Batch::default();
    let old = "DELETE FROM task_history WHERE at < $1";
    batch.add(old, values![(now - kept).as_micros()]);
    let taken = batch.add(TAKE, values![long_before(now).as_micros(), GATHERED]);
    let taken = session.run(batch).await?.take(taken);
    let short = taken.iter().map(read).collect::<Result<Vec<_>>>()?;
    let long = gathered(short);
    let mut batch = Batch::default();
    add(
        &mut batch,
        long.iter()
            .map(|((task, at), counted)| (task.as_str(), *at, counted)),
    );
    batch.commit();
    session.run(batch).await?;
    Ok(as_i64(taken.len()) == GATHERED)
}
