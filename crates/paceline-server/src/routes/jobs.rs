//! Looking at jobs.

use axum::Json;
use axum::extract::State;
use paceline_core::query::JobQuery;
use paceline_core::store::StoreError;
use paceline_protocol::problem::Code;
use paceline_protocol::rest::{FilterRequest, GraphView, JobView, ListView, SampleView};
use paceline_protocol::units::{WireDuration, WireTime};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::convert::{job_view, job_views};
use crate::extract::{JobIdParam, JobPath, Query};
use crate::filter;
use crate::openapi::{Reading, ReadingJob};
use crate::problem::{Refusal, Result};
use crate::state::AppState;

/// Longest time that a request may wait for a job.
const LONGEST_WAIT: std::time::Duration = std::time::Duration::from_mins(10);

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobsQuery {
    /// States, separated by commas.
    #[param(example = "running,pending")]
    state: Option<String>,
    task: Option<String>,
    queue: Option<String>,
    user: Option<String>,
    key: Option<String>,
    batch: Option<String>,
    /// `name:value`, several separated by commas; all must be there.
    #[param(example = "team:a")]
    label: Option<String>,
    /// Id prefix, or part of name, user, key, label or params.
    q: Option<String>,
    created_after: Option<WireTime>,
    created_before: Option<WireTime>,
    /// `created_at`, `started_at`, `finished_at`, `priority`, `progress`, `state` or `duration`;
    /// `-` before it for descending. The newest first when left out.
    #[param(example = "-created_at")]
    sort: Option<String>,
    /// 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl JobsQuery {
    fn read(self) -> Result<JobQuery> {
        let sort = filter::sort(self.sort.as_deref())?;
        let limit = filter::limit(self.limit)?;
        let filter = filter::job_filter(FilterRequest {
            state: self.state,
            task: self.task,
            queue: self.queue,
            user: self.user,
            key: self.key,
            batch: self.batch,
            label: self.label,
            q: self.q,
            created_after: self.created_after,
            created_before: self.created_before,
        })?;
        Ok(JobQuery {
            filter,
            sort,
            limit,
            cursor: self.cursor,
        })
    }
}

/// Lists jobs.
#[utoipa::path(get, operation_id = "list_jobs", path = "/jobs", tag = "jobs", params(JobsQuery),
    responses((status = 200, description = "A page of jobs", body = ListView<JobView>), Reading))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Query(query): Query<JobsQuery>,
) -> Result<Json<ListView<JobView>>> {
    let query = query.read()?;
    let store = state.engine.store();
    let count = store.count(query.filter.clone(), filter::COUNTED).await?;
    let page = store.jobs(query).await.map_err(unknown_cursor)?;
    let (total, total_at_least) = filter::totals(count);
    Ok(Json(ListView {
        items: job_views(&state, page.items).await?,
        next_cursor: page.next,
        total,
        total_at_least,
    }))
}

/// A list of jobs has nothing that may be missing but the place where a page begins.
fn unknown_cursor(error: StoreError) -> Refusal {
    match error {
        StoreError::NotFound(_) => {
            let message = "is no cursor of this list; take next_cursor of a page";
            Refusal::field(Code::InvalidField, "cursor", message)
        }
        other => other.into(),
    }
}

/// Shows a job.
#[utoipa::path(get, operation_id = "show_job", path = "/jobs/{id}", tag = "jobs",
    params(JobIdParam),
    responses((status = 200, description = "The job", body = JobView), ReadingJob))]
pub(crate) async fn show(State(state): State<AppState>, job: JobPath) -> Result<Json<JobView>> {
    let job = job.load(&state).await?;
    Ok(Json(job_view(&state, job).await?))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimeoutQuery {
    /// Answer after this time at the latest; 30s when left out, at most 10m.
    #[param(value_type = Option<String>, example = "30s")]
    timeout: Option<WireDuration>,
}

/// Waits until the job has ended; answers with the job as it is then, or at the time-out.
#[utoipa::path(get, operation_id = "wait_for_job", path = "/jobs/{id}/wait", tag = "jobs",
    params(JobIdParam, TimeoutQuery),
    responses((status = 200, description = "The job", body = JobView), ReadingJob))]
pub(crate) async fn wait(
    State(state): State<AppState>,
    JobPath(id): JobPath,
    Query(query): Query<TimeoutQuery>,
) -> Result<Json<JobView>> {
    let timeout = query
        .timeout
        .unwrap_or(WireDuration(std::time::Duration::from_secs(30)));
    check_wait("timeout", timeout)?;
    wait_for(&state, id, timeout).await.map(Json)
}

pub(crate) fn check_wait(field: &str, wait: WireDuration) -> Result<()> {
    if wait.0 > LONGEST_WAIT {
        let message = format!("{wait} is too long; give at most 10m and ask again");
        return Err(Refusal::field(Code::InvalidField, field, message));
    }
    Ok(())
}

/// The job once it has ended, or as it is after `wait`, or when the server stops.
pub(crate) async fn wait_for(
    state: &AppState,
    id: paceline_core::JobId,
    wait: WireDuration,
) -> Result<JobView> {
    let waited = tokio::select! {
        waited = state.engine.wait(id, wait.0) => waited?,
        () = state.stop.cancelled() => state.engine.store().job(id).await?,
    };
    let job = waited.ok_or_else(|| Refusal::no_such_job(id))?;
    job_view(state, job).await
}

/// Shows values of the job over time.
#[utoipa::path(get, operation_id = "list_job_samples", path = "/jobs/{id}/samples", tag = "jobs",
    params(JobIdParam),
    responses((status = 200, description = "The samples", body = ListView<SampleView>), ReadingJob))]
pub(crate) async fn samples(
    State(state): State<AppState>,
    job: JobPath,
) -> Result<Json<ListView<SampleView>>> {
    let job = job.load(&state).await?;
    let samples = state.engine.store().samples(job.id).await?;
    let samples = samples.iter().map(SampleView::from).collect();
    Ok(Json(ListView::whole(samples)))
}

/// Most jobs that a graph shows in each direction.
const MOST_IN_GRAPH: u32 = 2_000;

/// Shows what the job depends on, and what depends on it: each with all that is further up or
/// down, at most 2,000 in each direction.
#[utoipa::path(get, operation_id = "show_job_graph", path = "/jobs/{id}/graph", tag = "jobs",
    params(JobIdParam),
    responses((status = 200, description = "The graph", body = GraphView), ReadingJob))]
pub(crate) async fn graph(State(state): State<AppState>, job: JobPath) -> Result<Json<GraphView>> {
    let id = job.load(&state).await?.id;
    let graph = state.engine.store().graph(id, MOST_IN_GRAPH).await?;
    let graph = graph.ok_or_else(|| Refusal::no_such_job(id))?;
    Ok(Json(graph.into()))
}
