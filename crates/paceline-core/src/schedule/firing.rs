//! Runs of a schedule: what they make of it, and what is told of them.

use std::sync::Arc;

use super::Schedule;
use super::plan::Missed;
use crate::id::JobId;
use crate::job::NewJob;
use crate::time::Time;

/// Most jobs of a schedule that are looked at for whether they have ended.
pub const UNFINISHED: usize = 100;

/// A run, with the job that it submits.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its time by the rule; by hand, the time of the wish.
    pub tick: Time,
    pub job: NewJob,
}

/// Runs to be done together, if the schedule is still as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Firing {
    /// As it was read.
    pub schedule: Arc<Schedule>,
    pub runs: Vec<Run>,
    /// Runs that are left out because nobody was there.
    pub missed: Missed,
    /// Why the runs at these times give no job.
    pub failed: Option<(Vec<Time>, String)>,
    pub next_at: Option<Time>,
    /// A person wants it: neither a pause nor an unfinished job is in the way.
    pub by_hand: bool,
}

/// What came of a firing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fired {
    /// Somebody else changed or ran the schedule since; nothing was done.
    pub overtaken: bool,
    pub jobs: Vec<JobId>,
}

/// What is told of a firing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    Fired {
        tick: Time,
        job: JobId,
    },
    /// Runs whose time passed without a node.
    Missed(Missed),
    /// Runs that were left out because a job before had not ended.
    Overlapping {
        first: Time,
        count: u32,
    },
    Failed {
        tick: Time,
        error: String,
    },
}

/// What a firing does.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub schedule: Schedule,
    pub jobs: Vec<NewJob>,
    pub told: Vec<Told>,
}

impl Firing {
    /// What it does when of the schedule's jobs these are unfinished.
    pub fn outcome(&self, unfinished: &[JobId]) -> Outcome {
        let before = &*self.schedule;
        let most = match (before.overlap || self.by_hand, unfinished) {
            (true, _) => self.runs.len(),
            (false, []) => 1,
            (false, [_, ..]) => 0,
        };
        let (now, overlapping) = self.runs.split_at(most.min(self.runs.len()));
        let mut schedule = Schedule {
            revision: before.revision + 1,
            next_at: self.next_at,
            unfinished: unfinished.to_vec(),
            ..before.clone()
        };
        let mut told = Vec::new();
        if self.missed != Missed::default() {
            told.push(Told::Missed(self.missed));
        }
        for Run { tick, job } in now {
            told.push(Told::Fired {
                tick: *tick,
                job: job.id,
            });
            schedule.last_run = Some(*tick);
            schedule.last_job = Some(job.id);
            schedule.last_error = None;
            schedule.unfinished.push(job.id);
        }
        if let Some(first) = overlapping.first() {
            told.push(Told::Overlapping {
                first: first.tick,
                count: u32::try_from(overlapping.len()).unwrap_or(u32::MAX),
            });
        }
        if let Some((ticks, error)) = &self.failed {
            schedule.last_error = Some(error.clone());
            told.extend(ticks.iter().map(|tick| Told::Failed {
                tick: *tick,
                error: error.clone(),
            }));
        }
        let kept = schedule.unfinished.len().saturating_sub(UNFINISHED);
        schedule.unfinished.drain(..kept);
        Outcome {
            schedule,
            jobs: now.iter().map(|run| run.job.clone()).collect(),
            told,
        }
    }
}
