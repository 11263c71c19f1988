//! Reading logs and samples of jobs.

use paceline_core::JobId;
use paceline_core::query::{LogPage, Sample};
use tokio_postgres::Row;

use super::error::Result;
use super::read;
use super::row::Columns;
use super::session::{Session, values};
use crate::log::nothing_after;

/// Rows of a log that are fetched at a time. One holds about 16 KiB at most.
const STEP: i64 = 64;

pub(crate) async fn samples(session: &mut Session, job: JobId) -> Result<Vec<Sample>> {
    const SELECT: &str = "SELECT at, done, rate, memory_bytes, cpu_seconds FROM samples
        WHERE job = $1 ORDER BY at";
    let Some(num) = read::num(session, job).await? else {
        return Ok(Vec::new());
    };
    let rows = session.list(SELECT, values![num.0]).await?;
    rows.iter().map(read_sample).collect()
}

fn read_sample(row: &Row) -> Result<Sample> {
    Ok(Sample {
        at: row.time(0)?,
        done: row.count(1)?,
        rate: row.value(2)?,
        memory_bytes: row.maybe_size(3)?,
        cpu_seconds: row.value(4)?,
    })
}

/// Whole rows after number `after`, at least one and about `most` bytes at most.
pub(crate) async fn page(
    session: &mut Session,
    job: JobId,
    after: i64,
    most: usize,
) -> Result<LogPage> {
    const SELECT: &str = "SELECT n::bigint, text FROM logs WHERE job = $1 AND n > $2::bigint
        ORDER BY n LIMIT $3";
    let mut page = nothing_after(after);
    let Some(num) = read::num(session, job).await? else {
        return Ok(page);
    };
    loop {
        let rows = session
            .list(SELECT, values![num.0, page.next, STEP])
            .await?;
        for row in &rows {
            let text: &str = row.value(1)?;
            if !page.text.is_empty() && page.text.len() + text.len() > most {
                return Ok(page);
            }
            page.text.push_str(text);
            page.next = row.number(0)?;
        }
        if crate::num::as_i64(rows.len()) < STEP {
            return Ok(page);
        }
    }
}

/// The last `lines` lines.
pub(crate) async fn tail(session: &mut Session, job: JobId, lines: usize) -> Result<LogPage> {
    const SELECT: &str = "SELECT n::bigint, text FROM logs WHERE job = $1 AND n < $2::bigint
        ORDER BY n DESC LIMIT $3";
    let Some(num) = read::num(session, job).await? else {
        return Ok(nothing_after(0));
    };
    let mut pieces: Vec<String> = Vec::new();
    let (mut found, mut newest, mut before) = (0, 0, i64::MAX);
    loop {
        let rows = session.list(SELECT, values![num.0, before, STEP]).await?;
        for row in &rows {
            before = row.number(0)?;
            newest = newest.max(before);
            if found < lines {
                let text = row.text(1)?;
                found += text.lines().count();
                pieces.push(text);
            }
        }
        if found >= lines || crate::num::as_i64(rows.len()) < STEP {
            break;
        }
    }
    pieces.reverse();
    let surplus = found.saturating_sub(lines);
    Ok(LogPage {
        text: pieces
            .concat()
            .split_inclusive('\n')
            .skip(surplus)
            .collect(),
        next: newest,
    })
}
