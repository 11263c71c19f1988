//! Tasks as workers declared them, and how their jobs ran.

use std::collections::BTreeMap;

use paceline_core::task::{Task, TaskHistory};
use tokio_postgres::Row;

use super::error::{Error, Result};
use super::row::Columns;
use super::session::{Session, values};
use crate::statistics::{Histogram, history_of};
use crate::throttle_text::{needs, policy};

pub(crate) async fn tasks(session: &mut Session) -> Result<Vec<Task>> {
    const SELECT: &str = "SELECT name, options, params_schema, has_planner, declared_by,
        declared_at, needs, policy FROM tasks LEFT JOIN throttles ON task = name
        ORDER BY name COLLATE \"C\"";
    let rows = session.list(SELECT, values![]).await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Task> {
    let needs_read = needs(row.value(6)?);
    let throttle = row.value::<Option<&str>>(7)?.map(policy).transpose();
    let corrupt = |error| Error::corrupt(format!("a task: {error}"));
    Ok(Task {
        name: row.text(0)?,
        options: row.json(1)?,
        params_schema: row.maybe_json(2)?,
        has_planner: row.value(3)?,
        throttle: throttle.map_err(corrupt)?.unwrap_or_default(),
        needs: needs_read.map_err(corrupt)?,
        declared_by: row.text(4)?,
        declared_at: row.time(5)?,
    })
}

/// How jobs of a task ran so far.
pub(crate) async fn history(session: &mut Session, task: &str) -> Result<TaskHistory> {
    const COUNTS: &str = "SELECT completed, failed FROM task_statistics WHERE task = $1";
    const DURATIONS: &str = "SELECT of = 'item', step, count FROM task_durations WHERE task = $1";
    if task.contains('\0') {
        return Ok(TaskHistory::default());
    }
    let counts = session.find(COUNTS, values![task]).await?;
    let (mut items, mut jobs) = (BTreeMap::new(), BTreeMap::new());
    for row in session.list(DURATIONS, values![task]).await? {
        let of = if row.value(0)? { &mut items } else { &mut jobs };
        of.insert(row.count(1)?, row.count(2)?);
    }
    let (items, jobs) = (Histogram::of(items), Histogram::of(jobs));
    let count = |column| counts.as_ref().map_or(Ok(0), |row| row.size(column));
    Ok(history_of((count(0)?, count(1)?), &items, &jobs))
}
