//! Breakers and rates of tasks: where they are kept. The writer has them in memory too.

use std::collections::BTreeMap;

use paceline_core::Time;
use paceline_core::item::Outcome;
use paceline_core::scope::Scope;
use paceline_core::task::Task;
use paceline_core::throttle::{TaskThrottle, Throttle, Trial};
use rusqlite::{Connection, Row};

use crate::context::{WriteContext, list};
use crate::error::Result;
use crate::events;
use crate::text::{invalid, maybe_time};
use crate::throttle_set::{self, ThrottleSet};
use crate::throttle_text::{policy_text, state_text};

/// Has them read; those who hand out work and count how it ended begin with this.
pub(crate) fn load(context: &mut WriteContext<'_>) -> Result<()> {
    if context.memory.throttles.is_none() {
        context.memory.throttles = Some(ThrottleSet::new(throttles(context.connection)?));
    }
    Ok(())
}

pub(crate) fn throttles(connection: &Connection) -> Result<Vec<TaskThrottle>> {
    const SELECT: &str = "SELECT task, policy, state FROM throttles ORDER BY task";
    list(connection, SELECT, (), |row| {
        let (policy, state) = (row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
        throttle_set::read(row.get(0)?, policy, state).map_err(|error| invalid(1, error))
    })
}

/// The throttled tasks, and which of their breakers are not closed.
pub(crate) fn trials(connection: &Connection) -> Result<BTreeMap<String, Option<Trial>>> {
    const SELECT: &str = "SELECT task, open_until, probes FROM throttles";
    let read = |row: &Row<'_>| {
        let open_until = maybe_time(row, 1)?;
        let probes: Option<u32> = row.get(2)?;
        let trial = probes.map(|probes| Trial { open_until, probes });
        Ok((row.get(0)?, trial))
    };
    Ok(list(connection, SELECT, (), read)?.into_iter().collect())
}

impl WriteContext<'_> {
    /// Most items of the task that may be handed out in the next chunk; `None` is any number.
    pub(crate) fn most_of(&self, task: &str, now: Time) -> Option<u32> {
        let throttles = self.memory.throttles.as_ref()?;
        throttles.most(task, now)
    }

    pub(crate) fn is_throttled(&self, task: &str, now: Time) -> bool {
        self.most_of(task, now) == Some(0)
    }

    /// Takes down that a chunk (or unit) of the task was handed out.
    pub(crate) fn handed_out(&mut self, task: &str, items: u32, now: Time) {
        if let Some(throttles) = &mut self.memory.throttles {
            throttles.hand_out(task, items, now);
        }
    }

    /// Takes down how an attempt ended.
    pub(crate) fn attempt_ended(&mut self, task: &str, outcome: &Outcome) {
        if let Some(throttles) = &mut self.memory.throttles {
            throttles.ended(task, outcome);
        }
    }
}

/// Lets the breakers count what ended, and writes what it did to them.
pub(crate) fn count(context: &mut WriteContext<'_>, now: Time) -> Result<()> {
    if let Some(throttles) = &mut context.memory.throttles {
        throttles.count(now);
    }
    save(context, now)
}

/// Writes what has changed.
pub(crate) fn save(context: &mut WriteContext<'_>, now: Time) -> Result<()> {
    const UPDATE: &str = "UPDATE throttles SET state = ?2, open_until = ?3, probes = ?4
        WHERE task = ?1";
    let Some(throttles) = &mut context.memory.throttles else {
        return Ok(());
    };
    let (changed, news) = (throttles.take_changed(), throttles.take_news());
    for row in changed {
        let open_until = row.trial.and_then(|trial| trial.open_until);
        let open_until = open_until.map(Time::as_micros);
        let probes = row.trial.map(|trial| trial.probes);
        context.execute(UPDATE, (&row.task, row.state, open_until, probes))?;
        if row.turned {
            let scope = Scope::task(row.task).to_string();
            context.memory.parked.free(scope);
        }
    }
    if !news.is_empty() {
        context.memory.rules = None;
    }
    for (kind, data) in news {
        events::record(context, kind, &data, now)?;
    }
    Ok(())
}

pub(crate) fn reset(context: &mut WriteContext<'_>, task: &str, now: Time) -> Result<bool> {
    load(context)?;
    let throttles = context.memory.throttles.as_mut();
    let was_not_closed = throttles.is_some_and(|throttles| throttles.reset(task));
    save(context, now)?;
    Ok(was_not_closed)
}

/// Takes over what tasks declare; what is remembered stays.
pub(crate) fn declare(context: &mut WriteContext<'_>, tasks: &[Task]) -> Result<()> {
    const UPSERT: &str = "INSERT INTO throttles (task, policy, state) VALUES (?1, ?2, ?3)
        ON CONFLICT (task) DO UPDATE SET policy = excluded.policy";
    for task in tasks {
        if task.throttle.is_none() {
            let delete = "DELETE FROM throttles WHERE task = ?1";
            if context.execute(delete, (&task.name,))? > 0 {
                let scope = Scope::task(&task.name).to_string();
                context.memory.parked.free(scope);
            }
        } else {
            let (policy, state) = (
                policy_text(&task.throttle),
                state_text(&Throttle::default()),
            );
            context.execute(UPSERT, (&task.name, policy, state))?;
        }
    }
    context.memory.throttles = None;
    context.memory.rules = None;
    Ok(())
}

/// Lets those be looked at again that wait for breakers whose cool-down is over. True if there may
/// be any.
pub(crate) fn free_due(context: &mut WriteContext<'_>, now: Time) -> Result<bool> {
    let rules = crate::rules::of(context)?;
    let mut any = false;
    for (task, trial) in rules.throttled() {
        if trial.is_some() && !rules.is_broken(task, now) {
            let scope = Scope::task(task).to_string();
            any |= context.memory.parked.is_known(&scope);
            context.memory.parked.free(scope);
        }
    }
    Ok(any)
}
