//! Opening connections with the settings that the store counts on.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::Result;

/// Page cache of the writer: holds the upper levels of every tree and the tails that grow.
const WRITER_CACHE_KIB: i64 = 16 * 1024;
const READER_CACHE_KIB: i64 = 2 * 1024;
/// Pages of the write-ahead log at which it is copied back (16 MiB): pages that many commits
/// changed are then copied once.
const CHECKPOINT_PAGES: i64 = 4_000;
/// The write-ahead log is cut to this size after it was copied back.
const LOG_SIZE_LIMIT: i64 = 64 << 20;
/// Only a checkpoint or a backup can be in the way, and only for moments.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const STATEMENTS: usize = 200;

/// The one connection that writes.
pub(crate) fn writer(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", LOG_SIZE_LIMIT)?;
    settings(&connection, WRITER_CACHE_KIB)?;
    Ok(connection)
}

/// The one connection of a store in memory, for reading and writing.
pub(crate) fn in_memory() -> Result<Connection> {
    let connection = Connection::open_in_memory()?;
    settings(&connection, WRITER_CACHE_KIB)?;
    Ok(connection)
}

pub(crate) fn reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    settings(&connection, READER_CACHE_KIB)?;
    Ok(connection)
}

fn settings(connection: &Connection, cache_kib: i64) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    // Else statements with ranges or limits are compiled anew whenever these change.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // No table refers to another; a job's rows are removed by hand, the many ones in slices.
    connection.pragma_update(None, "foreign_keys", false)?;
    Ok(())
}
