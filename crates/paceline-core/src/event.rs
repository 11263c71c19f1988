//! The one stream of what happened, numbered per store.

use crate::id::{EventSeq, JobId};
use crate::json::Json;
use crate::state::{JobState, UnknownWord, words};
use crate::time::Time;
use std::fmt;
use std::str::FromStr;

words!(
    /// What an event tells.
    EventKind, "event type", {
    Submitted = "job.submitted",
    Started = "job.started",
    /// The planner listed the job's items.
    Planned = "job.planned",
    /// Counters, stage or message changed.
    Progress = "job.progress",
    Paused = "job.paused",
    Resumed = "job.resumed",
    /// An attempt failed or was handed back; the job waits to run again.
    Postponed = "job.postponed",
    Rescheduled = "job.rescheduled",
    /// The time of a scheduled job came.
    Due = "job.due",
    /// It waits for other jobs, again.
    Blocked = "job.blocked",
    /// The jobs that it waited for have ended as it asks.
    Unblocked = "job.unblocked",
    Completed = "job.completed",
    Failed = "job.failed",
    Cancelled = "job.cancelled",
    /// A duplicate of a job that waits: that one does its work.
    Merged = "job.merged",
    Retried = "job.retried",
    Restarted = "job.restarted",
    /// Priority, labels or workers were changed, or it took over the params of a duplicate.
    Changed = "job.changed",
    Deleted = "job.deleted",
    /// A run takes longer than jobs of its task usually do.
    LongRunning = "job.long_running",
    /// Leases of a node that is gone were taken back.
    Recovered = "job.recovered",
    /// New lines in the job's log.
    Log = "job.log",
    QueuePaused = "queue.paused",
    QueueResumed = "queue.resumed",
    TaskPaused = "task.paused",
    TaskResumed = "task.resumed",
    /// A user or a key was put on hold, or is no longer.
    HoldSet = "hold.set",
    HoldLifted = "hold.lifted",
    LimitChanged = "limit.changed",
    /// A task fails so often that its work waits.
    BreakerOpened = "breaker.opened",
    /// Some of its work is tried.
    BreakerHalfOpen = "breaker.half_open",
    BreakerClosed = "breaker.closed",
    NodeStarted = "node.started",
    NodeStopped = "node.stopped",
    /// A node was asked to take no more work, or to take it again.
    NodeDrained = "node.drained",
    NodeResumed = "node.resumed",
    WorkerStarted = "worker.started",
    WorkerDied = "worker.died",
    CleanedUp = "system.cleaned_up",
    ScheduleCreated = "schedule.created",
    /// What it says was replaced.
    ScheduleChanged = "schedule.changed",
    SchedulePaused = "schedule.paused",
    ScheduleResumed = "schedule.resumed",
    ScheduleDeleted = "schedule.deleted",
    /// A run of a schedule gave a job.
    ScheduleFired = "schedule.fired",
    /// Runs were left out: they were missed, or the job before had not ended.
    ScheduleSkipped = "schedule.skipped",
    /// A run gave no job, because the template makes none.
    ScheduleFailed = "schedule.failed",
    /// The last unfinished job of a batch ended.
    BatchCompleted = "batch.completed",
    TemplateCreated = "template.created",
    TemplateChanged = "template.changed",
    TemplateDeleted = "template.deleted",
    /// Something that a person should look at, and its end.
    AlertOpened = "alert.opened",
    AlertClosed = "alert.closed",
});

/// One thing that happened, written in the same transaction as the change that it tells of.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRecord {
    pub seq: EventSeq,
    pub at: Time,
    pub kind: EventKind,
    pub job: Option<JobId>,
    pub task: Option<String>,
    pub batch: Option<String>,
    /// The job's state after the event, where the event tells of a job.
    pub state: Option<JobState>,
    /// Particulars: counters, error message, node … An object.
    pub data: Json,
}
