//! Opening a database, and how calls get to its connections.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use paceline_core::JobId;
use paceline_core::store::{Result, StoreError};
use rusqlite::Connection;

use crate::catalogue_shared::SharedCatalogue;
use crate::command::Durable;
use crate::context::WriteContext;
use crate::hook::Hook;
use crate::num::JobNum;
use crate::readers::{Readers, in_snapshot};
use crate::sweep::Sweeps;
use crate::writer::Writer;
use crate::writer_state::WriterState;
use crate::{connection, error, migrate, read};

/// What a commit promises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// What must be durable survives a loss of power: one `fsync` for each group of commands.
    #[default]
    Full,
    /// Commits survive the death of the process, but the last ones not a loss of power.
    Relaxed,
}

/// How a database is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub durability: Durability,
    /// Most queries that run at once.
    pub readers: u32,
    /// From how many jobs on lists use a catalogue in memory: 64 bytes a job, made when a list
    /// first needs it.
    pub catalogue_from: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            durability: Durability::Full,
            readers: 4,
            catalogue_from: 2_000,
        }
    }
}

/// A store in one `SQLite` database, used by one process at a time.
#[derive(Debug)]
pub struct SqliteStore {
    pub(crate) backend: Backend,
    pub(crate) hook: Hook,
    pub(crate) catalogue: Arc<SharedCatalogue>,
    pub(crate) sweeps: Sweeps,
    /// Held as long as the store is open; the system lets go of it also when the process dies.
    _lock: Option<File>,
}

#[derive(Debug)]
pub(crate) enum Backend {
    Threads {
        path: PathBuf,
        writer: Writer,
        readers: Readers,
    },
    /// One connection, no threads: each call runs on its caller, one after the other.
    Inline(Box<Mutex<WriterState>>),
}

impl SqliteStore {
    /// Opens the database file, creating it (but no folders) if it is not there, and brings its
    /// schema up to date. [`StoreError::InUse`] when another process has it open.
    pub fn open(path: &Path, options: Options) -> Result<SqliteStore> {
        let lock = lock(path)?;
        let mut connection = connection::writer(path)?;
        migrate::migrate(&mut connection)?;
        let relaxed = options.durability == Durability::Relaxed;
        let catalogue = Arc::new(SharedCatalogue::new(options.catalogue_from));
        let state = WriterState::new(connection, relaxed, catalogue.clone())?;
        let hook = Hook::default();
        let writer = Writer::start(state, hook.clone())
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(SqliteStore {
            backend: Backend::Threads {
                path: path.to_owned(),
                writer,
                readers: Readers::new(path, options.readers.max(1)),
            },
            hook,
            catalogue,
            sweeps: Sweeps::default(),
            _lock: Some(lock),
        })
    }

    /// A store in memory that runs each call at once on its caller: with a paused clock the same
    /// calls give the same answers in the same order.
    pub fn in_memory_inline() -> Result<SqliteStore> {
        let mut connection = connection::in_memory()?;
        migrate::migrate(&mut connection)?;
        // Always by the catalogue: it is in memory anyway, and so each way to a list is tested.
        let catalogue = Arc::new(SharedCatalogue::new(0));
        let state = WriterState::new(connection, true, catalogue.clone())?;
        Ok(SqliteStore {
            backend: Backend::Inline(Box::new(Mutex::new(state))),
            hook: Hook::default(),
            catalogue,
            sweeps: Sweeps::default(),
            _lock: None,
        })
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        durable: Durable,
        verb: impl Fn(&mut WriteContext<'_>) -> error::Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.backend {
            Backend::Threads { writer, .. } => writer.call(durable, verb).await,
            Backend::Inline(state) => {
                let (value, newest) = locked(state).single(durable, verb)?;
                if let Some(newest) = newest {
                    self.hook.call(newest);
                }
                Ok(value)
            }
        }
    }

    /// Runs a query that sees one state of the database throughout.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> error::Result<T> + Send + 'static,
    ) -> Result<T> {
        self.read_as_it_comes(move |connection| in_snapshot(connection, query))
            .await
    }

    /// Runs a query that chooses itself what it sees.
    pub(crate) async fn read_as_it_comes<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> error::Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.backend {
            Backend::Threads { readers, .. } => readers.call(query).await,
            Backend::Inline(state) => Ok(query(&locked(state).connection)?),
        }
    }

    /// A query about a job that answers nothing when there is no such job.
    pub(crate) async fn read_job<T: Send + Default + 'static>(
        &self,
        id: JobId,
        query: impl FnOnce(&Connection, JobNum) -> error::Result<T> + Send + 'static,
    ) -> Result<T> {
        self.read(move |connection| match read::num(connection, id)? {
            Some(num) => query(connection, num),
            None => Ok(T::default()),
        })
        .await
    }
}

pub(crate) fn locked(state: &Mutex<WriterState>) -> MutexGuard<'_, WriterState> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps all other processes from opening the store, as long as the file is held.
pub(crate) fn lock(path: &Path) -> Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let unavailable = |error: std::io::Error| {
        StoreError::Unavailable(format!(
            "cannot open {}: {error}",
            Path::new(&name).display()
        ))
    };
    let file = File::create(&name).map_err(unavailable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(StoreError::InUse(path.display().to_string()))
        }
        Err(std::fs::TryLockError::Error(error)) => Err(unavailable(error)),
    }
}
