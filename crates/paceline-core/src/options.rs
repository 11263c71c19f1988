//! How a job runs: everything a submission, a task or the configuration may set.

use std::time::Duration;

use crate::retry::RetryPolicy;

/// The settled options of one job. Defaults come from the task, then from the configuration,
/// before the job reaches the store.
#[derive(Clone, Debug, PartialEq)]
pub struct JobOptions {
    /// Most workers at once; `None` is as many as there are.
    pub workers: Option<u32>,
    /// Most items in one chunk; the last chunks of a job are smaller (see [`crate::chunk`]).
    pub chunk_size: u32,
    /// Items that an asynchronous handler runs at once in one worker.
    pub concurrency: u32,
    /// Resident memory of one worker process, in bytes.
    pub max_memory: Option<u64>,
    pub item_timeout: Option<Duration>,
    /// From the first start to the end, pauses not counted.
    pub timeout: Duration,
    pub retry: RetryPolicy,
    pub max_failures: MaxFailures,
    /// Skip items whose key already has a succeeded result of the same task.
    pub only_new: bool,
}

impl Default for JobOptions {
    fn default() -> Self {
        JobOptions {
            workers: None,
            chunk_size: 50,
            concurrency: 1,
            max_memory: None,
            item_timeout: None,
            timeout: Duration::from_hours(72),
            retry: RetryPolicy::default(),
            max_failures: MaxFailures::Percent(100.0),
            only_new: false,
        }
    }
}

/// How many failed items a job bears before it fails itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaxFailures {
    Count(u32),
    /// Of all items, 0 to 100.
    Percent(f64),
}

impl MaxFailures {
    /// Whether `failed` of `total` items are more than allowed.
    pub fn exceeded_by(self, failed: u32, total: u32) -> bool {
        match self {
            MaxFailures::Count(most) => failed > most,
            MaxFailures::Percent(most) => f64::from(failed) * 100.0 > most * f64::from(total),
        }
    }
}
