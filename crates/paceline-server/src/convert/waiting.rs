//! Why a job does not go on, in words: the store says which rule holds it, this node which workers
//! could run it.

use paceline_core::admission::NEXT_IN_LINE;
use paceline_core::worker::{WorkerState, WorkerStatus};
use paceline_core::{Job, JobState, Time};
use paceline_protocol::units::WireTime;

use super::Context;

impl Context {
    /// What keeps the job from going on, in words.
    pub(super) fn waiting_for(&self, job: &Job) -> Vec<String> {
        let held = self.held.get(&job.id).into_iter().flatten();
        let held: Vec<String> = held.filter(|why| **why != NEXT_IN_LINE).cloned().collect();
        if !held.is_empty() {
            return held;
        }
        let reason = match job.state {
            JobState::Completed | JobState::Failed | JobState::Cancelled | JobState::Merged => None,
            JobState::Paused => Some("paused by a person: resume it to go on".to_owned()),
            JobState::Blocked => Some("other jobs".to_owned()),
            JobState::Scheduled => Some(self.scheduled(job)),
            JobState::Pending => self
                .without_worker(job)
                .or_else(|| Some("its turn".to_owned())),
            JobState::Running if job.counters.running > 0 => None,
            JobState::Running => self.without_worker(job).or_else(|| self.next_attempt(job)),
        };
        reason.into_iter().collect()
    }

    /// Why no worker runs it, as far as this node knows.
    fn without_worker(&self, job: &Job) -> Option<String> {
        if self.workers.iter().any(|worker| worker.job == Some(job.id)) {
            // Its planner is running, which no counter shows.
            return None;
        }
        let declares = |worker: &&WorkerStatus| worker.tasks.contains(&job.task);
        let able: Vec<_> = self.workers.iter().filter(declares).collect();
        if able.is_empty() {
            // Any of those that have not yet said what they can do may be the one.
            let unknown = || self.workers.iter().filter(|worker| worker.tasks.is_empty());
            if let Some(reason) = unknown().find_map(cannot_start) {
                return Some(reason);
            }
            let starting = unknown().any(|worker| worker.state == WorkerState::Starting);
            return Some(if starting {
                "workers are starting".to_owned()
            } else {
                format!("no worker declares `{}`", job.task)
            });
        }
        if let Some(why) = self.full.get(&job.task) {
            return Some(why.clone());
        }
        if able.iter().any(|worker| worker.state == WorkerState::Idle) {
            return None;
        }
        if let Some(reason) = able.iter().copied().find_map(cannot_start) {
            return Some(reason);
        }
        if able.iter().any(|worker| worker.state == WorkerState::Busy) {
            return Some(match able.len() {
                1 => "the only worker for it is busy".to_owned(),
                count => format!("all {count} workers for it are busy"),
            });
        }
        Some("its workers are starting".to_owned())
    }

    /// All that is left waits for a retry.
    fn next_attempt(&self, job: &Job) -> Option<String> {
        let due = job.next_due.filter(|at| *at > self.now)?;
        Some(format!("the next attempt {}", self.in_words(due)))
    }

    fn scheduled(&self, job: &Job) -> String {
        match job.run_at {
            Some(at) if job.attempt > 1 => {
                format!("attempt {} {}", job.attempt, self.in_words(at))
            }
            Some(at) => format!("its start time, {}", WireTime(at)),
            None => "its start time".to_owned(),
        }
    }

    /// `in 3 s`, `in 5 min`: from now to a time that is near.
    fn in_words(&self, at: Time) -> String {
        let seconds = at.since(self.now).as_secs_f64().ceil();
        if seconds < 120.0 {
            format!("in {seconds} s")
        } else {
            format!("in {} min", (seconds / 60.0).round())
        }
    }
}

/// Why the worker's processes do not start, if they do not.
fn cannot_start(worker: &WorkerStatus) -> Option<String> {
    let why = match (worker.state, last_words(worker)) {
        (WorkerState::Broken, why) => why.unwrap_or("no reason is known"),
        (WorkerState::Starting, Some(why)) => why,
        _ => return None,
    };
    Some(format!("workers of `{}` cannot start: {why}", worker.pool))
}

/// The line that names the fault: of a traceback, the last.
fn last_words(worker: &WorkerStatus) -> Option<&str> {
    let error = worker.last_error.as_deref()?;
    error.lines().rev().find(|line| !line.trim().is_empty())
}
