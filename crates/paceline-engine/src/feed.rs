//! The live event feed: every event from any number on, without gaps, for any number of readers.
//!
//! One task reads new events from the store and hands them to all subscribers; who is behind, or
//! just came, reads the store until it has caught up. With nobody listening nothing is read.

use std::sync::Arc;
use std::time::Duration;

use futures::Stream;
use futures::stream::unfold;
use paceline_core::event::EventRecord;
use paceline_core::id::EventSeq;
use paceline_core::query::EventQuery;
use paceline_core::store::Store;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;

/// Events that a subscriber may be behind before it reads the store again.
const BUFFER: usize = 4096;
const PAGE: u32 = 1000;
/// Pause between two looks at the store: many commits make one read.
const COALESCE: Duration = Duration::from_millis(10);

/// Where live events come from. Cheap to clone.
#[derive(Clone, Debug)]
pub struct EventFeed {
    store: Arc<dyn Store>,
    live: broadcast::Sender<Arc<EventRecord>>,
}

impl EventFeed {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        EventFeed {
            store,
            live: broadcast::channel(BUFFER).0,
        }
    }

    /// All events after `after`, first the stored, then live ones; never ends by itself.
    pub fn subscribe(
        &self,
        after: EventSeq,
    ) -> impl Stream<Item = Arc<EventRecord>> + Send + use<> {
        // Listening begins before the store is read, so nothing falls in between.
        let reader = Reader {
            store: Arc::clone(&self.store),
            live: self.live.subscribe(),
            last: after,
            page: Vec::new().into_iter(),
            caught_up: false,
        };
        unfold(reader, |mut reader| async move {
            let event = reader.next().await?;
            Some((event, reader))
        })
    }

    /// Reads new events while anybody listens, until `stop`.
    pub(crate) async fn run(self, mut newest: watch::Receiver<EventSeq>, stop: CancellationToken) {
        let mut last = *newest.borrow_and_update();
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                changed = newest.changed() => if changed.is_err() { return },
            }
            if self.live.receiver_count() == 0 {
                // Whoever subscribes after this reads at least as far from the store.
                last = *newest.borrow_and_update();
                continue;
            }
            newest.borrow_and_update();
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = self.publish_after(&mut last) => {}
            }
            tokio::time::sleep(COALESCE).await;
        }
    }

    /// Hands out all that is new. While the store cannot be read it tries again: nothing else may
    /// ever happen that would make it look once more.
    async fn publish_after(&self, last: &mut EventSeq) {
        let mut backoff = Backoff::new();
        loop {
            let query = EventQuery {
                after: *last,
                job: None,
                limit: PAGE,
            };
            let Ok(events) = self.store.events(query).await else {
                backoff.pause().await;
                continue;
            };
            let full = events.len() >= PAGE as usize;
            for event in events {
                *last = event.seq;
                // An error only says that nobody listens any more.
                let _ = self.live.send(Arc::new(event));
            }
            if !full {
                return;
            }
        }
    }
}

struct Reader {
    store: Arc<dyn Store>,
    live: broadcast::Receiver<Arc<EventRecord>>,
    last: EventSeq,
    page: std::vec::IntoIter<EventRecord>,
    caught_up: bool,
}

impl Reader {
    async fn next(&mut self) -> Option<Arc<EventRecord>> {
        let event = loop {
            if let Some(event) = self.page.next() {
                break Arc::new(event);
            }
            if !self.caught_up {
                self.read_page().await;
                continue;
            }
            match self.live.recv().await {
                Ok(event) if event.seq > self.last => break event,
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => self.caught_up = false,
                Err(RecvError::Closed) => return None,
            }
        };
        self.last = event.seq;
        Some(event)
    }

    async fn read_page(&mut self) {
        let mut backoff = Backoff::new();
        let events = loop {
            let query = EventQuery {
                after: self.last,
                job: None,
                limit: PAGE,
            };
            match self.store.events(query).await {
                Ok(events) => break events,
                Err(error) => {
                    tracing::warn!(%error, "cannot read events; trying again");
                    backoff.pause().await;
                }
            }
        };
        self.caught_up = events.len() < PAGE as usize;
        if self.caught_up {
            self.skip_stale();
        }
        self.page = events.into_iter();
    }

    /// A full buffer of old events would count as lag at once; drop what is known already.
    fn skip_stale(&mut self) {
        while self.live.len() > BUFFER / 2 {
            match self.live.try_recv() {
                Ok(event) if event.seq > self.last => {
                    self.caught_up = false;
                    return;
                }
                // What was lost is older than what comes next, which then decides.
                Ok(_) | Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt;
    use paceline_core::event::EventKind;
    use paceline_core::{Json, Time};
    use paceline_store::SqliteStore;
    use paceline_store::postgres::{Options, PostgresStore};
    use paceline_test_postgres::Stop;

    use super::*;

    /// More than the buffer holds.
    const MANY: i64 = 5_000;

    async fn record(store: &SqliteStore, events: i64) {
        for _ in 0..events {
            let recorded = store.record_event(EventKind::CleanedUp, Json::null(), Time::EPOCH);
            recorded.await.expect("recorded");
        }
    }

    async fn page(store: &SqliteStore, after: EventSeq) -> Vec<EventRecord> {
        let query = EventQuery {
            after,
            job: None,
            limit: PAGE,
        };
        store.events(query).await.expect("read")
    }

    #[tokio::test]
    async fn a_reader_that_lags_while_it_reads_the_store_misses_nothing() {
        let (later, store) = (
            SqliteStore::in_memory_inline().expect("a store"),
            Arc::new(SqliteStore::in_memory_inline().expect("a store")),
        );
        assert!(usize::try_from(MANY).is_ok_and(|many| many > BUFFER));
        record(&later, MANY).await;
        record(&store, 10).await;
        let feed = EventFeed::new(store.clone());
        let mut reader = Reader {
            store: store.clone(),
            live: feed.live.subscribe(),
            last: EventSeq(0),
            page: Vec::new().into_iter(),
            caught_up: false,
        };
        // More is published than the buffer holds, after the reader's look at the store.
        let mut last = EventSeq(0);
        while last.0 < MANY {
            for event in page(&later, last).await {
                last = event.seq;
                feed.live.send(Arc::new(event)).expect("a listener");
            }
        }
        reader.read_page().await;
        record(&store, MANY - 10).await;

        for seq in 1..=MANY {
            assert_eq!(reader.next().await.expect("an event").seq, EventSeq(seq));
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_could_not_be_read_comes_though_nothing_else_happens() {
        const SOON: Duration = Duration::from_secs(20);
        let server = paceline_test_postgres::own();
        let store = PostgresStore::connect(&server.new_store(), Options::default()).await;
        let store = Arc::new(store.expect("a store"));
        let record = || store.record_event(EventKind::CleanedUp, Json::null(), Time::EPOCH);
        record().await.expect("recorded");
        let feed = EventFeed::new(store.clone());
        let (newest, news) = watch::channel(EventSeq(1));
        let stop = CancellationToken::new();
        let running = tokio::spawn(feed.clone().run(news, stop.clone()));
        let mut listening = std::pin::pin!(feed.subscribe(EventSeq(0)));
        let first = listening.next().await.expect("an event");
        assert_eq!(first.seq, EventSeq(1));

        record().await.expect("recorded");
        // In order: the event need not be flushed, and must be there afterwards.
        server.stop_by(Stop::Fast);
        newest.send_replace(EventSeq(2));
        let nothing = tokio::time::timeout(COALESCE * 20, listening.next()).await;
        assert!(nothing.is_err(), "there is nobody to read from");
        server.start();
        let second = tokio::time::timeout(SOON, listening.next()).await;
        let second = second.expect("it comes by itself").expect("an event");
        assert_eq!(second.seq, EventSeq(2));
        stop.cancel();
        running.await.expect("no panic");
    }
}
