//! `paceline watch`: a live bar for a job that runs already.

use super::Context;
use crate::exit::Result;
use crate::follow::{self, Show};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Id, beginning of an id, name, or `last`
    #[arg(value_name = "JOB")]
    job: String,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result {
    let id = context.client.job(&args.job).await?.id.to_string();
    let show = if context.output.json {
        Show::Json
    } else {
        Show::Bar
    };
    let job = follow::to_the_end(context, &id, show).await?;
    if !context.output.json {
        follow::tell_the_end(context, &job).await?;
    }
    follow::outcome(&job)
}
