//! Reading the log of a job, as it is or as it grows.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::sse::Event;
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use paceline_core::query::LogPage;
use paceline_core::store::StoreError;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{JobIdParam, JobPath, Query, wants_event_stream};
use crate::log_follow::{self, From};
use crate::openapi::ReadingJob;
use crate::problem::Result;
use crate::router::Live;
use crate::sse;
use crate::state::AppState;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogQuery {
    /// Begin with the last so many lines; with the first line when left out.
    tail: Option<usize>,
    /// Go on until the job has ended.
    follow: Option<bool>,
}

/// Shows the log as text, or as server-sent events when asked for `text/event-stream`.
///
/// Events are named `log`, with `{"text":"…"}` of whole lines and an id to go on from
/// (`Last-Event-ID`); the last one is named `end`.
#[utoipa::path(get, operation_id = "read_log", path = "/jobs/{id}/log", tag = "items",
    params(JobIdParam, LogQuery,
        ("Last-Event-ID" = Option<i64>, Header, description = "Go on after this piece")),
    responses((status = 200, description = "A stream", content((String = "text/plain"), (String = "text/event-stream"))), ReadingJob))]
pub(crate) async fn log(
    State(state): State<AppState>,
    job: JobPath,
    Query(query): Query<LogQuery>,
    headers: HeaderMap,
) -> Result<Response> {
    let job = job.load(&state).await?;
    let follow = query.follow.unwrap_or(false);
    let from = match (last_event_id(&headers), query.tail) {
        (Some(seen), _) => From::After(seen.max(0)),
        (None, Some(lines)) => From::Tail(lines),
        (None, None) => From::After(0),
    };
    let pieces = log_follow::pieces(&state.engine, job.id, from, follow).await?;
    if wants_event_stream(&headers) {
        return Ok(sse::respond_with(as_events(pieces), state.stop.clone()).into_response());
    }
    let text = pieces
        .map_ok(|page| bytes::Bytes::from(page.text))
        .take_until(state.stop.clone().cancelled_owned());
    let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    let mut response = (plain, Body::from_stream(text)).into_response();
    if follow {
        response.extensions_mut().insert(Live);
    }
    Ok(response)
}

/// The number in `Last-Event-ID`; whatever else stands there is none of ours.
pub(crate) fn last_event_id(headers: &HeaderMap) -> Option<i64> {
    headers.get("last-event-id")?.to_str().ok()?.parse().ok()
}

fn as_events(
    pieces: impl Stream<Item = Result<LogPage, StoreError>> + Send + 'static,
) -> impl Stream<Item = Event> + Send + 'static {
    let end = stream::once(async { Ok(None) });
    pieces
        .map_ok(Some)
        .chain(end)
        // After a fault there is no end: the client comes back with the id of the last piece.
        .take_while(|piece| std::future::ready(piece.is_ok()))
        .filter_map(|piece| std::future::ready(piece.ok()))
        .map(|page| match page {
            Some(page) => {
                let data = serde_json::json!({ "text": page.text });
                Event::default()
                    .event("log")
                    .id(page.next.to_string())
                    .data(data.to_string())
            }
            None => Event::default().event("end").data("{}"),
        })
}
