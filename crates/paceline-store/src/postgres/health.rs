//! How the store is doing.

use std::time::Instant;

use paceline_core::store::Health;

use super::connect::Shared;
use super::error::Result;
use super::migrate;
use super::row::Columns;
use super::session::values;

#[expect(
    clippy::disallowed_methods,
    reason = "how long a write takes is a matter of real time"
)]
pub(crate) async fn health(shared: &Shared) -> Result<Health> {
    const PROBE: &str = "UPDATE probe SET times = times + 1";
    /// Tables with their indexes, of this schema alone.
    const SIZE: &str = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind = 'r'";
    let mut writer = shared.pools.writer().await?;
    let started = Instant::now();
    writer.list(PROBE, values![]).await?;
    let write_latency = started.elapsed();
    // Over the same connection: while all that read are taken, that is what is to be told.
    let size = writer.find(SIZE, values![]).await?;
    drop(writer);
    let (readers, writers) = shared.pools.usage();
    Ok(Health {
        backend: "postgres",
        write_latency,
        readers,
        writers: Some(writers),
        size_bytes: size.map_or(Ok(0), |row| row.size(0))?,
        schema_version: migrate::known(),
    })
}
