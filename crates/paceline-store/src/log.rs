//! Logs of jobs: rows of rendered lines, the oldest dropped when there are too many.

use paceline_core::Time;
use paceline_core::event::EventKind;
use paceline_core::lease::LogLine;
use paceline_core::query::LogPage;
use rusqlite::{Connection, OptionalExtension};

use crate::context::WriteContext;
use crate::error::Result;
use crate::events::{self, Data};
use crate::job_row::JobRow;
use crate::num::{JobNum, as_i64};

/// What stands where lines were dropped.
pub(crate) const MARKER: &str = "… older lines were removed to save space\n";
/// When a log is too large it is cut to this share, so that not every line cuts it again.
const KEPT_PERCENT: u64 = 90;
/// Most bytes in one row: pages of a log are made of whole rows.
const ROW_BYTES: usize = 16 * 1024;

pub(crate) fn append(
    context: &mut WriteContext<'_>,
    job: &JobRow,
    lines: &[LogLine],
    now: Time,
) -> Result<()> {
    const COUNT: &str = "UPDATE progress SET log_rows = log_rows + 1, log_bytes = log_bytes + ?2
        WHERE job = ?1 RETURNING log_rows, log_bytes";
    const INSERT: &str = "INSERT INTO logs (job, n, at, text) VALUES (?1, ?2, ?3, ?4)";
    let mut bytes = 0;
    for text in rows(lines) {
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let counted = context.find(COUNT, (job.num, as_i64(text.len())), row)?;
        let (n, all): (i64, u64) = counted.unwrap_or((1, 0));
        context.execute(INSERT, (job.num, n, now.as_micros(), text))?;
        bytes = all;
    }
    if bytes > context.memory.log_bytes {
        cut(context, job.num, context.memory.log_bytes)?;
    }
    let data = Data {
        lines: Some(lines.len()),
        ..Data::default()
    };
    events::append_data(context, EventKind::Log, job.num, job.state, &data, now)
}

/// The lines as text, in pieces that are not too long.
pub(crate) fn rows(lines: &[LogLine]) -> Vec<String> {
    let mut rows = vec![String::new()];
    for line in lines {
        if rows.last().is_some_and(|row| row.len() >= ROW_BYTES) {
            rows.push(String::new());
        }
        if let Some(row) = rows.last_mut() {
            render(line, row);
        }
    }
    rows.retain(|row| !row.is_empty());
    rows
}

/// `2026-11-22T10:15:30.123Z INFO races/0 text`
fn render(line: &LogLine, out: &mut String) {
    let LogLine {
        at,
        level,
        source,
        text,
    } = line;
    out.push_str(&timestamp(*at));
    out.push(' ');
    out.push_str(&level.as_str().to_uppercase());
    out.push(' ');
    out.push_str(source);
    out.push(' ');
    // A line that holds a line feed would not be a line any more.
    out.push_str(text.replace(['\n', '\r'], " ").trim_end());
    out.push('\n');
}

/// Milliseconds are as much as a reader of logs wants to see.
fn timestamp(at: Time) -> String {
    match jiff::Timestamp::from_millisecond(at.as_millis()) {
        Ok(time) => format!("{time:.3}"),
        Err(_) => at.as_millis().to_string(),
    }
}

/// Drops the oldest rows of a log so that about nine tenths of `most` bytes are left.
pub(crate) fn cut(context: &WriteContext<'_>, job: JobNum, most: u64) -> Result<()> {
    // The sum runs from the newest row back; the newest always stays.
    const OLDEST_KEPT: &str = "SELECT min(n) FROM (SELECT n, sum(octet_length(text))
        OVER (ORDER BY n DESC) AS bytes, row_number() OVER (ORDER BY n DESC) AS place
        FROM logs WHERE job = ?1) WHERE bytes <= ?2 OR place = 1";
    const DROP: &str = "DELETE FROM logs WHERE job = ?1 AND n < ?2";
    const MARK: &str = "INSERT INTO logs (job, n, at, text)
        SELECT job, n - 1, at, ?3 FROM logs WHERE job = ?1 AND n = ?2";
    const COUNT: &str = "UPDATE progress SET log_bytes = (
        SELECT coalesce(sum(octet_length(text)), 0) FROM logs WHERE job = ?1) WHERE job = ?1";
    let kept = kept(most);
    let oldest: Option<i64> = context
        .find(OLDEST_KEPT, (job, kept), |row| row.get(0))?
        .flatten();
    if let Some(oldest) = oldest
        && context.execute(DROP, (job, oldest))? > 0
    {
        context.execute(MARK, (job, oldest, MARKER))?;
        context.execute(COUNT, (job,))?;
    }
    Ok(())
}

/// What is kept of a log that may have `most` bytes.
pub(crate) const fn kept(most: u64) -> u64 {
    most / 100 * KEPT_PERCENT
}

pub(crate) const fn nothing_after(after: i64) -> LogPage {
    LogPage {
        text: String::new(),
        next: after,
    }
}

/// Whole rows after number `after`, at least one and about `most` bytes at most.
pub(crate) fn page(
    connection: &Connection,
    job: JobNum,
    after: i64,
    most: usize,
) -> Result<LogPage> {
    const SELECT: &str = "SELECT n, text FROM logs WHERE job = ?1 AND n > ?2 ORDER BY n";
    let mut select = connection.prepare_cached(SELECT)?;
    let mut rows = select.query((job, after))?;
    let mut page = nothing_after(after);
    while let Some(row) = rows.next()? {
        let text = row.get_ref(1)?.as_str()?;
        if !page.text.is_empty() && page.text.len() + text.len() > most {
            break;
        }
        page.text.push_str(text);
        page.next = row.get(0)?;
    }
    Ok(page)
}

/// The last `lines` lines.
pub(crate) fn tail(connection: &Connection, job: JobNum, lines: usize) -> Result<LogPage> {
    const SELECT: &str = "SELECT text FROM logs WHERE job = ?1 ORDER BY n DESC";
    const LAST: &str = "SELECT max(n) FROM logs WHERE job = ?1";
    let mut pieces: Vec<String> = Vec::new();
    let mut found = 0;
    let mut select = connection.prepare_cached(SELECT)?;
    let mut rows = select.query((job,))?;
    while found < lines
        && let Some(row) = rows.next()?
    {
        let text: String = row.get(0)?;
        found += text.lines().count();
        pieces.push(text);
    }
    pieces.reverse();
    let text: String = pieces.concat();
    let surplus = found.saturating_sub(lines);
    let next = connection
        .prepare_cached(LAST)?
        .query_row((job,), |row| row.get::<_, Option<i64>>(0))
        .optional()?
        .flatten();
    Ok(LogPage {
        text: text.split_inclusive('\n').skip(surplus).collect(),
        next: next.unwrap_or(0),
    })
}
