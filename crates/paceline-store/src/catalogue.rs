//! All jobs in short, in memory: what lists filter and sort by.
//!
//! A list of many jobs by any condition and order would need an index for each, written with
//! every change of every job. One pass over 64 bytes a job takes milliseconds instead. It is made
//! when a list first needs it, follows the commits from then on, and is only ever a copy: which
//! rows a page shows is decided here, what they say is read from the tables.

use std::collections::HashMap;

use paceline_core::{JobState, Time};
use rusqlite::{Connection, Row};

use crate::error::Result;
use crate::list_sql::PROGRESS;
use crate::text::word;

/// No value, or no word.
pub(crate) const NONE: i64 = -1;

/// What is known of one job.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) num: i64,
    pub(crate) created_at: i64,
    /// [`NONE`] before the start, and so on.
    pub(crate) started_at: i64,
    pub(crate) finished_at: i64,
    /// Billionths done.
    pub(crate) progress: u32,
    pub(crate) task: WordId,
    pub(crate) queue: WordId,
    pub(crate) user: WordId,
    pub(crate) batch: WordId,
    /// The whole set of labels, as its JSON text.
    pub(crate) labels: WordId,
    /// A hash: keys may be as many as jobs.
    pub(crate) key: u32,
    pub(crate) state: JobState,
    pub(crate) priority: u8,
    /// The job was deleted.
    dead: bool,
}

/// A job's columns that an entry is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EntryColumns<'r> {
    pub(crate) num: i64,
    pub(crate) created_at: i64,
    pub(crate) started_at: Option<i64>,
    pub(crate) finished_at: Option<i64>,
    pub(crate) progress: u32,
    pub(crate) task: &'r str,
    pub(crate) queue: &'r str,
    pub(crate) user: Option<&'r str>,
    pub(crate) batch: Option<&'r str>,
    pub(crate) labels: Option<&'r str>,
    pub(crate) key: Option<&'r str>,
    pub(crate) state: JobState,
    pub(crate) priority: u8,
}

/// A word's number in its [`Words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WordId(u32);

impl WordId {
    pub(crate) const NONE: WordId = WordId(0);
    /// One of the words that were too many to number.
    pub(crate) const SOME: WordId = WordId(u32::MAX);
}

/// Most different words that are numbered.
const WORDS: usize = 100_000;

/// Different values of one column, numbered.
#[derive(Debug, Default)]
pub(crate) struct Words(HashMap<Box<str>, u32>);

impl Words {
    fn number(&mut self, word: Option<&str>) -> WordId {
        let Some(word) = word else {
            return WordId::NONE;
        };
        if let Some(id) = self.0.get(word) {
            return WordId(*id);
        }
        if self.0.len() >= WORDS {
            return WordId::SOME;
        }
        let id = u32::try_from(self.0.len() + 1).unwrap_or(u32::MAX);
        self.0.insert(word.into(), id);
        WordId(id)
    }

    /// The number of a word that some job has; `None` if no job can have it, or it is one of
    /// those that were too many.
    pub(crate) fn find(&self, word: &str) -> Option<WordId> {
        self.0.get(word).map(|id| WordId(*id))
    }

    /// The numbers of the words that fulfil a condition.
    pub(crate) fn which(&self, mut condition: impl FnMut(&str) -> bool) -> Vec<WordId> {
        let fulfilling = self.0.iter().filter(|(word, _)| condition(word));
        fulfilling.map(|(_, id)| WordId(*id)).collect()
    }
}

/// The jobs, in the order of their numbers.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    entries: Vec<Entry>,
    dead: usize,
    pub(crate) tasks: Words,
    pub(crate) queues: Words,
    pub(crate) users: Words,
    pub(crate) batches: Words,
    pub(crate) labels: Words,
}

impl Catalogue {
    /// Of no jobs yet, with room for so many.
    pub(crate) fn for_jobs(jobs: usize) -> Self {
        let mut catalogue = Catalogue::default();
        catalogue.entries.reserve_exact(jobs + jobs / 16);
        catalogue
    }

    /// Reads all jobs, about `jobs` of them: about a second for a million.
    pub(crate) fn build(connection: &Connection, jobs: usize) -> Result<Self> {
        let mut catalogue = Catalogue::for_jobs(jobs);
        let mut select = connection.prepare(&select("true ORDER BY j.num"))?;
        let mut rows = select.query(())?;
        while let Some(row) = rows.next()? {
            catalogue.put(&columns(row)?);
        }
        Ok(catalogue)
    }

    /// Reads jobs anew that were changed, came or went.
    pub(crate) fn refresh(&mut self, connection: &Connection, mut nums: Vec<i64>) -> Result<()> {
        nums.sort_unstable();
        nums.dedup();
        let mut select = connection.prepare_cached(&select("j.num = ?1"))?;
        for num in nums {
            let mut rows = select.query((num,))?;
            match rows.next()? {
                Some(row) => self.put(&columns(row)?),
                None => self.remove(num),
            }
        }
        Ok(())
    }

    /// The jobs, the oldest first.
    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.dead)
    }

    /// Takes a job in, or anew.
    pub(crate) fn put(&mut self, columns: &EntryColumns<'_>) {
        let entry = self.entry(columns);
        match self.position(entry.num) {
            Ok(index) => self.entries[index] = entry,
            // Nearly always the end: only a streamed job comes later than its number.
            Err(index) => self.entries.insert(index, entry),
        }
    }

    pub(crate) fn remove(&mut self, num: i64) {
        if let Ok(index) = self.position(num)
            && !self.entries[index].dead
        {
            self.entries[index].dead = true;
            self.dead += 1;
            if self.dead > 1_000 && self.dead > self.entries.len() / 4 {
                self.entries.retain(|entry| !entry.dead);
                self.dead = 0;
            }
        }
    }

    /// Removes all jobs but these, which are given in order.
    pub(crate) fn keep_only(&mut self, nums: &[i64]) {
        let mut kept = nums.iter().copied().peekable();
        self.entries.retain(|entry| {
            while kept.next_if(|num| *num < entry.num).is_some() {}
            !entry.dead && kept.peek() == Some(&entry.num)
        });
        self.dead = 0;
    }

    fn position(&self, num: i64) -> Result<usize, usize> {
        match self.entries.last() {
            Some(last) if last.num < num => Err(self.entries.len()),
            _ => self.entries.binary_search_by_key(&num, |entry| entry.num),
        }
    }

    fn entry(&mut self, columns: &EntryColumns<'_>) -> Entry {
        Entry {
            num: columns.num,
            created_at: columns.created_at,
            started_at: columns.started_at.unwrap_or(NONE),
            finished_at: columns.finished_at.unwrap_or(NONE),
            progress: columns.progress,
            task: self.tasks.number(Some(columns.task)),
            queue: self.queues.number(Some(columns.queue)),
            user: self.users.number(columns.user),
            batch: self.batches.number(columns.batch),
            labels: self.labels.number(columns.labels),
            key: columns.key.map_or(0, hash),
            state: columns.state,
            priority: columns.priority,
            dead: false,
        }
    }
}

fn columns<'r>(row: &'r Row<'_>) -> rusqlite::Result<EntryColumns<'r>> {
    let text = |column| {
        let text = row.get_ref(column)?.as_str_or_null();
        text.map_err(rusqlite::Error::from)
    };
    Ok(EntryColumns {
        num: row.get(0)?,
        created_at: row.get(1)?,
        started_at: row.get(2)?,
        finished_at: row.get(3)?,
        progress: row.get(4)?,
        task: row.get_ref(5)?.as_str()?,
        queue: row.get_ref(6)?.as_str()?,
        user: text(7)?,
        batch: text(8)?,
        labels: text(9)?,
        key: text(10)?,
        state: word(row, 11)?,
        priority: row.get(12)?,
    })
}

fn select(condition: &str) -> String {
    format!(
        "SELECT j.num, j.created_at, j.started_at, j.finished_at, {PROGRESS}, j.task, j.queue,
        j.user, j.batch, j.labels, j.key, j.state, j.priority
        FROM jobs j LEFT JOIN progress p ON p.job = j.num WHERE {condition}"
    )
}

/// FNV-1a, never 0: two keys of one hash are told apart by their rows.
pub(crate) fn hash(text: &str) -> u32 {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    hash.max(1)
}

impl Entry {
    /// From its start to its end, in microseconds.
    pub(crate) fn duration(&self) -> i64 {
        if self.started_at == NONE || self.finished_at == NONE {
            return NONE;
        }
        self.finished_at - self.started_at
    }

    pub(crate) fn created(&self) -> Time {
        Time::from_micros(self.created_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_takes_one_cache_line() {
        assert_eq!(size_of::<Entry>(), 64);
    }

    #[test]
    fn only_what_is_left_is_kept() {
        let mut catalogue = Catalogue::default();
        for num in [1, 2, 4, 5, 7] {
            catalogue.put(&EntryColumns {
                num,
                created_at: 0,
                started_at: None,
                finished_at: None,
                progress: 0,
                task: "t",
                queue: "q",
                user: None,
                batch: None,
                labels: None,
                key: None,
                state: JobState::Pending,
                priority: 1,
            });
        }
        catalogue.remove(2);
        catalogue.keep_only(&[2, 3, 4, 7, 8]);
        let left: Vec<i64> = catalogue.entries().map(|entry| entry.num).collect();
        assert_eq!(left, [4, 7]);
    }

    #[test]
    fn too_many_words_are_some_word() {
        let mut words = Words::default();
        let first = words.number(Some("w0"));
        for n in 1..WORDS {
            words.number(Some(&format!("w{n}")));
        }
        assert_eq!(words.number(Some("one more")), WordId::SOME);
        assert_eq!(words.number(Some("w0")), first);
        assert_eq!(words.number(None), WordId::NONE);
        assert_eq!(words.find("one more"), None);
    }
}
