//! What went wrong with an item, an attempt or a job, as people and retries see it.

use std::time::Duration;

use crate::scope::Kind;
use crate::state::UnknownWord;
use crate::state::words;
use std::fmt;
use std::str::FromStr;

words!(
    /// The stable kind of a failure.
    ErrorKind, "error kind", {
    /// The handler raised.
    Handler = "handler",
    /// The item or the job took longer than allowed.
    Timeout = "timeout",
    /// The worker grew beyond its memory cap.
    Memory = "memory",
    /// The worker process ended or broke the protocol.
    Crash = "crash",
    /// A job that this one depends on did not end as required.
    Dependency = "dependency",
    Cancelled = "cancelled",
    /// The node that held the work went away too often.
    Lost = "lost",
});

/// A failure as it is stored and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobError {
    pub kind: ErrorKind,
    /// One or a few lines, without the traceback.
    pub message: String,
    pub traceback: Option<String>,
    /// Key (or position) of the item that caused a job's failure.
    pub item: Option<String>,
}

impl JobError {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        JobError {
            kind,
            message: message.into(),
            traceback: None,
            item: None,
        }
    }
}

/// A failed attempt as its executor reports it: the error and what the handler said of retries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub error: JobError,
    /// The handler said that trying again cannot help.
    pub permanent: bool,
    /// The handler asked for this delay before the next attempt.
    pub retry_after: Option<Duration>,
    /// The handler asked that for as long nobody calls what it calls: its task, or its job's key.
    pub hold: Option<Kind>,
}

impl Failure {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Failure {
            error: JobError::new(kind, message),
            permanent: false,
            retry_after: None,
            hold: None,
        }
    }

    #[must_use]
    pub fn permanent(mut self) -> Self {
        self.permanent = true;
        self
    }
}
