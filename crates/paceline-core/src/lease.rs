//! Leases: the right of one worker to one chunk, one plan or one single-unit job.

use std::sync::Arc;
use std::time::Duration;

use crate::error::Failure;
use crate::id::{JobId, LeaseId, Seq};
use crate::item::{ItemReport, NewItem, Outcome};
use crate::json::Json;
use crate::links::ParentResult;
use crate::options::JobOptions;

/// What a worker is given.
#[derive(Clone, Debug, PartialEq)]
pub struct Lease {
    pub id: LeaseId,
    pub job: JobId,
    pub task: String,
    pub params: Json,
    pub options: Arc<JobOptions>,
    /// The job's attempt, from 1.
    pub attempt: u32,
    /// Time left to the job when it was leased.
    pub time_left: Duration,
    pub work: LeasedWork,
    /// What the jobs that it waited for left to it.
    pub parents: Vec<ParentResult>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum LeasedWork {
    /// Call the handler once with the job's params.
    Unit,
    /// Run the task's planner.
    Plan,
    Chunk(Vec<LeasedItem>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct LeasedItem {
    pub seq: Seq,
    pub key: Option<String>,
    pub payload: Json,
    /// The attempt that this is, from 1.
    pub attempt: u32,
}

/// What a worker says about one lease. A report on a lease that is gone is refused whole and
/// changes nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaseReport {
    pub lease: LeaseId,
    pub job: JobId,
    pub body: ReportBody,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ReportBody {
    /// Items that ended. With `Some(release)` the lease ends too.
    Chunk {
        items: Vec<ItemReport>,
        release: Option<Release>,
    },
    /// The single-unit job's attempt ended, which ends the lease.
    Unit {
        outcome: Outcome,
        duration: Duration,
    },
    /// The worker did not get to run the unit or the plan: nothing is charged, the lease ends.
    HandBack,
    /// Items that the planner listed; they become work when the plan is done.
    Planned(Vec<NewItem>),
    PlanDone,
    PlanFailed(Failure),
}

/// How a chunk's lease ends: what was not reported goes back to the job, uncharged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// Unreported items, if any, are leased again like any others.
    Normal,
    /// The worker died and it is not known on which item: each unreported item is leased alone,
    /// so that the next death names its culprit.
    Suspect,
}

/// The answer to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportAnswer {
    Accepted,
    /// The lease is gone (cancelled, timed out, taken over): stop its work.
    Lost,
}

/// What happens to a lease from outside while its worker holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseSignal {
    /// It is gone (cancelled, timed out, taken over): stop its work, report nothing.
    Revoked(LeaseId),
    /// Its job was paused: hand it back if its work has not started, else finish it.
    Recalled(LeaseId),
}

/// News of running work that need not be durable at once: shown live, kept for the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    pub job: JobId,
    pub body: NoteBody,
}

#[derive(Clone, Debug, PartialEq)]
pub enum NoteBody {
    Progress {
        fraction: Option<f64>,
        stage: Option<String>,
        message: Option<String>,
    },
    /// Complete lines for the job's log, without line ends.
    Log(Vec<LogLine>),
    /// Resident memory and CPU time used so far of the workers on the job, on one node.
    Usage { memory_bytes: u64, cpu_seconds: f64 },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    pub at: crate::time::Time,
    pub level: LogLevel,
    /// The worker that wrote it, such as `races/0`.
    pub source: String,
    pub text: String,
}

crate::state::words!(
    /// How loud a log line is.
    LogLevel, "log level", {
    Debug = "debug",
    Info = "info",
    Warning = "warning",
    Error = "error",
});

use crate::state::UnknownWord;
use std::fmt;
use std::str::FromStr;
