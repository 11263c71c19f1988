//! Batches: looking at jobs that belong together, and acting on all of them.

use axum::Json;
use axum::extract::{Request, State};
use axum::response::Response;
use paceline_core::JobState;
use paceline_core::batch::{Batch, BatchItems, BatchQuery, BatchStatus};
use paceline_core::query::{JobFilter, Selector};
use paceline_core::store::Action;
use paceline_protocol::problem::Code;
use paceline_protocol::rest::{
    BatchProgressView, BatchRequest, BatchState, BatchView, CancelRequest, ControlledView, ListView,
};
use paceline_protocol::units::WireTime;
use paceline_protocol::words::WireJobState;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::body;
use crate::extract::{IdPath, OptionalBody, Query, read_json};
use crate::filter;
use crate::idempotency::Answer;
use crate::once::once;
use crate::openapi::{ChangingNamed, Creating, Reading, ReadingNamed};
use crate::problem::{Refusal, Result};
use crate::routes::bulk::controlled_view;
use crate::routes::submit::answer;
use crate::settle::name_fault;
use crate::state::AppState;

/// Longest reason, in bytes.
const LONGEST_REASON: usize = 4096;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BatchesQuery {
    /// 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists batches, the newest first.
#[utoipa::path(get, operation_id = "list_batches", path = "/batches", tag = "batches", params(BatchesQuery),
    responses((status = 200, description = "A page of batches", body = ListView<BatchView>), Reading))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Query(query): Query<BatchesQuery>,
) -> Result<Json<ListView<BatchView>>> {
    let query = BatchQuery {
        limit: filter::limit(query.limit)?,
        cursor: query.cursor,
    };
    let page = state.engine.store().batches(query).await?;
    let views = page.items.into_iter().map(|batch| view(&state, batch));
    Ok(Json(ListView {
        items: views.collect(),
        next_cursor: page.next,
        total: None,
        total_at_least: None,
    }))
}

/// Makes a batch before it has jobs, or gives a reason to one that has none.
#[utoipa::path(post, operation_id = "create_batch", path = "/batches", tag = "batches", request_body = BatchRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the first answer, for 24 hours")),
    responses((status = 201, description = "The batch", body = BatchView), Creating))]
pub(crate) async fn create(State(state): State<AppState>, request: Request) -> Result<Response> {
    let (headers, text) = read_json(&state, request).await?;
    let request: BatchRequest = body::json(&text)?;
    let work = async {
        check(&request)?;
        let now = state.engine.now();
        let batch = Batch {
            name: request.name,
            reason: request.reason,
            created_at: now,
            completed_at: None,
        };
        let name = batch.name.clone();
        state.engine.store().add_batch(batch, now).await?;
        let made = view(&state, find(&state, &name).await?);
        Ok(Answer {
            status: 201,
            job: None,
            body: body::to_json(&made)?,
        })
    };
    let done = once(&state, &headers, "POST /batches", &text, work).await?;
    Ok(answer(done))
}

fn check(request: &BatchRequest) -> Result<()> {
    let too_long = |reason: &String| reason.len() > LONGEST_REASON;
    let fault = match name_fault(&request.name) {
        Some(message) => Some(("name", message)),
        None if request.reason.as_ref().is_some_and(too_long) => {
            Some(("reason", format!("give at most {LONGEST_REASON} bytes")))
        }
        None => None,
    };
    match fault {
        Some((field, message)) => Err(Refusal::field(Code::InvalidField, field, message)),
        None => Ok(()),
    }
}

/// Shows a batch.
#[utoipa::path(get, operation_id = "show_batch", path = "/batches/{id}", tag = "batches",
    params(("id" = String, Path, description = "Name of the batch")),
    responses((status = 200, description = "The batch", body = BatchView), ReadingNamed))]
pub(crate) async fn show(
    State(state): State<AppState>,
    IdPath(name): IdPath,
) -> Result<Json<BatchView>> {
    let batch = find(&state, &name).await?;
    Ok(Json(view(&state, batch)))
}

/// Cancels all unfinished jobs of a batch.
#[utoipa::path(post, operation_id = "cancel_batch", path = "/batches/{id}/cancel", tag = "batches", request_body = Option<CancelRequest>,
    params(("id" = String, Path, description = "Name of the batch")),
    responses((status = 200, description = "What was done", body = ControlledView), ChangingNamed))]
pub(crate) async fn cancel(
    State(state): State<AppState>,
    IdPath(name): IdPath,
    OptionalBody(request): OptionalBody<CancelRequest>,
) -> Result<Json<ControlledView>> {
    let reason = request.reason;
    act(&state, name, is_unfinished, Action::Cancel { reason }).await
}

/// Pauses all unfinished jobs of a batch: chunks in flight end, no new one starts.
#[utoipa::path(post, operation_id = "pause_batch", path = "/batches/{id}/pause", tag = "batches",
    params(("id" = String, Path, description = "Name of the batch")),
    responses((status = 200, description = "What was done", body = ControlledView), ReadingNamed))]
pub(crate) async fn pause(
    State(state): State<AppState>,
    IdPath(name): IdPath,
) -> Result<Json<ControlledView>> {
    let runs = |state| is_unfinished(state) && state != JobState::Paused;
    act(&state, name, runs, Action::Pause).await
}

/// Lets the paused jobs of a batch go on.
#[utoipa::path(post, operation_id = "resume_batch", path = "/batches/{id}/resume", tag = "batches",
    params(("id" = String, Path, description = "Name of the batch")),
    responses((status = 200, description = "What was done", body = ControlledView), ReadingNamed))]
pub(crate) async fn resume(
    State(state): State<AppState>,
    IdPath(name): IdPath,
) -> Result<Json<ControlledView>> {
    let paused = |state| state == JobState::Paused;
    act(&state, name, paused, Action::Resume).await
}

/// Runs again what failed or was not run in the jobs of a batch that have ended. Jobs in which
/// nothing failed are among the refused.
#[utoipa::path(post, operation_id = "retry_batch", path = "/batches/{id}/retry", tag = "batches",
    params(("id" = String, Path, description = "Name of the batch")),
    responses((status = 200, description = "What was done", body = ControlledView), ReadingNamed))]
pub(crate) async fn retry(
    State(state): State<AppState>,
    IdPath(name): IdPath,
) -> Result<Json<ControlledView>> {
    let ended = |state: JobState| state.is_terminal() && state != JobState::Merged;
    act(&state, name, ended, Action::Retry).await
}

/// Runs everything in a batch again that has ended.
#[utoipa::path(post, operation_id = "restart_batch", path = "/batches/{id}/restart", tag = "batches",
    params(("id" = String, Path, description = "Name of the batch")),
    responses((status = 200, description = "What was done", body = ControlledView), ReadingNamed))]
pub(crate) async fn restart(
    State(state): State<AppState>,
    IdPath(name): IdPath,
) -> Result<Json<ControlledView>> {
    let ended = |state: JobState| state.is_terminal() && state != JobState::Merged;
    act(&state, name, ended, Action::Restart).await
}

fn is_unfinished(state: JobState) -> bool {
    !state.is_terminal()
}

/// Does something to the jobs of the batch that are in such states.
async fn act(
    state: &AppState,
    name: String,
    wanted: impl Fn(JobState) -> bool,
    action: Action,
) -> Result<Json<ControlledView>> {
    find(state, &name).await?;
    let states = JobState::ALL.iter().copied();
    let filter = JobFilter {
        states: states.filter(|state| wanted(*state)).collect(),
        batch: Some(name),
        ..JobFilter::default()
    };
    let selector = Selector::Filter(Box::new(filter));
    let controlled = state.engine.control(selector, action, false).await?;
    Ok(Json(controlled_view(controlled)))
}

async fn find(state: &AppState, name: &str) -> Result<BatchStatus> {
    let found = state.engine.store().batch(name).await?;
    found.ok_or_else(|| {
        let detail = format!("there is no batch `{name}`; GET /api/v1/batches lists them");
        Refusal::new(Code::NoSuchBatch, detail)
    })
}

fn view(state: &AppState, status: BatchStatus) -> BatchView {
    let BatchItems {
        total,
        succeeded,
        failed,
        skipped,
        cancelled,
        running,
    } = status.items;
    let progress = BatchProgressView {
        total,
        done: status.items.done(),
        succeeded,
        failed,
        skipped,
        cancelled,
        running,
        remaining: status.items.remaining(),
        percent: status.percent(),
        eta_seconds: status.eta_seconds(state.engine.now()),
    };
    let count = |state: &JobState| status.jobs.get(state).copied().unwrap_or(0);
    let jobs = JobState::ALL.iter();
    BatchView {
        state: match (status.jobs.is_empty(), status.unfinished()) {
            (true, _) => BatchState::Empty,
            (false, 0) => BatchState::Completed,
            (false, _) => BatchState::Open,
        },
        jobs: jobs
            .map(|state| (WireJobState(*state), count(state)))
            .collect(),
        progress,
        id: status.batch.name.clone(),
        name: status.batch.name,
        reason: status.batch.reason,
        created_at: WireTime(status.batch.created_at),
        started_at: status.started_at.map(WireTime),
        completed_at: status.batch.completed_at.map(WireTime),
    }
}
