//! Search in the texts of jobs: an index of trigrams, filled when the writer has time for it.
//!
//! The index only narrows down: what it finds is looked at in the row, and jobs that it does not
//! know yet are looked at all. So an answer is right however far the index has come.

use rusqlite::{Connection, Row};

use crate::context::{WriteContext, find, list};
use crate::counters::Sequence;
use crate::error::Result;
use crate::num::JobNum;
use crate::read::id_range;
use crate::search_found::Found;

/// Jobs taken into the index in one slice.
const SLICE: u32 = 100;

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
        context.memory.texts_changed.set(true);
    }
    Ok(())
}

pub(crate) fn removed(context: &WriteContext<'_>, job: JobNum) -> Result<()> {
    if knows(context, job) {
        context.execute("DELETE FROM job_search WHERE rowid = ?1", (job,))?;
    }
    Ok(())
}

/// Takes down where the index finds a text, among the jobs after `found.known()`.
pub(crate) fn search(connection: &Connection, text: &str, found: &mut Found) -> Result<()> {
    const BY_TEXT: &str =
        "SELECT rowid FROM job_search WHERE job_search MATCH ?1 AND rowid > ?2 LIMIT ?3";
    const BY_ID: &str = "SELECT num FROM jobs WHERE id BETWEEN ?1 AND ?2 AND num > ?3 LIMIT ?4";
    let (known, after, room) = (known(connection)?, found.known(), found.room());
    let mut finds: Vec<i64> = Vec::new();
    let query = trigrams(text);
    if let Some(query) = &query {
        finds = list(connection, BY_TEXT, (query, after, room), |row| row.get(0))?;
    }
    if let Some((first, last)) = id_range(text) {
        let by_id = list(connection, BY_ID, (first, last, after, room), |row| {
            row.get::<_, i64>(0)
        })?;
        finds.extend(by_id);
    }
    found.take(&finds, query.is_some() && finds.len() < room, known);
    Ok(())
}

/// How far the index has come.
pub(crate) fn known(connection: &Connection) -> Result<i64> {
    const KNOWN: &str = "SELECT value FROM counters WHERE name = 'searchable'";
    Ok(find(connection, KNOWN, (), |row| row.get(0))?.unwrap_or(0))
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
