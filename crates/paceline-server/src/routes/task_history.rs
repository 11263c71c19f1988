//! How the jobs of a task ran over time.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use paceline_core::task_history::Window;
use paceline_protocol::problem::Code;
use paceline_protocol::rest::TaskHistoryView;
use paceline_protocol::units::WireDuration;
use serde::Deserialize;

use crate::extract::{NamePath, Query};
use crate::openapi::AskingNamed;
use crate::problem::{Refusal, Result};
use crate::routes::tasks::find;
use crate::state::AppState;

const DAY: Duration = Duration::from_hours(24);

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// How far back; a day if left out.
    #[param(value_type = Option<String>, example = "24h")]
    window: Option<WireDuration>,
    /// Length of a bucket: 5m, 10m, 15m, 20m, 30m, or whole hours. Of what ended more than 48h ago
    /// hours are the shortest. If left out, one that gives about a hundred buckets or fewer.
    #[param(value_type = Option<String>, example = "1h")]
    bucket: Option<WireDuration>,
}

/// Tells how many jobs and items of a task ended, how, and how long they took, over time.
#[utoipa::path(get, operation_id = "show_task_history", path = "/tasks/{name}/history", tag = "tasks",
    params(("name" = String, Path, description = "Name of the task"), HistoryQuery),
    responses((status = 200, description = "The history", body = TaskHistoryView), AskingNamed))]
pub(crate) async fn show(
    State(state): State<AppState>,
    NamePath(name): NamePath,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<TaskHistoryView>> {
    let task = find(&state, &name).await?;
    let length = query.window.map_or(DAY, |window| window.0);
    let bucket = query.bucket.map(|bucket| bucket.0);
    let window = Window::of(length, bucket, state.engine.now())
        .map_err(|wrong| Refusal::field(Code::InvalidField, "bucket", wrong.to_string()))?;
    let store = state.engine.store();
    let found = store.task_history(&task.name, window).await?;
    Ok(Json(TaskHistoryView::of(task.name, &window, found)))
}
