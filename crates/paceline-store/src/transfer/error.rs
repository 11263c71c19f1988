//! What can keep a store from being moved.

use paceline_core::store::StoreError;

/// Nothing was kept in the target, and the source is as it was.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    #[error("there is no store at {0}")]
    NoSource(String),
    #[error("{0} is not a store of Paceline")]
    NotAStore(String),
    /// The file is of an earlier version.
    #[error("the store has schema version {found}, and this paceline moves version {known}")]
    OldSource { found: i64, known: i64 },
    #[error("the store to move cannot be read: {0}")]
    Source(StoreError),
    #[error("the target refused: {0}")]
    Target(StoreError),
    /// Tables of the target that have rows, and how many.
    #[error("the schema `{schema}` of the target is not empty: it has {}", listed(.tables))]
    NotEmpty {
        schema: String,
        tables: Vec<(&'static str, u64)>,
    },
}

fn listed(tables: &[(&'static str, u64)]) -> String {
    let each = tables
        .iter()
        .map(|(table, rows)| format!("{rows} in {table}"));
    each.collect::<Vec<_>>().join(", ")
}
