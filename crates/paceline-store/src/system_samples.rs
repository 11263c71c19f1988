//! How nodes were over time.

use paceline_core::sample::SystemSample;
use paceline_core::{NodeId, Time};
use rusqlite::Connection;

use crate::context::{WriteContext, list};
use crate::error::Result;
use crate::node_text::{sample_of, sample_text};

pub(crate) fn keep(context: &WriteContext<'_>, sample: &SystemSample) -> Result<()> {
    const UPSERT: &str =
        "INSERT OR REPLACE INTO system_samples (at, node, sample) VALUES (?1, ?2, ?3)";
    let text = sample_text(sample);
    context.execute(UPSERT, (sample.at.as_micros(), sample.node.0, text))?;
    Ok(())
}

pub(crate) fn since(connection: &Connection, since: Time) -> Result<Vec<SystemSample>> {
    const SELECT: &str = "SELECT node, at, sample FROM system_samples WHERE at >= ?1 ORDER BY at";
    let samples = list(connection, SELECT, (since.as_micros(),), |row| {
        let (node, at) = (NodeId(row.get(0)?), Time::from_micros(row.get(1)?));
        Ok(sample_of(node, at, &row.get::<_, String>(2)?))
    })?;
    Ok(samples.into_iter().flatten().collect())
}

pub(crate) fn forget(context: &WriteContext<'_>, before: Time) -> Result<()> {
    context.execute(
        "DELETE FROM system_samples WHERE at < ?1",
        (before.as_micros(),),
    )?;
    Ok(())
}
