//! `paceline demo`: see it work.

use std::path::PathBuf;

use crate::config::StoreLocation;
use crate::demo::{self, Options};
use crate::exit::Result;
use crate::output::Output;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Stop when the job has ended; exit 1 if any race failed
    #[arg(long)]
    once: bool,
    /// Predict all races again, not only those without a prediction
    #[arg(long)]
    force: bool,
    /// Folder of the races example
    #[arg(long, value_name = "FOLDER", default_value = "examples/races")]
    dir: PathBuf,
    /// Store: `sqlite:PATH` or `postgres://…`; by default a file of the example's own
    #[arg(long, value_name = "STORE")]
    store: Option<String>,
}

pub(crate) async fn run(args: &Args, output: Output) -> Result {
    let store = args
        .store
        .as_deref()
        .map(StoreLocation::parse)
        .transpose()?;
    let options = Options {
        folder: args.dir.clone(),
        store,
        force: args.force,
        once: args.once,
    };
    demo::run(&options, output).await
}
