//! Moving a whole store from `SQLite` to `PostgreSQL`.
//!
//! Owns which tables become which ([`tables`]), reading the file ([`source`]), writing the server
//! ([`target`]) and counting both ([`counts`]). The file is only read. Everything is one transaction
//! of the server: whatever ends it early leaves the schema as empty as it was. Owns no rule: what
//! was in workers' hands is given back by the store of the target, as after a crash.

mod counts;
mod encode;
mod error;
mod source;
mod tables;
mod target;

use std::path::Path;

use paceline_core::Time;

pub use counts::{Count, Counts};
pub use error::TransferError;

use crate::postgres::{Options, PostgresStore};
use source::Source;
use target::Target;

/// What came of a move.
#[derive(Debug)]
pub struct Transferred {
    /// Rows in both stores. When they differ, nothing was kept.
    pub counts: Counts,
    /// Leases that workers of the stopped node held, which are free work again.
    pub recovered: u64,
}

/// Copies the store in the file `from` into an empty schema of the server at the URL `to`, which
/// is made if it is not there. `step` is told of each table's rows as they are written.
pub async fn transfer(
    from: &Path,
    to: &str,
    now: Time,
    mut step: impl FnMut(&'static str, u64) + Send,
) -> Result<Transferred, TransferError> {
    let mut source = Source::open(from)?;
    // Brings the schema about, and takes back what was in workers' hands when all is copied.
    let store = PostgresStore::connect(to, Options::default()).await;
    let store = store.map_err(TransferError::Target)?;
    let target = Target::begin(to).await?;
    for table in tables::TABLES {
        source = target.copy(source, table, &mut step).await?;
    }
    target.number(source.numbers()?).await?;
    let counts = Counts::take(&source, &target).await?;
    if !counts.agree() {
        return Ok(Transferred {
            counts,
            recovered: 0,
        });
    }
    target.commit().await?;
    // Should this not come about, the first node does the same.
    let recovered = store.take_back_lost(now).await;
    Ok(Transferred {
        counts,
        recovered: recovered.map_err(TransferError::Target)?,
    })
}
