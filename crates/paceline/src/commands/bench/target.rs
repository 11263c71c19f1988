//! What can be measured, by the names that the targets have.

use clap::ValueEnum;
use serde::Serialize;

/// One line of the list of targets in `docs/performance.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Target {
    /// No-op jobs from submission over HTTP to their end
    T1,
    /// The same on PostgreSQL, by one node and by two
    T2,
    /// Draining a deep queue against a shallow one
    T3,
    /// Pick-up latency when idle
    T4,
    /// No-op items through two warm Python workers
    T5,
    /// A real model beside other pools
    T6,
    /// Streaming a job of very many items
    T7,
    /// Resident memory
    T8,
    /// From the start of the process to ready
    T9,
    /// Pages of a long job list
    T10,
    /// Very many who watch one job
    T11,
    /// Going on after kill -9
    T13,
}

impl Target {
    pub(super) const fn title(self) -> &'static str {
        match self {
            Target::T1 => "no-op jobs, submitted in bulk over HTTP, run in the node",
            Target::T2 => "no-op jobs on PostgreSQL, run in one node and in two",
            Target::T3 => "draining a deep queue against a shallow one",
            Target::T4 => "pick-up when idle: submit over HTTP to handler start",
            Target::T5 => "no-op items through two warm Python workers, chunk 50",
            Target::T6 => "predictions of a real model (examples/races)",
            Target::T7 => "streaming one job of many items over HTTP",
            Target::T8 => "resident memory of the node",
            Target::T9 => "from the start of the process to ready",
            Target::T10 => "pages of the job list: every filter, sort and search",
            Target::T11 => "1,000 viewers of a job with 1,000 changes of progress a second",
            Target::T13 => "going on after kill -9",
        }
    }
}
