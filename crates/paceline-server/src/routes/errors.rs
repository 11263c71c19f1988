//! What went wrong in a job, grouped.

use axum::Json;
use axum::extract::State;
use paceline_protocol::rest::{ErrorGroupView, ListView};

use crate::extract::{JobIdParam, JobPath};
use crate::openapi::ReadingJob;
use crate::problem::Result;
use crate::state::AppState;

/// Lists the failures of a job's items by kind and message shape, the most frequent first.
#[utoipa::path(get, operation_id = "list_errors", path = "/jobs/{id}/errors", tag = "items",
    params(JobIdParam),
    responses((status = 200, description = "The groups", body = ListView<ErrorGroupView>), ReadingJob))]
pub(crate) async fn errors(
    State(state): State<AppState>,
    job: JobPath,
) -> Result<Json<ListView<ErrorGroupView>>> {
    let job = job.load(&state).await?;
    let mut groups = state.engine.store().errors(job.id).await?;
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    let groups = groups.into_iter().map(ErrorGroupView::from).collect();
    Ok(Json(ListView::whole(groups)))
}
