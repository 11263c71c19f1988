//! Event streams for any number of clients, fast or slow, in bounded memory.
//!
//! A stream pulls from the engine's feed only when its client takes more, so a client that is
//! slow holds nothing but its place. What is waiting at that moment is thinned out: of several
//! progress events of one job only the last is sent. Changes of state are never left out.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{FutureExt, Stream, StreamExt, stream};
use paceline_core::JobId;
use paceline_core::event::{EventKind, EventRecord};
use paceline_core::id::EventSeq;
use paceline_protocol::event::EventView;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Shortest time between two batches of an event stream that only tell of progress.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);
/// Events that are looked at before what is left of them is sent.
const BATCH: usize = 512;
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Which events a client wants; an empty condition is none.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventFilter {
    pub(crate) job: Option<JobId>,
    pub(crate) batch: Option<String>,
    pub(crate) task: Option<String>,
    pub(crate) kinds: Vec<EventKind>,
}

impl EventFilter {
    pub(crate) fn accepts(&self, event: &EventRecord) -> bool {
        let kind = self.kinds.is_empty() || self.kinds.contains(&event.kind);
        let job = self.job.is_none() || self.job == event.job;
        let batch = self.batch.is_none() || self.batch == event.batch;
        let task = self.task.is_none() || self.task == event.task;
        kind && job && batch && task
    }
}

/// Events as a stream of server-sent events that ends with the server.
pub(crate) fn respond(
    events: impl Stream<Item = Arc<EventRecord>> + Send + 'static,
    stop: CancellationToken,
) -> impl IntoResponse {
    respond_with(events.map(|event| render(&event)), stop)
}

/// Rendered events with what every stream needs: signs of life, and an end with the server.
pub(crate) fn respond_with(
    events: impl Stream<Item = Event> + Send + 'static,
    stop: CancellationToken,
) -> impl IntoResponse {
    // Proxies pass the answer's head on with its first bytes, so there must be some at once.
    let first = stream::once(std::future::ready(Event::default().comment("listening")));
    let events = first
        .chain(events)
        .map(Ok::<_, Infallible>)
        .take_until(stop.cancelled_owned());
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

fn render(event: &EventRecord) -> Event {
    let view = EventView::from(event);
    let sent = Event::default()
        .id(event.seq.0.to_string())
        .event(event.kind.as_str());
    match serde_json::to_string(&view) {
        Ok(json) => sent.data(json),
        Err(error) => {
            tracing::error!(%error, seq = event.seq.0, "an event cannot be shown");
            sent.data("{}")
        }
    }
}

/// Of `feed` what the filter wants, thinned out as the module's text says.
pub(crate) fn thinned(
    feed: impl Stream<Item = Arc<EventRecord>> + Send + 'static,
    filter: EventFilter,
) -> impl Stream<Item = Arc<EventRecord>> + Send {
    let thinner = Thinner {
        feed: feed.fuse().boxed(),
        filter,
        ready: VecDeque::new(),
        sent: None,
    };
    stream::unfold(thinner, |mut thinner| async move {
        let event = thinner.next().await?;
        Some((event, thinner))
    })
}

type Feed = Pin<Box<dyn Stream<Item = Arc<EventRecord>> + Send>>;

struct Thinner {
    feed: Feed,
    filter: EventFilter,
    ready: VecDeque<Arc<EventRecord>>,
    /// When the last batch with progress was sent.
    sent: Option<Instant>,
}

impl Thinner {
    async fn next(&mut self) -> Option<Arc<EventRecord>> {
        if self.ready.is_empty() {
            self.gather().await?;
        }
        self.ready.pop_front()
    }

    /// Waits for an event and takes with it what else is there; `None` when the feed has ended.
    async fn gather(&mut self) -> Option<()> {
        let mut batch = Batch::default();
        while batch.is_empty() {
            let first = self.feed.next().await?;
            self.take(&mut batch, first);
        }
        self.take_waiting(&mut batch);
        if batch.is_only_progress() {
            if let Some(sent) = self.sent {
                tokio::time::sleep_until(sent + PROGRESS_INTERVAL).await;
                self.take_waiting(&mut batch);
            }
            self.sent = Some(Instant::now());
        }
        self.ready = batch.into_events();
        Some(())
    }

    fn take(&self, batch: &mut Batch, event: Arc<EventRecord>) {
        if self.filter.accepts(&event) {
            batch.push(event);
        }
    }

    fn take_waiting(&mut self, batch: &mut Batch) {
        for _ in 0..BATCH {
            match self.feed.next().now_or_never() {
                Some(Some(event)) => self.take(batch, event),
                Some(None) | None => return,
            }
        }
    }
}

/// Events in order, of which an earlier one is left out when a later one makes it stale.
#[derive(Default)]
struct Batch {
    events: Vec<Option<Arc<EventRecord>>>,
    latest: HashMap<(JobId, EventKind), usize>,
    lasting: bool,
}

impl Batch {
    fn push(&mut self, event: Arc<EventRecord>) {
        match event.job {
            Some(job) if is_passing(event.kind) => {
                let place = self.events.len();
                if let Some(stale) = self.latest.insert((job, event.kind), place) {
                    self.events[stale] = None;
                }
            }
            _ => self.lasting = true,
        }
        self.events.push(Some(event));
    }

    fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    fn is_only_progress(&self) -> bool {
        !self.lasting
    }

    fn into_events(self) -> VecDeque<Arc<EventRecord>> {
        self.events.into_iter().flatten().collect()
    }
}

/// Whether a later event of this kind tells all that an earlier one did.
fn is_passing(kind: EventKind) -> bool {
    match kind {
        EventKind::Progress | EventKind::Log => true,
        EventKind::Submitted
        | EventKind::Started
        | EventKind::Planned
        | EventKind::Paused
        | EventKind::Resumed
        | EventKind::Postponed
        | EventKind::Rescheduled
        | EventKind::Due
        | EventKind::Blocked
        | EventKind::Unblocked
        | EventKind::Completed
        | EventKind::Failed
        | EventKind::Cancelled
        | EventKind::Merged
        | EventKind::Retried
        | EventKind::Restarted
        | EventKind::Changed
        | EventKind::Deleted
        | EventKind::Recovered
        | EventKind::QueuePaused
        | EventKind::QueueResumed
        | EventKind::TaskPaused
        | EventKind::TaskResumed
        | EventKind::HoldSet
        | EventKind::HoldLifted
        | EventKind::LimitChanged
        | EventKind::BreakerOpened
        | EventKind::BreakerHalfOpen
        | EventKind::BreakerClosed
        | EventKind::NodeStarted
        | EventKind::NodeStopped
        | EventKind::NodeDrained
        | EventKind::NodeResumed
        | EventKind::WorkerStarted
        | EventKind::WorkerDied
        | EventKind::CleanedUp
        | EventKind::ScheduleCreated
        | EventKind::ScheduleChanged
        | EventKind::SchedulePaused
        | EventKind::ScheduleResumed
        | EventKind::ScheduleDeleted
        | EventKind::ScheduleFired
        | EventKind::ScheduleSkipped
        | EventKind::ScheduleFailed
        | EventKind::BatchCompleted
        | EventKind::TemplateCreated
        | EventKind::TemplateChanged
        | EventKind::TemplateDeleted
        | EventKind::LongRunning
        | EventKind::AlertOpened
        | EventKind::AlertClosed => false,
    }
}

/// Where a stream begins: after the event that the client saw last, else at `newest`. A number
/// from beyond the end belongs to a store that is gone.
pub(crate) fn begin_after(last_seen: Option<i64>, newest: EventSeq) -> EventSeq {
    match last_seen {
        Some(seen) if seen <= newest.0 => EventSeq(seen.max(0)),
        _ => newest,
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;
    use paceline_core::{Json, Time};

    use super::*;

    fn event(seq: i64, job: u8, kind: EventKind) -> Arc<EventRecord> {
        Arc::new(EventRecord {
            seq: EventSeq(seq),
            at: Time::EPOCH,
            kind,
            job: Some(JobId::from_bytes([job; 16])),
            task: Some("t".to_owned()),
            batch: None,
            state: None,
            data: Json::empty_object(),
        })
    }

    #[tokio::test]
    async fn only_stale_progress_is_left_out() {
        let events = [
            event(1, 1, EventKind::Started),
            event(2, 1, EventKind::Progress),
            event(3, 2, EventKind::Progress),
            event(4, 1, EventKind::Progress),
            event(5, 1, EventKind::Completed),
            event(6, 2, EventKind::Paused),
        ];
        let thinned = thinned(stream::iter(events), EventFilter::default());
        let seqs: Vec<_> = thinned.map(|event| event.seq.0).collect().await;
        assert_eq!(seqs, [1, 3, 4, 5, 6]);
    }

    #[tokio::test(start_paused = true)]
    async fn progress_comes_at_a_bounded_rate_and_its_last_word_always() {
        let (send, receive) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            for seq in 0..1000 {
                tokio::time::sleep(Duration::from_millis(1)).await;
                let _ = send.send(event(seq, 1, EventKind::Progress));
            }
        });
        let feed = tokio_stream::wrappers::UnboundedReceiverStream::new(receive);
        let thinned = thinned(feed, EventFilter::default());
        let seqs: Vec<_> = thinned.map(|event| event.seq.0).collect().await;
        assert!(seqs.len() <= 12, "{seqs:?}");
        assert_eq!(seqs.last(), Some(&999));
    }

    #[tokio::test]
    async fn the_filter_holds() {
        let filter = EventFilter {
            job: Some(JobId::from_bytes([2; 16])),
            kinds: vec![EventKind::Completed],
            ..EventFilter::default()
        };
        let events = [
            event(1, 1, EventKind::Completed),
            event(2, 2, EventKind::Started),
            event(3, 2, EventKind::Completed),
        ];
        let thinned = thinned(stream::iter(events), filter);
        let seqs: Vec<_> = thinned.map(|event| event.seq.0).collect().await;
        assert_eq!(seqs, [3]);
    }

    #[test]
    fn a_number_from_another_store_begins_at_the_end() {
        assert_eq!(begin_after(Some(3), EventSeq(7)), EventSeq(3));
        assert_eq!(begin_after(Some(9), EventSeq(7)), EventSeq(7));
        assert_eq!(begin_after(None, EventSeq(7)), EventSeq(7));
    }
}
