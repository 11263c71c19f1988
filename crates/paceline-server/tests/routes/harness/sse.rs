//! A client of server-sent events.

use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::Value;

/// One event as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    pub(crate) id: Option<i64>,
    pub(crate) event: String,
    pub(crate) data: String,
}

impl Sent {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.data).expect("JSON")
    }
}

pub(crate) struct Stream {
    response: reqwest::Response,
    buffer: String,
}

impl Stream {
    pub(crate) async fn open(request: RequestBuilder) -> Stream {
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        let content_type = response.headers()["content-type"].to_str().expect("text");
        assert_eq!(content_type, "text/event-stream");
        Stream {
            response,
            buffer: String::new(),
        }
    }

    /// The next event; `None` when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Sent> {
        let next = tokio::time::timeout(Duration::from_secs(20), self.read());
        next.await.expect("an event in time")
    }

    /// Reads on until an event of this type.
    pub(crate) async fn until(&mut self, event: &str) -> Vec<Sent> {
        let mut seen = Vec::new();
        while let Some(sent) = self.next().await {
            let last = sent.event == event;
            seen.push(sent);
            if last {
                return seen;
            }
        }
        panic!("the stream ended before {event}: {seen:?}");
    }

    async fn read(&mut self) -> Option<Sent> {
        loop {
            while let Some(end) = self.buffer.find("\n\n") {
                let block: String = self.buffer.drain(..end + 2).collect();
                if let Some(sent) = parse(&block) {
                    return Some(sent);
                }
            }
            let piece = self.response.chunk().await.ok()??;
            self.buffer
                .push_str(std::str::from_utf8(&piece).expect("UTF-8"));
        }
    }
}

/// `None` for comments that only keep the connection alive.
fn parse(block: &str) -> Option<Sent> {
    let mut sent = Sent::default();
    let mut any = false;
    for line in block.lines() {
        let Some((field, value)) = line.split_once(": ") else {
            continue;
        };
        match field {
            "id" => sent.id = Some(value.parse().expect("a number")),
            "event" => value.clone_into(&mut sent.event),
            "data" => sent.data.push_str(value),
            _ => continue,
        }
        any = true;
    }
    any.then_some(sent)
}
