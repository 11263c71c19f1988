//! `paceline demo`: see it work.

use std::path::PathBuf;

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
}

pub(crate) async fn run(args: &Args, output: Output) -> Result {
    let options = Options {
        folder: args.dir.clone(),
        force: args.force,
        once: args.once,
    };
    demo::run(&options, output).await
}
