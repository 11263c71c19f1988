//! Reading the stream of events.

use paceline_core::Json;
use paceline_core::event::EventRecord;
use paceline_core::id::EventSeq;
use paceline_core::query::EventQuery;
use tokio_postgres::Row;

use super::error::Result;
use super::row::{Columns, uuid};
use super::session::{Session, values};

/// Events that fulfil a condition, with what their jobs say. The join is lateral, so that each job
/// is looked up by its number, whatever the planner believes about the sizes of the tables.
macro_rules! select_events {
    ($condition:literal) => {
        concat!(
            "SELECT e.seq, e.at, e.kind, coalesce(e.id, j.id), coalesce(e.task, j.task),
            coalesce(e.batch, j.batch), e.state, e.data
            FROM (SELECT * FROM events WHERE seq > $1 AND ",
            $condition,
            " ORDER BY seq LIMIT $2) e
            LEFT JOIN LATERAL (SELECT id, task, batch FROM jobs WHERE num = e.job OFFSET 0) j
                ON true
            ORDER BY e.seq"
        )
    };
}

pub(crate) async fn events(session: &mut Session, query: &EventQuery) -> Result<Vec<EventRecord>> {
    const ALL: &str = select_events!("true");
    const OF_JOB: &str = select_events!("job = (SELECT num FROM jobs WHERE id = $3)");
    let EventQuery { after, job, limit } = *query;
    let limit = i64::from(limit);
    let rows = match job {
        None => {
            let rows = session.list(ALL, values![after.0, limit]).await?;
            if !rows.is_empty() {
                session.list(FLUSH, values![]).await?;
            }
            rows
        }
        Some(job) => {
            let values = values![after.0, limit, uuid(job)];
            session.list(OF_JOB, values).await?
        }
    };
    rows.iter()
        .filter_map(|row| read(row).transpose())
        .collect()
}

/// Not all that tells something is flushed as it is committed, and who follows the stream must see
/// nothing that a crash of the server can undo: other events would take the numbers, and be taken
/// for known. A commit that writes anything flushes all that was committed before.
const FLUSH: &str = "SELECT CASE
    WHEN NOT pg_is_in_recovery() AND pg_current_wal_flush_lsn() < pg_current_wal_insert_lsn()
    THEN pg_logical_emit_message(true, 'paceline', '') END";

/// Nothing when a newer node told of something that is unknown here: what follows is to be heard.
fn read(row: &Row) -> Result<Option<EventRecord>> {
    let Ok(kind) = row.word(2) else {
        return Ok(None);
    };
    let job: Option<uuid::Uuid> = row.value(3)?;
    Ok(Some(EventRecord {
        seq: EventSeq(row.number(0)?),
        at: row.time(1)?,
        kind,
        job: job.map(|id| paceline_core::JobId::from_bytes(id.into_bytes())),
        task: row.maybe_text(4)?,
        batch: row.maybe_text(5)?,
        state: row.maybe_word(6)?,
        data: row.maybe_json(7)?.unwrap_or_else(Json::empty_object),
    }))
}

pub(crate) async fn last(session: &mut Session) -> Result<EventSeq> {
    let row = session.find("SELECT event FROM tally", values![]).await?;
    row.map_or(Ok(EventSeq(0)), |row| Ok(EventSeq(row.number(0)?)))
}
