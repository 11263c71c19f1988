//! `paceline man`: the manual pages, one for each command.

use std::fs;
use std::path::PathBuf;

use clap::CommandFactory;

use crate::cli::Cli;
use crate::exit::{Context, Result};
use crate::output::Output;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder to write the pages into; made if it is not there
    #[arg(default_value = "man")]
    folder: PathBuf,
}

pub(crate) fn run(args: &Args, output: Output) -> Result {
    let what = || format!("cannot write manual pages into {}", args.folder.display());
    fs::create_dir_all(&args.folder).context(what)?;
    clap_mangen::generate_to(Cli::command(), &args.folder).context(what)?;
    let pages = fs::read_dir(&args.folder).context(what)?.count();
    if output.json {
        return output.json(&serde_json::json!({ "folder": args.folder, "pages": pages }));
    }
    output.line(format!("{pages} pages in {}", args.folder.display()))
}
