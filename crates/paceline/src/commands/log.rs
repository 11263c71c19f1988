//! `paceline log`: what a job's handlers printed and logged.

use std::io::{self, Write};

use futures::StreamExt;
use reqwest::{Method, RequestBuilder, Response, header};
use serde::Deserialize;
use tokio::time::Instant;

use super::Context;
use crate::client::{EventReader, Refusal, ServerEvent};
use crate::exit::{CliError, Context as _, Exit, Result};
use crate::follow::{PATIENCE, RETRY, may_come_back};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Id, beginning of an id, name, or `last`
    #[arg(value_name = "JOB")]
    job: String,
    /// Stay, and print new lines until the job ends
    #[arg(long, short)]
    follow: bool,
    /// Only the last lines
    #[arg(long, short = 'n', value_name = "LINES")]
    tail: Option<u32>,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result {
    let id = context.client.resolve(&args.job).await?;
    let printed = if args.follow {
        let mut follower = Follower::new(context, &id, args.tail);
        follower.follow().await?;
        follower.printed
    } else {
        print(args, context, &id).await?
    };
    if !printed {
        let job = &args.job;
        context.output.note(format!(
            "no log lines; what items failed with: `paceline items {job} --state failed`"
        ));
    }
    Ok(())
}

/// Prints what there is; whether it was anything.
async fn print(args: &Args, context: &Context, id: &str) -> Result<bool> {
    let tail = args.tail.map(|lines| ("tail", lines));
    let request = request(context, id).query(tail.as_slice());
    let mut pieces = context.client.stream(request).await?.bytes_stream();
    let mut out = io::stdout().lock();
    let mut printed = false;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| {
            CliError::told(Exit::Unreachable, format!("the log broke off: {error}"))
                .hint("the job goes on; run the command again once the node answers")
        })?;
        printed |= !piece.is_empty();
        out.write_all(&piece)?;
        out.flush()?;
    }
    Ok(printed)
}

fn request(context: &Context, id: &str) -> RequestBuilder {
    let path = format!("/jobs/{id}/log");
    context.client.request(Method::GET, &path)
}

/// Prints a log as it grows. Goes on after the last piece when the node was away.
struct Follower<'a> {
    context: &'a Context,
    id: &'a str,
    tail: Option<u32>,
    /// Number of the last piece.
    seen: Option<String>,
    printed: bool,
    /// Since when the node has not answered.
    away: Option<Instant>,
}

/// The job has ended, and all of its log was read.
struct Ended;

impl<'a> Follower<'a> {
    fn new(context: &'a Context, id: &'a str, tail: Option<u32>) -> Self {
        Follower {
            context,
            id,
            tail,
            seen: None,
            printed: false,
            away: None,
        }
    }

    async fn follow(&mut self) -> Result {
        loop {
            match self.context.client.answer(self.request()).await {
                Ok(answer) => {
                    if self.away.take().is_some() {
                        self.context.output.note("the node is back");
                    }
                    if let Some(Ended) = self.print(answer).await? {
                        return Ok(());
                    }
                    tokio::time::sleep(RETRY).await;
                }
                Err(refusal) if may_come_back(&refusal) => self.wait(refusal).await?,
                Err(refusal) => return Err(self.context.client.told(refusal)),
            }
        }
    }

    fn request(&self) -> RequestBuilder {
        let request = request(self.context, self.id)
            .query(&[("follow", true)])
            .header(header::ACCEPT, "text/event-stream");
        match (&self.seen, self.tail) {
            (Some(seen), _) => request.header("Last-Event-ID", seen),
            (None, Some(lines)) => request.query(&[("tail", lines)]),
            (None, None) => request,
        }
    }

    /// Prints until the log has ended or the stream breaks off.
    async fn print(&mut self, answer: Response) -> Result<Option<Ended>> {
        let mut pieces = answer.bytes_stream();
        let mut events = EventReader::default();
        while let Some(Ok(piece)) = pieces.next().await {
            for event in events.read(&piece) {
                if event.name == "end" {
                    return Ok(Some(Ended));
                }
                self.print_event(event)?;
            }
        }
        Ok(None)
    }

    fn print_event(&mut self, event: ServerEvent) -> Result {
        let ServerEvent { id, data, .. } = event;
        let piece: Piece =
            serde_json::from_str(&data).context(|| "what the node sent is no log".to_owned())?;
        let mut out = io::stdout().lock();
        out.write_all(piece.text.as_bytes())?;
        out.flush()?;
        self.printed |= !piece.text.is_empty();
        self.seen = id.or(self.seen.take());
        Ok(())
    }

    async fn wait(&mut self, refusal: Refusal) -> Result {
        let now = Instant::now();
        if self.away.is_none() {
            self.context
                .output
                .note("the node is away; waiting for it (the job goes on where it was)");
        }
        let since = *self.away.get_or_insert(now);
        if now.duration_since(since) > PATIENCE {
            return Err(self.context.client.told(refusal));
        }
        tokio::time::sleep(RETRY).await;
        Ok(())
    }
}

#[derive(Deserialize)]
struct Piece {
    text: String,
}
