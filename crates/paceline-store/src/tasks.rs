//! Tasks as workers declared them.

use paceline_core::task::Task;
use paceline_core::{Json, Time};
use rusqlite::{Connection, Row};

use crate::context::{WriteContext, list};
use crate::error::Result;

pub(crate) fn declare(context: &WriteContext<'_>, tasks: &[Task]) -> Result<()> {
    const UPSERT: &str = "INSERT OR REPLACE INTO tasks
        (name, options, params_schema, has_planner, declared_by, declared_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    for task in tasks {
        let Task {
            name,
            options,
            params_schema,
            has_planner,
            declared_by,
            declared_at,
        } = task;
        let schema = params_schema.as_ref().map(Json::as_str);
        let at = declared_at.as_micros();
        context.execute(
            UPSERT,
            (name, options.as_str(), schema, has_planner, declared_by, at),
        )?;
    }
    Ok(())
}

pub(crate) fn tasks(connection: &Connection) -> Result<Vec<Task>> {
    const SELECT: &str = "SELECT name, options, params_schema, has_planner, declared_by,
        declared_at FROM tasks ORDER BY name";
    list(connection, SELECT, (), read)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Task> {
    Ok(Task {
        name: row.get(0)?,
        options: Json::from_checked(row.get::<_, String>(1)?),
        params_schema: row.get::<_, Option<String>>(2)?.map(Json::from_checked),
        has_planner: row.get(3)?,
        declared_by: row.get(4)?,
        declared_at: Time::from_micros(row.get(5)?),
    })
}
