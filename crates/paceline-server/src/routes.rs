//! The handlers, one file per group of routes.

pub(crate) mod batches;
pub(crate) mod bulk;
pub(crate) mod control;
pub(crate) mod counts;
pub(crate) mod errors;
pub(crate) mod events;
pub(crate) mod health;
pub(crate) mod items;
pub(crate) mod jobs;
pub(crate) mod limits;
pub(crate) mod log;
pub(crate) mod metrics;
pub(crate) mod node_status;
pub(crate) mod nodes;
pub(crate) mod notify;
pub(crate) mod queues;
pub(crate) mod results;
pub(crate) mod schedules;
pub(crate) mod short_paths;
pub(crate) mod socket;
pub(crate) mod status;
pub(crate) mod submit;
pub(crate) mod system_samples;
pub(crate) mod task_history;
pub(crate) mod tasks;
pub(crate) mod templates;
