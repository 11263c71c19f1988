//! Events as the streams and the timeline show them.

use paceline_core::event::EventRecord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::json::WireJson;
use crate::units::WireTime;
use crate::words::{WireEventKind, WireJobId, WireJobState};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Event)]
pub struct EventView {
    /// Its place in the one stream of the store, which is also the id of the server-sent event.
    pub seq: i64,
    pub at: WireTime,
    #[serde(rename = "type")]
    pub kind: WireEventKind,
    pub job: Option<WireJobId>,
    pub task: Option<String>,
    pub batch: Option<String>,
    /// The job's state after the event.
    pub state: Option<WireJobState>,
    /// Particulars, by type: counters, an error message, a node.
    #[schema(value_type = Object)]
    pub data: WireJson,
}

impl From<&EventRecord> for EventView {
    fn from(record: &EventRecord) -> Self {
        let EventRecord {
            seq,
            at,
            kind,
            job,
            task,
            batch,
            state,
            data,
        } = record;
        EventView {
            seq: seq.0,
            at: WireTime(*at),
            kind: WireEventKind(*kind),
            job: job.map(WireJobId),
            task: task.clone(),
            batch: batch.clone(),
            state: state.map(WireJobState),
            data: WireJson(data.clone()),
        }
    }
}
