//! The store's file from outside: looked at and copied while a node may be using it.
//!
//! Everything else that is done to a store goes through `paceline-store`; this only ever reads.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

/// Pages copied between two looks at whether the node needs the file.
const PAGES: i32 = 2048;
/// Pause between these looks.
const PAUSE: Duration = Duration::from_millis(1);

/// What a look at the file told.
#[derive(Debug)]
pub(crate) struct Inspection {
    pub(crate) schema_version: i64,
    pub(crate) size_bytes: u64,
    /// Bytes that were written but not yet merged into the file.
    pub(crate) wal_bytes: u64,
    /// What the database's own quick check found; empty when all is well.
    pub(crate) faults: Vec<String>,
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    // A write-ahead log that nobody has open can only be read by who may write its index, so the
    // file is opened for writing; nothing is written.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Looks whether the file is a sound store.
pub(crate) fn inspect(path: &Path) -> rusqlite::Result<Inspection> {
    let connection = open(path)?;
    let schema_version = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let mut check = connection.prepare("PRAGMA quick_check(5)")?;
    let lines = check.query_map([], |row| row.get(0))?;
    let mut faults: Vec<String> = lines.collect::<Result<_, _>>()?;
    faults.retain(|line| line != "ok");
    Ok(Inspection {
        schema_version,
        size_bytes: size_of(path),
        wal_bytes: size_of(&beside(path, "-wal")),
        faults,
    })
}

/// Writes a consistent copy of `from` to the new file `to`; returns its size in bytes.
pub(crate) fn copy(from: &Path, to: &Path) -> rusqlite::Result<u64> {
    let source = open(from)?;
    let mut target = Connection::open(to)?;
    let backup = Backup::new(&source, &mut target)?;
    backup.run_to_completion(PAGES, PAUSE, None)?;
    drop(backup);
    // A copy is one file: no log beside it.
    target.pragma_update(None, "journal_mode", "delete")?;
    target.close().map_err(|(_, error)| error)?;
    Ok(size_of(to))
}

/// Whether a node holds the store now.
pub(crate) fn is_in_use(path: &Path) -> bool {
    let Ok(lock) = std::fs::File::open(beside(path, ".lock")) else {
        return false;
    };
    matches!(lock.try_lock(), Err(std::fs::TryLockError::WouldBlock))
}

/// The file next to the store's whose name is longer by `ending`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn size_of(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}
