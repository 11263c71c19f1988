//! `paceline backup`: a consistent copy of the store, while the node runs.

use std::path::{Path, PathBuf};

use super::store_args::StoreArgs;
use crate::exit::{CliError, Context, Result};
use crate::output::{Output, human};
use crate::store_file;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The copy; must not be there yet
    file: PathBuf,
    #[command(flatten)]
    store: StoreArgs,
}

pub(crate) fn run(args: &Args, output: Output) -> Result {
    let location = args.store.location()?;
    let Some(from) = location.file() else {
        return Err(CliError::failed(format!("{location} is not a file"))
            .hint("copy it with PostgreSQL's own pg_dump, also while nodes run"));
    };
    if !from.exists() {
        return Err(
            CliError::failed(format!("there is no store at {}", from.display()))
                .hint("name it with --store sqlite:PATH or --config FILE"),
        );
    }
    let to = &args.file;
    if to.exists() {
        return Err(
            CliError::failed(format!("{} is there already", to.display()))
                .hint("a backup overwrites nothing; choose another name"),
        );
    }
    let partial = partial(to);
    // What an interrupted backup left behind.
    let _ = std::fs::remove_file(&partial);
    let copied = store_file::copy(from, &partial);
    let size = copied
        .context(|| format!("cannot copy {}", from.display()))
        .inspect_err(|_| {
            let _ = std::fs::remove_file(&partial);
        })?;
    std::fs::rename(&partial, to).context(|| format!("cannot make {}", to.display()))?;
    if output.json {
        return output.json(&serde_json::json!({
            "store": from, "backup": to, "size_bytes": size,
        }));
    }
    output.line(format!(
        "{} copied to {} ({})",
        from.display(),
        to.display(),
        human::bytes(size)
    ))
}

/// The copy's name until it is whole.
fn partial(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}
