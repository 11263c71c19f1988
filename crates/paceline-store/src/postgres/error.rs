//! What can go wrong inside a verb, and how the errors of `PostgreSQL` read in the words of the store.

use deadpool_postgres::{PoolError, TimeoutType};
use paceline_core::store::StoreError;
use tokio_postgres::error::SqlState;

use super::pool::WAIT;

/// An error inside the store; at its border it becomes a [`StoreError`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Sql(#[from] tokio_postgres::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Error::Store(StoreError::Corrupt(what.into()))
    }

    pub(crate) fn unavailable(what: impl Into<String>) -> Self {
        Error::Store(StoreError::Unavailable(what.into()))
    }

    fn code(&self) -> Option<&SqlState> {
        match self {
            Error::Sql(error) => error.code(),
            Error::Store(_) => None,
        }
    }

    /// Two transactions got into each other's way, so that the same again will do.
    pub(crate) fn is_a_clash(&self) -> bool {
        let clashes = self.code().is_some_and(|code| {
            *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED
        });
        clashes || self.violated() == Some("jobs_identity_waiting")
    }

    /// A row with this key is there already.
    pub(crate) fn is_a_duplicate(&self) -> bool {
        self.violated().is_some()
    }

    /// The unique index that forbids what was to be written.
    fn violated(&self) -> Option<&str> {
        match self {
            Error::Sql(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Some(
                error
                    .as_db_error()
                    .and_then(|error| error.constraint())
                    .unwrap_or(""),
            ),
            Error::Sql(_) | Error::Store(_) => None,
        }
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => Error::unavailable(cannot_connect(&error)),
            PoolError::Timeout(TimeoutType::Wait) => Error::unavailable(format!(
                "all of the node's connections are in use, and none became free within {WAIT:?}"
            )),
            PoolError::Timeout(TimeoutType::Create | TimeoutType::Recycle) => {
                Error::unavailable(format!("PostgreSQL took no connection within {WAIT:?}"))
            }
            PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
                Error::unavailable("the store is closed")
            }
        }
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

/// Why no connection came about, with the cause that the driver keeps apart.
pub(crate) fn cannot_connect(error: &tokio_postgres::Error) -> String {
    let remedy = if has_wrong_certificate(error) {
        "; sslrootcert must name the authority that signed the server's certificate, and the \
         certificate must be for the host in the URL"
    } else {
        ""
    };
    format!("cannot connect to PostgreSQL: {}{remedy}", message(error))
}

/// The server showed a certificate that is not believed.
fn has_wrong_certificate(error: &tokio_postgres::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        // What TLS says comes wrapped as an error of reading and writing.
        let inner = error.downcast_ref::<std::io::Error>();
        let inner = inner.and_then(std::io::Error::get_ref);
        let said = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
        if matches!(said, Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Classes of errors that pass: connections, authorisation, read-only servers, clashes, resources,
/// locks, shut-downs, files.
const PASSING: [&str; 10] = ["08", "25", "28", "3D", "40", "53", "55", "57", "58", "72"];

/// An error of `PostgreSQL` in the words of the store.
fn explain(error: &tokio_postgres::Error) -> StoreError {
    let Some(code) = error.code() else {
        // No answer of the server: the connection broke, or a value could not be read.
        return if error.is_closed() || std::error::Error::source(error).is_some_and(is_io) {
            StoreError::Unavailable(message(error))
        } else {
            StoreError::Corrupt(message(error))
        };
    };
    if *code == SqlState::DISK_FULL {
        return StoreError::Full;
    }
    if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        return StoreError::Unavailable(format!(
            "{}; the role that runs nodes should own the schema and its tables",
            message(error)
        ));
    }
    if PASSING.iter().any(|class| code.code().starts_with(class)) {
        StoreError::Unavailable(message(error))
    } else {
        StoreError::Corrupt(message(error))
    }
}

fn is_io(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<std::io::Error>()
}

fn message(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(answer), _) => answer.message().to_owned(),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

/// A second copy of an error, for a transaction whose failure many callers must hear of.
pub(crate) fn repeat(error: &StoreError) -> StoreError {
    crate::error::repeat(error)
}
