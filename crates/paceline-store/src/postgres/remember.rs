//! Small writes that belong to no job.

use paceline_core::event::EventKind;
use paceline_core::task::Task;
use paceline_core::{Json, Time};

use super::changes::{Changes, Rows, columns};
use super::connect::Shared;
use super::error::Result;
use super::flush;
use super::items_write::clean;
use super::load::Entries;
use super::session::{Batch, values};
use super::throttles;
use crate::throttle_text::needs_text;

/// Keeps the answer to a request by its `Idempotency-Key`.
pub(crate) async fn remember(
    shared: &Shared,
    key: &str,
    hash: Vec<u8>,
    answer: String,
    until: Time,
) -> Result<()> {
    const UPSERT: &str = "INSERT INTO idempotency (key, hash, answer, until)
        VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO UPDATE SET hash = excluded.hash,
            answer = excluded.answer, until = excluded.until";
    let mut session = shared.pools.writer().await?;
    let row = values![clean(key), hash, answer, until.as_micros()];
    session.list(UPSERT, row).await.map(|_| ())
}

/// The same, unless something is kept under the key. Tells whether this one was.
pub(crate) async fn remember_first(
    shared: &Shared,
    key: &str,
    hash: Vec<u8>,
    answer: String,
    (until, now): (Time, Time),
) -> Result<bool> {
    // Who comes second waits at the row until the first has committed, and then sees its time.
    const INSERT: &str = "INSERT INTO idempotency AS i (key, hash, answer, until)
        VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO UPDATE SET hash = excluded.hash,
            answer = excluded.answer, until = excluded.until WHERE i.until <= $5 RETURNING true";
    let mut session = shared.pools.writer().await?;
    let row = values![clean(key), hash, answer, until.as_micros(), now.as_micros()];
    Ok(session.find(INSERT, row).await?.is_some())
}

columns!(TaskRows {
    name: String,
    options: String,
    params_schema: Option<String>,
    has_planner: bool,
    declared_by: String,
    declared_at: i64,
    needs: Option<String>,
});

/// Takes in tasks as workers declare them; of two declarations of one task the last counts.
pub(crate) async fn declare(shared: &Shared, tasks: &[Task]) -> Result<()> {
    const UPSERT: &str = "INSERT INTO tasks
        (name, options, params_schema, has_planner, declared_by, declared_at, needs)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::text[],
            $6::bigint[], $7::text[])
        ON CONFLICT (name) DO UPDATE SET options = excluded.options,
            params_schema = excluded.params_schema, has_planner = excluded.has_planner,
            declared_by = excluded.declared_by, declared_at = excluded.declared_at,
            needs = excluded.needs";
    let last: std::collections::BTreeMap<&str, &Task> = tasks
        .iter()
        .map(|task| (task.name.as_str(), task))
        .collect();
    let mut rows = TaskRows::default();
    let last: Vec<&Task> = last.into_values().collect();
    for task in &last {
        let Task {
            name,
            options,
            params_schema,
            has_planner,
            throttle: _,
            needs,
            declared_by,
            declared_at,
        } = task;
        rows.push((
            clean(name),
            options.as_str().to_owned(),
            params_schema
                .as_ref()
                .map(|schema| schema.as_str().to_owned()),
            *has_planner,
            clean(declared_by),
            declared_at.as_micros(),
            needs_text(needs),
        ));
    }
    let mut session = shared.pools.writer().await?;
    let mut batch = Batch::begin();
    batch.add(UPSERT, rows.into_values());
    throttles::declare(&mut batch, &last);
    batch.commit();
    session.run(batch).await.map(|_| ())
}

/// Appends an event that belongs to no job's change.
pub(crate) async fn record(shared: &Shared, kind: EventKind, data: &Json, now: Time) -> Result<()> {
    let mut changes = Changes::default();
    changes.record(kind, data, now);
    let mut session = shared.pools.writer().await?;
    let batch = Batch::begin_relaxed();
    flush::commit(shared, &mut session, batch, Entries::new(), changes).await?;
    Ok(())
}
