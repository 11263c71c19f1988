//! Brings the schema up to date: numbered steps, each applied once, counted in `user_version`.

use paceline_core::store::StoreError;
use rusqlite::{Connection, TransactionBehavior};

use crate::error::Result;
use crate::num::as_i64;

const STEPS: &[&str] = &[
    include_str!("../migrations/sqlite/0001_initial.sql"),
    include_str!("../migrations/sqlite/0002_views.sql"),
    include_str!("../migrations/sqlite/0003_lists_and_tidying.sql"),
];

/// The schema version that this program writes.
pub(crate) fn known() -> i64 {
    as_i64(STEPS.len())
}

pub(crate) fn version(connection: &Connection) -> Result<i64> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Applies what is missing, in one transaction.
pub(crate) fn migrate(connection: &mut Connection) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    if found > known() {
        let known = known();
        return Err(StoreError::TooNew { found, known }.into());
    }
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(step)?;
    }
    if found < known() {
        transaction.pragma_update(None, "user_version", known())?;
    }
    Ok(transaction.commit()?)
}
