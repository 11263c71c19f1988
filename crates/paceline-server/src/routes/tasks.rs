//! What workers declare.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use paceline_core::Time;
use paceline_core::limits::Rules;
use paceline_core::scope::{Kind, Scope};
use paceline_core::task::{Task, TaskHistory};
use paceline_core::throttle::TaskThrottle;
use paceline_core::worker::{WorkerState, WorkerStatus};
use paceline_protocol::json::WireJson;
use paceline_protocol::problem::Code;
use paceline_protocol::rest::{
    BreakerView, HoldRequest, HoldView, ListView, NeedsView, RateView, TaskStatistics, TaskView,
};
use paceline_protocol::units::{WireDuration, WireTime};

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
    let seen = Seen::look(&state).await?;
    let mut views = Vec::with_capacity(tasks.len());
    for task in tasks {
        let history = state.engine.store().history(&task.name).await?;
        views.push(seen.view(task, &history, &workers));
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

/// Closes the task's breaker, so that its work goes on at once.
#[utoipa::path(post, operation_id = "reset_breaker", path = "/tasks/{name}/reset-breaker", tag = "tasks",
    params(("name" = String, Path, description = "Name of the task")),
    responses((status = 200, description = "The task", body = TaskView), ReadingNamed))]
pub(crate) async fn reset_breaker(
    State(state): State<AppState>,
    NamePath(name): NamePath,
) -> Result<Json<TaskView>> {
    find(&state, &name).await?;
    state.engine.reset_breaker(&name).await?;
    answer(&state, &name).await
}

pub(crate) async fn find(state: &AppState, name: &str) -> Result<Task> {
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
    let seen = Seen::look(state).await?;
    Ok(Json(seen.view(task, &history, &state.workers())))
}

/// By what tasks are held.
struct Seen {
    rules: Rules,
    throttles: BTreeMap<String, TaskThrottle>,
    now: Time,
}

impl Seen {
    async fn look(state: &AppState) -> Result<Self> {
        let store = state.engine.store();
        let throttles = store.throttles().await?.into_iter();
        Ok(Seen {
            rules: store.rule_book().await?.rules(),
            throttles: throttles.map(|of| (of.task.clone(), of)).collect(),
            now: state.engine.now(),
        })
    }

    fn view(&self, task: Task, history: &TaskHistory, workers: &[WorkerStatus]) -> TaskView {
        let Task {
            name,
            options,
            params_schema,
            has_planner,
            throttle,
            needs,
            declared_by,
            declared_at,
        } = task;
        let able = workers.iter().filter(|worker| {
            let lives = matches!(worker.state, WorkerState::Idle | WorkerState::Busy);
            lives && worker.tasks.contains(&name)
        });
        let paused = self.rules.hold(Kind::Task, &name, self.now);
        let throttled = self.throttles.get(&name);
        TaskView {
            max_running: self.rules.limits().of(Kind::Task, &name),
            paused: paused.map(HoldView::from),
            breaker: throttled.and_then(|of_task| BreakerView::of(of_task, self.now)),
            rate: throttled.and_then(|of_task| RateView::of(of_task, self.now)),
            delay: throttle.pause.map(WireDuration),
            needs: NeedsView::of(&needs),
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
}

fn statistics(history: &TaskHistory) -> TaskStatistics {
    let TaskHistory {
        completed,
        failed,
        item_p50,
        job_p50,
        job_p95,
        job_p99,
        ..
    } = *history;
    TaskStatistics {
        completed,
        failed,
        success_rate: share(completed, completed + failed),
        item_p50_ms: item_p50.map(|time| time.as_secs_f64() * 1000.0),
        job_p50_seconds: job_p50.map(|time| time.as_secs_f64()),
        job_p95_seconds: job_p95.map(|time| time.as_secs_f64()),
        job_p99_seconds: job_p99.map(|time| time.as_secs_f64()),
    }
}

/// Part of a whole, 0 to 1; `None` of nothing.
#[expect(clippy::cast_precision_loss, reason = "a share needs no exact counts")]
pub(crate) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
