//! The catalogue between the writer, which says what changed, and the readers, who use it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use rusqlite::Connection;

use crate::catalogue::Catalogue;
use crate::counters;
use crate::error::{Error, Result};
use crate::readers::in_snapshot;
use crate::search_recent::{RecentSearches, Searches};

/// With more changes than this since a list was last asked for, following costs more than it is
/// worth: the catalogue is given up, and made anew when it is next needed.
const CHANGES: usize = 500_000;

/// Where the writer and the readers meet.
#[derive(Debug)]
pub(crate) struct SharedCatalogue {
    /// From how many jobs on lists use it.
    from: u64,
    /// Whether changes are taken down.
    following: AtomicBool,
    changes: Mutex<Vec<i64>>,
    catalogue: RwLock<Option<Catalogue>>,
    pub(crate) searches: RecentSearches,
}

impl SharedCatalogue {
    pub(crate) fn new(from: u64) -> Self {
        SharedCatalogue {
            from,
            following: AtomicBool::new(false),
            changes: Mutex::default(),
            catalogue: RwLock::default(),
            searches: RecentSearches::default(),
        }
    }

    pub(crate) fn is_for(&self, jobs: u64) -> bool {
        jobs >= self.from
    }

    /// Takes down which jobs a commit has changed; empties the list.
    pub(crate) fn changed(&self, jobs: &mut Vec<i64>) {
        if self.following.load(Ordering::Acquire) {
            let mut changes = self.changes();
            changes.append(jobs);
            if changes.len() > CHANGES {
                self.give_up(&mut changes);
            }
        }
        jobs.clear();
    }

    fn give_up(&self, changes: &mut Vec<i64>) {
        self.following.store(false, Ordering::Release);
        *changes = Vec::new();
        if let Ok(mut catalogue) = self.catalogue.try_write() {
            *catalogue = None;
        }
    }

    /// Uses the catalogue as of now, everything that was committed before is in it, together with
    /// a state of the database that is no older. Called outside of a transaction.
    pub(crate) fn with<T>(
        &self,
        connection: &Connection,
        use_it: impl FnOnce(&Catalogue, &Connection, Searches<'_>) -> Result<T>,
    ) -> Result<T> {
        let searches = self.searches.now();
        let catalogue = self.caught_up(connection)?;
        let catalogue = catalogue.as_ref();
        let catalogue = catalogue.ok_or_else(|| Error::corrupt("the catalogue is gone"))?;
        in_snapshot(connection, |snapshot| use_it(catalogue, snapshot, searches))
    }

    fn caught_up(&self, connection: &Connection) -> Result<RwLockReadGuard<'_, Option<Catalogue>>> {
        let read = self
            .catalogue
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        if read.is_some() && self.following.load(Ordering::Acquire) && self.changes().is_empty() {
            return Ok(read);
        }
        drop(read);
        // Held while the changes are taken and applied: who comes meanwhile waits for them.
        let mut catalogue = self
            .catalogue
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        match catalogue.as_mut() {
            Some(known) if self.following.load(Ordering::Acquire) => {
                // First the changes, then the look at the tables, which then holds them all.
                let changes = std::mem::take(&mut *self.changes());
                let refreshed =
                    in_snapshot(connection, |snapshot| known.refresh(snapshot, changes));
                if refreshed.is_err() {
                    // The changes are lost: it is to be made anew.
                    self.following.store(false, Ordering::Release);
                }
                refreshed?;
            }
            Some(_) | None => {
                *catalogue = None;
                self.changes().clear();
                self.following.store(true, Ordering::Release);
                *catalogue = Some(in_snapshot(connection, build)?);
            }
        }
        Ok(RwLockWriteGuard::downgrade(catalogue))
    }

    fn changes(&self) -> MutexGuard<'_, Vec<i64>> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn build(connection: &Connection) -> Result<Catalogue> {
    let jobs = counters::counts(connection)?.values().sum::<u64>();
    Catalogue::build(connection, usize::try_from(jobs).unwrap_or(0))
}
