//! How the store is doing, and copies of it.

use std::fs::File;
use std::path::Path;

use paceline_core::store::StoreError;
use rusqlite::Connection;

use crate::context::WriteContext;
use crate::error::Result;

/// A write that changes nothing that anyone reads, to see how long one takes.
pub(crate) fn probe(context: &WriteContext<'_>) -> Result<()> {
    let upsert = "INSERT INTO counters (name, value) VALUES ('probe', 1)
        ON CONFLICT (name) DO UPDATE SET value = value + 1";
    context.execute(upsert, ())?;
    Ok(())
}

/// Bytes that the database takes, the write-ahead log not counted.
pub(crate) fn size(connection: &Connection) -> Result<u64> {
    let pages: u64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let page: u64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    Ok(pages * page)
}

/// Writes a consistent copy beside `to`, then gives it its name: a copy that has the name is
/// whole.
pub(crate) fn backup(connection: &Connection, to: &Path) -> Result<(), StoreError> {
    let failed = |error: std::io::Error| {
        StoreError::Unavailable(format!("cannot write {}: {error}", to.display()))
    };
    if to.exists() {
        let exists = std::io::ErrorKind::AlreadyExists.into();
        return Err(failed(exists));
    }
    let mut partial = to.as_os_str().to_owned();
    partial.push(".partial");
    let partial = Path::new(&partial);
    let _ = std::fs::remove_file(partial);
    let name = partial
        .to_str()
        .ok_or_else(|| failed(std::io::ErrorKind::InvalidFilename.into()))?;
    connection
        .execute("VACUUM INTO ?1", (name,))
        .map_err(|error| crate::error::explain(&error))?;
    File::open(partial)
        .and_then(|file| file.sync_all())
        .map_err(failed)?;
    std::fs::rename(partial, to).map_err(failed)
}
