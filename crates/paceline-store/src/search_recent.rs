//! The searches of the last minutes, for whoever turns a page, sorts anew or adds a filter.
//!
//! What they know stays true until a text that the index knows is changed, which begins a new
//! generation; what rows of one generation told is never used in the next.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use paceline_core::query::JobFilter;
use rusqlite::Connection;

use crate::error::Result;
use crate::search;
use crate::search_found::Found;

/// Most searches that are kept: some hundred kilobytes each with a million jobs.
const KEPT: usize = 8;
/// Jobs that may be unknown to a search before it is brought up to date.
const BEHIND: i64 = 1_000;

/// All recent searches.
#[derive(Debug, Default)]
pub(crate) struct RecentSearches {
    generation: AtomicU64,
    recent: Mutex<VecDeque<Recent>>,
}

#[derive(Debug)]
struct Recent {
    text: Box<str>,
    generation: u64,
    found: Arc<Found>,
}

impl RecentSearches {
    /// Called when texts were changed, after the commit and before whoever did it is answered.
    pub(crate) fn forget(&self) {
        self.generation.fetch_add(1, Ordering::Release);
        self.recent().clear();
    }

    /// What may be used together with a state of the database that is looked at after this.
    pub(crate) fn now(&self) -> Searches<'_> {
        Searches {
            all: self,
            generation: self.generation.load(Ordering::Acquire),
        }
    }

    fn recent(&self) -> MutexGuard<'_, VecDeque<Recent>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The searches of one generation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Searches<'a> {
    all: &'a RecentSearches,
    generation: u64,
}

impl Searches<'_> {
    /// Where the filter's text is, if it has one.
    pub(crate) fn found(
        self,
        connection: &Connection,
        filter: &JobFilter,
    ) -> Result<Option<Arc<Found>>> {
        let Some(text) = filter.text.as_deref() else {
            return Ok(None);
        };
        let before = self.recall(text);
        if let Some(found) = &before
            && search::known(connection)? - found.known() < BEHIND
        {
            return Ok(before);
        }
        let mut found = before.map_or_else(Found::nothing, |found| found.copy());
        search::search(connection, text, &mut found)?;
        let found = Arc::new(found);
        self.remember(text, &found);
        Ok(Some(found))
    }

    fn recall(self, text: &str) -> Option<Arc<Found>> {
        let recent = self.all.recent();
        let mut same = recent.iter();
        let same = same.find(|one| &*one.text == text && one.generation == self.generation);
        same.map(|one| Arc::clone(&one.found))
    }

    fn remember(self, text: &str, found: &Arc<Found>) {
        let mut recent = self.all.recent();
        recent.retain(|one| &*one.text != text);
        recent.truncate(KEPT - 1);
        recent.push_front(Recent {
            text: text.into(),
            generation: self.generation,
            found: Arc::clone(found),
        });
    }
}
