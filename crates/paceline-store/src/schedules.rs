//! Schedules in `SQLite`: keeping them, finding what is due, and carrying a run out.

use paceline_core::event::EventKind;
use paceline_core::schedule::{DueSchedules, Fired, Firing, Schedule};
use paceline_core::store::StoreError;
use paceline_core::{JobId, ScheduleId, Time};
use rusqlite::{Connection, Row};

use crate::context::{WriteContext, find, list};
use crate::error::{Error, Result};
use crate::schedule_row::{self, Cells, schedule_columns};
use crate::{events, submit};

/// Most schedules that are found due at once.
pub(crate) const MOST_DUE: i64 = 100;

macro_rules! select_schedules {
    ($rest:literal) => {
        concat!("SELECT ", schedule_columns!(), " FROM schedules ", $rest)
    };
}

pub(crate) fn add(context: &mut WriteContext<'_>, schedule: &Schedule, now: Time) -> Result<()> {
    must_be_free(context, schedule)?;
    put(context, schedule.clone())?;
    let data = schedule_row::names(schedule);
    events::record(context, EventKind::ScheduleCreated, &data, now)
}

/// Writes a changed schedule if it is still as it was read.
pub(crate) fn change(
    context: &mut WriteContext<'_>,
    schedule: &Schedule,
    kind: EventKind,
    now: Time,
) -> Result<bool> {
    if !is_as_read(context, schedule)? {
        return Ok(false);
    }
    must_be_free(context, schedule)?;
    let changed = Schedule {
        revision: schedule.revision + 1,
        ..schedule.clone()
    };
    put(context, changed)?;
    events::record(context, kind, &schedule_row::names(schedule), now)?;
    Ok(true)
}

pub(crate) fn remove(context: &mut WriteContext<'_>, id: ScheduleId, now: Time) -> Result<()> {
    let schedule = one(context.connection, &id.to_string())?;
    let schedule = schedule.ok_or(StoreError::NotFound("schedule"))?;
    context.execute("DELETE FROM schedules WHERE id = ?1", (id.into_bytes(),))?;
    let data = schedule_row::names(&schedule);
    events::record(context, EventKind::ScheduleDeleted, &data, now)
}

/// Submits what the runs give and moves the schedule on, if nobody was faster.
pub(crate) fn fire(context: &mut WriteContext<'_>, firing: &Firing, now: Time) -> Result<Fired> {
    if !is_as_read(context, &firing.schedule)? {
        return Ok(Fired {
            overtaken: true,
            ..Fired::default()
        });
    }
    let unfinished = unfinished(context, &firing.schedule.unfinished)?;
    let outcome = firing.outcome(&unfinished);
    submit::submit(context, &outcome.jobs, now)?;
    for told in &outcome.told {
        let (kind, data) = schedule_row::event(&outcome.schedule, told);
        events::record(context, kind, &data, now)?;
    }
    put(context, outcome.schedule)?;
    Ok(Fired {
        overtaken: false,
        jobs: outcome.jobs.iter().map(|job| job.id).collect(),
    })
}

fn unfinished(context: &WriteContext<'_>, jobs: &[JobId]) -> Result<Vec<JobId>> {
    const IS_OPEN: &str = "SELECT 1 FROM jobs WHERE id = ?1 AND finished_at IS NULL";
    let mut open = Vec::new();
    for &job in jobs {
        let found = context.find(IS_OPEN, (job.into_bytes(),), |_| Ok(()))?;
        open.extend(found.map(|()| job));
    }
    Ok(open)
}

fn is_as_read(context: &WriteContext<'_>, schedule: &Schedule) -> Result<bool> {
    const REVISION: &str = "SELECT revision FROM schedules WHERE id = ?1";
    let found = context.find(REVISION, (schedule.id.into_bytes(),), |row| row.get(0))?;
    Ok(found == Some(schedule.revision))
}

/// No other schedule may have its name.
fn must_be_free(context: &WriteContext<'_>, schedule: &Schedule) -> Result<()> {
    const OTHER: &str = "SELECT 1 FROM schedules WHERE name = ?1 AND id <> ?2";
    let key = (&schedule.name, schedule.id.into_bytes());
    match context.find(OTHER, key, |_| Ok(()))? {
        None => Ok(()),
        Some(()) => Err(taken(schedule).into()),
    }
}

pub(crate) fn taken(schedule: &Schedule) -> StoreError {
    StoreError::NameTaken {
        what: "schedule",
        name: schedule.name.clone(),
    }
}

fn put(context: &WriteContext<'_>, schedule: Schedule) -> Result<()> {
    const PUT: &str = concat!(
        "INSERT OR REPLACE INTO schedules (",
        schedule_columns!(),
        ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
            ?18, ?19, ?20, ?21)"
    );
    let cells = Cells::from(schedule);
    context.execute(
        PUT,
        rusqlite::params![
            cells.id,
            cells.name,
            cells.cron,
            cells.timezone,
            cells.every,
            cells.anchor,
            cells.once,
            cells.missed,
            cells.overlap,
            cells.template,
            cells.job,
            cells.paused,
            cells.version,
            cells.revision,
            cells.created_at,
            cells.updated_at,
            cells.next_at,
            cells.last_run,
            cells.last_job,
            cells.last_error,
            cells.unfinished,
        ],
    )?;
    Ok(())
}

/// The schedule with this id or name.
pub(crate) fn one(connection: &Connection, named: &str) -> Result<Option<Schedule>> {
    const BY_ID: &str = select_schedules!("WHERE id = ?1");
    const BY_NAME: &str = select_schedules!("WHERE name = ?1");
    let found = match named.parse::<ScheduleId>() {
        Ok(id) => find(connection, BY_ID, (id.into_bytes(),), read)?,
        Err(_) => find(connection, BY_NAME, (named,), read)?,
    };
    found.map(schedule).transpose()
}

pub(crate) fn all(connection: &Connection) -> Result<Vec<Schedule>> {
    const ALL: &str = select_schedules!("ORDER BY name");
    let found = list(connection, ALL, (), read)?;
    found.into_iter().map(schedule).collect()
}

pub(crate) fn due(connection: &Connection, now: Time) -> Result<DueSchedules> {
    const DUE: &str = select_schedules!("WHERE next_at <= ?1 ORDER BY next_at LIMIT ?2");
    const NEXT: &str = "SELECT min(next_at) FROM schedules WHERE next_at > ?1";
    let found = list(connection, DUE, (now.as_micros(), MOST_DUE), read)?;
    let next = find(connection, NEXT, (now.as_micros(),), |row| row.get(0))?;
    let next: Option<i64> = next.flatten();
    Ok(DueSchedules {
        due: found.into_iter().map(schedule).collect::<Result<_>>()?,
        next_at: next.map(Time::from_micros),
    })
}

fn schedule(cells: Cells) -> Result<Schedule> {
    cells.into_schedule().map_err(Error::corrupt)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Cells> {
    Ok(Cells {
        id: row.get(0)?,
        name: row.get(1)?,
        cron: row.get(2)?,
        timezone: row.get(3)?,
        every: row.get(4)?,
        anchor: row.get(5)?,
        once: row.get(6)?,
        missed: row.get(7)?,
        overlap: row.get(8)?,
        template: row.get(9)?,
        job: row.get(10)?,
        paused: row.get(11)?,
        version: row.get(12)?,
        revision: row.get(13)?,
        created_at: row.get(14)?,
        updated_at: row.get(15)?,
        next_at: row.get(16)?,
        last_run: row.get(17)?,
        last_job: row.get(18)?,
        last_error: row.get(19)?,
        unfinished: row.get(20)?,
    })
}
