//! The command line: which commands there are. What each takes stands beside what it does.

use clap::{Parser, Subcommand, ValueEnum};

use crate::commands::{
    backup, batch, bench, completions, control, demo, doctor, events, graph, init, items, job,
    jobs, limit, log, man, migrate, node, notifications, queue, results, schedule, status, submit,
    task, template, up, watch,
};
use crate::env;

/// Where a node is looked for unless told otherwise.
pub(crate) const DEFAULT_SERVER: &str = "http://127.0.0.1:7421";

const EXIT_CODES: &str = "\
Exit codes: 0 done · 1 the job (or check) failed · 2 usage · 3 cannot reach the node
A job with some failed items still completes (0): --max-failures says how many it may have";

/// Runs long work in chunks on all cores and shows it live.
#[derive(Debug, Parser)]
#[command(name = "paceline", version, after_help = EXIT_CODES, propagate_version = true)]
#[command(disable_help_subcommand = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Global {
    /// Address of the node to talk to
    #[arg(long, global = true, env = env::SERVER, default_value = DEFAULT_SERVER, value_name = "URL")]
    #[arg(help_heading = "Everywhere", hide_env_values = true)]
    pub(crate) server: String,
    /// Token, where the node asks for one
    #[arg(long, global = true, env = env::TOKEN, value_name = "TOKEN")]
    #[arg(help_heading = "Everywhere", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// Print data as JSON: one object, or one a line
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a node: API, scheduler and workers
    Up(up::Args),
    /// Write a commented paceline.toml and a first task that runs
    Init(init::Args),
    /// Submit a job and print its id
    Submit(Box<submit::Args>),
    /// List jobs
    Jobs(jobs::Args),
    /// Show one job
    Job(job::Args),
    /// Show what a job waits for and what waits for it
    Graph(graph::Args),
    /// List a job's items
    Items(items::Args),
    /// Write a job's results to stdout
    Results(results::Args),
    /// Show what happened to a job
    Events(events::Args),
    /// Follow a job with a live bar and exit by its outcome
    Watch(watch::Args),
    /// Print a job's log
    Log(log::Args),
    /// Cancel jobs
    Cancel(control::CancelArgs),
    /// Hold jobs back: chunks in flight end, no new one starts
    Pause(control::Args),
    /// Let paused jobs go on
    Resume(control::Args),
    /// Run again what failed or was not run
    Retry(control::Args),
    /// Run everything again
    Restart(control::Args),
    /// Delete jobs that have ended, with their results and logs
    Delete(control::Args),
    /// Nodes and their workers, and letting a node take no more work
    Node(node::Args),
    /// Queues: what they hold, pausing and limiting them
    Queue(queue::Args),
    /// Tasks that workers declare, and pausing them
    Task(task::Args),
    /// Most running jobs at once
    Limit(limit::Args),
    /// Jobs that belong together
    #[command(subcommand)]
    Batch(Box<batch::Command>),
    /// Jobs that are submitted by themselves
    #[command(subcommand)]
    Schedule(Box<schedule::Command>),
    /// Submissions that are kept to be launched again
    #[command(subcommand)]
    Template(Box<template::Command>),
    /// What is going on
    Status(status::Args),
    /// What people were told of, and what is on its way to them
    Notifications(notifications::Args),
    /// What is wrong, and how to mend it
    Doctor(doctor::Args),
    /// Measure this machine
    Bench(bench::Args),
    /// Write a consistent copy of the store, while the node runs
    Backup(backup::Args),
    /// Move a stopped store from a file to a database that many nodes share
    Migrate(migrate::Args),
    /// A node, the races example and a live bar
    Demo(demo::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Write the manual pages
    Man(man::Args),
}

/// How the node's log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    #[default]
    Human,
    Json,
}
