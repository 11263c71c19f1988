//! A job's log as a stream of pieces: what is there, then what is added until the job ends.

use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use paceline_core::event::{EventKind, EventRecord};
use paceline_core::query::LogPage;
use paceline_core::store::StoreError;
use paceline_core::{JobId, Time};
use paceline_engine::Handle;

const PIECE_BYTES: usize = 256 << 10;
/// Lines may be stored a moment after their job's end.
const LATE_LINES: Duration = Duration::from_millis(300);

/// Where reading begins.
#[derive(Clone, Copy, Debug)]
pub(crate) enum From {
    /// After this number; 0 is the start.
    After(i64),
    /// With the last lines.
    Tail(usize),
}

/// Pieces of the log; with `follow`, until the job has ended.
pub(crate) async fn pieces(
    engine: &Handle,
    job: JobId,
    from: From,
    follow: bool,
) -> Result<impl Stream<Item = Result<LogPage, StoreError>> + Send + 'static, StoreError> {
    let store = engine.store();
    // Listening begins before the first look, so that no line falls in between.
    let newest = store.last_event().await?;
    let news = engine
        .events()
        .subscribe(newest)
        .filter(move |event| std::future::ready(is_news(event, job)))
        .boxed();
    let (first, next) = match from {
        From::Tail(lines) => {
            let page = store.log_tail(job, lines).await?;
            let next = page.next;
            (Some(page).filter(|page| !page.text.is_empty()), next)
        }
        From::After(after) => (None, after),
    };
    let ended = if follow {
        ended_at(engine, job).await?
    } else {
        Some(Time::EPOCH)
    };
    if let Some(at) = ended {
        // Who comes back just after the end must not miss them.
        let age = engine.now().since(at);
        tokio::time::sleep(LATE_LINES.saturating_sub(age)).await;
    }
    let follower = Follower {
        engine: engine.clone(),
        job,
        first,
        next,
        news,
        phase: match ended {
            Some(_) => Phase::Last,
            None => Phase::Live,
        },
    };
    Ok(stream::try_unfold(follower, |mut follower| async move {
        let piece = follower.next().await?;
        Ok(piece.map(|piece| (piece, follower)))
    }))
}

fn is_news(event: &EventRecord, job: JobId) -> bool {
    let ended = event
        .state
        .is_some_and(paceline_core::JobState::is_terminal);
    event.job == Some(job)
        && (event.kind == EventKind::Log || ended || event.kind == EventKind::Deleted)
}

/// When the job ended, if it has; one that is gone did so long ago.
async fn ended_at(engine: &Handle, job: JobId) -> Result<Option<Time>, StoreError> {
    let Some(job) = engine.store().job(job).await? else {
        return Ok(Some(Time::EPOCH));
    };
    let ended = job.state.is_terminal();
    Ok(ended.then(|| job.finished_at.unwrap_or(Time::EPOCH)))
}

enum Phase {
    /// The job goes on: lines will come.
    Live,
    /// The job has ended: read what is there, then stop.
    Last,
}

struct Follower {
    engine: Handle,
    job: JobId,
    first: Option<LogPage>,
    next: i64,
    news: std::pin::Pin<Box<dyn Stream<Item = Arc<EventRecord>> + Send>>,
    phase: Phase,
}

impl Follower {
    async fn next(&mut self) -> Result<Option<LogPage>, StoreError> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        loop {
            let page = self
                .engine
                .store()
                .log(self.job, self.next, PIECE_BYTES)
                .await?;
            if !page.text.is_empty() {
                self.next = page.next;
                return Ok(Some(page));
            }
            match self.phase {
                Phase::Last => return Ok(None),
                Phase::Live => self.wait().await,
            }
        }
    }

    /// Waits for more lines, or for the job's end.
    async fn wait(&mut self) {
        let news = self.news.next().await;
        if news.is_none_or(|event| event.kind != EventKind::Log) {
            tokio::time::sleep(LATE_LINES).await;
            self.phase = Phase::Last;
        }
    }
}
