//! Brings the schema up to date: numbered steps, each applied once, counted in `user_version`.
//!
//! A newer program says in the counter `compatible_from` how old a program may be that still works
//! with what it left, so that one can go back to it after steps that only added.

use paceline_core::store::StoreError;
use rusqlite::{Connection, TransactionBehavior};

use crate::error::Result;
use crate::num::as_i64;

const STEPS: &[&str] = &[
    include_str!("../migrations/sqlite/0001_initial.sql"),
    include_str!("../migrations/sqlite/0002_views.sql"),
    include_str!("../migrations/sqlite/0003_lists_and_tidying.sql"),
    include_str!("../migrations/sqlite/0004_limits.sql"),
    include_str!("../migrations/sqlite/0005_schedules.sql"),
    include_str!("../migrations/sqlite/0006_batches.sql"),
    include_str!("../migrations/sqlite/0007_dependencies.sql"),
    include_str!("../migrations/sqlite/0008_throttles.sql"),
    include_str!("../migrations/sqlite/0009_notify.sql"),
    include_str!("../migrations/sqlite/0010_merging.sql"),
    include_str!("../migrations/sqlite/0011_retention.sql"),
    include_str!("../migrations/sqlite/0012_cache.sql"),
    include_str!("../migrations/sqlite/0013_task_history.sql"),
    include_str!("../migrations/sqlite/0014_large_results.sql"),
    include_str!("../migrations/sqlite/0015_taken_messages.sql"),
    include_str!("../migrations/sqlite/0016_returned.sql"),
    include_str!("../migrations/sqlite/0017_nodes.sql"),
];

/// The oldest schema version whose programs work with what these steps leave. Step 4 changes the
/// order of lines, and parks jobs where an older program does not look for them;
/// step 7 lets jobs wait for others, which an older one would let wait for ever; step 10 lets jobs
/// stand behind their duplicates, which an older one cannot read; from step 14 on large results are
/// compressed, which an older one would take for JSON.
const COMPATIBLE_FROM: i64 = 14;

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
    let known = known();
    if found > known && compatible_from(&transaction)?.is_none_or(|oldest| oldest > known) {
        return Err(StoreError::TooNew { found, known }.into());
    }
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(step)?;
    }
    if found < known {
        const SAY: &str = "INSERT OR REPLACE INTO counters (name, value)
            VALUES ('compatible_from', ?1)";
        transaction.execute(SAY, (COMPATIBLE_FROM,))?;
        transaction.pragma_update(None, "user_version", known)?;
    }
    Ok(transaction.commit()?)
}

/// What a newer program said; nothing if it did not know of this.
fn compatible_from(connection: &Connection) -> Result<Option<i64>> {
    const SELECT: &str = "SELECT value FROM counters WHERE name = 'compatible_from'";
    crate::context::find(connection, SELECT, (), |row| row.get(0))
}
