//! The file that is moved: held against nodes, and read in one snapshot.

use std::fs::File;
use std::path::Path;

use bytes::Bytes;
use rusqlite::Connection;
use tokio::sync::mpsc::Sender;

use super::encode;
use super::error::TransferError;
use super::tables::Table;
use crate::context::find;
use crate::error::{Error, Result};
use crate::{connection, migrate, sqlite};

/// Rows are handed over in pieces of about this size.
const PIECE: usize = 256 << 10;

#[derive(Debug)]
pub(super) struct Source {
    connection: Connection,
    /// As long as it is held no node opens the store.
    _lock: File,
}

/// The numbers given last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    pub(super) event: i64,
    pub(super) job: i64,
    pub(super) node: i64,
    /// Of leases and of turns, which are the same on a server.
    pub(super) lease: i64,
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, TransferError> {
        let name = || path.display().to_string();
        if !path.is_file() {
            return Err(TransferError::NoSource(name()));
        }
        let lock = sqlite::lock(path).map_err(TransferError::Source)?;
        let unreadable = |error: Error| TransferError::Source(error.into());
        let connection = connection::reader(path).map_err(unreadable)?;
        check(&connection, name)?;
        // Nobody writes, so this is for a version that does not know of the lock.
        let begun = connection.execute_batch("BEGIN");
        begun.map_err(|error| unreadable(error.into()))?;
        Ok(Source {
            connection,
            _lock: lock,
        })
    }

    /// Sends all rows of a table. Returns early when nobody takes them any more.
    pub(super) fn send(&self, table: &Table, to: &Sender<Bytes>) -> Result<()> {
        let mut select = self.connection.prepare(table.select)?;
        let columns = select.column_count();
        let mut rows = select.query(())?;
        let mut piece = Vec::with_capacity(PIECE);
        while let Some(row) = rows.next()? {
            encode::row(&mut piece, row, columns, table.digest)?;
            if piece.len() >= PIECE {
                let full = std::mem::replace(&mut piece, Vec::with_capacity(PIECE));
                if to.blocking_send(full.into()).is_err() {
                    return Ok(());
                }
            }
        }
        // Whoever stopped taking rows says why.
        let _ = to.blocking_send(piece.into());
        Ok(())
    }

    pub(super) fn numbers(&self) -> Result<Numbers, TransferError> {
        let last =
            |name: &str| self.count(&format!("SELECT value FROM counters WHERE name = '{name}'"));
        Ok(Numbers {
            event: last("event")?,
            job: last("job")?,
            node: last("node")?,
            lease: last("lease")?.max(last("turn")?),
        })
    }

    /// The number that a query gives; 0 when it gives none.
    pub(super) fn count(&self, sql: &str) -> Result<i64, TransferError> {
        let found = find(&self.connection, sql, (), |row| row.get(0));
        let found = found.map_err(|error| TransferError::Source(error.into()))?;
        Ok(found.unwrap_or(0))
    }

    /// Words with a number each.
    pub(super) fn counts(&self, sql: &str) -> Result<Vec<(String, i64)>, TransferError> {
        crate::context::list(&self.connection, sql, (), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .map_err(|error| TransferError::Source(error.into()))
    }
}

fn check(connection: &Connection, name: impl Fn() -> String) -> Result<(), TransferError> {
    const IS_STORE: &str = "SELECT count(*) FROM sqlite_schema
        WHERE type = 'table' AND name IN ('jobs', 'items', 'events', 'counters')";
    let look = || -> Result<(i64, i64)> {
        let tables = connection.query_row(IS_STORE, (), |row| row.get(0))?;
        Ok((tables, migrate::version(connection)?))
    };
    let (tables, found) = look().map_err(|error| TransferError::Source(error.into()))?;
    let known = migrate::known();
    if tables < 4 {
        Err(TransferError::NotAStore(name()))
    } else if found < known {
        Err(TransferError::OldSource { found, known })
    } else if found > known {
        let newer = paceline_core::store::StoreError::TooNew { found, known };
        Err(TransferError::Source(newer))
    } else {
        Ok(())
    }
}
