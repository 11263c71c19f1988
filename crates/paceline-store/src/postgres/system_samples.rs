//! How nodes were over time.

use paceline_core::sample::SystemSample;
use paceline_core::{NodeId, Time};

use super::connect::Shared;
use super::error::Result;
use super::row::Columns;
use super::session::{Batch, Session, values};
use crate::node_text::{sample_of, sample_text};

pub(crate) async fn keep(shared: &Shared, sample: &SystemSample) -> Result<()> {
    const UPSERT: &str = "INSERT INTO system_samples (at, node, sample) VALUES ($1, $2, $3)
        ON CONFLICT (at, node) DO UPDATE SET sample = excluded.sample";
    let row = values![sample.at.as_micros(), sample.node.0, sample_text(sample)];
    let mut session = shared.pools.writer().await?;
    let mut batch = Batch::begin_relaxed();
    batch.add(UPSERT, row);
    batch.commit();
    session.run(batch).await.map(|_| ())
}

pub(crate) async fn since(session: &mut Session, since: Time) -> Result<Vec<SystemSample>> {
    const SELECT: &str = "SELECT node, at, sample FROM system_samples WHERE at >= $1 ORDER BY at";
    let rows = session.list(SELECT, values![since.as_micros()]).await?;
    let mut samples = Vec::with_capacity(rows.len());
    for row in &rows {
        let (node, at) = (NodeId(row.number(0)?), row.time(1)?);
        samples.extend(sample_of(node, at, &row.text(2)?));
    }
    Ok(samples)
}

pub(crate) async fn forget(shared: &Shared, before: Time) -> Result<()> {
    const DELETE: &str = "DELETE FROM system_samples WHERE at < $1";
    let mut session = shared.pools.writer().await?;
    let mut batch = Batch::begin_relaxed();
    batch.add(DELETE, values![before.as_micros()]);
    batch.commit();
    session.run(batch).await.map(|_| ())
}
