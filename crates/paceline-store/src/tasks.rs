//! Tasks as workers declared them.

use paceline_core::task::Task;
use paceline_core::throttle::ThrottlePolicy;
use paceline_core::{Json, Time};
use rusqlite::{Connection, Row};

use crate::context::{WriteContext, list};
use crate::error::Result;
use crate::text::invalid;
use crate::throttle_text::{needs, needs_text, policy};
use crate::throttles;

pub(crate) fn declare(context: &mut WriteContext<'_>, tasks: &[Task]) -> Result<()> {
    const UPSERT: &str = "INSERT OR REPLACE INTO tasks
        (name, options, params_schema, has_planner, declared_by, declared_at, needs)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    for task in tasks {
        let Task {
            name,
            options,
            params_schema,
            has_planner,
            throttle: _,
            needs,
            declared_by,
            declared_at,
        } = task;
        let schema = params_schema.as_ref().map(Json::as_str);
        let at = declared_at.as_micros();
        let needs = needs_text(needs);
        let options = options.as_str();
        context.execute(
            UPSERT,
            (name, options, schema, has_planner, declared_by, at, needs),
        )?;
    }
    throttles::declare(context, tasks)
}

pub(crate) fn tasks(connection: &Connection) -> Result<Vec<Task>> {
    const SELECT: &str = "SELECT name, options, params_schema, has_planner, declared_by,
        declared_at, needs, policy FROM tasks LEFT JOIN throttles ON task = name ORDER BY name";
    list(connection, SELECT, (), read)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Task> {
    let needed = needs(row.get_ref(6)?.as_str_or_null()?).map_err(|error| invalid(6, error))?;
    let throttle = match row.get_ref(7)?.as_str_or_null()? {
        Some(text) => policy(text).map_err(|error| invalid(7, error))?,
        None => ThrottlePolicy::default(),
    };
    Ok(Task {
        name: row.get(0)?,
        options: Json::from_checked(row.get::<_, String>(1)?),
        params_schema: row.get::<_, Option<String>>(2)?.map(Json::from_checked),
        has_planner: row.get(3)?,
        throttle,
        needs: needed,
        declared_by: row.get(4)?,
        declared_at: Time::from_micros(row.get(5)?),
    })
}
