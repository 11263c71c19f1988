//! Jobs as they are submitted and as they are read.

use std::sync::Arc;

use crate::error::JobError;
use crate::id::JobId;
use crate::item::NewItem;
use crate::json::Json;
use crate::links::{Links, Wanted};
use crate::options::JobOptions;
use crate::progress::{Counters, Stage};
use crate::state::{JobState, Priority};
use crate::time::Time;

/// What a job consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// One call of the handler with the job's params.
    Unit,
    /// Items that came with the submission.
    Items,
    /// Items that the task's planner lists once the job has started.
    Planned,
}

/// The work of a submission.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    Unit,
    Items(Vec<NewItem>),
    Plan,
}

impl Work {
    pub fn kind(&self) -> JobKind {
        match self {
            Work::Unit => JobKind::Unit,
            Work::Items(_) => JobKind::Items,
            Work::Plan => JobKind::Planned,
        }
    }
}

/// A submission with all its defaults settled.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    pub id: JobId,
    /// Readable and unique: `predict_race-20261122-101530-k3f`.
    pub name: String,
    pub task: String,
    pub queue: String,
    pub priority: Priority,
    pub user: Option<String>,
    /// Concurrency key.
    pub key: Option<String>,
    pub batch: Option<String>,
    pub labels: Vec<(String, String)>,
    pub params: Json,
    pub options: Arc<JobOptions>,
    pub run_at: Option<Time>,
    pub work: Work,
    pub links: Wanted,
}

impl NewJob {
    /// `predict_race-20261122-101530-k3f`: task, UTC date and time, and three characters so that
    /// names of one second stay apart. `date_time` is `YYYYMMDD-HHMMSS`.
    pub fn readable_name(task: &str, date_time: &str, random: u64) -> String {
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let mut name = format!("{task}-{date_time}-");
        for shift in [0, 5, 10, 15, 20] {
            let index = usize::try_from((random >> shift) & 31).unwrap_or(0);
            name.push(char::from(LETTERS[index]));
        }
        name
    }
}

/// What is left of a job's results, where they are kept for a shorter time than their job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResultsLeft {
    /// None was removed.
    #[default]
    All,
    /// Those of a later run than that whose were removed.
    Newer,
    /// All were removed.
    Nothing,
}

/// A job as it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub id: JobId,
    pub name: String,
    pub task: String,
    pub queue: String,
    pub state: JobState,
    pub priority: Priority,
    pub user: Option<String>,
    pub key: Option<String>,
    pub batch: Option<String>,
    pub labels: Vec<(String, String)>,
    pub params: Json,
    pub options: Arc<JobOptions>,
    pub kind: JobKind,
    /// Attempts at a single-unit job, or runs of a job with items: 1 at first, one more by each
    /// automatic retry, retry or restart.
    pub attempt: u32,
    pub counters: Counters,
    pub stage: Stage,
    pub created_at: Time,
    pub run_at: Option<Time>,
    pub started_at: Option<Time>,
    pub finished_at: Option<Time>,
    /// Result of a single-unit job.
    pub result: Option<Json>,
    /// What retention has left of the results of the job and its items.
    pub results_left: ResultsLeft,
    pub error: Option<JobError>,
    /// Resident memory of the workers on this job at the last look, in bytes.
    pub memory_bytes: Option<u64>,
    /// Items finished per second, smoothed by the store's samples.
    pub rate: Option<f64>,
    /// When there is work again, if all that is left waits for its next attempt.
    pub next_due: Option<Time>,
    pub links: Links,
}
