//! Schedules in `PostgreSQL`. Whoever changes or runs one locks its row first and looks whether it
//! is still as it was read, so of many nodes one does it.

use std::sync::Arc;

use paceline_core::event::EventKind;
use paceline_core::schedule::{DueSchedules, Fired, Firing, Schedule};
use paceline_core::store::StoreError;
use paceline_core::{JobId, ScheduleId, Time};
use tokio_postgres::Row;
use uuid::Uuid;

use super::changes::Changes;
use super::connect::Shared;
use super::error::{Error, Result};
use super::flush;
use super::items_write::clean;
use super::load::Entries;
use super::row::{Columns, uuid};
use super::session::{Batch, Session, Value, values};
use super::submit::{self, Submission};
use super::transact::retrying;
use crate::schedule_row::{self, Cells, schedule_columns};
use crate::schedules::{MOST_DUE, taken};

macro_rules! select_schedules {
    ($rest:literal) => {
        concat!("SELECT ", schedule_columns!(), " FROM schedules ", $rest)
    };
}

const LOCK: &str = "SELECT revision FROM schedules WHERE id = $1 FOR UPDATE";
/// A run that is due is not waited for: whoever has the schedule locked does it, or dies in time.
const TRY_LOCK: &str = "SELECT revision FROM schedules WHERE id = $1 FOR UPDATE SKIP LOCKED";
const PLACES: &str = "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
    $18, $19, $20, $21)";

pub(crate) async fn add(shared: &Shared, schedule: &Schedule, now: Time) -> Result<()> {
    let insert = format!(
        "INSERT INTO schedules ({}) VALUES {PLACES}",
        schedule_columns!()
    );
    let mut session = shared.pools.writer().await?;
    let mut batch = Batch::begin();
    batch.add(insert, row(schedule.clone()));
    let told = vec![(EventKind::ScheduleCreated, schedule_row::names(schedule))];
    named(
        schedule,
        commit(shared, &mut session, batch, told, now).await,
    )
}

/// Writes a changed schedule if it is still as it was read.
pub(crate) async fn change(
    shared: &Shared,
    schedule: &Schedule,
    kind: EventKind,
    now: Time,
) -> Result<bool> {
    let mut session = shared.pools.writer().await?;
    if !lock_as_read(&mut session, schedule, LOCK).await? {
        return Ok(false);
    }
    let mut batch = Batch::default();
    let changed = Schedule {
        revision: schedule.revision + 1,
        ..schedule.clone()
    };
    batch.add(update(), row(changed));
    let told = vec![(kind, schedule_row::names(schedule))];
    named(
        schedule,
        commit(shared, &mut session, batch, told, now).await,
    )?;
    Ok(true)
}

pub(crate) async fn remove(shared: &Shared, id: ScheduleId, now: Time) -> Result<()> {
    const REMOVE: &str = concat!(
        "DELETE FROM schedules WHERE id = $1 RETURNING ",
        schedule_columns!()
    );
    let mut session = shared.pools.writer().await?;
    let mut batch = Batch::begin();
    let place = batch.add(REMOVE, values![Uuid::from_bytes(id.into_bytes())]);
    let removed = session.run(batch).await?.first(place);
    let Some(removed) = removed else {
        session.roll_back().await;
        return Err(StoreError::NotFound("schedule").into());
    };
    let data = schedule_row::names(&read(&removed)?);
    let told = vec![(EventKind::ScheduleDeleted, data)];
    commit(shared, &mut session, Batch::default(), told, now).await
}

pub(crate) async fn fire(shared: &Shared, firing: &Firing, now: Time) -> Result<Fired> {
    // It holds all that submitting needs: too much for the stack of whoever awaits it.
    retrying(|| Box::pin(try_fire(shared, firing, now))).await
}

async fn try_fire(shared: &Shared, firing: &Firing, now: Time) -> Result<Fired> {
    const OPEN: &str = "SELECT id FROM jobs WHERE id = ANY($1) AND finished_at IS NULL";
    let mut session = shared.pools.writer().await?;
    let lock = if firing.by_hand { LOCK } else { TRY_LOCK };
    if !lock_as_read(&mut session, &firing.schedule, lock).await? {
        return Ok(Fired {
            overtaken: true,
            ..Fired::default()
        });
    }
    let known: Vec<Uuid> = firing
        .schedule
        .unfinished
        .iter()
        .copied()
        .map(uuid)
        .collect();
    let open = session.list(OPEN, values![known]).await?;
    let open: Vec<JobId> = open
        .iter()
        .map(|row| row.job_id(0))
        .collect::<Result<_>>()?;
    let in_order = firing.schedule.unfinished.iter().copied();
    let unfinished: Vec<JobId> = in_order.filter(|job| open.contains(job)).collect();
    let outcome = firing.outcome(&unfinished);
    if let Some(refused) = submit::refusal(&outcome.jobs) {
        session.roll_back().await;
        return Err(refused.into());
    }

    let fired = outcome.jobs.iter().map(|job| job.id).collect();
    let mut batch = Batch::default();
    let told: Vec<_> = outcome
        .told
        .iter()
        .map(|told| schedule_row::event(&outcome.schedule, told))
        .collect();
    batch.add(update(), row(outcome.schedule));
    let mut changes = Changes::default();
    if outcome.jobs.is_empty() {
        record(&mut changes, told, now);
        flush::commit(shared, &mut session, batch, Entries::new(), changes).await?;
    } else {
        let submission = Submission {
            jobs: Arc::new(outcome.jobs),
            now,
        };
        let arrivals =
            submit::arrive(shared, &mut session, Batch::default(), &[&submission]).await?;
        let (answers, mut arrivals) = arrivals;
        for answer in answers {
            answer?;
        }
        arrivals.insert(&mut batch);
        let (entries, mut changes) = arrivals.into_parts();
        record(&mut changes, told, now);
        flush::commit(shared, &mut session, batch, entries, changes).await?;
    }
    Ok(Fired {
        overtaken: false,
        jobs: fired,
    })
}

/// Begins a transaction that has the schedule for itself. False, and none is begun, when the
/// schedule is another than was read.
async fn lock_as_read(session: &mut Session, schedule: &Schedule, lock: &str) -> Result<bool> {
    let mut batch = Batch::begin();
    let id = Uuid::from_bytes(schedule.id.into_bytes());
    let place = batch.add(lock, values![id]);
    let found = session.run(batch).await?.first(place);
    let revision = found.map(|row| row.number(0)).transpose()?;
    let as_read = revision == Some(schedule.revision);
    if !as_read {
        session.roll_back().await;
    }
    Ok(as_read)
}

type Events = Vec<(EventKind, paceline_core::Json)>;

async fn commit(
    shared: &Shared,
    session: &mut Session,
    batch: Batch<'_>,
    told: Events,
    now: Time,
) -> Result<()> {
    let mut changes = Changes::default();
    record(&mut changes, told, now);
    flush::commit(shared, session, batch, Entries::new(), changes).await?;
    Ok(())
}

fn record(changes: &mut Changes, told: Events, now: Time) {
    for (kind, data) in told {
        changes.record(kind, &data, now);
    }
}

/// The only thing that is unique besides the id is the name.
fn named(schedule: &Schedule, written: Result<()>) -> Result<()> {
    written.map_err(|error| {
        if error.is_a_duplicate() {
            taken(schedule).into()
        } else {
            error
        }
    })
}

fn update() -> String {
    let columns = schedule_columns!();
    format!("UPDATE schedules SET ({columns}) = {PLACES} WHERE id = $1")
}

fn row(schedule: Schedule) -> Vec<Value<'static>> {
    let cells = Cells::from(schedule);
    let id = Uuid::from_bytes(cells.id);
    let last_job = cells.last_job.map(Uuid::from_bytes);
    let text = |text: Option<String>| text.as_deref().map(clean);
    values![
        id,
        clean(&cells.name),
        text(cells.cron),
        text(cells.timezone),
        cells.every,
        cells.anchor,
        cells.once,
        cells.missed,
        cells.overlap,
        text(cells.template),
        text(cells.job),
        cells.paused,
        cells.version,
        cells.revision,
        cells.created_at,
        cells.updated_at,
        cells.next_at,
        cells.last_run,
        last_job,
        text(cells.last_error),
        cells.unfinished,
    ]
}

/// The schedule with this id or name.
pub(crate) async fn one(session: &mut Session, named: &str) -> Result<Option<Schedule>> {
    const BY_ID: &str = select_schedules!("WHERE id = $1");
    const BY_NAME: &str = select_schedules!("WHERE name = $1");
    let found = match named.parse::<ScheduleId>() {
        Ok(id) => {
            let id = Uuid::from_bytes(id.into_bytes());
            session.find(BY_ID, values![id]).await?
        }
        Err(_) => session.find(BY_NAME, values![clean(named)]).await?,
    };
    found.as_ref().map(read).transpose()
}

pub(crate) async fn all(session: &mut Session) -> Result<Vec<Schedule>> {
    const ALL: &str = select_schedules!("ORDER BY name COLLATE \"C\"");
    let found = session.list(ALL, values![]).await?;
    found.iter().map(read).collect()
}

pub(crate) async fn due(session: &mut Session, now: Time) -> Result<DueSchedules> {
    const DUE: &str = select_schedules!("WHERE next_at <= $1 ORDER BY next_at LIMIT $2");
    const NEXT: &str = "SELECT min(next_at) FROM schedules WHERE next_at > $1";
    let mut batch = Batch::default();
    let due = batch.add(DUE, values![now.as_micros(), MOST_DUE]);
    let next = batch.add(NEXT, values![now.as_micros()]);
    let mut answers = session.run(batch).await?;
    let next = answers
        .first(next)
        .map(|row| row.maybe_time(0))
        .transpose()?;
    Ok(DueSchedules {
        due: answers.take(due).iter().map(read).collect::<Result<_>>()?,
        next_at: next.flatten(),
    })
}

fn read(row: &Row) -> Result<Schedule> {
    let (id, last_job): (Uuid, Option<Uuid>) = (row.value(0)?, row.value(18)?);
    let cells = Cells {
        id: id.into_bytes(),
        name: row.text(1)?,
        cron: row.maybe_text(2)?,
        timezone: row.maybe_text(3)?,
        every: row.value(4)?,
        anchor: row.value(5)?,
        once: row.value(6)?,
        missed: row.text(7)?,
        overlap: row.value(8)?,
        template: row.maybe_text(9)?,
        job: row.maybe_text(10)?,
        paused: row.value(11)?,
        version: row.number(12)?,
        revision: row.number(13)?,
        created_at: row.number(14)?,
        updated_at: row.number(15)?,
        next_at: row.value(16)?,
        last_run: row.value(17)?,
        last_job: last_job.map(Uuid::into_bytes),
        last_error: row.maybe_text(19)?,
        unfinished: row.text(20)?,
    };
    cells.into_schedule().map_err(Error::corrupt)
}
