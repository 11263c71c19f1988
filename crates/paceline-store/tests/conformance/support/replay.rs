//! What the events tell, put together again: states and counters of all jobs.
//!
//! The rule that every store keeps so that a reader of the stream needs no tables: an event about
//! a job carries the job's state after it. The events that begin a job, end it or set it back, and
//! each progress event with a `total`, carry all counters in their data, where an absent counter
//! is 0. A single-unit job counts as one item that ended as the job did. (Which items are in
//! workers' hands is not told: leases come and go without events.)

use std::collections::BTreeMap;

use paceline_core::event::{EventKind, EventRecord};
use paceline_core::job::JobKind;
use paceline_core::progress::Counters;
use paceline_core::{Job, JobId, JobState};
use serde::Deserialize;

use super::Case;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Told {
    total: u32,
    succeeded: u32,
    failed: u32,
    skipped: u32,
    cancelled: u32,
}

impl Told {
    fn of(counters: &Counters) -> Self {
        let Counters {
            total,
            succeeded,
            failed,
            skipped,
            cancelled,
            running: _,
        } = *counters;
        Told {
            total,
            succeeded,
            failed,
            skipped,
            cancelled,
        }
    }

    fn of_unit(state: JobState) -> Self {
        let ended_so = |end: JobState| u32::from(state == end);
        Told {
            total: 1,
            succeeded: ended_so(JobState::Completed),
            failed: ended_so(JobState::Failed),
            skipped: ended_so(JobState::Merged),
            cancelled: ended_so(JobState::Cancelled),
        }
    }
}

/// Jobs as the events so far tell of them.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    jobs: BTreeMap<JobId, (JobState, Told)>,
}

impl Replay {
    pub(crate) fn take(&mut self, events: &[EventRecord]) {
        for event in events {
            if let Some(job) = event.job {
                self.step(job, event);
            }
        }
    }

    fn step(&mut self, job: JobId, event: &EventRecord) {
        if event.kind == EventKind::Deleted {
            self.jobs.remove(&job);
            return;
        }
        let state = event.state.expect("an event about a job tells its state");
        let told = self.jobs.entry(job).or_insert((state, Told::default()));
        told.0 = state;
        let data: Told = serde_json::from_str(event.data.as_str()).expect("an object");
        if carries_counters(event.kind) || data.total > 0 {
            told.1 = data;
        }
    }

    /// Holds what was told against what the tables say.
    pub(crate) async fn check(&self, s: &Case) {
        let jobs = s.all_jobs().await;
        let there: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
        for told in self.jobs.keys() {
            assert!(
                there.contains(told),
                "the events tell of {told}, which is not there"
            );
        }
        for job in &jobs {
            self.check_job(job);
        }
    }

    fn check_job(&self, job: &Job) {
        let (state, told) = *self
            .jobs
            .get(&job.id)
            .expect("the events tell of every job");
        assert_eq!(state, job.state, "state of {} by its events", job.id);
        let told = match job.kind {
            JobKind::Unit => Told::of_unit(state),
            JobKind::Items | JobKind::Planned => told,
        };
        assert_eq!(
            told,
            Told::of(&job.counters),
            "counters of {} by its events",
            job.id
        );
    }
}

fn carries_counters(kind: EventKind) -> bool {
    match kind {
        EventKind::Submitted
        | EventKind::Planned
        | EventKind::Blocked
        | EventKind::Completed
        | EventKind::Failed
        | EventKind::Cancelled
        | EventKind::Merged
        | EventKind::Changed
        | EventKind::Retried
        | EventKind::Restarted => true,
        EventKind::Started
        | EventKind::Progress
        | EventKind::Paused
        | EventKind::Resumed
        | EventKind::Postponed
        | EventKind::Rescheduled
        | EventKind::Due
        | EventKind::Unblocked
        | EventKind::Deleted
        | EventKind::Recovered
        | EventKind::Log
        | EventKind::QueuePaused
        | EventKind::QueueResumed
        | EventKind::TaskPaused
        | EventKind::TaskResumed
        | EventKind::HoldSet
        | EventKind::HoldLifted
        | EventKind::LimitChanged
        | EventKind::BreakerOpened
        | EventKind::BreakerHalfOpen
        | EventKind::BreakerClosed
        | EventKind::NodeStarted
        | EventKind::NodeStopped
        | EventKind::NodeDrained
        | EventKind::NodeResumed
        | EventKind::WorkerStarted
        | EventKind::WorkerDied
        | EventKind::CleanedUp
        | EventKind::ScheduleCreated
        | EventKind::ScheduleChanged
        | EventKind::SchedulePaused
        | EventKind::ScheduleResumed
        | EventKind::ScheduleDeleted
        | EventKind::ScheduleFired
        | EventKind::ScheduleSkipped
        | EventKind::ScheduleFailed
        | EventKind::BatchCompleted
        | EventKind::TemplateCreated
        | EventKind::TemplateChanged
        | EventKind::TemplateDeleted
        | EventKind::LongRunning
        | EventKind::AlertOpened
        | EventKind::AlertClosed => false,
    }
}
