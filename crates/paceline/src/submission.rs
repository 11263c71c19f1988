//! Sending a submission: as one JSON body, or as a stream with an item a line. Waits for workers
//! that are still starting.

use std::time::Duration;

use tokio::time::Instant;

use futures::stream;
use paceline_core::worker::WorkerState;
use paceline_protocol::rest::{JobView, StatusView, SubmittedView};
use reqwest::{Body, Method, RequestBuilder, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use crate::client::{Client, Refusal};
use crate::commands::Context;
use crate::exit::{CliError, Result};
use crate::items_file::ItemsFile;

/// How long workers that are starting are waited for.
const STARTING: Duration = Duration::from_mins(1);
const RETRY: Duration = Duration::from_millis(100);
/// How long a job that was taken is asked for.
const SHOWN_WITHIN: Duration = Duration::from_secs(30);
/// Pieces of 64 KiB that are read ahead of the connection.
const AHEAD: usize = 4;

/// Submits the job whose fields `head` holds.
pub(crate) async fn submit(
    context: &Context,
    head: &str,
    items: Option<ItemsFile>,
) -> Result<JobView> {
    let begun = Instant::now();
    let repeatable = items.as_ref().is_none_or(ItemsFile::is_repeatable);
    if !repeatable {
        // What comes from standard input can be sent only once, so the node must be ready for it.
        workers_started(&context.client, begun + STARTING).await?;
    }
    loop {
        let tried = match &items {
            None => whole(context, head).await,
            Some(items) => streamed(context, head, items).await?,
        };
        let refusal = match tried {
            Ok(job) => return Ok(job),
            Err(refusal) => refusal,
        };
        if !is_starting(&refusal) || !repeatable || begun.elapsed() > STARTING {
            return Err(told(context, refusal, items.as_ref()));
        }
        workers_started(&context.client, begun + STARTING).await?;
    }
}

/// Sends what names a task; waits for workers that are still starting.
pub(crate) async fn send<T: DeserializeOwned>(
    client: &Client,
    request: impl Fn() -> RequestBuilder,
) -> Result<T> {
    let begun = Instant::now();
    loop {
        match client.try_send(request()).await {
            Ok(answer) => return Ok(answer),
            Err(refusal) if is_starting(&refusal) && begun.elapsed() < STARTING => {
                tokio::time::sleep(RETRY).await;
            }
            Err(refusal) => return Err(client.told(refusal)),
        }
    }
}

/// The node counts the lines of the request, whose first is the job itself; a header row makes
/// that the lines of the file, JSON Lines are one behind.
fn told(context: &Context, refusal: Refusal, items: Option<&ItemsFile>) -> CliError {
    let lines = items.is_some_and(|items| !items.is_table())
        && matches!(&refusal, Refusal::Problem(problem) if problem.detail.starts_with("line "));
    let told = context.client.told(refusal);
    if lines {
        told.hint(
            "lines are those of the request: its first is the job itself, then come the items",
        )
    } else {
        told
    }
}

/// Waits until no worker is loading any more, at most until `deadline`.
async fn workers_started(client: &Client, deadline: Instant) -> Result {
    while Instant::now() < deadline {
        let status: StatusView = client.get("/status", &()).await?;
        let starting = status
            .workers
            .iter()
            .any(|worker| worker.state.0 == WorkerState::Starting && worker.tasks.is_empty());
        if !starting {
            break;
        }
        tokio::time::sleep(RETRY).await;
    }
    Ok(())
}

fn is_starting(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Problem(problem) if problem.code == "starting")
}

/// Sends what submits a job, as [`send`] does.
pub(crate) async fn send_job(
    client: &Client,
    request: impl Fn() -> RequestBuilder,
) -> Result<JobView> {
    let taken = send(client, request).await?;
    shown(client, taken)
        .await
        .map_err(|refusal| client.told(refusal))
}

/// What a node answers that has taken a job; short where it could not show it at that moment.
#[derive(Deserialize)]
#[serde(untagged)]
enum Taken {
    Whole(Box<JobView>),
    Short(SubmittedView),
}

/// The job that was taken. It is asked for until it can be shown: submitting once more would have it
/// done twice.
async fn shown(client: &Client, taken: Taken) -> Result<JobView, Refusal> {
    let id = match taken {
        Taken::Whole(job) => return Ok(*job),
        Taken::Short(SubmittedView { id, .. }) => id,
    };
    let begun = Instant::now();
    loop {
        let request = client.request(Method::GET, &format!("/jobs/{id}"));
        match client.try_send(request).await {
            Err(_) if begun.elapsed() < SHOWN_WITHIN => tokio::time::sleep(RETRY).await,
            answer => return answer,
        }
    }
}

async fn whole(context: &Context, head: &str) -> Result<JobView, Refusal> {
    let request = context
        .client
        .request(Method::POST, "/jobs")
        .header(header::CONTENT_TYPE, "application/json")
        .body(head.to_owned());
    let taken = context.client.try_send(request).await?;
    shown(&context.client, taken).await
}

/// The outer error is one of the file, the inner one the node's.
async fn streamed(
    context: &Context,
    head: &str,
    items: &ItemsFile,
) -> Result<Result<JobView, Refusal>> {
    let input = items.open()?;
    let (pieces, body) = mpsc::channel(AHEAD);
    let (file, head) = (items.clone(), head.to_owned());
    let reader = tokio::task::spawn_blocking(move || file.send(input, &head, pieces));
    let body = stream::unfold(body, |mut body| async {
        let piece = body.recv().await?;
        Some((piece, body))
    });
    let request = context
        .client
        .request(Method::POST, "/jobs")
        .header(header::CONTENT_TYPE, "application/x-ndjson")
        .body(Body::wrap_stream(body));
    let answer = context.client.try_send(request).await;
    let refusal = match answer {
        Ok(taken) => return Ok(shown(&context.client, taken).await),
        Err(refusal @ Refusal::Unreachable(_)) => refusal,
        Err(refusal) => return Ok(Err(refusal)),
    };
    // A fault in the file breaks the connection off: then the file is what to tell of.
    let read = reader
        .await
        .map_err(|error| CliError::failed(error.to_string()))?;
    read.map(|_| Err(refusal))
}
