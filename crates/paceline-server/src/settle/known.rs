//! The declared tasks, as submissions need them.

use std::collections::HashMap;
use std::sync::Arc;

use paceline_core::JobOptions;
use paceline_core::store::StoreError;
use paceline_core::task::Task;
use paceline_protocol::rest::{NeedsItems, OptionsRequest, SameWorkRequest};
use serde_json::Value;

use crate::state::AppState;

/// All declared tasks by name.
pub(crate) type Tasks = Arc<HashMap<String, Known>>;

/// The tasks that are declared now.
pub(super) async fn tasks(state: &AppState) -> Result<Tasks, StoreError> {
    let defaults = &state.options.defaults;
    let tasks = state.engine.store().tasks().await?;
    let tasks = tasks
        .into_iter()
        .map(|task| (task.name.clone(), Known::new(&task, defaults)));
    Ok(Arc::new(tasks.collect()))
}

/// A declared task, with what its jobs get when they say nothing.
#[derive(Debug)]
pub(crate) struct Known {
    pub(super) options: Arc<JobOptions>,
    pub(super) has_planner: bool,
    /// Its handler takes items, and nothing lists them.
    pub(super) needs_items: bool,
    pub(super) schema: Option<Value>,
    /// What tells whether two of its jobs are the same work.
    pub(super) same_work: SameWorkRequest,
}

impl Known {
    fn new(task: &Task, defaults: &JobOptions) -> Self {
        let declared = serde_json::from_str::<OptionsRequest>(task.options.as_str())
            .unwrap_or_else(|error| {
                // The worker side checks options too; what slips through must not stop jobs.
                tracing::warn!(task = task.name, %error, "declared options are unreadable and ignored");
                OptionsRequest::default()
            });
        let schema = task.params_schema.as_ref();
        let same_work = SameWorkRequest::of(&task.options).unwrap_or_else(|error| {
            tracing::warn!(task = task.name, %error, "declared identity and cache are unreadable and ignored");
            SameWorkRequest::default()
        });
        Known {
            options: Arc::new(declared.over(defaults)),
            has_planner: task.has_planner,
            // Options that cannot be read were told of above.
            needs_items: !task.has_planner && NeedsItems::of(&task.options).unwrap_or(false),
            same_work,
            schema: schema.and_then(|schema| serde_json::from_str(schema.as_str()).ok()),
        }
    }
}
