//! Items, their results and their failures as they are shown.

use paceline_core::item::Item;
use paceline_core::query::ErrorGroup;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::job::ErrorView;
use crate::json::WireJson;
use crate::units::WireTime;
use crate::words::{WireErrorKind, WireItemState};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Item)]
pub struct ItemView {
    /// Its position in the job, from 0.
    pub seq: u32,
    pub key: Option<String>,
    #[schema(value_type = serde_json::Value)]
    pub payload: WireJson,
    pub state: WireItemState,
    /// Attempts that ended.
    pub attempts: u32,
    #[schema(value_type = Option<serde_json::Value>)]
    pub result: Option<WireJson>,
    pub error: Option<ErrorView>,
    /// Of the last attempt.
    pub duration_ms: Option<f64>,
    pub finished_at: Option<WireTime>,
}

impl From<&Item> for ItemView {
    fn from(item: &Item) -> Self {
        let Item {
            seq,
            key,
            payload,
            state,
            attempts,
            result,
            error,
            duration,
            finished_at,
        } = item;
        ItemView {
            seq: seq.0,
            key: key.clone(),
            payload: WireJson(payload.clone()),
            state: WireItemState(*state),
            attempts: *attempts,
            result: result.clone().map(WireJson),
            error: error.as_ref().map(ErrorView::from),
            duration_ms: duration.map(millis),
            finished_at: finished_at.map(WireTime),
        }
    }
}

/// To the microsecond, like all times; seconds times 1000 would read 0.015000000000000001.
#[expect(clippy::cast_precision_loss, reason = "exact for 285 years")]
fn millis(duration: std::time::Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}

/// How one item ended: a line of a job's results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Result)]
pub struct ResultLine {
    pub seq: u32,
    pub key: Option<String>,
    pub state: WireItemState,
    pub attempts: u32,
    pub duration_ms: Option<f64>,
    #[schema(value_type = Option<serde_json::Value>)]
    pub result: Option<WireJson>,
    pub error: Option<ErrorView>,
}

impl From<&Item> for ResultLine {
    fn from(item: &Item) -> Self {
        ResultLine {
            seq: item.seq.0,
            key: item.key.clone(),
            state: WireItemState(item.state),
            attempts: item.attempts,
            duration_ms: item.duration.map(millis),
            result: item.result.clone().map(WireJson),
            error: item.error.as_ref().map(ErrorView::from),
        }
    }
}

/// Failures of one kind and message shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ErrorGroup)]
pub struct ErrorGroupView {
    pub kind: WireErrorKind,
    /// The message without its particulars.
    #[schema(example = "row …: '…' missing")]
    pub shape: String,
    pub count: u64,
    /// A whole message of the group.
    pub message: String,
    /// Keys or positions of some items of the group, at most five.
    pub examples: Vec<String>,
}

impl From<ErrorGroup> for ErrorGroupView {
    fn from(group: ErrorGroup) -> Self {
        let ErrorGroup {
            kind,
            shape,
            count,
            message,
            examples,
        } = group;
        ErrorGroupView {
            kind: WireErrorKind(kind),
            shape,
            count,
            message,
            examples,
        }
    }
}
