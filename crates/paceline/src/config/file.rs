//! `paceline.toml` as it is written: every section and key, nothing settled yet.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use paceline_protocol::rest::{
    BreakerRequest, MaxFailuresText, RateText, RetryRequest, SameWorkRequest, ThrottleRequest,
    WorkerCount,
};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::values::{Seconds, Size};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    pub(super) server: ServerSection,
    pub(super) store: StoreSection,
    pub(super) node: NodeSection,
    pub(super) workers: BTreeMap<String, WorkerSection>,
    pub(super) tasks: BTreeMap<String, TaskSection>,
    pub(super) defaults: OptionsSection,
    pub(super) limits: LimitsSection,
    pub(super) retention: RetentionSection,
    pub(super) notify: Vec<Spanned<NotifySection>>,
    pub(super) smtp: Option<SmtpSection>,
    pub(super) webhooks: WebhooksSection,
    pub(super) alerts: AlertsSection,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ServerSection {
    /// Address and port that the API listens on.
    pub(super) bind: Option<Spanned<String>>,
    /// What work in flight gets at a clean stop.
    pub(super) grace: Option<Seconds>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct StoreSection {
    /// Relative to the file's folder.
    pub(super) path: Option<String>,
    /// `postgres://…`, in place of a path.
    pub(super) url: Option<String>,
    pub(super) durability: Option<DurabilityWord>,
}

/// What the machine has for workers, when it takes no more work, and when it is lost.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NodeSection {
    pub(super) cpus: Option<Spanned<f64>>,
    pub(super) memory: Option<Size>,
    pub(super) resources: BTreeMap<String, u64>,
    /// Most load of one minute for each core.
    pub(super) max_load: Option<Spanned<f64>>,
    pub(super) min_free_memory: Option<Size>,
    /// The silence after which the other nodes take back what this one holds.
    pub(super) lost_after: Option<Spanned<Seconds>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum DurabilityWord {
    Full,
    Relaxed,
}

/// A pool of warm worker processes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkerSection {
    pub(super) command: Spanned<Vec<String>>,
    /// -1 is one for every core.
    pub(super) processes: Option<Spanned<i64>>,
    pub(super) max_memory: Option<Size>,
    /// Relative to the file's folder, which is also the default.
    pub(super) cwd: Option<String>,
    #[serde(default)]
    pub(super) env: BTreeMap<String, String>,
    pub(super) start_timeout: Option<Seconds>,
}

/// A task that is a command.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskSection {
    pub(super) command: Spanned<Vec<String>>,
    /// Processes at once; -1 is one for every core.
    pub(super) processes: Option<Spanned<i64>>,
    pub(super) cwd: Option<String>,
    #[serde(default)]
    pub(super) env: BTreeMap<String, String>,
    // `#[serde(flatten)]` cannot refuse unknown keys, so the options stand here once more.
    pub(super) workers: Option<WorkerCount>,
    pub(super) chunk_size: Option<NonZeroU32>,
    pub(super) concurrency: Option<NonZeroU32>,
    pub(super) max_memory: Option<Size>,
    pub(super) item_timeout: Option<Seconds>,
    pub(super) timeout: Option<Seconds>,
    pub(super) retry: Option<RetryRequest>,
    pub(super) max_failures: Option<MaxFailuresText>,
    pub(super) breaker: Option<BreakerRequest>,
    pub(super) rate: Option<RateText>,
    /// Least time between two processes.
    pub(super) delay: Option<Seconds>,
    pub(super) cpus: Option<f64>,
    pub(super) memory: Option<Size>,
    #[serde(default)]
    pub(super) resources: BTreeMap<String, u64>,
    /// The params that identify the work of a job.
    pub(super) identity: Option<Vec<String>>,
    /// Of the command: another version answers nobody.
    pub(super) version: Option<String>,
    /// How old a result may be that answers an identical job.
    pub(super) cache_for: Option<Seconds>,
}

/// All that a task declares, in the API's words.
#[derive(Debug, Serialize)]
pub(super) struct Declared {
    #[serde(flatten)]
    pub(super) options: OptionsSection,
    #[serde(flatten)]
    pub(super) throttle: ThrottleRequest,
    #[serde(flatten)]
    pub(super) same_work: SameWorkRequest,
}

/// What neither a submission nor its task sets. Written to JSON in the API's words.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct OptionsSection {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) workers: Option<WorkerCount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) chunk_size: Option<NonZeroU32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) concurrency: Option<NonZeroU32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_memory: Option<Size>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) item_timeout: Option<Seconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) timeout: Option<Seconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retry: Option<RetryRequest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_failures: Option<MaxFailuresText>,
}

impl TaskSection {
    pub(super) fn throttle(&self) -> ThrottleRequest {
        ThrottleRequest {
            breaker: self.breaker,
            rate: self.rate,
            delay: self.delay,
            cpus: self.cpus,
            memory: self.memory.map(|size| size.0),
            resources: self.resources.clone(),
        }
    }

    pub(super) fn same_work(&self) -> SameWorkRequest {
        SameWorkRequest {
            identity: self.identity.clone(),
            version: self.version.clone(),
            cache_for: self.cache_for,
        }
    }

    pub(super) fn options(&self) -> OptionsSection {
        OptionsSection {
            workers: self.workers,
            chunk_size: self.chunk_size,
            concurrency: self.concurrency,
            max_memory: self.max_memory,
            item_timeout: self.item_timeout,
            timeout: self.timeout,
            retry: self.retry,
            max_failures: self.max_failures,
        }
    }
}

/// Most running jobs at once; 0 is no limit.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LimitsSection {
    pub(super) jobs: Option<u32>,
    pub(super) jobs_per_user: Option<u32>,
    pub(super) jobs_per_task: Option<u32>,
    pub(super) jobs_per_queue: Option<u32>,
    pub(super) jobs_per_key: Option<u32>,
    /// Of single users, tasks, queues and keys, by their names.
    pub(super) users: BTreeMap<String, u32>,
    pub(super) tasks: BTreeMap<String, u32>,
    pub(super) queues: BTreeMap<String, u32>,
    pub(super) keys: BTreeMap<String, u32>,
}

/// How long ended things are kept.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RetentionSection {
    pub(super) completed: Option<Seconds>,
    pub(super) failed: Option<Seconds>,
    pub(super) cancelled: Option<Seconds>,
    /// As long as cancelled ones when left out.
    pub(super) merged: Option<Seconds>,
    /// As long as their job when left out.
    pub(super) results: Option<Seconds>,
    /// Of tasks with times of their own.
    pub(super) tasks: BTreeMap<String, TaskRetentionSection>,
    pub(super) progress_events: Option<Seconds>,
    pub(super) log_size: Option<Size>,
    pub(super) task_history: Option<Seconds>,
}

/// What differs for one task.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TaskRetentionSection {
    pub(super) completed: Option<Seconds>,
    pub(super) failed: Option<Seconds>,
    pub(super) cancelled: Option<Seconds>,
    pub(super) merged: Option<Seconds>,
    pub(super) results: Option<Seconds>,
}

/// Events that go to an address: a webhook or a mailbox.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NotifySection {
    /// Its address, unless it is named.
    pub(super) name: Option<String>,
    pub(super) events: Vec<TopicWord>,
    /// Only jobs of this task, batch, user.
    pub(super) task: Option<String>,
    pub(super) batch: Option<String>,
    pub(super) user: Option<String>,
    pub(super) webhook: Option<String>,
    /// `whsec_…`; several, separated by spaces, while one replaces the other.
    pub(super) secret: Option<String>,
    pub(super) email: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TopicWord {
    Completed,
    Failed,
    LongRunning,
    Alert,
}

/// The mail server.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SmtpSection {
    /// `smtp://…` or `smtps://…`, with login.
    pub(super) url: Spanned<String>,
    pub(super) from: String,
}

/// Where webhooks may go besides public addresses.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WebhooksSection {
    pub(super) allow_private: bool,
    /// Hosts, addresses, networks.
    pub(super) allow: Vec<String>,
}

/// Where alerts begin.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AlertsSection {
    /// How long a job waits for workers that could take it.
    pub(super) stuck_after: Option<Seconds>,
    /// Load for each core, and for how long.
    pub(super) load_per_core: Option<f64>,
    pub(super) load_for: Option<Seconds>,
    /// Shares that must stay free, 0 to 1.
    pub(super) memory_free: Option<f64>,
    pub(super) disk_free: Option<f64>,
    /// Share of a task's jobs that may fail, within a time, of so many at least.
    pub(super) failure_rate: Option<f64>,
    pub(super) failure_window: Option<Seconds>,
    pub(super) failure_least: Option<u32>,
}
