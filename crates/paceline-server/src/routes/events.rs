//! What happened: the timeline of one job, and everything live.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use futures::Stream;
use paceline_core::event::{EventKind, EventRecord};
use paceline_core::id::EventSeq;
use paceline_core::query::EventQuery;
use paceline_protocol::event::EventView;
use paceline_protocol::problem::Code;
use paceline_protocol::rest::ListView;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{JobIdParam, JobPath, Query, job_id, words};
use crate::filter;
use crate::openapi::ReadingJob;
use crate::problem::{Refusal, Result};
use crate::routes::log::last_event_id;
use crate::sse::{self, EventFilter};
use crate::state::AppState;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimelineQuery {
    /// 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<i64>,
}

/// Lists what happened to a job, the oldest first.
#[utoipa::path(get, operation_id = "list_job_events", path = "/jobs/{id}/events", tag = "items",
    params(JobIdParam, TimelineQuery),
    responses((status = 200, description = "A page of events", body = ListView<EventView>), ReadingJob))]
pub(crate) async fn timeline(
    State(state): State<AppState>,
    job: JobPath,
    Query(query): Query<TimelineQuery>,
) -> Result<Json<ListView<EventView>>> {
    let limit = filter::limit(query.limit)?;
    let job = job.load(&state).await?;
    let mut events = state
        .engine
        .store()
        .events(EventQuery {
            after: EventSeq(query.cursor.unwrap_or_default()),
            job: Some(job.id),
            limit: limit + 1,
        })
        .await?;
    let more = events.len() > limit as usize;
    events.truncate(limit as usize);
    let last = events.last().filter(|_| more);
    Ok(Json(ListView {
        next_cursor: last.map(|event| event.seq.0.to_string()),
        items: events.iter().map(EventView::from).collect(),
        total: None,
        total_at_least: None,
    }))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamQuery {
    /// Only of this job.
    job: Option<String>,
    /// Only of this batch.
    batch: Option<String>,
    /// Only of this task.
    task: Option<String>,
    /// Only of these types, separated by commas.
    #[param(example = "job.completed,job.failed")]
    types: Option<String>,
    /// For clients that cannot send the header `Last-Event-ID`.
    last_event_id: Option<i64>,
}

/// Streams events as they happen, as server-sent events.
///
/// `id` is the event's number, `event` its type, `data` the event. After a break the client says
/// with `Last-Event-ID` what it saw last, and misses nothing; the answer's own `Last-Event-ID` says
/// after which event the stream begins, for a client that loses it before it has heard of one. Of
/// several waiting `job.progress` events of one job only the last is sent.
#[utoipa::path(get, operation_id = "stream_events", path = "/events", tag = "events",
    params(StreamQuery, ("Last-Event-ID" = Option<i64>, Header, description = "Begin after this event")),
    responses((status = 200, description = "Events, one after the other", body = EventView, content_type = "text/event-stream"), ReadingJob))]
pub(crate) async fn stream(
    State(state): State<AppState>,
    Query(query): Query<StreamQuery>,
    headers: HeaderMap,
) -> Result<impl IntoResponse + use<>> {
    let (after, events) = subscribe(&state, query, &headers).await?;
    let begins = [("last-event-id", after.0.to_string())];
    Ok((begins, sse::respond(events, state.stop.clone())))
}

/// The events that a client asks for, and after which one they begin.
pub(crate) async fn subscribe(
    state: &AppState,
    query: StreamQuery,
    headers: &HeaderMap,
) -> Result<(
    EventSeq,
    impl Stream<Item = Arc<EventRecord>> + Send + use<>,
)> {
    let job = match &query.job {
        Some(text) => Some(job_id(state, text).await?),
        None => None,
    };
    let filter = EventFilter {
        job,
        batch: query.batch,
        task: query.task,
        kinds: query
            .types
            .as_deref()
            .map(kinds)
            .transpose()?
            .unwrap_or_default(),
    };
    let newest = state.engine.store().last_event().await?;
    let last_seen = last_event_id(headers).or(query.last_event_id);
    let after = sse::begin_after(last_seen, newest);
    let feed = state.engine.events().subscribe(after);
    Ok((after, sse::thinned(feed, filter)))
}

fn kinds(list: &str) -> Result<Vec<EventKind>> {
    words(list)
        .map(|word| {
            word.parse()
                .map_err(|error: paceline_core::state::UnknownWord| {
                    Refusal::field(Code::InvalidField, "types", error.to_string())
                })
        })
        .collect()
}
