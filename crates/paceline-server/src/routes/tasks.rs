//! What workers declare.

use axum::Json;
use axum::extract::State;
use paceline_core::task::{Task, TaskHistory};
use paceline_core::worker::{WorkerState, WorkerStatus};
use paceline_protocol::json::WireJson;
use paceline_protocol::problem::Code;
use paceline_protocol::rest::{ListView, TaskStatistics, TaskView};
use paceline_protocol::units::WireTime;

use crate::extract::NamePath;
use crate::openapi::{Plain, ReadingNamed};
use crate::problem::{Refusal, Result};
use crate::state::AppState;

/// Lists the declared tasks by name.
#[utoipa::path(get, operation_id = "list_tasks", path = "/tasks", tag = "tasks",
    responses((status = 200, description = "The tasks", body = ListView<TaskView>), Plain))]
pub(crate) async fn list(State(state): State<AppState>) -> Result<Json<ListView<TaskView>>> {
    let mut tasks = state.engine.store().tasks().await?;
    tasks.sort_by(|a, b| a.name.cmp(&b.name));
    let workers = state.workers();
    let mut views = Vec::with_capacity(tasks.len());
    for task in tasks {
        let history = state.engine.store().history(&task.name).await?;
        views.push(view(task, &history, &workers));
    }
    Ok(Json(ListView::whole(views)))
}

/// Shows a task.
#[utoipa::path(get, operation_id = "show_task", path = "/tasks/{name}", tag = "tasks",
    params(("name" = String, Path, description = "Name of the task")),
    responses((status = 200, description = "The task", body = TaskView), ReadingNamed))]
pub(crate) async fn show(
    State(state): State<AppState>,
    NamePath(name): NamePath,
) -> Result<Json<TaskView>> {
    let tasks = state.engine.store().tasks().await?;
    let known: Vec<_> = tasks.iter().map(|task| task.name.clone()).collect();
    let task = tasks.into_iter().find(|task| task.name == name);
    let task = task.ok_or_else(|| {
        let detail = format!("no task `{name}`; known: {}", known.join(", "));
        Refusal::new(Code::NoSuchTask, detail)
    })?;
    let history = state.engine.store().history(&task.name).await?;
    Ok(Json(view(task, &history, &state.workers())))
}

fn view(task: Task, history: &TaskHistory, workers: &[WorkerStatus]) -> TaskView {
    let Task {
        name,
        options,
        params_schema,
        has_planner,
        declared_by,
        declared_at,
    } = task;
    let able = workers.iter().filter(|worker| {
        let lives = matches!(worker.state, WorkerState::Idle | WorkerState::Busy);
        lives && worker.tasks.contains(&name)
    });
    TaskView {
        workers: u32::try_from(able.count()).unwrap_or(u32::MAX),
        statistics: statistics(history),
        options: WireJson(options),
        params_schema: params_schema.map(WireJson),
        has_planner,
        declared_by,
        declared_at: WireTime(declared_at),
        name,
    }
}

fn statistics(history: &TaskHistory) -> TaskStatistics {
    let TaskHistory {
        completed,
        failed,
        item_p50,
        job_p50,
        job_p95,
    } = *history;
    TaskStatistics {
        completed,
        failed,
        success_rate: share(completed, completed + failed),
        item_p50_ms: item_p50.map(|time| time.as_secs_f64() * 1000.0),
        job_p50_seconds: job_p50.map(|time| time.as_secs_f64()),
        job_p95_seconds: job_p95.map(|time| time.as_secs_f64()),
    }
}

/// Part of a whole, 0 to 1; `None` of nothing.
#[expect(clippy::cast_precision_loss, reason = "a share needs no exact counts")]
pub(crate) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
