//! What can go wrong inside a verb, and how the errors of `SQLite` read in the words of the store.

use paceline_core::store::StoreError;
use rusqlite::ErrorCode;

/// An error inside the store; at its border it becomes a [`StoreError`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Error::Store(StoreError::Corrupt(what.into()))
    }

    /// Whether the database as a whole cannot write now, so that every other command of the same
    /// transaction is lost too.
    pub(crate) fn spoils_the_transaction(&self) -> bool {
        match self {
            Error::Sql(error) => match explain(error) {
                StoreError::Full | StoreError::Unavailable(_) => true,
                StoreError::DuplicateKey { .. }
                | StoreError::TooManyItems { .. }
                | StoreError::NotFound(_)
                | StoreError::NameTaken { .. }
                | StoreError::NoSuchParent(_)
                | StoreError::Duplicate(_)
                | StoreError::InUse(_)
                | StoreError::Corrupt(_)
                | StoreError::TooNew { .. }
                | StoreError::Injected(_) => false,
            },
            Error::Store(_) => false,
        }
    }
}

impl From<rusqlite::types::FromSqlError> for Error {
    fn from(error: rusqlite::types::FromSqlError) -> Self {
        Error::corrupt(error.to_string())
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::Sql(error) => explain(&error),
            Error::Store(error) => error,
        }
    }
}

/// An error of `SQLite` in the words of the store.
pub(crate) fn explain(error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::OutOfMemory
            | ErrorCode::OperationInterrupted,
        ) => StoreError::Unavailable(error.to_string()),
        _ => StoreError::Corrupt(error.to_string()),
    }
}

/// A second copy of an error, for a transaction whose failure many callers must hear of.
pub(crate) fn repeat(error: &StoreError) -> StoreError {
    match error {
        StoreError::Full => StoreError::Full,
        StoreError::Corrupt(why) => StoreError::Corrupt(why.clone()),
        StoreError::Unavailable(why) => StoreError::Unavailable(why.clone()),
        other @ (StoreError::DuplicateKey { .. }
        | StoreError::TooManyItems { .. }
        | StoreError::NotFound(_)
        | StoreError::NameTaken { .. }
        | StoreError::NoSuchParent(_)
        | StoreError::Duplicate(_)
        | StoreError::InUse(_)
        | StoreError::TooNew { .. }
        | StoreError::Injected(_)) => StoreError::Unavailable(other.to_string()),
    }
}
