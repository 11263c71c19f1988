//! `paceline`: the command line, and the node that it runs.
//!
//! Owns the commands, the configuration and how the other crates are put together. Owns no rule:
//! commands ask a node over HTTP, a node is the store, the engine, the workers and the server.

mod child_node;
mod cli;
mod client;
mod clock;
mod commands;
mod config;
mod demo;
mod dispatch;
mod doctor;
mod env;
mod exit;
mod follow;
mod items_file;
mod logging;
mod node;
mod output;
mod python;
mod store_file;
mod submission;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

/// The hidden command that a node starts its workers through.
const SUPERVISE: &str = "__supervise";

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    if args.next().is_some_and(|first| first == SUPERVISE) {
        let rest: Vec<OsString> = args.collect();
        return paceline_worker::supervise::supervise_main(rest);
    }
    match dispatch::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}
