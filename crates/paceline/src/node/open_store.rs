//! Opening the store of a node, whichever it is.

use std::path::Path;
use std::sync::Arc;

use paceline_core::store::{Store, StoreError};
use paceline_store::postgres::{self, PostgresStore};
use paceline_store::{Durability, SqliteStore};

use crate::config::{StoreLocation, StoreSettings};
use crate::exit::{CliError, Context, Result};

pub(super) async fn open(settings: &StoreSettings) -> Result<Arc<dyn Store>> {
    let location = &settings.location;
    match location {
        StoreLocation::Sqlite(path) => {
            let store = sqlite(path, settings.relaxed, location)?;
            Ok(Arc::new(store))
        }
        StoreLocation::Postgres(_) if settings.relaxed => {
            Err(CliError::usage("relaxed durability is for SQLite")
                .hint("on PostgreSQL, ALTER ROLE … SET synchronous_commit = off does the same"))
        }
        StoreLocation::Postgres(url) => {
            let store = PostgresStore::connect(url, postgres::Options::default()).await;
            Ok(Arc::new(store.map_err(|error| refused(location, &error))?))
        }
    }
}

fn sqlite(path: &Path, relaxed: bool, location: &StoreLocation) -> Result<SqliteStore> {
    let folder = location.folder();
    std::fs::create_dir_all(folder).context(|| format!("cannot make {}", folder.display()))?;
    let options = paceline_store::Options {
        durability: if relaxed {
            Durability::Relaxed
        } else {
            Durability::Full
        },
        ..paceline_store::Options::default()
    };
    SqliteStore::open(path, options).map_err(|error| refused(location, &error))
}

pub(super) fn refused(location: &StoreLocation, error: &StoreError) -> CliError {
    let place = match location {
        StoreLocation::Sqlite(path) => path.display().to_string(),
        StoreLocation::Postgres(_) => location.to_string(),
    };
    let told = CliError::failed(format!("cannot open the store {place}: {error}"));
    match (error, location) {
        (StoreError::Corrupt(_) | StoreError::TooNew { .. } | StoreError::InUse(_), _) => told,
        (_, StoreLocation::Sqlite(_)) => told.hint(
            "choose another file with --store sqlite:PATH; `paceline doctor` looks at this one",
        ),
        (_, StoreLocation::Postgres(_)) => told
            .hint("check that PostgreSQL runs there and that psql can connect with the same URL"),
    }
}
