//! The log of a job, as it is and as it grows.

use paceline_core::lease::{Lease, LogLevel, LogLine, Note, NoteBody};
use serde_json::json;

use crate::harness::{Server, Stream, succeed};

async fn write(server: &Server, lease: &Lease, lines: std::ops::Range<u32>) {
    let engine = server.engine.handle();
    let lines = lines.map(|n| LogLine {
        at: engine.now(),
        level: LogLevel::Info,
        source: "pool/0".to_owned(),
        text: format!("line {n}"),
    });
    let note = Note {
        job: lease.job,
        body: NoteBody::Log(lines.collect()),
    };
    engine.note(vec![note]).await;
}

fn numbers(text: &str) -> Vec<u32> {
    text.lines()
        .map(|line| {
            line.rsplit(' ')
                .next()
                .expect("a word")
                .parse()
                .expect("a number")
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_text() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server.submit(&json!({"task": "t"})).await;
    let path = format!("/api/v1/jobs/{id}/log");
    let empty = server.get(&path).await;
    assert_eq!((empty.status, empty.text.as_str()), (200, ""));
    let lease = server.take("t").await;
    for start in (0..1000).step_by(100) {
        write(&server, &lease, start..start + 100).await;
    }
    let whole = server.get(&path).await;
    assert_eq!(whole.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(numbers(&whole.text), (0..1000).collect::<Vec<_>>());
    assert!(
        whole.text.contains("INFO pool/0 line 7\n"),
        "{}",
        &whole.text[..200]
    );
    let tail = server.get(&format!("{path}?tail=3")).await;
    assert_eq!(numbers(&tail.text), [997, 998, 999]);
    let none = server.get(&format!("{path}?tail=0")).await;
    assert_eq!(none.text, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn following_goes_on_until_the_job_ends() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server.submit(&json!({"task": "t"})).await;
    let lease = server.take("t").await;
    write(&server, &lease, 0..10).await;
    let path = format!("/api/v1/jobs/{id}/log?tail=2&follow=true");
    let (followed, ()) = tokio::join!(server.get(&path), async {
        for n in 10..20 {
            write(&server, &lease, n..n + 1).await;
        }
        server.finish(&lease, succeed(&json!(1))).await;
    });
    let seen = numbers(&followed.text);
    assert!(seen[0] >= 8 && seen.ends_with(&[18, 19]), "{seen:?}");
    let first = seen[0];
    assert_eq!(seen, (first..20).collect::<Vec<_>>(), "no line is left out");
    let ended = server.get(&path).await;
    assert_eq!(numbers(&ended.text), [18, 19]);
}

#[tokio::test(flavor = "multi_thread")]
async fn as_events_it_can_be_gone_on_with() {
    let server = Server::start().await;
    server.declare("t").await;
    let id = server.submit(&json!({"task": "t"})).await;
    let lease = server.take("t").await;
    write(&server, &lease, 0..5).await;
    let url = server.url(&format!("/api/v1/jobs/{id}/log?follow=true"));
    let open = |last: Option<i64>| {
        let request = server
            .client
            .get(&url)
            .header("accept", "text/event-stream");
        Stream::open(match last {
            Some(last) => request.header("last-event-id", last),
            None => request,
        })
    };
    let mut first = open(None).await;
    let sent = first.next().await.expect("a piece");
    assert_eq!(sent.event, "log");
    assert_eq!(
        numbers(sent.json()["text"].as_str().expect("text")),
        (0..5).collect::<Vec<_>>()
    );
    drop(first);
    write(&server, &lease, 5..9).await;
    let mut second = open(sent.id).await;
    let sent = second.next().await.expect("a piece");
    assert_eq!(
        numbers(sent.json()["text"].as_str().expect("text")),
        (5..9).collect::<Vec<_>>()
    );
    server.finish(&lease, succeed(&json!(1))).await;
    let rest = second.until("end").await;
    assert_eq!(rest.len(), 1);
    assert!(second.next().await.is_none(), "the stream ends");
}
