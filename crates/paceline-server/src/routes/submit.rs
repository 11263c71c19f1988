//! Submitting jobs: one, many, or one with a stream of items.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use paceline_protocol::rest::{BulkAnswer, BulkRequest, JobRequest, JobView};
use paceline_protocol::units::WireDuration;

use crate::body;
use crate::extract::{Query, WaitQuery};
use crate::idempotency::{self, Answer};
use crate::openapi::Submitting;
use crate::problem::Result;
use crate::routes::jobs::{check_wait, wait_for};
use crate::state::AppState;
use crate::submission::{self, Shape};
use crate::upload::Lines;

const NDJSON: &str = "application/x-ndjson";

/// Submits a job.
///
/// With `Content-Type: application/x-ndjson` the first line is the job without `items`, and each
/// further line is an item; any number of them, all or nothing. Should the store have taken the job
/// and cannot show it at that moment, the answer has only its `id` and `state`.
#[utoipa::path(post, operation_id = "submit_job", path = "/jobs", tag = "jobs", params(WaitQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the first answer, for 24 hours")),
    request_body(content((JobRequest<'static> = "application/json"), (String = "application/x-ndjson"))),
    responses((status = 201, description = "The job", body = JobView,
        headers(("Location" = String, description = "Address of the job"))),
        (status = 200, description = "The job, which another one does (`merged_into`) or has done (`cached_from`)", body = JobView,
        headers(("Location" = String, description = "Address of the job"))), Submitting))]
pub(crate) async fn submit(
    State(state): State<AppState>,
    Query(query): Query<WaitQuery>,
    request: Request,
) -> Result<Response> {
    if let Some(wait) = query.wait {
        check_wait("wait", wait)?;
    }
    let (parts, body) = request.into_parts();
    let hold = idempotency::hold(&state, &parts.headers, "POST /jobs").await?;
    let limits = state.options.limits;
    let answer = if body::content_type(&parts.headers).as_deref() == Some(NDJSON) {
        body::expect_plain(&parts.headers)?;
        let lines = Lines::new(body.into_data_stream(), limits, hold.is_some());
        submission::submit_stream(&state, hold, lines).await?
    } else {
        let text = read(&state, &parts.headers, body, limits.json).await?;
        submission::submit(&state, hold, text, Shape::OneJob).await?
    };
    created(&state, answer, query.wait).await
}

/// Submits many jobs in one transaction.
#[utoipa::path(post, operation_id = "submit_jobs", path = "/jobs/bulk", tag = "jobs", request_body = BulkRequest<'static>,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the first answer, for 24 hours")),
    responses((status = 201, description = "The jobs, in the order of the request", body = BulkAnswer), Submitting))]
pub(crate) async fn bulk(State(state): State<AppState>, request: Request) -> Result<Response> {
    let (parts, body) = request.into_parts();
    let hold = idempotency::hold(&state, &parts.headers, "POST /jobs/bulk").await?;
    let text = read(&state, &parts.headers, body, state.options.limits.bulk).await?;
    let answer = submission::submit(&state, hold, text, Shape::ManyJobs).await?;
    created(&state, answer, None).await
}

async fn read(state: &AppState, headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes> {
    body::expect_json(headers)?;
    body::read(body, limit, state.options.limits.idle).await
}

/// The answer to a submission, of one job after the wait that was asked for.
pub(crate) async fn created(
    state: &AppState,
    done: Answer,
    wait: Option<WireDuration>,
) -> Result<Response> {
    let id = done.job.as_deref().and_then(|id| id.parse().ok());
    let body = match (wait, id) {
        (Some(wait), Some(id)) => match wait_for(state, id, wait).await {
            Ok(job) => body::to_json(&job)?,
            // It is submitted: who hears of a fault would do so again.
            Err(refusal) if refusal.is_passing() => done.body,
            Err(refusal) => return Err(refusal),
        },
        (None, _) | (_, None) => done.body,
    };
    Ok(answer(Answer { body, ..done }))
}

/// A kept answer as a response, with the address of the job if it tells of one.
pub(crate) fn answer(done: Answer) -> Response {
    let status = StatusCode::from_u16(done.status).unwrap_or(StatusCode::CREATED);
    let json = (
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    let mut response = (status, [json], done.body).into_response();
    if let Some(id) = &done.job
        && let Ok(location) = HeaderValue::try_from(format!("/api/v1/jobs/{id}"))
    {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
