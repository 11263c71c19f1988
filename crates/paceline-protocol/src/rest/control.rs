//! What is asked of jobs that exist, and what came of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::counts::WorkerCount;
use crate::units::WireTime;
use crate::words::{WireJobId, WireJobState, WirePriority};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelRequest {
    /// Why, for the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmRequest {
    /// Must be true.
    #[serde(default)]
    pub confirm: bool,
}

/// Changes to an unfinished job; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchRequest {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<WirePriority>,
    /// Null starts it as soon as possible.
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<WireTime>)]
    pub run_at: Option<Option<WireTime>>,
    /// Replaces all labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workers: Option<WorkerCount>,
}

/// Tells a field that is null from one that is left out.
#[expect(
    clippy::option_option,
    reason = "absent, null and given are three things here"
)]
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<WireTime>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Action)]
pub enum ActionName {
    Cancel,
    Pause,
    Resume,
    Retry,
    Restart,
    Delete,
    /// Changes what `change` says.
    Change,
}

/// Does something to many jobs: those in `ids`, or those that `filter` matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionsRequest {
    pub action: ActionName,
    /// Job ids or unique prefixes, at most 10,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<FilterRequest>,
    /// Only count.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Why jobs are cancelled, for the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// With the action `change`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<PatchRequest>,
}

/// Conditions on jobs, as in `GET /api/v1/jobs`; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FilterRequest {
    /// States, separated by commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "running,pending")]
    pub state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<String>,
    /// `name:value`, several separated by commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "team:a")]
    pub label: Option<String>,
    /// Id prefix, or part of name, user, key, label or params.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_after: Option<WireTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_before: Option<WireTime>,
}

/// Number of jobs by state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = JobCounts)]
pub struct JobCountsView {
    /// Every state is there that was asked for.
    pub states: BTreeMap<String, u64>,
    /// States with more jobs than are counted: the number is the least that there are.
    pub at_least: Vec<WireJobState>,
}

/// What an action did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Controlled)]
pub struct ControlledView {
    pub matched: u64,
    pub changed: u64,
    /// Jobs that refused, at most 1,000 of them.
    pub refused: Vec<RefusedView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Refused)]
pub struct RefusedView {
    pub id: WireJobId,
    /// `no_such_job` or `wrong_state`.
    pub code: String,
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_null_time_is_told_from_none() {
        let null: PatchRequest = serde_json::from_str(r#"{"run_at":null}"#).expect("reads");
        assert_eq!(null.run_at, Some(None));
        let absent: PatchRequest = serde_json::from_str("{}").expect("reads");
        assert_eq!(absent.run_at, None);
    }
}
