//! How many jobs are in each state, of all or of those that a filter matches.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use paceline_core::JobState;
use paceline_core::query::{Count, JobFilter};
use paceline_protocol::rest::{FilterRequest, JobCountsView};
use paceline_protocol::words::WireJobState;

use crate::extract::Query;
use crate::filter;
use crate::openapi::Reading;
use crate::problem::Result;
use crate::routes::status::jobs_by_state;
use crate::state::AppState;

/// Counts jobs by state.
#[utoipa::path(get, operation_id = "count_jobs", path = "/jobs/counts", tag = "jobs", params(FilterRequest),
    responses((status = 200, description = "The counts", body = JobCountsView), Reading))]
pub(crate) async fn counts(
    State(state): State<AppState>,
    Query(request): Query<FilterRequest>,
) -> Result<Json<JobCountsView>> {
    let filter = filter::job_filter(request)?;
    let view = if filter == JobFilter::default() {
        // These are kept, whatever their number.
        JobCountsView {
            states: jobs_by_state(&state).await?,
            at_least: Vec::new(),
        }
    } else {
        counted(&state, filter).await?
    };
    Ok(Json(view))
}

async fn counted(state: &AppState, filter: JobFilter) -> Result<JobCountsView> {
    let mut states = BTreeMap::new();
    let mut at_least = Vec::new();
    let wanted: &[JobState] = match filter.states.as_slice() {
        [] => JobState::ALL,
        some => some,
    };
    for &one in wanted {
        let only = JobFilter {
            states: vec![one],
            ..filter.clone()
        };
        let count = match state.engine.store().count(only, filter::COUNTED).await? {
            Count::Exact(count) => count,
            Count::AtLeast(count) => {
                at_least.push(WireJobState(one));
                count
            }
        };
        states.insert(one.to_string(), count);
    }
    Ok(JobCountsView { states, at_least })
}
