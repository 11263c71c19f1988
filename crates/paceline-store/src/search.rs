//! Search in the texts of jobs: an index of trigrams, filled when the writer has time for it.
//!
//! The index only narrows down: what it finds is looked at in the row, and jobs that it does not
//! know yet are looked at all. So an answer is right however far the index has come.

use std::collections::HashSet;

use rusqlite::{Connection, Row};

use crate::context::{WriteContext, find, list};
use crate::counters::Sequence;
use crate::error::Result;
use crate::num::JobNum;
use crate::read::id_range;

/// Jobs taken into the index in one slice.
const SLICE: u32 = 100;
/// With more finds than this it is quicker to look at rows in the order of the list. More than
/// the 10,000 up to which lists are counted.
const FINDS: usize = 12_000;

const COLUMNS: &str = "num, name, user, key, labels, params";

/// A job's texts in one.
fn text(row: &Row<'_>) -> rusqlite::Result<(JobNum, String)> {
    let mut text = String::new();
    for column in 1..=5 {
        if let Some(part) = row.get_ref(column)?.as_str_or_null()? {
            text.push_str(part);
            text.push('\n');
        }
    }
    Ok((row.get(0)?, text))
}

/// Takes some more jobs into the index. Returns whether there were any.
pub(crate) fn index_some(context: &mut WriteContext<'_>) -> Result<bool> {
    let known = context.memory.counters.last(Sequence::Searchable);
    let select = format!("SELECT {COLUMNS} FROM jobs WHERE num > ?1 ORDER BY num LIMIT {SLICE}");
    let jobs = context.list(&select, (known,), text)?;
    for (num, text) in &jobs {
        put(context, *num, text)?;
        context.memory.counters.set(Sequence::Searchable, num.0);
    }
    Ok(!jobs.is_empty())
}

fn put(context: &WriteContext<'_>, num: JobNum, text: &str) -> Result<()> {
    let insert = "INSERT OR REPLACE INTO job_search (rowid, text) VALUES (?1, ?2)";
    context.execute(insert, (num, text))?;
    Ok(())
}

/// Whether the index has come as far as this job.
fn knows(context: &WriteContext<'_>, job: JobNum) -> bool {
    job.0 <= context.memory.counters.last(Sequence::Searchable)
}

/// Takes a job in anew whose texts were changed, or which came later than its number.
pub(crate) fn changed(context: &WriteContext<'_>, job: JobNum) -> Result<()> {
    if knows(context, job) {
        let select = format!("SELECT {COLUMNS} FROM jobs WHERE num = ?1");
        if let Some((num, text)) = context.find(&select, (job,), text)? {
            put(context, num, &text)?;
        }
    }
    Ok(())
}

pub(crate) fn removed(context: &WriteContext<'_>, job: JobNum) -> Result<()> {
    if knows(context, job) {
        context.execute("DELETE FROM job_search WHERE rowid = ?1", (job,))?;
    }
    Ok(())
}

/// Where a text may be.
#[derive(Debug)]
pub(crate) struct Found {
    /// Jobs that probably hold it, among those that the index knows.
    jobs: HashSet<i64>,
    /// Whether these are all.
    all: bool,
    /// How far the index has come.
    known: i64,
}

impl Found {
    /// Among the jobs up to the number `known`: these probably, and, if they are not `all`, others.
    pub(crate) fn new(jobs: HashSet<i64>, all: bool, known: i64) -> Self {
        Found { jobs, all, known }
    }

    /// Whether the job may hold the text.
    pub(crate) fn may_hold(&self, num: i64) -> bool {
        !self.all || num > self.known || self.jobs.contains(&num)
    }

    /// Whether there are finds, but not all.
    pub(crate) fn is_part(&self) -> bool {
        !self.all && !self.jobs.is_empty()
    }

    /// Whether the job is among the finds.
    pub(crate) fn holds(&self, num: i64) -> bool {
        self.jobs.contains(&num)
    }
}

pub(crate) fn search(connection: &Connection, text: &str) -> Result<Found> {
    const KNOWN: &str = "SELECT value FROM counters WHERE name = 'searchable'";
    const BY_TEXT: &str = "SELECT rowid FROM job_search WHERE job_search MATCH ?1 LIMIT ?2";
    const BY_ID: &str = "SELECT num FROM jobs WHERE id BETWEEN ?1 AND ?2 LIMIT ?3";
    let known = find(connection, KNOWN, (), |row| row.get(0))?.unwrap_or(0);
    let mut jobs: HashSet<i64> = HashSet::new();
    let query = trigrams(text);
    if let Some(query) = &query {
        jobs.extend(list(connection, BY_TEXT, (query, FINDS), |row| {
            row.get::<_, i64>(0)
        })?);
    }
    if let Some((first, last)) = id_range(text) {
        jobs.extend(list(connection, BY_ID, (first, last, FINDS), |row| {
            row.get::<_, i64>(0)
        })?);
    }
    let all = query.is_some() && jobs.len() < FINDS;
    Ok(Found::new(jobs, all, known))
}

/// A query for all that hold every three characters of the text; `None` when it is shorter.
fn trigrams(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let quoted = chars.windows(3).map(|three| {
        let three: String = three.iter().collect();
        format!("\"{}\"", three.replace('"', "\"\""))
    });
    let query = quoted.collect::<Vec<_>>().join(" AND ");
    // The tokenizer ends at a zero character.
    (!query.is_empty() && !text.contains('\0')).then_some(query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_three_characters_are_asked_for() {
        assert_eq!(
            trigrams("a\"bc").as_deref(),
            Some("\"a\"\"b\" AND \"\"\"bc\"")
        );
        assert_eq!(trigrams("äb"), None);
    }
}
