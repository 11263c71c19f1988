//! `paceline results`: a job's results to stdout, as they come from the node.

use std::io::{self, Write};

use clap::ValueEnum;
use futures::StreamExt;
use reqwest::Method;

use super::Context;
use crate::exit::{CliError, Exit, Result};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Id, beginning of an id, name, or `last`
    #[arg(value_name = "JOB")]
    job: String,
    /// How to write them
    #[arg(long, short, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One JSON object a line
    #[default]
    Ndjson,
    /// One array
    Json,
    /// A header row, then one item a row
    Csv,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result {
    let id = context.client.resolve(&args.job).await?;
    let format = args.format.to_possible_value();
    let format = format
        .as_ref()
        .map_or("ndjson", clap::builder::PossibleValue::get_name);
    let request = context
        .client
        .request(Method::GET, &format!("/jobs/{id}/results"))
        .query(&[("format", format)]);
    let mut pieces = context.client.stream(request).await?.bytes_stream();
    let mut out = io::stdout().lock();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| {
            CliError::told(Exit::Unreachable, format!("the results broke off: {error}"))
                .hint("what was printed is not all of them; run the command again")
        })?;
        out.write_all(&piece)?;
    }
    out.flush()?;
    Ok(())
}
