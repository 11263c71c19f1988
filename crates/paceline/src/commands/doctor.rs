//! `paceline doctor`: what is wrong, and how to mend it.

use super::Context;
use super::store_args::StoreArgs;
use crate::doctor;
use crate::exit::Result;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    store: StoreArgs,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result {
    doctor::run(&args.store, context).await
}
