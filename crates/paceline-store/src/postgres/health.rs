//! How the store is doing.

use std::sync::atomic::Ordering;
use std::time::Instant;

use paceline_core::store::Health;

use super::connect::Shared;
use super::error::Result;
use super::migrate;
use super::row::Columns;
use super::session::{Batch, Session, values};

#[expect(
    clippy::disallowed_methods,
    reason = "how long a write takes is a matter of real time"
)]
pub(crate) async fn health(shared: &Shared) -> Result<Health> {
    const PROBE: &str = "UPDATE probe SET times = times + 1";
    let mut writer = shared.pools.writer().await?;
    let started = Instant::now();
    writer.list(PROBE, values![]).await?;
    let write_latency = started.elapsed();
    // Over the same connection: while all that read are taken, that is what is to be told.
    if let Ok(size) = size(&mut writer).await {
        shared.size.store(size, Ordering::Relaxed);
    } else {
        writer.roll_back().await;
    }
    drop(writer);
    let (readers, writers) = shared.pools.usage();
    Ok(Health {
        backend: "postgres",
        write_latency,
        readers,
        writers: Some(writers),
        size_bytes: shared.size.load(Ordering::Relaxed),
        schema_version: migrate::known(),
    })
}

/// Tables with their indexes, of this schema alone. Who has locked one of them keeps nobody from
/// hearing that the store is well: then the size is that of before.
async fn size(session: &mut Session) -> Result<u64> {
    const SIZE: &str = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind = 'r'";
    let mut batch = Batch::begin();
    batch.add("SET LOCAL lock_timeout = '300ms'", values![]);
    let size = batch.add(SIZE, values![]);
    batch.commit();
    let mut answers = session.run(batch).await?;
    answers.first(size).map_or(Ok(0), |row| row.size(0))
}
