//! Results of a job as a stream of lines, page by page, however many items there are.

mod csv;

use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, stream};
use paceline_core::id::Seq;
use paceline_core::item::Item;
use paceline_core::job::JobKind;
use paceline_core::query::ItemQuery;
use paceline_core::store::{Store, StoreError};
use paceline_core::{ItemState, Job, JobId, JobState};
use paceline_protocol::rest::ResultLine;

const PAGE: u32 = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Ndjson,
    Json,
    Csv,
}

impl Format {
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Format::Ndjson => "application/x-ndjson; charset=utf-8",
            Format::Json => "application/json",
            Format::Csv => "text/csv; charset=utf-8",
        }
    }

    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Format::Ndjson => "ndjson",
            Format::Json => "json",
            Format::Csv => "csv",
        }
    }
}

/// The body of the answer. It breaks off when the store fails, so that half an answer is not
/// taken for a whole one.
pub(crate) async fn body(
    store: Arc<dyn Store>,
    job: &Job,
    format: Format,
    wanted: Option<ItemState>,
) -> Result<impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static, StoreError> {
    let pages = Pages::new(store, job, wanted);
    let columns = match format {
        Format::Csv => csv::columns(pages.clone()).await?,
        Format::Ndjson | Format::Json => Vec::new(),
    };
    let writer = Writer {
        pages,
        format,
        columns,
        rows: 0,
        phase: match format {
            Format::Ndjson => Phase::Rows,
            Format::Json | Format::Csv => Phase::Head,
        },
    };
    Ok(stream::try_unfold(writer, |mut writer| async move {
        let piece = writer.next().await?;
        Ok(piece.map(|piece| (Bytes::from(piece), writer)))
    }))
}

/// Items of a job that have ended, in their order.
#[derive(Clone)]
struct Pages {
    store: Arc<dyn Store>,
    job: JobId,
    wanted: Option<ItemState>,
    after: Option<Seq>,
    ended: bool,
    /// The one row of a job without items.
    unit: Option<Item>,
}

impl Pages {
    fn new(store: Arc<dyn Store>, job: &Job, wanted: Option<ItemState>) -> Self {
        let unit = match job.kind {
            JobKind::Unit => unit_row(job),
            JobKind::Items | JobKind::Planned => None,
        };
        Pages {
            store,
            job: job.id,
            wanted,
            after: None,
            ended: job.kind == JobKind::Unit,
            unit: unit.filter(|row| wanted.is_none_or(|state| state == row.state)),
        }
    }

    /// The next items; `None` at the end.
    async fn next(&mut self) -> Result<Option<Vec<Item>>, StoreError> {
        if let Some(unit) = self.unit.take() {
            return Ok(Some(vec![unit]));
        }
        while !self.ended {
            let query = ItemQuery {
                state: self.wanted,
                after: self.after,
                limit: PAGE,
            };
            let mut items = self.store.items(self.job, query).await?;
            self.ended = items.len() < PAGE as usize;
            self.after = items.last().map(|item| item.seq).or(self.after);
            items.retain(|item| item.state.is_terminal());
            if !items.is_empty() {
                return Ok(Some(items));
            }
        }
        Ok(None)
    }
}

/// A job without items is shown as its one call; nothing while that has not ended.
fn unit_row(job: &Job) -> Option<Item> {
    let state = match job.state {
        JobState::Completed => ItemState::Succeeded,
        JobState::Failed => ItemState::Failed,
        JobState::Cancelled => ItemState::Cancelled,
        JobState::Scheduled
        | JobState::Blocked
        | JobState::Pending
        | JobState::Running
        | JobState::Paused
        | JobState::Merged => return None,
    };
    let duration = job.finished_at.zip(job.started_at);
    Some(Item {
        seq: Seq(0),
        key: None,
        payload: job.params.clone(),
        state,
        attempts: job.attempt,
        result: job.result.clone(),
        error: job.error.clone(),
        duration: duration.map(|(end, start)| end.since(start)),
        finished_at: job.finished_at,
    })
}

enum Phase {
    Head,
    Rows,
    End,
}

struct Writer {
    pages: Pages,
    format: Format,
    columns: Vec<String>,
    rows: u64,
    phase: Phase,
}

impl Writer {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        match self.phase {
            Phase::Head => {
                self.phase = Phase::Rows;
                Ok(Some(self.head()))
            }
            Phase::Rows => {
                if let Some(items) = self.pages.next().await? {
                    return Ok(Some(self.rows(&items)));
                }
                self.phase = Phase::End;
                Ok((self.format == Format::Json).then(|| b"]\n".to_vec()))
            }
            Phase::End => Ok(None),
        }
    }

    fn head(&self) -> Vec<u8> {
        match self.format {
            Format::Ndjson => Vec::new(),
            Format::Json => b"[".to_vec(),
            Format::Csv => csv::head(&self.columns),
        }
    }

    fn rows(&mut self, items: &[Item]) -> Vec<u8> {
        match self.format {
            Format::Csv => csv::rows(items, &self.columns),
            Format::Ndjson | Format::Json => self.json_rows(items),
        }
    }

    fn json_rows(&mut self, items: &[Item]) -> Vec<u8> {
        let mut text = Vec::with_capacity(items.len() * 128);
        for item in items {
            match (self.format, self.rows) {
                (Format::Json, 1..) => text.extend_from_slice(b",\n"),
                (Format::Json | Format::Ndjson | Format::Csv, _) => {}
            }
            if let Err(error) = serde_json::to_writer(&mut text, &ResultLine::from(item)) {
                tracing::error!(%error, seq = item.seq.0, "a result cannot be shown");
            }
            if self.format == Format::Ndjson {
                text.push(b'\n');
            }
            self.rows += 1;
        }
        text
    }
}
