//! Limits, holds and queues as they are shown and set.

use std::collections::BTreeMap;

use paceline_core::limits::Hold;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::units::WireTime;

/// Most running jobs at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Limit)]
pub struct LimitView {
    /// `jobs` (all together), `jobs_per_user`, `jobs_per_task`, `jobs_per_queue`, `jobs_per_key`
    /// (each that has none of its own), or one user, task, queue or key.
    #[schema(example = "key:dealer-7")]
    pub name: String,
    /// What holds now; null is no limit.
    pub most: Option<u32>,
    pub source: LimitSource,
    /// Running jobs that count by it; null of those for each, whose `fullest` are shown instead.
    pub running: Option<u32>,
    /// With the most running jobs, at most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fullest: Vec<ScopeUseView>,
}

/// Who said a limit: what is set goes before what is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitSource {
    /// Through the API or the command line, until it is unset.
    Set,
    /// In the configuration file of the node that started last.
    Configured,
    /// Nobody: there is no limit.
    Nobody,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ScopeUse)]
pub struct ScopeUseView {
    #[schema(example = "ana")]
    pub name: String,
    pub running: u32,
}

/// Limits to set and to give up, all in one step. What is not named stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsRequest {
    /// Most running jobs by the name of the limit; 0 is no limit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(example = json!({"jobs": 20, "key:dealer-7": 1}))]
    pub set: BTreeMap<String, u32>,
    /// Names of limits for which the configuration shall hold again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["task:report"]))]
    pub unset: Vec<String>,
}

/// Since when a queue or task is paused, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Hold)]
pub struct HoldView {
    pub since: WireTime,
    /// When it ends by itself; null lasts until it is resumed.
    pub until: Option<WireTime>,
    pub reason: Option<String>,
}

impl From<&Hold> for HoldView {
    fn from(hold: &Hold) -> Self {
        let Hold {
            scope: _,
            until,
            reason,
            since,
        } = hold;
        HoldView {
            since: WireTime(*since),
            until: until.map(WireTime),
            reason: (!reason.is_empty()).then(|| reason.clone()),
        }
    }
}

/// How a queue or task is paused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldRequest {
    /// Why, for those who wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it ends by itself; without it, when it is resumed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<WireTime>,
}

/// A queue: a named lane that can be paused and limited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Queue)]
pub struct QueueView {
    pub name: String,
    /// Most running jobs at once; null is no limit.
    pub max_running: Option<u32>,
    /// Null when it is not paused.
    pub paused: Option<HoldView>,
    pub running: u32,
    /// Number of jobs by state; every state is there. Counting stops at 10,000.
    pub jobs: BTreeMap<String, u64>,
}

/// What of a queue can be set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueRequest {
    /// Most running jobs at once; 0 is no limit, null what is configured.
    #[serde(default)]
    pub max_running: Option<u32>,
}
