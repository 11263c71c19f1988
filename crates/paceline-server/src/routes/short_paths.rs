//! The short addresses that older dashboards poll: thin routes onto the handlers of `/api/v1`.

use axum::Json;
use axum::extract::State;
use paceline_core::store::Action;
use paceline_protocol::rest::{ConfirmRequest, ControlledView, JobView, StatusView};

use crate::extract::{JobIdParam, JobPath, OptionalBody};
use crate::openapi::{ChangingJobs, Plain, ReadingJob};
use crate::problem::Result;
use crate::routes::{bulk, control};
use crate::state::AppState;

/// As `GET /api/v1/status`.
#[utoipa::path(get, path = "/api/jobs/status", tag = "short paths", operation_id = "short_status",
    responses((status = 200, description = "What is going on", body = StatusView), Plain))]
pub(crate) async fn status(State(state): State<AppState>) -> Result<Json<StatusView>> {
    super::status::status_view(&state).await.map(Json)
}

/// As `POST /api/v1/jobs/{id}/cancel`.
#[utoipa::path(post, path = "/api/jobs/cancel/{id}", tag = "short paths", operation_id = "short_cancel",
    params(JobIdParam),
    responses((status = 200, description = "The job", body = JobView), ReadingJob))]
pub(crate) async fn cancel(
    State(state): State<AppState>,
    JobPath(id): JobPath,
) -> Result<Json<JobView>> {
    control::act(&state, id, Action::Cancel { reason: None }).await
}

/// As `POST /api/v1/jobs/{id}/pause`.
#[utoipa::path(post, path = "/api/jobs/pause/{id}", tag = "short paths", operation_id = "short_pause",
    params(JobIdParam),
    responses((status = 200, description = "The job", body = JobView), ReadingJob))]
pub(crate) async fn pause(
    State(state): State<AppState>,
    JobPath(id): JobPath,
) -> Result<Json<JobView>> {
    control::act(&state, id, Action::Pause).await
}

/// As `POST /api/v1/jobs/{id}/resume`.
#[utoipa::path(post, path = "/api/jobs/resume/{id}", tag = "short paths", operation_id = "short_resume",
    params(JobIdParam),
    responses((status = 200, description = "The job", body = JobView), ReadingJob))]
pub(crate) async fn resume(
    State(state): State<AppState>,
    JobPath(id): JobPath,
) -> Result<Json<JobView>> {
    control::act(&state, id, Action::Resume).await
}

/// As `POST /api/v1/jobs/clear-completed`.
#[utoipa::path(post, path = "/api/jobs/clear-completed", tag = "short paths", operation_id = "short_clear_completed",
    responses((status = 200, description = "What was done", body = ControlledView), Plain))]
pub(crate) async fn clear_completed(state: State<AppState>) -> Result<Json<ControlledView>> {
    bulk::clear_completed(state).await
}

/// As `POST /api/v1/jobs/reset`.
#[utoipa::path(post, path = "/api/jobs/reset", tag = "short paths", operation_id = "short_reset",
    request_body = ConfirmRequest, responses((status = 200, description = "What was done", body = ControlledView), ChangingJobs))]
pub(crate) async fn reset(
    state: State<AppState>,
    body: OptionalBody<ConfirmRequest>,
) -> Result<Json<ControlledView>> {
    bulk::reset(state, body).await
}
