//! Where engine and databases meet: what a store must be able to do.
//!
//! The trait speaks in batches and in the words of the domain. Each writing method is one
//! transaction: all of it is committed when the method returns, or nothing is. Rules are not a
//! store's: it reads what a rule needs, asks the rule in this crate, and writes the answer
//! together with the events that tell of it. The conformance suite of `paceline-store` is the
//! trait's definition in tests.
//!
//! Durability: [`Store::submit`], [`Store::finish_upload`], [`Store::report`] and
//! [`Store::control`] survive a loss of power once they return (unless the store was opened as
//! relaxed). [`Store::claim`], [`Store::admit`], [`Store::note`] and [`Store::heartbeat`] survive
//! the death of the process, but may be undone by a loss of power: a claim that is undone so is
//! merely a lease that nobody holds.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::admission::Reason;
use crate::batch::BatchStore;
use crate::event::{EventKind, EventRecord};
use crate::id::{EventSeq, JobId, LeaseId, NodeId, Seq, UploadId};
use crate::item::{Item, NewItem};
use crate::job::{Job, NewJob};
use crate::json::Json;
use crate::lease::{Lease, LeaseReport, Note, ReportAnswer};
use crate::lifecycle::Refused;
use crate::limits::{Hold, LimitName, Limits, RuleBook, Setting};
use crate::links::{Graph, Parent};
use crate::outbox::Outbox;
use crate::query::{
    Count, ErrorGroup, EventQuery, ItemQuery, JobFilter, JobQuery, LogPage, Page, Sample, Selector,
};
use crate::resources::Room;
use crate::schedule::ScheduleStore;
use crate::scope::Scope;
use crate::state::{JobState, Priority};
use crate::task::{Task, TaskHistory};
use crate::task_history::{Bucket, Window};
use crate::template::TemplateStore;
use crate::throttle::TaskThrottle;
use crate::time::Time;
use crate::watch::Watch;

/// Why a store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be read or written now, and trying again later may help. Nothing was changed,
    /// unless the connection broke just when the change was being made.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// The disk is full; nothing was changed.
    #[error("the disk that holds the store is full; free some space, Paceline goes on by itself")]
    Full,
    /// A submission names a key twice.
    #[error(
        "item key `{key}` occurs twice, at positions {first} and {second}; keys must be unique in a job"
    )]
    DuplicateKey {
        key: String,
        first: Seq,
        second: Seq,
    },
    /// More items than a job can have.
    #[error("a job can have at most {max} items")]
    TooManyItems { max: u32 },
    /// A submission waits for a job, or a batch of jobs, that is not there.
    #[error("there is no {}; it may have been deleted or cleaned up", named(.0))]
    NoSuchParent(Parent),
    /// A submission that is to be refused when its work is a duplicate.
    #[error("the same work is not done yet, by job `{0}`")]
    Duplicate(JobId),
    /// An upload, job or item that is not there (any more).
    #[error("no such {0}")]
    NotFound(&'static str),
    /// A schedule, template or batch has this name already.
    #[error("there is a {what} `{name}` already; choose another name, or change that one")]
    NameTaken { what: &'static str, name: String },
    /// Another process uses the database file.
    #[error(
        "{0} is in use by another paceline node; stop it first, or give this one its own --store"
    )]
    InUse(String),
    /// What was read is not what was written.
    #[error("the store is damaged: {0}; restore a backup, or run `paceline doctor`")]
    Corrupt(String),
    /// The database was made by a newer version of Paceline.
    #[error(
        "the store has schema version {found}, this paceline knows up to {known}: use a newer paceline"
    )]
    TooNew { found: i64, known: i64 },
    /// A fault that the simulation injected.
    #[error("injected fault: {0}")]
    Injected(&'static str),
}

fn named(parent: &Parent) -> String {
    match parent {
        Parent::Job(id) => format!("job `{id}` to wait for"),
        Parent::Batch(name) => format!("job in the batch `{name}` to wait for"),
    }
}

pub use crate::retention::{CleanUp, Pruned, Retention};

pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// What became of a submitted job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    pub id: JobId,
    /// `Completed` at once when there was nothing to do.
    pub state: JobState,
    /// The job that does its work, of one that is merged.
    pub merged_into: Option<JobId>,
    /// The job whose result answered it.
    pub cached_from: Option<JobId>,
}

/// A worker's wish for leases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Tasks that the worker declares.
    pub tasks: Vec<String>,
    /// Most chunks, plans or single-unit jobs to lease to it in all.
    pub leases: u32,
    /// How many workers in this node run these tasks: sizes the chunks.
    pub workers: u32,
}

/// A request for work by one node.
#[derive(Clone, Debug)]
pub struct Claim {
    pub node: NodeId,
    pub offers: Vec<Offer>,
    /// No more is leased than there is room for on the node.
    pub room: Room,
    pub now: Time,
}

/// What a claim gave, offer by offer in the order of [`Claim::offers`].
#[derive(Clone, Debug, Default)]
pub struct Claimed {
    pub leases: Vec<Vec<Lease>>,
    /// The earliest time at which work that is there now becomes due. What is more than an hour
    /// away may be left out.
    pub next_due: Option<Time>,
}

/// What a person or program may do to jobs.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Cancel { reason: Option<String> },
    Pause,
    Resume,
    Retry,
    Restart,
    Delete,
    Change(Change),
}

/// Changes to an unfinished job; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    pub priority: Option<Priority>,
    pub labels: Option<Vec<(String, String)>>,
    /// `Some(None)` is as many workers as there are.
    pub workers: Option<Option<u32>>,
    /// `Some(None)` starts as soon as possible.
    pub run_at: Option<Option<Time>>,
}

/// What an action did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Controlled {
    pub matched: u64,
    pub changed: u64,
    /// Jobs that refused, at most 1,000 of them, and ids that do not exist.
    pub refused: Vec<(JobId, Refusal)>,
    /// Leases that ended by it: their workers must stop.
    pub revoked: Vec<(JobId, LeaseId)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    NotFound,
    State(Refused),
}

/// A node as it registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeInfo {
    pub name: String,
    pub pid: u32,
    pub version: String,
}

/// What a node hears of itself and of leases that it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeNews {
    /// It is to take no more work, see [`crate::watch::Watch::drain`]: all its leases are called back.
    pub drained: bool,
    /// Their work must stop.
    pub gone: Vec<LeaseId>,
    /// Their job is paused, its task on hold (see [`crate::limits::Rules::calls_back`]), or the node
    /// drained: what has not begun is to be handed back.
    pub called_back: Vec<LeaseId>,
}

/// What [`Store::tick`] did, and when it has something to do again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ticked {
    /// Scheduled jobs whose time came.
    pub due: u64,
    /// Jobs that ran out of time, with their leases that must stop.
    pub timed_out: Vec<JobId>,
    pub revoked: Vec<(JobId, LeaseId)>,
    /// Leases of dead nodes that were taken back.
    pub recovered: u64,
    /// Some jobs were put aside that may start now.
    pub freed: bool,
    /// The earliest time at which the next tick has something to do. What is more than an hour away
    /// may be left out.
    pub next_due: Option<Time>,
}

/// A health check's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// `sqlite` or `postgres`.
    pub backend: &'static str,
    /// Time that one durable write took.
    pub write_latency: Duration,
    pub readers: PoolUsage,
    /// Not where one thread does all writing.
    pub writers: Option<PoolUsage>,
    pub size_bytes: u64,
    pub schema_version: i64,
}

/// How the connections of a pool are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolUsage {
    pub open: u32,
    pub in_use: u32,
    /// Calls that wait for a connection.
    pub waiting: u32,
    pub max: u32,
}

/// Called after each commit with the newest event's number. Must return at once.
pub type CommitHook = Arc<dyn Fn(EventSeq) + Send + Sync>;

/// Where all state lives. See the module's text for atomicity and durability.
#[async_trait]
pub trait Store:
    BatchStore + ScheduleStore + TemplateStore + Send + Sync + std::fmt::Debug
{
    // ---- submitting -------------------------------------------------------------------------

    /// Takes jobs in; all or none. With `only_new` an item whose key has a succeeded result of
    /// the same task is stored as skipped. A job with nothing to run is completed at once. One that
    /// waits for others ([`crate::dependency`]) is blocked until they have ended as it asks, and
    /// cancelled when they do not. A duplicate is merged or refused as [`crate::merge`] decides.
    /// What an earlier job answers ([`crate::cache`]) is completed at once and shares its results.
    async fn submit(&self, jobs: Vec<NewJob>, now: Time) -> Result<Vec<Submitted>>;

    /// Starts a streamed submission of `job` (whose `work` is ignored). Nobody sees it until
    /// [`Store::finish_upload`]; uploads of a node that died are removed at the next start.
    async fn begin_upload(&self, job: NewJob, now: Time) -> Result<UploadId>;
    async fn append_upload(&self, upload: UploadId, items: Vec<NewItem>) -> Result<()>;
    async fn finish_upload(&self, upload: UploadId, now: Time) -> Result<Submitted>;
    async fn abort_upload(&self, upload: UploadId) -> Result<()>;

    /// The stored answer to an `Idempotency-Key` that is still remembered: hash of the request
    /// and the answer's text.
    async fn recall(&self, key: &str, now: Time) -> Result<Option<(Vec<u8>, String)>>;
    async fn remember(&self, key: &str, hash: Vec<u8>, answer: String, until: Time) -> Result<()>;
    /// As [`Store::remember`], unless something is remembered under the key at this time. Tells
    /// whether it was taken; of many at once, on any nodes, one is.
    async fn remember_first(
        &self,
        key: &str,
        hash: Vec<u8>,
        answer: String,
        until: Time,
        now: Time,
    ) -> Result<bool>;

    // ---- running ----------------------------------------------------------------------------

    /// Starts pending jobs with items as far as the rules allow ([`crate::admission::choose`]).
    /// Returns how many started. Single-unit jobs that may start are left to [`Store::claim`],
    /// and take their place among the others meanwhile. Appends no event, and calls no commit
    /// hook, when there is nothing to start; neither does a claim that finds nothing.
    async fn admit(&self, now: Time) -> Result<u64>;

    /// Leases work of running jobs in the order of [`crate::turns::next`], in chunks of
    /// [`crate::chunk::size`]. Single-unit jobs that the rules let start are started and leased in
    /// one step. Tasks on hold are left out; of throttled ones no more is leased than
    /// [`crate::throttle::Throttle::allows`], on all nodes together.
    async fn claim(&self, claim: Claim) -> Result<Claimed>;

    /// Records what workers report, each report in whole or, if its lease is gone, not at all.
    /// Failed attempts are retried as [`crate::retry`] decides with dice seeded by `seed`; jobs
    /// end as [`crate::progress::conclude`] decides. How attempts ended is counted by the breaker
    /// of their task. Answers in the order of `reports`.
    async fn report(
        &self,
        reports: Vec<LeaseReport>,
        seed: u64,
        now: Time,
    ) -> Result<Vec<ReportAnswer>>;

    /// Takes down news of running work; for jobs that are gone, silently nothing.
    async fn note(&self, notes: Vec<Note>, now: Time) -> Result<()>;

    /// Does `action` to all selected jobs, each as [`crate::lifecycle::decide`] allows. With
    /// `dry_run` it only counts.
    async fn control(
        &self,
        selector: Selector,
        action: Action,
        dry_run: bool,
        now: Time,
    ) -> Result<Controlled>;

    // ---- limits and holds -------------------------------------------------------------------

    /// Takes over what a node is configured with, instead of what was configured before.
    async fn configure(&self, limits: Limits, now: Time) -> Result<()>;
    /// Sets limits, or gives up what was set. The next admission goes by it, on whichever node.
    async fn set_limits(&self, changes: Vec<(LimitName, Setting)>, now: Time) -> Result<()>;
    /// Puts a scope on hold, instead of a hold that it may have: none of its pending jobs starts,
    /// and of a task no running one gets new work, until it is lifted or its time is over.
    async fn hold(&self, hold: Hold, now: Time) -> Result<()>;
    /// Lifts a hold. False when there was none.
    async fn lift(&self, scope: Scope, now: Time) -> Result<bool>;
    async fn rule_book(&self) -> Result<RuleBook>;
    /// Names of all queues that jobs were ever submitted to, in their order.
    async fn queues(&self) -> Result<Vec<String>>;

    // ---- breakers and rates -----------------------------------------------------------------

    /// The throttled tasks, by name. They are those that were declared so.
    async fn throttles(&self) -> Result<Vec<TaskThrottle>>;
    /// Closes the breaker of a task. False when it was closed, or when there is none.
    async fn reset_breaker(&self, task: String, now: Time) -> Result<bool>;

    // ---- nodes and upkeep -------------------------------------------------------------------

    /// Registers a node that is believed alive until `until`. A store that only one node can use
    /// takes back all leases of earlier nodes at once.
    async fn register_node(&self, node: NodeInfo, until: Time, now: Time) -> Result<NodeId>;
    /// Keeps the node alive and returns which of the leases that it holds are gone, and which are
    /// called back, both in the order of `held`. So it hears of what others did.
    async fn heartbeat(
        &self,
        node: NodeId,
        held: Vec<LeaseId>,
        until: Time,
        now: Time,
    ) -> Result<NodeNews>;
    /// Ends a node; leases that it still holds are taken back.
    async fn remove_node(&self, node: NodeId, now: Time) -> Result<()>;

    /// Moves on what the time moves: scheduled jobs, job time-outs, leases of dead nodes.
    async fn tick(&self, now: Time) -> Result<Ticked>;
    /// Removes what `retention` no longer keeps, never anything unfinished nor what an unfinished
    /// job depends on.
    async fn prune(&self, retention: Retention, now: Time) -> Result<Pruned>;

    /// Takes in tasks, instead of those of the same names. What is remembered of a throttle stays
    /// when its policy changes, and goes with it.
    async fn declare_tasks(&self, tasks: Vec<Task>) -> Result<()>;
    /// Appends an event that belongs to no job's change (a worker started, a node stopped).
    async fn record_event(&self, kind: EventKind, data: Json, now: Time) -> Result<()>;

    // ---- reading ----------------------------------------------------------------------------

    async fn job(&self, id: JobId) -> Result<Option<Job>>;
    /// Jobs whose id starts with `prefix`, at most two: enough to know that one is meant.
    async fn jobs_by_prefix(&self, prefix: &str) -> Result<Vec<JobId>>;
    async fn jobs(&self, query: JobQuery) -> Result<Page<Job>>;
    /// Jobs that match, counted exactly up to `cap`.
    async fn count(&self, filter: JobFilter, cap: u64) -> Result<Count>;
    /// All jobs by state.
    async fn counts(&self) -> Result<BTreeMap<JobState, u64>>;
    /// The rules that hold each of these jobs back, for those that wait.
    async fn waiting_for(&self, jobs: &[JobId], now: Time) -> Result<Vec<(JobId, Vec<Reason>)>>;

    /// What the job depends on and what depends on it, at most `most` jobs in each direction.
    async fn graph(&self, job: JobId, most: u32) -> Result<Option<Graph>>;

    async fn items(&self, job: JobId, query: ItemQuery) -> Result<Vec<Item>>;
    async fn item(&self, job: JobId, key: &str) -> Result<Option<Item>>;
    async fn errors(&self, job: JobId) -> Result<Vec<ErrorGroup>>;
    async fn events(&self, query: EventQuery) -> Result<Vec<EventRecord>>;
    /// The number of the newest event.
    async fn last_event(&self) -> Result<EventSeq>;
    async fn samples(&self, job: JobId) -> Result<Vec<Sample>>;
    /// The log after `after` (0 is the start), at most about `max_bytes`.
    async fn log(&self, job: JobId, after: i64, max_bytes: usize) -> Result<LogPage>;
    /// The last `lines` lines of the log.
    async fn log_tail(&self, job: JobId, lines: usize) -> Result<LogPage>;

    async fn tasks(&self) -> Result<Vec<Task>>;
    async fn history(&self, task: &str) -> Result<TaskHistory>;
    /// The buckets of this window in which jobs or items of the task ended, in order.
    async fn task_history(&self, task: &str, window: Window) -> Result<Vec<Bucket>>;
    /// Jobs that ended since `since`: how many, and how many of them completed.
    async fn throughput(&self, since: Time) -> Result<(u64, u64)>;
    async fn last_prune(&self) -> Result<Option<CleanUp>>;

    async fn health(&self, now: Time) -> Result<Health>;
    /// How the connections are used, of those that read and of those that write (none where one
    /// thread does all writing). Needs no connection.
    fn connections(&self) -> (PoolUsage, Option<PoolUsage>);
    /// Writes a consistent copy to a new file while running.
    async fn backup(&self, to: &Path) -> Result<()>;
    fn on_commit(&self, hook: CommitHook);

    // ---- telling and watching ---------------------------------------------------------------

    /// Who is told of what, and what is on its way to them.
    fn outbox(&self) -> &dyn Outbox;
    /// What a person should look at.
    fn watch(&self) -> &dyn Watch;
}
