//! Events: the timeline of a job, and everything live without gaps.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use paceline_core::lease::{Note, NoteBody};
use serde_json::{Value, json};

use crate::harness::{Sent, Server, Stream, succeed, until};

async fn open(server: &Server, query: &str, last: Option<i64>) -> Stream {
    let request = server
        .client
        .get(server.url(&format!("/api/v1/events{query}")));
    Stream::open(match last {
        Some(last) => request.header("last-event-id", last),
        None => request,
    })
    .await
}

/// A proxy hands the answer's head on with its first bytes; until then the page cannot know that it
/// is connected.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_says_something_at_once() {
    let server = Server::start().await;
    let request = server.client.get(server.url("/api/v1/events"));
    let mut answer = request.send().await.expect("an answer");
    let first = tokio::time::timeout(Duration::from_secs(5), answer.chunk());
    let first = first.await.expect("at once").expect("read");
    assert!(first.is_some_and(|piece| piece.starts_with(b":")));
}

/// Else what happens between a break and the next connection is lost to whoever heard nothing yet.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_says_after_which_event_it_begins() {
    let server = Server::start().await;
    server.declare("t").await;
    let position = async |last: Option<i64>| {
        let request = server.client.get(server.url("/api/v1/events"));
        let request = match last {
            Some(last) => request.header("last-event-id", last),
            None => request,
        };
        let answer = request.send().await.expect("an answer");
        let value = answer.headers()["last-event-id"].to_str().expect("text");
        value.parse::<i64>().expect("a number")
    };
    let before = position(None).await;
    let id = server.submit(&json!({"task": "t"})).await;
    let mut stream = open(&server, "", Some(before)).await;
    let sent = stream.next().await.expect("an event");
    assert_eq!(sent.json()["job"], json!(id));
    let newest = position(None).await;
    assert!(newest > before);
    assert_eq!(position(Some(before)).await, before);
    // Of events that it does not know, as after a restored backup, it says that it begins elsewhere.
    let elsewhere = position(Some(newest + 1000)).await;
    assert!((newest..newest + 1000).contains(&elsewhere), "{elsewhere}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_has_a_timeline() {
    let server = Server::start().await;
    server.declare("t").await;
    server.work("t", |_, _| succeed(&json!(1)));
    let id = server.submit(&json!({"task": "t", "batch": "b"})).await;
    server.until(&id, "completed").await;
    let path = format!("/api/v1/jobs/{id}/events");
    let page = server.get(&path).await.ok(200);
    let events = page["items"].as_array().expect("events");
    let types: Vec<_> = events
        .iter()
        .filter_map(|event| event["type"].as_str())
        .collect();
    assert_eq!(types, ["job.submitted", "job.started", "job.completed"]);
    let last = &events[2];
    assert_eq!(
        (&last["job"], &last["task"], &last["batch"], &last["state"]),
        (&json!(id), &json!("t"), &json!("b"), &json!("completed"))
    );
    assert!(last["data"].is_object() && last["at"].is_string(), "{last}");
    let first = server.get(&format!("{path}?limit=2")).await.ok(200);
    let cursor = first["next_cursor"].as_str().expect("more");
    let second = server
        .get(&format!("{path}?limit=2&cursor={cursor}"))
        .await
        .ok(200);
    assert_eq!(
        (&second["items"][0]["type"], &second["next_cursor"]),
        (&json!("job.completed"), &Value::Null)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_live_and_carry_what_the_contract_says() {
    let server = Server::start().await;
    server.declare("t").await;
    let mut stream = open(&server, "", None).await;
    let id = server.submit(&json!({"task": "t", "batch": "b"})).await;
    let sent = stream.next().await.expect("an event");
    assert_eq!(sent.event, "job.submitted");
    let event = sent.json();
    assert_eq!(
        (&event["job"], &event["type"], &event["state"]),
        (&json!(id), &json!("job.submitted"), &json!("pending"))
    );
    assert_eq!(event["seq"].as_i64(), sent.id);
    let mut members: Vec<_> = event
        .as_object()
        .expect("an object")
        .keys()
        .cloned()
        .collect();
    members.sort();
    assert_eq!(
        members,
        ["at", "batch", "data", "job", "seq", "state", "task", "type"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_hold() {
    let server = Server::start().await;
    server.declare("a").await;
    server.declare("b").await;
    let newest = server
        .engine
        .handle()
        .store()
        .last_event()
        .await
        .expect("a number")
        .0;
    let one = server.submit(&json!({"task": "a", "batch": "n"})).await;
    let two = server.submit(&json!({"task": "b"})).await;
    server
        .act(&format!("/api/v1/jobs/{one}/pause"))
        .await
        .ok(200);
    server
        .act(&format!("/api/v1/jobs/{two}/cancel"))
        .await
        .ok(200);
    for (query, events) in [
        (format!("?job={one}"), vec!["job.submitted", "job.paused"]),
        (
            format!("?job={}", &two),
            vec!["job.submitted", "job.cancelled"],
        ),
        ("?task=b".to_owned(), vec!["job.submitted", "job.cancelled"]),
        ("?batch=n".to_owned(), vec!["job.submitted", "job.paused"]),
        ("?types=job.cancelled".to_owned(), vec!["job.cancelled"]),
        (
            "?types=job.cancelled,job.paused".to_owned(),
            vec!["job.paused", "job.cancelled"],
        ),
    ] {
        let mut stream = open(&server, &query, Some(newest)).await;
        let mut seen = Vec::new();
        for _ in &events {
            seen.push(stream.next().await.expect("an event").event);
        }
        assert_eq!(seen, events, "{query}");
    }
    let mut stream = open(&server, &format!("?last_event_id={newest}"), None).await;
    assert_eq!(stream.next().await.expect("an event").id, Some(newest + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_comes_back_misses_nothing() {
    let server = Server::start().await;
    server.declare("t").await;
    let newest = server
        .engine
        .handle()
        .store()
        .last_event()
        .await
        .expect("a number")
        .0;
    let submitting = async {
        for _ in 0..300 {
            server.submit(&json!({"task": "t"})).await;
        }
    };
    let reading = async {
        let mut seen: Vec<Sent> = Vec::new();
        let mut last = newest;
        while seen.len() < 300 {
            let mut stream = open(&server, "", Some(last)).await;
            for _ in 0..37 {
                if seen.len() < 300 {
                    seen.push(stream.next().await.expect("an event"));
                }
            }
            last = seen.last().and_then(|sent| sent.id).expect("a number");
        }
        seen
    };
    let ((), seen) = tokio::join!(submitting, reading);
    let seqs: Vec<_> = seen.iter().filter_map(|sent| sent.id).collect();
    let expected: Vec<_> = (newest + 1..=newest + 300).collect();
    assert_eq!(seqs, expected, "every event once, in order");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_of_another_store_begins_at_the_end() {
    let server = Server::start().await;
    server.declare("t").await;
    let mut stream = open(&server, "", Some(1_000_000)).await;
    let id = server.submit(&json!({"task": "t"})).await;
    assert_eq!(stream.next().await.expect("an event").json()["job"], id);
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_thinned_out_but_no_change_of_state_is() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server.submit(&json!({"task": "t"})).await;
    let mut stream = open(&server, &format!("?job={id}"), None).await;
    let lease = server.take("t").await;
    let engine = server.engine.handle().clone();
    let over = Arc::new(AtomicBool::new(false));
    let noisy = tokio::spawn({
        let (over, job) = (Arc::clone(&over), lease.job);
        async move {
            let mut noted = 0;
            while !over.load(Ordering::Relaxed) {
                let message = Some(format!("step {noted}"));
                let body = NoteBody::Progress {
                    fraction: Some(0.5),
                    stage: None,
                    message,
                };
                engine.note(vec![Note { job, body }]).await;
                noted += 1;
            }
            noted
        }
    });
    let mut seen = Vec::new();
    while seen.len() < 10 {
        seen.push(stream.next().await.expect("an event"));
    }
    over.store(true, Ordering::Relaxed);
    let noted = noisy.await.expect("noted");
    server.finish(&lease, succeed(&json!(1))).await;
    seen.extend(stream.until("job.completed").await);
    let progress = seen
        .iter()
        .filter(|sent| sent.event == "job.progress")
        .count();
    println!("{noted} progress events were told, {progress} were sent");
    assert!(progress < noted / 2, "{progress} of {noted}");
    assert_eq!(
        seen.iter()
            .filter(|sent| sent.event == "job.started")
            .count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_costs_nothing_and_gets_all_changes_later() {
    let server = Server::start().await;
    server.declare("t").await;
    let mut lazy = open(&server, "?types=job.submitted", None).await;
    for _ in 0..3 {
        let jobs: Vec<_> = (0..10_000).map(|_| json!({"task": "t"})).collect();
        server
            .post("/api/v1/jobs/bulk", &json!({"jobs": jobs}))
            .await
            .ok(201);
    }
    let mut seqs = Vec::new();
    while seqs.len() < 30_000 {
        seqs.push(lazy.next().await.expect("an event").id.expect("a number"));
    }
    assert!(
        seqs.windows(2).all(|pair| pair[0] < pair[1]),
        "in order, each once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_of_a_deleted_job_says_so() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server.submit(&json!({"task": "t", "items": []})).await;
    let mut stream = open(&server, "?types=job.deleted", None).await;
    let path = format!("/api/v1/jobs/{id}");
    server
        .call(reqwest::Method::DELETE, &path, |request| request)
        .await;
    let event = stream.next().await.expect("an event").json();
    assert_eq!(event["job"], id);
    until("gone", async || {
        (server.get(&path).await.status == 404).then_some(())
    })
    .await;
}
