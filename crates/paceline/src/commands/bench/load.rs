//! Submitting at full speed, from one thread: many jobs in bulk, or one job with a stream of items.

use std::cell::Cell;
use std::fmt::Write;

use bytes::Bytes;
use futures::future::try_join_all;
use futures::stream;
use paceline_protocol::rest::{BulkAnswer, JobView};
use reqwest::{Body, Method, header};
use tokio::time::Instant;

use super::workbench::NOOP;
use crate::client::Client;
use crate::exit::{Context, Result};

/// Jobs in one request.
const BATCH: u64 = 1000;
/// Requests at once: while one is being committed, others are sent and read.
const CONNECTIONS: usize = 4;
/// Bytes of items sent at once.
const PIECE: usize = 128 << 10;

/// What became of a submission.
#[derive(Debug)]
pub(super) struct Submitted {
    /// The last job of each connection: one of them is the very last.
    pub(super) last: Vec<String>,
    /// From the first byte sent until all was acknowledged.
    pub(super) seconds: f64,
}

/// Submits `count` no-op jobs with a small parameter each.
pub(super) async fn submit_noops(client: &Client, count: u64) -> Result<Submitted> {
    submit_noops_to(&[client], count).await
}

/// Keys that [`submit_keyed_noops`] spreads its jobs over.
pub(super) const KEYS: u64 = 10_000;

/// The same jobs, each with a concurrency key.
pub(super) async fn submit_keyed_noops(client: &Client, count: u64) -> Result<Submitted> {
    submit_keyed_noops_to(&[client], count).await
}

/// The same to several nodes, in turns.
pub(super) async fn submit_keyed_noops_to(clients: &[&Client], count: u64) -> Result<Submitted> {
    submit(clients, count, |job, text| {
        let key = job % KEYS;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            r#"{{"task":"{NOOP}","key":"k{key}","params":{{"n":{job}}}}}"#
        );
    })
    .await
}

/// The same to several nodes, in turns.
pub(super) async fn submit_noops_to(clients: &[&Client], count: u64) -> Result<Submitted> {
    submit(clients, count, |job, text| {
        // Writing to a string cannot fail.
        let _ = write!(text, r#"{{"task":"{NOOP}","params":{{"n":{job}}}}}"#);
    })
    .await
}

/// Submits `count` jobs; `render` appends the JSON of the job with a number.
pub(super) async fn submit(
    clients: &[&Client],
    count: u64,
    render: impl Fn(u64, &mut String),
) -> Result<Submitted> {
    let (next, began) = (Cell::new(0), Instant::now());
    let clients = clients.iter().cycle().take(CONNECTIONS);
    let connections = clients.map(|client| connection(client, count, &next, &render));
    let last = try_join_all(connections).await?;
    Ok(Submitted {
        last: last.into_iter().flatten().collect(),
        seconds: began.elapsed().as_secs_f64(),
    })
}

/// Sends batch after batch until none is left; gives the id of the last job that it sent.
async fn connection(
    client: &Client,
    count: u64,
    next: &Cell<u64>,
    render: &impl Fn(u64, &mut String),
) -> Result<Option<String>> {
    let mut answer = None;
    while next.get() < count {
        let first = next.get();
        let end = (first + BATCH).min(count);
        next.set(end);
        let request = client
            .request(Method::POST, "/jobs/bulk")
            .header(header::CONTENT_TYPE, "application/json")
            .body(body(first..end, render));
        let response = client.stream(request).await?;
        answer = Some(
            response
                .bytes()
                .await
                .context(|| "a bulk submission broke".to_owned())?,
        );
    }
    let Some(answer) = answer else {
        return Ok(None);
    };
    let answer: BulkAnswer =
        serde_json::from_slice(&answer).context(|| "cannot read what was submitted".to_owned())?;
    Ok(answer.jobs.last().map(|job| job.id.to_string()))
}

fn body(jobs: std::ops::Range<u64>, render: &impl Fn(u64, &mut String)) -> String {
    let mut text = String::from(r#"{"jobs":["#);
    for job in jobs.clone() {
        if job > jobs.start {
            text.push(',');
        }
        render(job, &mut text);
    }
    text.push_str("]}");
    text
}

/// Whether streamed items have keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// `r0`, `r1`, … : what `only_new` needs.
    Named,
    Without,
}

/// Submits one job with `count` streamed items.
pub(super) async fn stream_items(
    client: &Client,
    head: &str,
    count: u64,
    keys: Keys,
) -> Result<JobView> {
    let head = Bytes::from(format!("{head}\n"));
    let pieces = stream::unfold(0, move |first| async move {
        let (piece, next) = piece(first, count, keys)?;
        Some((Ok::<_, std::io::Error>(piece), next))
    });
    let head = stream::once(async move { Ok::<_, std::io::Error>(head) });
    let request = client
        .request(Method::POST, "/jobs")
        .header(header::CONTENT_TYPE, "application/x-ndjson")
        .body(Body::wrap_stream(futures::StreamExt::chain(head, pieces)));
    client.send(request).await
}

/// The next lines, and the number of the item after them.
fn piece(first: u64, count: u64, keys: Keys) -> Option<(Bytes, u64)> {
    if first >= count {
        return None;
    }
    let mut text = String::with_capacity(PIECE + 128);
    let mut item = first;
    while item < count && text.len() < PIECE {
        // Writing to a string cannot fail.
        let _ = match keys {
            Keys::Named => writeln!(text, r#"{{"key":"r{item}","payload":{{"n":{item}}}}}"#),
            Keys::Without => writeln!(text, r#"{{"payload":{{"n":{item}}}}}"#),
        };
        item += 1;
    }
    Some((Bytes::from(text), item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_what_the_contract_says() {
        let text = body(0..2, &|job, text| {
            text.push_str(r#"{"task":"t","params":{"n":"#);
            text.push_str(&job.to_string());
            text.push_str("}}");
        });
        let read: paceline_protocol::rest::BulkRequest<'_> =
            serde_json::from_str(&text).expect("reads");
        assert_eq!(read.jobs.len(), 2);
    }

    #[test]
    fn pieces_hold_every_item_once() {
        let (mut first, mut lines) = (0, 0);
        while let Some((piece, next)) = piece(first, 10_000, Keys::Named) {
            lines += piece.split(|byte| *byte == b'\n').count() - 1;
            first = next;
        }
        assert_eq!((lines, first), (10_000, 10_000));
    }
}
