//! Why a job does not go on, in words: the store says which rule holds it, this node which workers
//! could run it.

use paceline_core::worker::{WorkerState, WorkerStatus};
use paceline_core::{Job, JobState};
use paceline_protocol::units::WireTime;

use super::Context;

/// What the store says when no rule holds the job: then the workers are the better reason.
const NEXT_IN_LINE: &str = "waits for its turn";

impl Context {
    /// What keeps the job from going on, in words.
    pub(super) fn waiting_for(&self, job: &Job) -> Vec<String> {
        let reason = match job.state {
            JobState::Completed | JobState::Failed | JobState::Cancelled | JobState::Merged => None,
            JobState::Paused => Some("paused by a person: resume it to go on".to_owned()),
            JobState::Blocked => Some("other jobs".to_owned()),
            JobState::Scheduled => Some(scheduled(job)),
            JobState::Pending => self
                .held
                .get(&job.id)
                .filter(|reason| *reason != NEXT_IN_LINE)
                .cloned()
                .or_else(|| self.without_worker(job)),
            JobState::Running if job.counters.running > 0 => None,
            JobState::Running => self.without_worker(job),
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
        let is = |wanted: WorkerState| move |worker: &&&WorkerStatus| worker.state == wanted;
        if able.is_empty() {
            let starting = self
                .workers
                .iter()
                .any(|worker| worker.state == WorkerState::Starting && worker.tasks.is_empty());
            return Some(if starting {
                "workers are starting".to_owned()
            } else {
                format!("no worker declares `{}`", job.task)
            });
        }
        if able.iter().any(|worker| worker.state == WorkerState::Idle) {
            return None;
        }
        if let Some(broken) = able.iter().find(is(WorkerState::Broken)) {
            return Some(format!("the workers of `{}` are broken", broken.pool));
        }
        if able.iter().any(|worker| worker.state == WorkerState::Busy) {
            return Some(match able.len() {
                1 => "the only worker for it is busy".to_owned(),
                count => format!("all {count} workers for it are busy"),
            });
        }
        Some("its workers are starting".to_owned())
    }
}

fn scheduled(job: &Job) -> String {
    match job.run_at {
        Some(at) if job.attempt > 1 => format!("attempt {} at {}", job.attempt, WireTime(at)),
        Some(at) => format!("its start time, {}", WireTime(at)),
        None => "its start time".to_owned(),
    }
}
