//! Taking the results of a job away.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use paceline_core::job::ResultsLeft;
use paceline_core::{ItemState, Job};
use paceline_protocol::problem::Code;
use paceline_protocol::rest::ResultLine;
use paceline_protocol::words::WireItemState;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{JobIdParam, JobPath, Query};
use crate::openapi::ReadingResults;
use crate::problem::{Refusal, Result};
use crate::results::{self, Format};
use crate::state::AppState;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ResultsQuery {
    /// `ndjson` (when left out), `json` or `csv`.
    #[param(example = "csv")]
    format: Option<String>,
    /// Only items in this state.
    state: Option<WireItemState>,
}

/// Streams how each item that has ended did so, in the order of the items; of a job without
/// items, its one call.
///
/// In CSV the members of results that are objects have columns of their own, `result.name`.
#[utoipa::path(get, operation_id = "stream_results", path = "/jobs/{id}/results", tag = "items",
    params(JobIdParam, ResultsQuery),
    responses((status = 200, description = "A stream", content((ResultLine = "application/x-ndjson"),
        (Vec<ResultLine> = "application/json"), (String = "text/csv"))), ReadingResults))]
pub(crate) async fn results(
    State(state): State<AppState>,
    job: JobPath,
    Query(query): Query<ResultsQuery>,
) -> Result<Response> {
    let format = format(query.format.as_deref())?;
    let job = job.load(&state).await?;
    let wanted = query.state.map(|word| word.0);
    if is_gone(&job, wanted) {
        return Err(expired(&job));
    }
    let store = state.engine.store().clone();
    let body = results::body(store, &job, format, wanted).await?;
    let name = format!(
        "attachment; filename=\"{}.{}\"",
        file_name(&job.name),
        format.extension()
    );
    let mut response = Body::from_stream(body).into_response();
    let headers = response.headers_mut();
    let content_type = HeaderValue::from_static(format.content_type());
    headers.insert(header::CONTENT_TYPE, content_type);
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// What failed is told as long as the job is.
fn is_gone(job: &Job, wanted: Option<ItemState>) -> bool {
    let results = wanted.is_none_or(|wanted| wanted == ItemState::Succeeded);
    results && job.results_left == ResultsLeft::Nothing
}

fn expired(job: &Job) -> Refusal {
    let detail = format!(
        "the results of `{}` are past their time and were removed; `?state=failed` still tells what \
         failed, and `POST /api/v1/jobs/{}/restart` computes them again",
        job.name, job.id
    );
    Refusal::new(Code::ResultsExpired, detail)
}

fn format(text: Option<&str>) -> Result<Format> {
    match text {
        None | Some("ndjson") => Ok(Format::Ndjson),
        Some("json") => Ok(Format::Json),
        Some("csv") => Ok(Format::Csv),
        Some(other) => Err(Refusal::field(
            Code::InvalidField,
            "format",
            format!("unknown format `{other}`; known: ndjson, json, csv"),
        )),
    }
}

/// Names of tasks may hold anything; names of files may not.
fn file_name(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "._-".contains(c) {
            c
        } else {
            '_'
        }
    };
    name.chars().map(plain).collect()
}
