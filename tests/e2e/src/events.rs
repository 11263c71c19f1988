//! The live stream of events, read as a reconnecting client reads it.

use std::time::Duration;

use futures::StreamExt;
use serde_json::Value;

use crate::api::Api;

/// Events of a job after number `after`, up to and with the first one that is `wanted`.
///
/// # Panics
/// When it does not come in time, or the stream ends before it.
pub async fn until(
    api: &Api,
    job: &str,
    after: i64,
    most: Duration,
    wanted: impl Fn(&Value) -> bool,
) -> Vec<Value> {
    let request = api
        .http()
        .get(api.url(&format!("/events?job={job}")))
        .header("last-event-id", after.to_string());
    let response = request.send().await.expect("the node answers");
    assert!(response.status().is_success(), "{response:?}");
    let mut chunks = response.bytes_stream();
    let (mut text, mut events) = (String::new(), Vec::new());
    let reading = async {
        while let Some(chunk) = chunks.next().await {
            text.push_str(std::str::from_utf8(&chunk.expect("a chunk")).expect("UTF-8"));
            events.extend(take_events(&mut text));
            if let Some(last) = events.iter().position(&wanted) {
                events.truncate(last + 1);
                return;
            }
        }
        panic!("the stream ended early: {events:?}");
    };
    tokio::time::timeout(most, reading)
        .await
        .expect("the event comes in time");
    events
}

/// Takes whole messages off the front of what has come so far; comments carry no event.
///
/// # Panics
/// When a message is no event.
pub fn take_events(text: &mut String) -> Vec<Value> {
    let Some(end) = text.rfind("\n\n") else {
        return Vec::new();
    };
    let whole: String = text.drain(..end + 2).collect();
    whole
        .lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .map(|data| serde_json::from_str(data.trim()).expect("an event is JSON"))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::take_events;

    #[test]
    fn events_come_whole_whatever_the_pieces() {
        let mut text = "id: 1\ndata: {\"seq\":1}\n\n: keep-alive\n\nid: 2\ndata: {\"se".to_owned();
        assert_eq!(take_events(&mut text), [json!({"seq": 1})]);
        text.push_str("q\":2}\n\n");
        assert_eq!(take_events(&mut text), [json!({"seq": 2})]);
        assert_eq!((take_events(&mut text), text.as_str()), (vec![], ""));
    }
}
