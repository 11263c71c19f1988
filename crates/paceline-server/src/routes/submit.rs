//! Submitting jobs: one, many, or one with a stream of items.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use paceline_core::store::Submitted;
use paceline_core::{Job, NewJob};
use paceline_protocol::problem::Code;
use paceline_protocol::rest::{BulkAnswer, BulkRequest, JobRequest, JobView, SubmittedView};
use paceline_protocol::units::WireDuration;
use paceline_protocol::words::{WireJobId, WireJobState};

use crate::body;
use crate::convert::job_view;
use crate::extract::{Query, WaitQuery};
use crate::idempotency::{self, Answer, Found, Hold, Ids, Reservation};
use crate::openapi::Submitting;
use crate::problem::{Refusal, Result};
use crate::routes::jobs::{check_wait, wait_for};
use crate::settle::{Place, Settler};
use crate::state::AppState;
use crate::upload::{self, Lines, Upload};

/// Submits a job.
///
/// With `Content-Type: application/x-ndjson` the first line is the job without `items`, and each
/// further line is an item; any number of them, all or nothing.
#[utoipa::path(post, operation_id = "submit_job", path = "/jobs", tag = "jobs", params(WaitQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the first answer, for 24 hours")),
    request_body(content((JobRequest<'static> = "application/json"), (String = "application/x-ndjson"))),
    responses((status = 201, description = "The job", body = JobView, headers(("Location" = String, description = "Address of the job"))), Submitting))]
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
    let answer = if body::content_type(&parts.headers).as_deref() == Some("application/x-ndjson") {
        body::expect_plain(&parts.headers)?;
        let limits = state.options.limits;
        let lines = Lines::new(body.into_data_stream(), limits, hold.is_some());
        submit_stream(&state, hold, lines).await?
    } else {
        let text = read_json(&state, &parts.headers, body, state.options.limits.json).await?;
        submit_one(&state, hold, &text).await?
    };
    created(&state, answer, query.wait).await
}

async fn read_json(
    state: &AppState,
    headers: &HeaderMap,
    body: axum::body::Body,
    limit: usize,
) -> Result<Bytes> {
    body::expect_json(headers)?;
    body::read(body, limit, state.options.limits.idle).await
}

async fn submit_one(state: &AppState, hold: Option<Hold>, text: &[u8]) -> Result<Answer> {
    once(
        state,
        hold,
        text,
        async |ids| {
            let request: JobRequest<'_> = body::json(text)?;
            let mut settler = Settler::new(state, ids).await?;
            Ok(vec![settler.settle(request, Place::Body)?])
        },
        async |submitted| one_answer(state, submitted).await,
    )
    .await
}

/// Submits many jobs in one transaction.
#[utoipa::path(post, operation_id = "submit_jobs", path = "/jobs/bulk", tag = "jobs", request_body = BulkRequest<'static>,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the first answer, for 24 hours")),
    responses((status = 201, description = "The jobs, in the order of the request", body = BulkAnswer), Submitting))]
pub(crate) async fn bulk(State(state): State<AppState>, request: Request) -> Result<Response> {
    let (parts, body) = request.into_parts();
    let hold = idempotency::hold(&state, &parts.headers, "POST /jobs/bulk").await?;
    let text = read_json(&state, &parts.headers, body, state.options.limits.bulk).await?;
    let answer = once(
        &state,
        hold,
        &text,
        async |ids| settle_many(&state, &text, ids).await,
        async |submitted| bulk_answer(&submitted),
    )
    .await?;
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::CREATED);
    Ok((status, [json()], answer.body).into_response())
}

async fn settle_many(state: &AppState, text: &[u8], ids: Ids) -> Result<Vec<NewJob>> {
    let request: BulkRequest<'_> = body::json(text)?;
    let (count, most) = (request.jobs.len(), state.options.limits.jobs);
    if count > most {
        let message = format!("{count} jobs; give at most {most} at once");
        return Err(Refusal::field(Code::TooMany, "jobs", message));
    }
    let mut settler = Settler::new(state, ids).await?;
    let jobs = request.jobs.into_iter().enumerate();
    jobs.map(|(index, job)| settler.settle(job, Place::OneOf(index)))
        .collect()
}

/// Submits what `settle` gives, unless the request's idempotency key says that this was done.
async fn once(
    state: &AppState,
    hold: Option<Hold>,
    text: &[u8],
    settle: impl AsyncFnOnce(Ids) -> Result<Vec<NewJob>>,
    answer: impl AsyncFnOnce(Vec<Submitted>) -> Result<Answer>,
) -> Result<Answer> {
    let Some(hold) = hold else {
        let jobs = settle(Ids::Random(state.engine.clone())).await?;
        return answer(state.engine.submit(jobs).await?).await;
    };
    let hash = idempotency::hash_of(text);
    let (reservation, repeated) = match hold.look_up(state).await? {
        Found::Answered(known, answer) => {
            return if known == hash {
                Ok(answer)
            } else {
                Err(idempotency::reused())
            };
        }
        Found::Reserved(known, _) if known != hash => return Err(idempotency::reused()),
        Found::Reserved(_, reservation) => (reservation, true),
        Found::Nothing => (idempotency::new_reservation(&state.engine), false),
    };
    let jobs = settle(reservation.ids()).await?;
    let submitted = match already(state, &jobs, repeated).await? {
        Some(submitted) => submitted,
        None => submit_reserved(state, &hold, &hash, reservation, jobs).await?,
    };
    let answer = answer(submitted).await?;
    hold.answer(state, &hash, answer.clone()).await?;
    Ok(answer)
}

/// Jobs of an earlier try whose answer got lost.
async fn already(
    state: &AppState,
    jobs: &[NewJob],
    repeated: bool,
) -> Result<Option<Vec<Submitted>>> {
    let store = state.engine.store();
    let Some(first) = jobs.first().filter(|_| repeated) else {
        return Ok(None);
    };
    let Some(first) = store.job(first.id).await? else {
        return Ok(None);
    };
    let submitted = jobs.iter().map(|job| Submitted {
        id: job.id,
        state: first.state,
    });
    Ok(Some(submitted.collect()))
}

async fn submit_reserved(
    state: &AppState,
    hold: &Hold,
    hash: &[u8],
    reservation: Reservation,
    jobs: Vec<NewJob>,
) -> Result<Vec<Submitted>> {
    hold.reserve(state, hash, reservation).await?;
    match state.engine.submit(jobs).await {
        Ok(submitted) => Ok(submitted),
        Err(error) => {
            hold.forget(state, hash, reservation).await;
            Err(error.into())
        }
    }
}

async fn submit_stream(state: &AppState, hold: Option<Hold>, mut lines: Lines) -> Result<Answer> {
    match submit_lines(state, hold, &mut lines).await {
        Ok(answer) => Ok(answer),
        Err(refusal) => {
            lines.linger().await;
            Err(refusal)
        }
    }
}

async fn submit_lines(state: &AppState, hold: Option<Hold>, lines: &mut Lines) -> Result<Answer> {
    let Some(hold) = hold else {
        let ids = Ids::Random(state.engine.clone());
        let submitted = receive(state, lines, ids).await?.finish().await?;
        return one_answer(state, vec![submitted]).await;
    };
    let (known, reservation) = match hold.look_up(state).await? {
        Found::Answered(known, answer) => {
            lines.skip().await?;
            return if known == lines.hash() {
                Ok(answer)
            } else {
                Err(idempotency::reused())
            };
        }
        Found::Reserved(known, reservation) => (Some(known), reservation),
        Found::Nothing => (None, idempotency::new_reservation(&state.engine)),
    };
    let upload = receive(state, lines, reservation.ids()).await?;
    let hash = lines.hash();
    let submitted = match known {
        Some(known) if known != hash => {
            upload.abort().await;
            return Err(idempotency::reused());
        }
        Some(_) => finish_or_find(state, upload, reservation).await?,
        None => {
            hold.reserve(state, &hash, reservation).await?;
            match upload.finish().await {
                Ok(submitted) => submitted,
                Err(refusal) => {
                    hold.forget(state, &hash, reservation).await;
                    return Err(refusal);
                }
            }
        }
    };
    let answer = one_answer(state, vec![submitted]).await?;
    hold.answer(state, &hash, answer.clone()).await?;
    Ok(answer)
}

async fn receive(state: &AppState, lines: &mut Lines, ids: Ids) -> Result<Upload> {
    let mut settler = Settler::new(state, ids).await?;
    upload::receive(state, lines, &mut settler).await
}

/// An earlier try under the same key may have succeeded without being answered.
async fn finish_or_find(
    state: &AppState,
    upload: Upload,
    reservation: Reservation,
) -> Result<Submitted> {
    match state.engine.store().job(reservation.first()).await? {
        Some(Job { id, state, .. }) => {
            upload.abort().await;
            Ok(Submitted { id, state })
        }
        None => upload.finish().await,
    }
}

async fn one_answer(state: &AppState, submitted: Vec<Submitted>) -> Result<Answer> {
    let Some(Submitted { id, .. }) = submitted.first() else {
        return Err(Refusal::new(Code::Internal, "the store took no job"));
    };
    let job = state.engine.store().job(*id).await?;
    let job = job.ok_or_else(|| Refusal::no_such_job(id))?;
    let view = job_view(state, job).await?;
    Ok(Answer {
        status: 201,
        job: Some(id.to_string()),
        body: to_json(&view)?,
    })
}

fn bulk_answer(submitted: &[Submitted]) -> Result<Answer> {
    let jobs = submitted.iter().map(|submitted| SubmittedView {
        id: WireJobId(submitted.id),
        state: WireJobState(submitted.state),
    });
    let answer = BulkAnswer {
        jobs: jobs.collect(),
    };
    Ok(Answer {
        status: 201,
        job: None,
        body: to_json(&answer)?,
    })
}

fn to_json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Refusal::new(Code::Internal, error.to_string()))
}

/// The answer to the submission of one job, after the wait that was asked for.
async fn created(state: &AppState, answer: Answer, wait: Option<WireDuration>) -> Result<Response> {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::CREATED);
    let id = answer.job.as_deref().and_then(|id| id.parse().ok());
    let body = match (wait, id) {
        (Some(wait), Some(id)) => to_json(&wait_for(state, id, wait).await?)?,
        (None, _) | (_, None) => answer.body,
    };
    let mut response = (status, [json()], body).into_response();
    if let Some(id) = &answer.job
        && let Ok(location) = HeaderValue::try_from(format!("/api/v1/jobs/{id}"))
    {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

fn json() -> (header::HeaderName, HeaderValue) {
    (
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    )
}
