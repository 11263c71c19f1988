//! One command a file: what it takes, and what it does.

pub(crate) mod backup;
pub(crate) mod batch;
pub(crate) mod bench;
pub(crate) mod completions;
pub(crate) mod control;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod events;
pub(crate) mod filter;
pub(crate) mod graph;
pub(crate) mod init;
pub(crate) mod items;
pub(crate) mod job;
mod job_body;
pub(crate) mod jobs;
pub(crate) mod limit;
pub(crate) mod log;
pub(crate) mod man;
pub(crate) mod migrate;
pub(crate) mod node;
pub(crate) mod notifications;
mod params;
pub(crate) mod queue;
pub(crate) mod results;
pub(crate) mod schedule;
mod schedule_show;
pub(crate) mod status;
pub(crate) mod store_args;
pub(crate) mod submit;
pub(crate) mod task;
mod task_history;
pub(crate) mod template;
pub(crate) mod time;
pub(crate) mod up;
pub(crate) mod watch;

use crate::client::Client;
use crate::output::Output;

/// What the commands that talk to a node are given.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) client: Client,
    pub(crate) output: Output,
}
