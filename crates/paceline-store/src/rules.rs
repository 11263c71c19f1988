//! Limits and holds: where they are kept, and how they change.

use std::sync::Arc;

use paceline_core::event::EventKind;
use paceline_core::limits::{Hold, LimitName, Limits, Occupied, RuleBook, Rules, Setting};
use paceline_core::scope::{Kind, Names, Scope};
use paceline_core::{Json, Time};
use rusqlite::{Connection, Row};

use crate::context::{WriteContext, list};
use crate::error::Result;
use crate::events;
use crate::rules_text::{hold_event, limits_event};
use crate::text::{maybe_time, word};
use crate::throttles;

/// The rules as they are now; read once and kept, for all changes go through here.
pub(crate) fn of(context: &mut WriteContext<'_>) -> Result<Arc<Rules>> {
    if let Some(rules) = &context.memory.rules {
        return Ok(rules.clone());
    }
    let rules = Arc::new(book(context.connection)?.rules());
    context.memory.rules = Some(rules.clone());
    Ok(rules)
}

/// All that was said, without counting what runs.
pub(crate) fn book(connection: &Connection) -> Result<RuleBook> {
    const LIMITS: &str = "SELECT name, is_set, most FROM limits";
    const HOLDS: &str = "SELECT scope, until, reason, since FROM holds";
    let mut book = RuleBook {
        configured: Limits::NONE,
        set: Vec::new(),
        holds: list(connection, HOLDS, (), read_hold)?,
        throttled: throttles::trials(connection)?,
        occupied: Occupied::default(),
    };
    let read = |row: &Row<'_>| Ok((word(row, 0)?, row.get(1)?, row.get(2)?));
    for (name, is_set, most) in list(connection, LIMITS, (), read)? {
        let (name, is_set, most): (LimitName, bool, Option<u32>) = (name, is_set, most);
        if is_set {
            book.set.push((name, most));
        } else {
            book.configured.set(&name, most);
        }
    }
    Ok(book)
}

pub(crate) fn full_book(connection: &Connection) -> Result<RuleBook> {
    let occupied = occupied(connection)?;
    Ok(RuleBook {
        occupied,
        ..book(connection)?
    })
}

fn read_hold(row: &Row<'_>) -> rusqlite::Result<Hold> {
    Ok(Hold {
        scope: word(row, 0)?,
        until: maybe_time(row, 1)?,
        reason: row.get(2)?,
        since: Time::from_micros(row.get(3)?),
    })
}

/// The jobs that count, by their scopes.
pub(crate) fn occupied(connection: &Connection) -> Result<Occupied> {
    const SELECT: &str = "SELECT user, task, queue, key FROM jobs WHERE lane IN (3, 4)";
    let mut occupied = Occupied::default();
    let mut select = connection.prepare_cached(SELECT)?;
    let mut rows = select.query(())?;
    while let Some(row) = rows.next()? {
        occupied.add(Names {
            user: row.get_ref(0)?.as_str_or_null()?,
            task: row.get_ref(1)?.as_str()?,
            queue: row.get_ref(2)?.as_str()?,
            key: row.get_ref(3)?.as_str_or_null()?,
        });
    }
    Ok(occupied)
}

pub(crate) fn configure(context: &mut WriteContext<'_>, limits: &Limits) -> Result<()> {
    if book(context.connection)?.configured == *limits {
        return Ok(());
    }
    context.execute("DELETE FROM limits WHERE is_set = 0", ())?;
    for (name, most) in limits.settings() {
        let insert = "INSERT INTO limits (name, is_set, most) VALUES (?1, 0, ?2)";
        context.execute(insert, (name.to_string(), most))?;
    }
    context.memory.rules = None;
    context.memory.parked.free_all();
    Ok(())
}

pub(crate) fn set_limits(
    context: &mut WriteContext<'_>,
    changes: &[(LimitName, Setting)],
    now: Time,
) -> Result<()> {
    const UNSET: &str = "DELETE FROM limits WHERE name = ?1 AND is_set = 1";
    const SET: &str = "INSERT OR REPLACE INTO limits (name, is_set, most) VALUES (?1, 1, ?2)";
    for (name, setting) in changes {
        let text = name.to_string();
        match setting {
            Setting::Unset => context.execute(UNSET, (text,))?,
            Setting::NoLimit => context.execute(SET, (text, None::<u32>))?,
            Setting::AtMost(most) => context.execute(SET, (text, most))?,
        };
        match name {
            LimitName::Jobs => {}
            LimitName::Each(_) => context.memory.parked.free_all(),
            LimitName::Of(scope) => context.memory.parked.free(scope.to_string()),
        }
    }
    context.memory.rules = None;
    events::record(
        context,
        EventKind::LimitChanged,
        &limits_event(changes),
        now,
    )
}

pub(crate) fn hold(context: &mut WriteContext<'_>, hold: &Hold, now: Time) -> Result<()> {
    const UPSERT: &str = "INSERT OR REPLACE INTO holds (scope, until, reason, since)
        VALUES (?1, ?2, ?3, ?4)";
    let Hold {
        scope,
        until,
        reason,
        since,
    } = hold;
    let until = until.map(Time::as_micros);
    let row = (scope.to_string(), until, reason, since.as_micros());
    context.execute(UPSERT, row)?;
    context.memory.rules = None;
    let kind = match scope.kind {
        Kind::Queue => EventKind::QueuePaused,
        Kind::Task => EventKind::TaskPaused,
        Kind::Key | Kind::User => EventKind::HoldSet,
    };
    events::record(context, kind, &hold_event(scope, Some(hold)), now)
}

pub(crate) fn lift(context: &mut WriteContext<'_>, scope: &Scope, now: Time) -> Result<bool> {
    let text = scope.to_string();
    if context.execute("DELETE FROM holds WHERE scope = ?1", (&text,))? == 0 {
        return Ok(false);
    }
    context.memory.rules = None;
    context.memory.parked.free(text);
    let data: Json = hold_event(scope, None);
    events::record(context, lifted(scope), &data, now)?;
    Ok(true)
}

/// The event that tells of a hold's end.
pub(crate) const fn lifted(scope: &Scope) -> EventKind {
    match scope.kind {
        Kind::Queue => EventKind::QueueResumed,
        Kind::Task => EventKind::TaskResumed,
        Kind::Key | Kind::User => EventKind::HoldLifted,
    }
}

/// Lifts the holds whose time is over.
pub(crate) fn lift_due(context: &mut WriteContext<'_>, now: Time) -> Result<()> {
    let rules = of(context)?;
    let over = |hold: &&Hold| hold.until.is_some_and(|until| until <= now);
    let over: Vec<Scope> = rules
        .holds()
        .filter(over)
        .map(|hold| hold.scope.clone())
        .collect();
    for scope in over {
        lift(context, &scope, now)?;
    }
    Ok(())
}

pub(crate) fn queues(connection: &Connection) -> Result<Vec<String>> {
    list(
        connection,
        "SELECT name FROM queues ORDER BY name",
        (),
        |row| row.get(0),
    )
}
