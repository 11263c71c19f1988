//! The node's own log lines: to stderr, for people or as JSON.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::cli::LogFormat;
use crate::env;
use crate::exit::{CliError, Result};

/// What a node logs when nobody says otherwise.
const DEFAULT_FILTER: &str = "warn,paceline=info";

/// Sends what the crates trace to stderr.
pub(crate) fn start(format: LogFormat) -> Result {
    let directives = env::var(env::LOG).unwrap_or_else(|| DEFAULT_FILTER.to_owned());
    let filter = EnvFilter::try_new(&directives).map_err(|error| {
        CliError::usage(format!("{} is `{directives}`: {error}", env::LOG))
            .hint("use a level (error, warn, info, debug, trace) or `info,paceline_worker=debug`")
    })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    match format {
        LogFormat::Human => lines.compact().with_target(false).init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
    Ok(())
}
