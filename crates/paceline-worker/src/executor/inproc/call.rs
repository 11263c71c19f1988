//! What a handler is called with.

use std::sync::Arc;

use paceline_core::lease::{LeasedItem, LogLevel};
use paceline_core::{JobId, Json};
use tokio_util::sync::CancellationToken;

use crate::notes::{NoteBoard, Progress};

/// One attempt at an item, or at a single-unit job.
#[derive(Debug)]
pub struct Call {
    pub job: JobId,
    pub params: Json,
    /// The attempt that this is, from 1.
    pub attempt: u32,
    /// `None` for a single-unit job.
    pub item: Option<LeasedItem>,
    pub(super) cancelled: CancellationToken,
    pub(super) notes: Arc<NoteBoard>,
    pub(super) worker: Arc<str>,
}

impl Call {
    /// What to work on: the item's payload, or the params of a single-unit job.
    pub fn payload(&self) -> &Json {
        self.item
            .as_ref()
            .map_or(&self.params, |item| &item.payload)
    }

    /// Nobody wants the result any more; the handler has a grace to put things away.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
    }

    /// Waits until [`Call::is_cancelled`].
    pub async fn cancelled(&self) {
        self.cancelled.cancelled().await;
    }

    /// Says how far the handler is: `fraction` from 0 to 1, `message` for people.
    pub fn progress(&self, fraction: f64, message: Option<&str>) {
        let progress = Progress {
            fraction: Some(fraction.clamp(0.0, 1.0)),
            stage: None,
            message: message.map(str::to_owned),
        };
        self.notes.progress(self.job, progress);
    }

    /// Names what the handler does now, such as `predicting`.
    pub fn stage(&self, name: &str) {
        let progress = Progress {
            stage: Some(name.to_owned()),
            ..Progress::default()
        };
        self.notes.progress(self.job, progress);
    }

    /// Adds to the job's log, one line a line.
    pub fn log(&self, level: LogLevel, text: &str) {
        for line in text.lines() {
            self.notes.log(self.job, &self.worker, level, line);
        }
    }
}
