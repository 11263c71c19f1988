//! Queues: what they hold, their limits, and pausing them.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use paceline_core::JobState;
use paceline_core::limits::{Hold, LimitName, RuleBook, Setting};
use paceline_core::query::{Count, JobFilter};
use paceline_core::scope::{Kind, Scope};
use paceline_protocol::problem::Code;
use paceline_protocol::rest::{HoldRequest, HoldView, ListView, QueueRequest, QueueView};

use crate::extract::{JsonBody, NamePath, OptionalBody};
use crate::openapi::{ChangingNamed, Plain, ReadingNamed};
use crate::problem::{Refusal, Result};
use crate::state::AppState;

/// Where counting jobs stops.
const CAP: u64 = 10_000;

/// Lists the queues by name.
#[utoipa::path(get, operation_id = "list_queues", path = "/queues", tag = "limits",
    responses((status = 200, description = "The queues", body = ListView<QueueView>), Plain))]
pub(crate) async fn list(State(state): State<AppState>) -> Result<Json<ListView<QueueView>>> {
    let book = state.engine.store().rule_book().await?;
    let mut views = Vec::new();
    for name in names(&state, &book).await? {
        views.push(view(&state, &book, name).await?);
    }
    Ok(Json(ListView::whole(views)))
}

/// Shows a queue.
#[utoipa::path(get, operation_id = "show_queue", path = "/queues/{name}", tag = "limits",
    params(("name" = String, Path, description = "Name of the queue")),
    responses((status = 200, description = "The queue", body = QueueView), ReadingNamed))]
pub(crate) async fn show(
    State(state): State<AppState>,
    NamePath(name): NamePath,
) -> Result<Json<QueueView>> {
    let book = state.engine.store().rule_book().await?;
    let names = names(&state, &book).await?;
    if !names.contains(&name) {
        let detail = format!("no queue `{name}`; known: {}", names.join(", "));
        return Err(Refusal::new(Code::NoSuchQueue, detail));
    }
    Ok(Json(view(&state, &book, name).await?))
}

/// Limits a queue, which may be one that no job was submitted to yet.
#[utoipa::path(put, operation_id = "set_queue", path = "/queues/{name}", tag = "limits", request_body = QueueRequest,
    params(("name" = String, Path, description = "Name of the queue")),
    responses((status = 200, description = "The queue", body = QueueView), ChangingNamed))]
pub(crate) async fn set(
    State(state): State<AppState>,
    NamePath(name): NamePath,
    JsonBody(request): JsonBody<QueueRequest>,
) -> Result<Json<QueueView>> {
    let QueueRequest { max_running } = request;
    let setting = max_running.map_or(Setting::Unset, Setting::from_number);
    let limit = LimitName::Of(Scope::queue(&name));
    state.engine.set_limits(vec![(limit, setting)]).await?;
    answer(&state, name).await
}

/// Pauses a queue: none of its pending jobs starts. Running ones go on.
#[utoipa::path(post, operation_id = "pause_queue", path = "/queues/{name}/pause", tag = "limits", request_body = Option<HoldRequest>,
    params(("name" = String, Path, description = "Name of the queue")),
    responses((status = 200, description = "The queue", body = QueueView), ChangingNamed))]
pub(crate) async fn pause(
    State(state): State<AppState>,
    NamePath(name): NamePath,
    OptionalBody(request): OptionalBody<HoldRequest>,
) -> Result<Json<QueueView>> {
    hold(&state, Scope::queue(&name), request).await?;
    answer(&state, name).await
}

/// Lets a paused queue go on.
#[utoipa::path(post, operation_id = "resume_queue", path = "/queues/{name}/resume", tag = "limits",
    params(("name" = String, Path, description = "Name of the queue")),
    responses((status = 200, description = "The queue", body = QueueView), ReadingNamed))]
pub(crate) async fn resume(
    State(state): State<AppState>,
    NamePath(name): NamePath,
) -> Result<Json<QueueView>> {
    state.engine.lift(Scope::queue(&name)).await?;
    answer(&state, name).await
}

/// Puts a scope on hold as a request says.
pub(crate) async fn hold(state: &AppState, scope: Scope, request: HoldRequest) -> Result<()> {
    let HoldRequest { reason, until } = request;
    let now = state.engine.now();
    if let Some(until) = until
        && until.0 <= now
    {
        let message = format!("{until} is over; give a time to come, or none");
        return Err(Refusal::field(Code::InvalidField, "until", message));
    }
    let hold = Hold {
        scope,
        until: until.map(|until| until.0),
        reason: reason.unwrap_or_default(),
        since: now,
    };
    Ok(state.engine.hold(hold).await?)
}

/// Queues that jobs were submitted to, and those that something was said about.
async fn names(state: &AppState, book: &RuleBook) -> Result<Vec<String>> {
    let mut names = state.engine.store().queues().await?;
    let limits = book.limits();
    names.extend(
        limits
            .named
            .of(Kind::Queue)
            .map(|(name, _)| name.to_owned()),
    );
    let held = book.holds.iter().map(|hold| &hold.scope);
    let held = held.filter(|scope| scope.kind == Kind::Queue);
    names.extend(held.map(|scope| scope.name.clone()));
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

async fn answer(state: &AppState, name: String) -> Result<Json<QueueView>> {
    let book = state.engine.store().rule_book().await?;
    Ok(Json(view(state, &book, name).await?))
}

async fn view(state: &AppState, book: &RuleBook, name: String) -> Result<QueueView> {
    let rules = book.rules();
    let paused = rules.hold(Kind::Queue, &name, state.engine.now());
    let mut jobs = BTreeMap::new();
    for job_state in JobState::ALL {
        let filter = JobFilter {
            states: vec![*job_state],
            queue: Some(name.clone()),
            ..JobFilter::default()
        };
        let (Count::Exact(count) | Count::AtLeast(count)) =
            state.engine.store().count(filter, CAP).await?;
        jobs.insert(job_state.to_string(), count);
    }
    Ok(QueueView {
        max_running: rules.limits().of(Kind::Queue, &name),
        paused: paused.map(HoldView::from),
        running: book.occupied.of(Kind::Queue, &name),
        jobs,
        name,
    })
}
