//! Streamed submissions: a million items in constant memory, all or nothing.
//!
//! The first line of the body is the job, each further line an item. Lines are parsed where they
//! lie in the receive buffer; full batches go to the store while the next are parsed. Whatever
//! ends the request early (a wrong line, a client that goes away, a panic) aborts the upload.

mod lines;

use paceline_core::id::UploadId;
use paceline_core::item::NewItem;
use paceline_core::store::{StoreError, Submitted};
use paceline_engine::Handle;
use paceline_protocol::problem::{Code, FieldError, Problem};
use paceline_protocol::rest::{ItemLine, JobRequest};
use tokio::task::JoinHandle;

use crate::body;
use crate::problem::{Refusal, Result};
use crate::settle::{self, Settler};
use crate::state::AppState;

pub(crate) use lines::Lines;

/// Items handed to the store at once.
const BATCH_ITEMS: usize = 4000;
/// Bytes of payload handed to the store at once, for items that are large.
const BATCH_BYTES: usize = 4 << 20;

/// Takes the job from the first line, then all items. Nobody sees the job before
/// [`Upload::finish`].
pub(crate) async fn receive(
    state: &AppState,
    lines: &mut Lines,
    settler: &mut Settler,
) -> Result<Upload> {
    let (number, first) = lines.first().await?;
    let request: JobRequest<'_> = on_line(number, body::json(first))?;
    settler.look_again([&*request.task]).await?;
    let job = settler.settle_streamed(request)?;
    let store = state.engine.store();
    let id = store.begin_upload(job, state.engine.now()).await?;
    let mut upload = Upload {
        engine: state.engine.clone(),
        id: Some(id),
        in_flight: None,
    };
    upload.take_items(lines).await?;
    Ok(upload)
}

/// A streamed submission that is not complete yet. Dropping it aborts it.
pub(crate) struct Upload {
    engine: Handle,
    id: Option<UploadId>,
    in_flight: Option<JoinHandle<Result<(), StoreError>>>,
}

impl Upload {
    async fn take_items(&mut self, lines: &mut Lines) -> Result<()> {
        let mut batch = Vec::with_capacity(BATCH_ITEMS);
        let mut bytes = 0;
        loop {
            while let Some((number, text)) = lines.next() {
                batch.push(item(text, number)?);
                bytes += text.len();
                if batch.len() >= BATCH_ITEMS || bytes >= BATCH_BYTES {
                    let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH_ITEMS));
                    bytes = 0;
                    self.send(full).await?;
                }
            }
            if !lines.fill().await? {
                break;
            }
        }
        self.send(batch).await?;
        self.settle_in_flight().await
    }

    /// Hands a batch to the store once the one before is stored.
    async fn send(&mut self, batch: Vec<NewItem>) -> Result<()> {
        self.settle_in_flight().await?;
        if let (Some(id), false) = (self.id, batch.is_empty()) {
            let store = self.engine.store().clone();
            let append = async move { store.append_upload(id, batch).await };
            self.in_flight = Some(tokio::spawn(append));
        }
        Ok(())
    }

    async fn settle_in_flight(&mut self) -> Result<()> {
        let Some(appending) = self.in_flight.as_mut() else {
            return Ok(());
        };
        let appended = appending.await;
        self.in_flight = None;
        match appended {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(on_duplicate_line(error)),
            Err(error) => Err(Refusal::new(Code::Internal, error.to_string())),
        }
    }

    /// Makes the job real.
    pub(crate) async fn finish(mut self) -> Result<Submitted> {
        let Some(id) = self.id else {
            return Err(Refusal::new(Code::Internal, "the upload has ended already"));
        };
        let submitted = self.engine.finish_upload(id).await;
        if submitted.is_ok() {
            self.id = None;
        }
        submitted.map_err(on_duplicate_line)
    }

    /// Ends the upload and leaves nothing of it.
    pub(crate) async fn abort(mut self) {
        if let Some(id) = self.id.take() {
            abort(self.engine.clone(), id, self.in_flight.take()).await;
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let Some(id) = self.id.take() else {
            return;
        };
        let in_flight = self.in_flight.take();
        // Without a runtime the process is ending; the next start removes the upload.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(abort(self.engine.clone(), id, in_flight));
        }
    }
}

/// A batch that is under way would otherwise arrive after the upload is gone.
async fn abort(
    engine: Handle,
    id: UploadId,
    in_flight: Option<JoinHandle<Result<(), StoreError>>>,
) {
    if let Some(appending) = in_flight {
        let _ = appending.await;
    }
    if let Err(error) = engine.store().abort_upload(id).await {
        tracing::warn!(%error, upload = %id, "a broken-off upload is left for the next start to remove");
    }
}

fn item(text: &[u8], line: u64) -> Result<NewItem> {
    let parsed: ItemLine<'_> = on_line(line, body::json(text))?;
    if let Some(message) = parsed.key.as_deref().and_then(settle::key_fault) {
        let refusal = Refusal::field(Code::InvalidField, "key", message);
        return on_line(line, Err(refusal));
    }
    Ok(settle::new_item(&parsed))
}

/// Says on which line of the body it was.
fn on_line<T>(line: u64, result: Result<T>) -> Result<T> {
    result.map_err(|refusal| {
        let problem = refusal.problem().clone();
        let errors = problem.errors.into_iter().map(|error| FieldError {
            field: format!("line {line}: {}", error.field),
            ..error
        });
        Refusal::from(Problem {
            detail: format!("line {line}: {}", problem.detail),
            errors: errors.collect(),
            ..problem
        })
    })
}

/// Positions are told as lines: the first item is on line 2.
fn on_duplicate_line(error: StoreError) -> Refusal {
    if let StoreError::DuplicateKey { key, first, second } = &error {
        let (first, second) = (u64::from(first.0) + 2, u64::from(second.0) + 2);
        let message =
            format!("`{key}` is the key of line {first} already; keys must be unique in a job");
        return Refusal::field(Code::DuplicateKey, format!("line {second}: key"), message);
    }
    error.into()
}
