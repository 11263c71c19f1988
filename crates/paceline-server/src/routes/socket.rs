//! Events over a WebSocket: the same as the stream of server-sent events, for clients that prefer it.
//!
//! Owns the connection. What is sent, and that a slow client holds nothing but its place, is
//! [`crate::sse`]'s.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::HeaderMap;
use axum::response::Response;
use futures::{Stream, StreamExt};
use paceline_core::event::EventRecord;
use paceline_core::id::EventSeq;
use paceline_protocol::event::EventView;
use paceline_protocol::problem::Code;
use serde::Serialize;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::extract::Query;
use crate::openapi::ReadingJob;
use crate::problem::{Refusal, Result};
use crate::routes::events::{StreamQuery, subscribe};
use crate::state::AppState;

/// A client has nothing to say but signs of life.
const LONGEST_MESSAGE: usize = 4 << 10;
const PING_EVERY: Duration = Duration::from_secs(15);
/// A client that is silent or takes nothing for as long is gone.
const PATIENCE: Duration = Duration::from_secs(45);

/// The first message.
#[derive(Debug, Serialize)]
struct Begin {
    /// `begin`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// After which event the stream begins.
    last_event_id: i64,
}

/// Streams events as they happen, over a WebSocket.
///
/// Each message is an event as JSON, as `/events` sends it. The first message says with
/// `{"type": "begin", "last_event_id": 17}` after which event the stream begins. After a break the
/// client gives the `seq` of the last event that it saw as `last_event_id`, and misses nothing.
#[utoipa::path(get, operation_id = "stream_events_by_websocket", path = "/ws", tag = "events",
    params(StreamQuery),
    responses((status = 101, description = "Events, one a message"), ReadingJob))]
pub(crate) async fn open(
    State(state): State<AppState>,
    Query(query): Query<StreamQuery>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response> {
    let upgrade = upgrade.map_err(|why| {
        let detail = format!("{why}; connect here by WebSocket, or take `/api/v1/events`");
        Refusal::new(Code::BadRequest, detail)
    })?;
    let (after, events) = subscribe(&state, query, &headers).await?;
    let stop = state.stop.clone();
    let upgrade = upgrade
        .max_message_size(LONGEST_MESSAGE)
        .max_frame_size(LONGEST_MESSAGE);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let mut line = Line { socket, stop };
        let ended = line.run(after, events).await;
        line.close(ended).await;
    }))
}

/// Why a connection ends.
enum Ended {
    /// The node stops: come back.
    Stopping,
    /// The client has left, or is believed to have.
    Gone,
}

struct Line {
    socket: WebSocket,
    stop: CancellationToken,
}

impl Line {
    async fn run(
        &mut self,
        after: EventSeq,
        events: impl Stream<Item = Arc<EventRecord>> + Send,
    ) -> Ended {
        let begin = Begin {
            kind: "begin",
            last_event_id: after.0,
        };
        if let Err(ended) = self.send(text(&begin)).await {
            return ended;
        }
        let mut events = pin!(events);
        let mut pings = tokio::time::interval(PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        loop {
            let message = tokio::select! {
                biased;
                () = self.stop.cancelled() => return Ended::Stopping,
                said = self.socket.recv() => match said {
                    None | Some(Err(_) | Ok(Message::Close(_))) => return Ended::Gone,
                    Some(Ok(_)) => {
                        heard = Instant::now();
                        continue;
                    }
                },
                _ = pings.tick() => {
                    if heard.elapsed() > PATIENCE {
                        return Ended::Gone;
                    }
                    Message::Ping(bytes::Bytes::new())
                }
                event = events.next() => match event {
                    Some(event) => text(&EventView::from(&*event)),
                    None => return Ended::Stopping,
                },
            };
            if let Err(ended) = self.send(message).await {
                return ended;
            }
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), Ended> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(Ended::Stopping),
            sent = self.socket.send(message) => sent.map_err(|_| Ended::Gone),
            () = tokio::time::sleep(PATIENCE) => Err(Ended::Gone),
        }
    }

    async fn close(mut self, ended: Ended) {
        if matches!(ended, Ended::Stopping) {
            let away = CloseFrame {
                code: close_code::AWAY,
                reason: "the node stops; connect again".into(),
            };
            let closing = self.socket.send(Message::Close(Some(away)));
            // Who takes nothing hears nothing.
            let _ = tokio::time::timeout(Duration::from_millis(200), closing).await;
        }
    }
}

fn text(value: &impl Serialize) -> Message {
    match serde_json::to_string(value) {
        Ok(json) => Message::text(json),
        Err(error) => {
            tracing::error!(%error, "an event cannot be shown");
            Message::text("{}")
        }
    }
}
