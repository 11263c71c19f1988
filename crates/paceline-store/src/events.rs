//! The stream of events: writing one beside each change, and reading it.

use std::time::Duration;

use paceline_core::event::{EventKind, EventRecord};
use paceline_core::id::EventSeq;
use paceline_core::progress::Counters;
use paceline_core::query::EventQuery;
use paceline_core::{JobError, JobId, JobState, Json, Time};
use rusqlite::{CachedStatement, Connection, Row};
use serde::Serialize;

use crate::context::{WriteContext, find, list};
use crate::counters::Sequence;
use crate::error::Result;
use crate::num::JobNum;
use crate::text::{to_json, word};

/// What an event says beyond its kind and the job's state. Absent numbers are 0.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Data {
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) total: u32,
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) succeeded: u32,
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) failed: u32,
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) skipped: u32,
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) cancelled: u32,
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) running: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attempt: Option<u32>,
    /// Until the next attempt or the start, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) wait_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fraction: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorData>,
    /// The job that does the work of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) merged_into: Option<String>,
    /// A duplicate whose params it took over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) merged_from: Option<String>,
    /// The job whose result answered this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cached_from: Option<String>,
    /// Lines that came to the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lines: Option<usize>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct ErrorData {
    kind: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape that serde asks for"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Data {
    pub(crate) fn counters(counters: &Counters) -> Self {
        let Counters {
            total,
            succeeded,
            failed,
            skipped,
            cancelled,
            running,
        } = *counters;
        Data {
            total,
            succeeded,
            failed,
            skipped,
            cancelled,
            running,
            ..Data::default()
        }
    }

    pub(crate) fn error(mut self, error: &JobError) -> Self {
        self.error = Some(ErrorData {
            kind: error.kind.as_str(),
            message: error.message.clone(),
            item: error.item.clone(),
        });
        self
    }

    pub(crate) fn wait(mut self, until: Option<Time>, now: Time) -> Self {
        self.wait_seconds = until
            .map(|until| until.since(now))
            .as_ref()
            .map(Duration::as_secs_f64);
        self
    }
}

/// Appends an event about a job. `data` is a JSON object.
pub(crate) fn append(
    context: &mut WriteContext<'_>,
    kind: EventKind,
    job: JobNum,
    state: JobState,
    data: &str,
    now: Time,
) -> Result<()> {
    const INSERT: &str = "INSERT INTO events (seq, at, kind, job, state, data)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let seq = context.next(Sequence::Event);
    let state = state.as_str();
    context.execute(
        INSERT,
        (seq, now.as_micros(), kind.as_str(), job, state, data),
    )?;
    Ok(())
}

/// Writes the events of a unit job's first life, which its own row points at.
pub(crate) struct UnitEvents<'c>(CachedStatement<'c>);

impl<'c> UnitEvents<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> Result<Self> {
        const INSERT: &str = "INSERT INTO events (seq, at, kind, unit, state, data)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        Ok(UnitEvents(connection.prepare_cached(INSERT)?))
    }

    /// `seq` is a number that the caller has drawn and writes into the job's row.
    pub(crate) fn append(
        &mut self,
        seq: i64,
        kind: EventKind,
        job: JobNum,
        state: JobState,
        data: &str,
        now: Time,
    ) -> Result<()> {
        let row = (
            seq,
            now.as_micros(),
            kind.as_str(),
            job,
            state.as_str(),
            data,
        );
        self.0.execute(row)?;
        Ok(())
    }
}

pub(crate) fn append_data(
    context: &mut WriteContext<'_>,
    kind: EventKind,
    job: JobNum,
    state: JobState,
    data: &Data,
    now: Time,
) -> Result<()> {
    append(context, kind, job, state, &to_json(data), now)
}

/// Appends the event that outlives its job.
pub(crate) fn append_deleted(context: &mut WriteContext<'_>, job: JobNum, now: Time) -> Result<()> {
    const INSERT: &str = "INSERT INTO events (seq, at, kind, job, state, id, task, batch)
        SELECT ?1, ?2, ?3, NULL, state, id, task, batch FROM jobs WHERE num = ?4";
    let seq = context.next(Sequence::Event);
    let kind = EventKind::Deleted.as_str();
    context.execute(INSERT, (seq, now.as_micros(), kind, job))?;
    Ok(())
}

/// Appends an event that is about no job.
pub(crate) fn record(
    context: &mut WriteContext<'_>,
    kind: EventKind,
    data: &Json,
    now: Time,
) -> Result<()> {
    const INSERT: &str = "INSERT INTO events (seq, at, kind, data) VALUES (?1, ?2, ?3, ?4)";
    let seq = context.next(Sequence::Event);
    context.execute(INSERT, (seq, now.as_micros(), kind.as_str(), data.as_str()))?;
    Ok(())
}

pub(crate) fn last(connection: &Connection) -> Result<EventSeq> {
    let select = "SELECT value FROM counters WHERE name = 'event'";
    let seq = find(connection, select, (), |row| row.get(0))?;
    Ok(EventSeq(seq.unwrap_or(0)))
}

macro_rules! select_events {
    ($condition:literal) => {
        concat!(
            "SELECT e.seq, e.at, e.kind, coalesce(e.id, j.id), coalesce(e.task, j.task), ",
            "coalesce(e.batch, j.batch), e.state, e.data ",
            "FROM events e LEFT JOIN jobs j ON j.num = coalesce(e.job, e.unit) WHERE ",
            $condition,
            " ORDER BY e.seq LIMIT ?2"
        )
    };
}

pub(crate) fn events(connection: &Connection, query: &EventQuery) -> Result<Vec<EventRecord>> {
    let EventQuery { after, job, limit } = *query;
    let Some(id) = job else {
        let all = select_events!("e.seq > ?1");
        return list(connection, all, (after.0, limit), read);
    };
    let first_of_unit = "SELECT num, submitted_event, started_event, ended_event FROM jobs
        WHERE id = ?1";
    let found = find(connection, first_of_unit, (id.into_bytes(),), |row| {
        Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?]))
    })?;
    let Some((num, own)) = found else {
        return Ok(Vec::new());
    };
    let (num, own): (JobNum, [Option<i64>; 3]) = (num, own);
    let of_job =
        select_events!("e.seq IN (?4, ?5, ?6) AND e.seq > ?1 OR e.job = ?3 AND e.seq > ?1");
    list(
        connection,
        of_job,
        (after.0, limit, num, own[0], own[1], own[2]),
        read,
    )
}

fn read(row: &Row<'_>) -> rusqlite::Result<EventRecord> {
    let state = match row.get_ref(6)?.as_str_or_null()? {
        None => None,
        Some(_) => Some(word(row, 6)?),
    };
    Ok(EventRecord {
        seq: EventSeq(row.get(0)?),
        at: Time::from_micros(row.get(1)?),
        kind: word(row, 2)?,
        job: row.get::<_, Option<[u8; 16]>>(3)?.map(JobId::from_bytes),
        task: row.get(4)?,
        batch: row.get(5)?,
        state,
        data: row
            .get::<_, Option<String>>(7)?
            .map_or_else(Json::empty_object, Json::from_checked),
    })
}
