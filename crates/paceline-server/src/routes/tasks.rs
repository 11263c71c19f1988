//! What workers declare.

use axum::Json;
use axum::extract::State;
use paceline_core::Time;
use paceline_core::limits::Rules;
use paceline_core::scope::{Kind, Scope};
use paceline_core::task::{Task, TaskHistory};
use paceline_core::worker::{WorkerState, WorkerStatus};
use paceline_protocol::json::WireJson;
use paceline_protocol::problem::Code;
use paceline_protocol::rest::{HoldRequest, HoldView, ListView, TaskStatistics, TaskView};
use paceline_protocol::units::WireTime;

use crate::extract::{NamePath, OptionalBody};
use crate::openapi::{ChangingNamed, Plain, ReadingNamed};
use crate::problem::{Refusal, Result};
use crate::routes::queues::hold;
use crate::state::AppState;

/// Lists the declared tasks by name.
#[utoipa::path(get, operation_id = "list_tasks", path = "/tasks", tag = "tasks",
    responses((status = 200, description = "The tasks", body = ListView<TaskView>), Plain))]
pub(crate) async fn list(State(state): State<AppState>) -> Result<Json<ListView<TaskView>>> {
    let mut tasks = state.engine.store().tasks().await?;
    tasks.sort_by(|a, b| a.name.cmp(&b.name));
    let workers = state.workers();
    let rules = state.engine.store().rule_book().await?.rules();
    let mut views = Vec::with_capacity(tasks.len());
    for task in tasks {
        let history = state.engine.store().history(&task.name).await?;
        views.push(view(task, &history, &workers, (&rules, state.engine.now())));
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
    answer(&state, &name).await
}

/// Pauses a task: none of its pending jobs starts, and those that run get no new work. What is in
/// workers' hands goes on.
#[utoipa::path(post, operation_id = "pause_task", path = "/tasks/{name}/pause", tag = "tasks", request_body = Option<HoldRequest>,
    params(("name" = String, Path, description = "Name of the task")),
    responses((status = 200, description = "The task", body = TaskView), ChangingNamed))]
pub(crate) async fn pause(
    State(state): State<AppState>,
    NamePath(name): NamePath,
    OptionalBody(request): OptionalBody<HoldRequest>,
) -> Result<Json<TaskView>> {
    find(&state, &name).await?;
    hold(&state, Scope::task(&name), request).await?;
    answer(&state, &name).await
}

/// Lets a paused task go on.
#[utoipa::path(post, operation_id = "resume_task", path = "/tasks/{name}/resume", tag = "tasks",
    params(("name" = String, Path, description = "Name of the task")),
    responses((status = 200, description = "The task", body = TaskView), ReadingNamed))]
pub(crate) async fn resume(
    State(state): State<AppState>,
    NamePath(name): NamePath,
) -> Result<Json<TaskView>> {
    find(&state, &name).await?;
    state.engine.lift(Scope::task(&name)).await?;
    answer(&state, &name).await
}

async fn find(state: &AppState, name: &str) -> Result<Task> {
    let tasks = state.engine.store().tasks().await?;
    let known: Vec<_> = tasks.iter().map(|task| task.name.clone()).collect();
    let task = tasks.into_iter().find(|task| task.name == name);
    task.ok_or_else(|| {
        let detail = format!("no task `{name}`; known: {}", known.join(", "));
        Refusal::new(Code::NoSuchTask, detail)
    })
}

async fn answer(state: &AppState, name: &str) -> Result<Json<TaskView>> {
    let task = find(state, name).await?;
    let store = state.engine.store();
    let history = store.history(name).await?;
    let rules = store.rule_book().await?.rules();
    let view = view(
        task,
        &history,
        &state.workers(),
        (&rules, state.engine.now()),
    );
    Ok(Json(view))
}

fn view(
    task: Task,
    history: &TaskHistory,
    workers: &[WorkerStatus],
    (rules, now): (&Rules, Time),
) -> TaskView {
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
    let paused = rules.hold(Kind::Task, &name, now);
    TaskView {
        max_running: rules.limits().of(Kind::Task, &name),
        paused: paused.map(HoldView::from),
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
