//! Acting on one job.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use paceline_core::JobId;
use paceline_core::query::Selector;
use paceline_core::store::{Action, Change};
use paceline_protocol::rest::{CancelRequest, JobView, PatchRequest};

use crate::convert::job_view;
use crate::extract::{JobIdParam, JobPath, JsonBody, OptionalBody};
use crate::openapi::{ChangingJob, ReadingJob};
use crate::problem::{Refusal, Result, refused_code};
use crate::state::AppState;

/// Cancels the job: running handlers are told at once and killed after the grace.
#[utoipa::path(post, operation_id = "cancel_job", path = "/jobs/{id}/cancel", tag = "jobs", request_body = Option<CancelRequest>,
    params(JobIdParam),
    responses((status = 200, description = "The job", body = JobView), ChangingJob))]
pub(crate) async fn cancel(
    State(state): State<AppState>,
    JobPath(id): JobPath,
    OptionalBody(request): OptionalBody<CancelRequest>,
) -> Result<Json<JobView>> {
    let reason = request.reason;
    act(&state, id, Action::Cancel { reason }).await
}

/// Pauses the job: chunks in flight end, no new one starts.
#[utoipa::path(post, operation_id = "pause_job", path = "/jobs/{id}/pause", tag = "jobs",
    params(JobIdParam),
    responses((status = 200, description = "The job", body = JobView), ReadingJob))]
pub(crate) async fn pause(
    State(state): State<AppState>,
    JobPath(id): JobPath,
) -> Result<Json<JobView>> {
    act(&state, id, Action::Pause).await
}

/// Lets a paused job go on.
#[utoipa::path(post, operation_id = "resume_job", path = "/jobs/{id}/resume", tag = "jobs",
    params(JobIdParam),
    responses((status = 200, description = "The job", body = JobView), ReadingJob))]
pub(crate) async fn resume(
    State(state): State<AppState>,
    JobPath(id): JobPath,
) -> Result<Json<JobView>> {
    act(&state, id, Action::Resume).await
}

/// Runs again what failed or was not run.
#[utoipa::path(post, operation_id = "retry_job", path = "/jobs/{id}/retry", tag = "jobs",
    params(JobIdParam),
    responses((status = 200, description = "The job", body = JobView), ReadingJob))]
pub(crate) async fn retry(
    State(state): State<AppState>,
    JobPath(id): JobPath,
) -> Result<Json<JobView>> {
    act(&state, id, Action::Retry).await
}

/// Runs everything again.
#[utoipa::path(post, operation_id = "restart_job", path = "/jobs/{id}/restart", tag = "jobs",
    params(JobIdParam),
    responses((status = 200, description = "The job", body = JobView), ReadingJob))]
pub(crate) async fn restart(
    State(state): State<AppState>,
    JobPath(id): JobPath,
) -> Result<Json<JobView>> {
    act(&state, id, Action::Restart).await
}

/// Changes an unfinished job.
#[utoipa::path(patch, operation_id = "change_job", path = "/jobs/{id}", tag = "jobs", request_body = PatchRequest,
    params(JobIdParam),
    responses((status = 200, description = "The job", body = JobView), ChangingJob))]
pub(crate) async fn patch(
    State(state): State<AppState>,
    JobPath(id): JobPath,
    JsonBody(request): JsonBody<PatchRequest>,
) -> Result<Json<JobView>> {
    act(&state, id, Action::Change(change(request))).await
}

/// Deletes a job that has ended, with its items, results and log.
#[utoipa::path(delete, operation_id = "delete_job", path = "/jobs/{id}", tag = "jobs",
    params(JobIdParam),
    responses((status = 204, description = "Deleted"), ReadingJob))]
pub(crate) async fn delete(
    State(state): State<AppState>,
    JobPath(id): JobPath,
) -> Result<StatusCode> {
    control(&state, id, Action::Delete).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn change(request: PatchRequest) -> Change {
    let PatchRequest {
        priority,
        run_at,
        labels,
        workers,
    } = request;
    Change {
        priority: priority.map(|word| word.0),
        labels: labels.map(|labels| labels.into_iter().collect()),
        workers: workers.map(|count| count.0),
        run_at: run_at.map(|at| at.map(|time| time.0)),
    }
}

/// Does `action` to the job and answers with the job after it.
pub(crate) async fn act(state: &AppState, id: JobId, action: Action) -> Result<Json<JobView>> {
    control(state, id, action).await?;
    let job = state.engine.store().job(id).await?;
    let job = job.ok_or_else(|| Refusal::no_such_job(id))?;
    Ok(Json(job_view(state, job).await?))
}

async fn control(state: &AppState, id: JobId, action: Action) -> Result<()> {
    let selector = Selector::Ids(vec![id]);
    let controlled = state.engine.control(selector, action, false).await?;
    match controlled.refused.first() {
        None => Ok(()),
        Some((_, paceline_core::store::Refusal::NotFound)) => Err(Refusal::no_such_job(id)),
        Some((_, refusal)) => {
            let (code, message) = refused_code(refusal);
            Err(Refusal::new(code, message))
        }
    }
}
