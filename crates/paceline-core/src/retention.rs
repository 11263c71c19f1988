//! How long ended things are kept: by state, by task where a task has its own times, and results
//! where they go before their job. Nothing unfinished has any such time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::state::JobState;
use crate::time::Time;

const DAY: Duration = Duration::from_hours(24);
/// How much later than it says an end may become visible: clocks of nodes differ, and a commit
/// takes its time.
const LATE: Duration = Duration::from_mins(5);

/// How long ended things are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    pub completed: Duration,
    pub failed: Duration,
    pub cancelled: Duration,
    pub merged: Duration,
    /// Results of jobs and items; `None` is as long as their job.
    pub results: Option<Duration>,
    /// Events that tell of progress and logs, once their job has ended; the others stay as long
    /// as their job.
    pub progress_events: Duration,
    /// Most bytes of log kept for one job; the oldest go first.
    pub log_bytes: u64,
    /// How the jobs of a task ran over time, whether they are there still or not.
    pub task_history: Duration,
    /// Of tasks that have times of their own.
    pub tasks: BTreeMap<String, TaskRetention>,
}

/// What differs for one task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskRetention {
    pub completed: Option<Duration>,
    pub failed: Option<Duration>,
    pub cancelled: Option<Duration>,
    pub merged: Option<Duration>,
    pub results: Option<Duration>,
}

impl Retention {
    pub const DEFAULT: Retention = Retention {
        completed: Duration::from_hours(24 * 30),
        failed: Duration::from_hours(24 * 90),
        cancelled: Duration::from_hours(24 * 7),
        merged: Duration::from_hours(24 * 7),
        results: None,
        progress_events: DAY,
        log_bytes: 100 << 20,
        task_history: Duration::from_hours(24 * 90),
        tasks: BTreeMap::new(),
    };

    /// How long a job of `task` in this state is kept; `None` while it is unfinished.
    pub fn kept(&self, task: &str, state: JobState) -> Option<Duration> {
        let own = self.tasks.get(task).copied().unwrap_or_default();
        match state {
            JobState::Completed => Some(own.completed.unwrap_or(self.completed)),
            JobState::Failed => Some(own.failed.unwrap_or(self.failed)),
            JobState::Cancelled => Some(own.cancelled.unwrap_or(self.cancelled)),
            JobState::Merged => Some(own.merged.unwrap_or(self.merged)),
            JobState::Scheduled
            | JobState::Blocked
            | JobState::Pending
            | JobState::Running
            | JobState::Paused => None,
        }
    }

    /// How long the results of an ended job of `task` are kept; `None` is as long as the job.
    pub fn results_kept(&self, task: &str) -> Option<Duration> {
        let own = self.tasks.get(task).and_then(|own| own.results);
        own.or(self.results)
    }

    /// Whether what belongs to a job that stands so is past its time.
    pub fn is_past(&self, of: Aged, job: &Ended<'_>, now: Time) -> bool {
        let (kept, ended) = (self.time(of, job), job.finished_at);
        matches!((kept, ended), (Some(kept), Some(ended)) if ended < now - kept)
    }

    fn time(&self, of: Aged, job: &Ended<'_>) -> Option<Duration> {
        let kept = self.kept(job.task, job.state)?;
        match of {
            Aged::Jobs => Some(kept),
            Aged::Results => self.results_kept(job.task),
        }
    }

    /// The longest that any job is kept.
    pub fn longest(&self) -> Duration {
        self.times(Aged::Jobs).into_iter().max().unwrap_or_default()
    }

    /// All times that such things are kept for.
    fn times(&self, of: Aged) -> BTreeSet<Duration> {
        let own = self.tasks.values();
        match of {
            Aged::Jobs => own
                .flat_map(|own| [own.completed, own.failed, own.cancelled, own.merged])
                .flatten()
                .chain([self.completed, self.failed, self.cancelled, self.merged])
                .collect(),
            Aged::Results => own
                .filter_map(|own| own.results)
                .chain(self.results)
                .collect(),
        }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Retention::DEFAULT
    }
}

/// What comes of age and is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aged {
    /// Jobs with all that belongs to them.
    Jobs,
    /// Results of jobs that stay, and of their items.
    Results,
}

/// A job as retention looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'a> {
    pub task: &'a str,
    pub state: JobState,
    /// `None` of what is unfinished after all.
    pub finished_at: Option<Time>,
}

/// A look at the jobs that have come to an age since the last such look, in search of those that
/// are kept for just that time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    pub of: Aged,
    pub kept: Duration,
    /// Jobs that ended from then …
    pub from: Time,
    /// … to before then.
    pub before: Time,
}

impl Pass {
    /// Whether what belongs to the job goes in this pass.
    pub fn takes(&self, retention: &Retention, job: &Ended<'_>) -> bool {
        let comes_of_age = job
            .finished_at
            .is_some_and(|ended| self.from <= ended && ended < self.before);
        comes_of_age && retention.time(self.of, job) == Some(self.kept)
    }
}

/// How far the clean-ups of a process have come, so that each looks only at what has come of age
/// since the one before. The first, and one a day, looks at everything.
#[derive(Debug, Default)]
pub struct Reached {
    of: Option<Retention>,
    whole_at: Option<Time>,
    until: BTreeMap<(Aged, Duration), Time>,
}

impl Reached {
    /// The passes that a clean-up makes now.
    pub fn passes(&mut self, retention: &Retention, now: Time) -> Vec<Pass> {
        let is_due = |at: Time| now < at || now.since(at) >= DAY;
        if self.of.as_ref() != Some(retention) || self.whole_at.is_none_or(is_due) {
            *self = Reached {
                of: Some(retention.clone()),
                whole_at: Some(now),
                until: BTreeMap::new(),
            };
        }
        let pass = |of: Aged, kept: Duration| Pass {
            of,
            kept,
            from: match self.until.get(&(of, kept)) {
                Some(until) => *until - LATE,
                None => Time::EPOCH,
            },
            before: now - kept,
        };
        // Jobs first: their results go with them.
        let of_all = |of: Aged| retention.times(of).into_iter().map(move |kept| (of, kept));
        let all = of_all(Aged::Jobs).chain(of_all(Aged::Results));
        all.map(|(of, kept)| pass(of, kept)).collect()
    }

    /// The pass was made to its end.
    pub fn passed(&mut self, pass: &Pass) {
        self.until.insert((pass.of, pass.kept), pass.before);
    }
}

/// What a clean-up removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Jobs by the state that they had ended in.
    pub completed: u64,
    pub failed: u64,
    pub cancelled: u64,
    pub merged: u64,
    /// Results of jobs and items that stay.
    pub results: u64,
    pub events: u64,
}

impl Pruned {
    pub fn jobs(&self) -> u64 {
        self.completed + self.failed + self.cancelled + self.merged
    }

    /// Counts a job that had ended in this state.
    pub fn count_job(&mut self, state: JobState) {
        match state {
            JobState::Completed => self.completed += 1,
            JobState::Failed => self.failed += 1,
            JobState::Cancelled => self.cancelled += 1,
            JobState::Merged => self.merged += 1,
            JobState::Scheduled
            | JobState::Blocked
            | JobState::Pending
            | JobState::Running
            | JobState::Paused => {}
        }
    }

    pub fn add(&mut self, other: Pruned) {
        let Pruned {
            completed,
            failed,
            cancelled,
            merged,
            results,
            events,
        } = other;
        self.completed += completed;
        self.failed += failed;
        self.cancelled += cancelled;
        self.merged += merged;
        self.results += results;
        self.events += events;
    }
}

/// The last clean-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CleanUp {
    pub at: Time,
    pub took: Duration,
    pub pruned: Pruned,
}

#[cfg(test)]
mod tests;
