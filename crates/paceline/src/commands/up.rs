//! `paceline up`: runs a node until it is told to stop.

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::ValueEnum;
use paceline_protocol::units::WireDuration;
use tokio::runtime::{Builder, Runtime};

use super::store_args::StoreArgs;
use crate::cli::LogFormat;
use crate::config::{Overrides, Settings};
use crate::env;
use crate::exit::Result;
use crate::logging;
use crate::node::{Node, Parts, Signals, run_until_stopped};
use crate::output::Output;

#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    /// Address to listen on; loopback only, for now
    #[arg(long, env = env::BIND, value_name = "ADDRESS:PORT", hide_env_values = true)]
    bind: Option<String>,
    /// Port to listen on; 0 takes any that is free
    #[arg(long, value_name = "PORT", overrides_with = "port")]
    port: Option<u16>,
    /// full: acknowledged is on the disk; relaxed: faster, but a loss of power may undo the last
    /// moments
    #[arg(long, value_enum, value_name = "WORD")]
    durability: Option<Durability>,
    /// What items in flight get to end when the node stops
    #[arg(long, value_name = "DURATION")]
    grace: Option<WireDuration>,
    /// Serve the API only
    #[arg(long)]
    no_workers: bool,
    /// Run work only, without an API
    #[arg(long, conflicts_with = "no_workers")]
    no_api: bool,
    /// Restart workers when a Python file in their folder or below it changes: for development
    #[arg(long, conflicts_with = "no_workers")]
    reload: bool,
    /// How log lines look
    #[arg(long, env = env::LOG_FORMAT, value_enum, default_value_t, value_name = "FORMAT")]
    #[arg(hide_env_values = true)]
    log_format: LogFormat,
    /// Stop when standard input ends: a node that must not outlive who started it
    #[arg(long, hide = true)]
    until_stdin_closes: bool,
    /// Tasks inside the process that do nothing, for measuring
    #[arg(long, hide = true)]
    bench_handlers: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Durability {
    Full,
    Relaxed,
}

pub(crate) fn run(args: &Args, output: Output) -> Result {
    logging::start(args.log_format)?;
    let settings = settings(args)?;
    let runtime = runtime()?;
    let done = runtime.block_on(node(args, settings, output));
    runtime.shutdown_background();
    done
}

fn settings(args: &Args) -> Result<Settings> {
    let overrides = Overrides {
        bind: args.bind.clone(),
        port: args.port,
        store: None,
        relaxed: args.durability.map(|word| word == Durability::Relaxed),
    };
    let mut settings = args.store.settings(overrides)?;
    if let Some(WireDuration(grace)) = args.grace {
        settings.grace = grace;
    }
    Ok(settings)
}

/// Threads cost memory: the work is done by worker processes, the node only hands it out.
fn runtime() -> Result<Runtime> {
    let cores = std::thread::available_parallelism().map_or(2, NonZeroUsize::get);
    let runtime = Builder::new_multi_thread()
        .worker_threads(cores.clamp(2, 8))
        .max_blocking_threads(32)
        .thread_keep_alive(Duration::from_secs(2))
        .thread_name("paceline")
        .enable_all()
        .build()?;
    Ok(runtime)
}

async fn node(args: &Args, settings: Settings, output: Output) -> Result {
    // Listening for signals first: who stops a node that is just starting wants a clean stop too.
    let signals = Signals::listen(args.until_stdin_closes)?;
    let grace = settings.grace;
    let parts = Parts {
        api: !args.no_api,
        workers: !args.no_workers,
        reload: args.reload,
        bench_handlers: args.bench_handlers,
    };
    let (node, greeting) = Node::start(settings, parts).await?;
    // A reader that went away must not end the node.
    let _ = if output.json {
        output.json(&greeting)
    } else {
        output.line(greeting.line())
    };
    run_until_stopped(node, signals, grace).await
}
