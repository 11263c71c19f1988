//! `paceline log`: what a job's handlers printed and logged.

use std::io::{self, Write};

use futures::StreamExt;
use reqwest::Method;

use super::Context;
use crate::exit::{CliError, Exit, Result};

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
    let mut query = Vec::new();
    query.extend(args.tail.map(|lines| ("tail", lines.to_string())));
    if args.follow {
        query.push(("follow", "true".to_owned()));
    }
    let request = context
        .client
        .request(Method::GET, &format!("/jobs/{id}/log"))
        .query(&query);
    let mut pieces = context.client.stream(request).await?.bytes_stream();
    let mut out = io::stdout().lock();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| {
            CliError::told(Exit::Unreachable, format!("the log broke off: {error}"))
                .hint("the job goes on; run the command again once the node answers")
        })?;
        out.write_all(&piece)?;
        out.flush()?;
    }
    Ok(())
}
