//! The pool of connections that only read, each query on a thread that may block.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use paceline_core::store::{PoolUsage, StoreError};
use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::connection;
use crate::error::Result;

/// Connections are opened when they are first needed.
#[derive(Debug)]
pub(crate) struct Readers {
    path: Box<Path>,
    most: u32,
    free: Arc<Mutex<Vec<Connection>>>,
    places: Arc<Semaphore>,
    waiting: AtomicU32,
}

impl Readers {
    pub(crate) fn new(path: &Path, most: u32) -> Self {
        Readers {
            path: path.into(),
            most,
            free: Arc::default(),
            places: Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(1))),
            waiting: AtomicU32::new(0),
        }
    }

    pub(crate) fn usage(&self) -> PoolUsage {
        let idle = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = u32::try_from(idle.len()).unwrap_or(self.most);
        let free = u32::try_from(self.places.available_permits()).unwrap_or(self.most);
        let in_use = self.most.saturating_sub(free);
        PoolUsage {
            open: in_use + idle,
            in_use,
            waiting: self.waiting.load(Ordering::Relaxed),
            max: self.most,
        }
    }

    /// A place for one query, which ends with it.
    async fn place(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        let _waiting = Waiting::new(&self.waiting);
        let place = self.places.clone().acquire_owned().await;
        place.map_err(|_| StoreError::Unavailable("the store is closed".into()))
    }

    /// Runs a query on a connection of its own. It begins its transactions itself, see
    /// [`in_snapshot`].
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let place = self.place().await?;
        let (path, free) = (self.path.clone(), self.free.clone());
        let run = move || {
            let _place = place;
            let connection = match take(&free) {
                Some(connection) => connection,
                None => connection::reader(&path)?,
            };
            let answer = query(&connection);
            free.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(connection);
            answer
        };
        match tokio::task::spawn_blocking(run).await {
            Ok(answer) => answer.map_err(StoreError::from),
            Err(panic) => Err(StoreError::Corrupt(format!(
                "a fault in Paceline itself: {panic}"
            ))),
        }
    }
}

/// Counts a query that waits, until it does not, also when its caller goes away.
struct Waiting<'a>(&'a AtomicU32);

impl<'a> Waiting<'a> {
    fn new(waiting: &'a AtomicU32) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Waiting(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Runs all statements of a query on one state of the database: without a transaction each would
/// see its own, and pay for the locks anew.
pub(crate) fn in_snapshot<T>(
    connection: &Connection,
    query: impl FnOnce(&Connection) -> Result<T>,
) -> Result<T> {
    let snapshot = connection.unchecked_transaction()?;
    let answer = query(&snapshot);
    snapshot.finish()?;
    answer
}

fn take(free: &Mutex<Vec<Connection>>) -> Option<Connection> {
    free.lock().unwrap_or_else(PoisonError::into_inner).pop()
}
