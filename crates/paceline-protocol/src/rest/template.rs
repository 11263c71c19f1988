//! Templates: submissions that are kept.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::submit::JobRequest;
use crate::json::WireJson;
use crate::units::WireTime;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateRequest {
    /// Unique.
    #[schema(example = "monthly-report")]
    pub name: String,
    /// A job as it is submitted, without `run_at`. Its params are checked when it is launched.
    #[schema(value_type = JobRequest<'static>)]
    pub job: WireJson,
    /// When it is replaced: the version that was read. If it is another by now, nothing changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Template)]
pub struct TemplateView {
    #[schema(format = "uuid")]
    pub id: String,
    pub name: String,
    #[schema(value_type = JobRequest<'static>)]
    pub job: WireJson,
    /// Grows with every change.
    pub version: i64,
    pub created_at: WireTime,
    pub updated_at: WireTime,
}
