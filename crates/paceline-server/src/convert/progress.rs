//! How far a job is, and how long it takes.

use paceline_core::job::JobKind;
use paceline_core::progress::{Counters, Stage, eta_seconds};
use paceline_core::{Job, JobState};
use paceline_protocol::rest::ProgressView;

use super::Context;

/// Seconds by the task's history.
#[derive(Clone, Copy)]
pub(super) struct Estimate {
    pub(super) whole: f64,
    remaining: f64,
}

impl Context {
    /// How long the job should take, by the history of its task.
    pub(super) fn estimate(&self, job: &Job) -> Option<Estimate> {
        let history = self.histories.get(&job.task)?;
        let whole = match job.kind {
            JobKind::Unit => history.job_p50.or(history.item_p50)?.as_secs_f64(),
            JobKind::Items | JobKind::Planned if job.counters.total > 0 => {
                let item = history.item_p50?.as_secs_f64();
                item * f64::from(job.counters.total) / f64::from(self.workers_for(job))
            }
            JobKind::Items | JobKind::Planned => history.job_p50?.as_secs_f64(),
        };
        let share = match job.counters.total {
            0 => 1.0,
            total => f64::from(job.counters.remaining()) / f64::from(total),
        };
        Some(Estimate {
            whole,
            remaining: whole * share,
        })
    }

    /// Workers that may be on the job at once, at least one.
    fn workers_for(&self, job: &Job) -> u32 {
        let able = self
            .workers
            .iter()
            .filter(|worker| worker.tasks.contains(&job.task));
        let able = u32::try_from(able.count()).unwrap_or(u32::MAX);
        able.min(job.options.workers.unwrap_or(u32::MAX)).max(1)
    }
}

pub(super) fn view(job: &Job, estimate: Option<Estimate>) -> ProgressView {
    let counters = &job.counters;
    let Counters {
        total,
        succeeded,
        failed,
        skipped,
        cancelled,
        running,
    } = *counters;
    let Stage {
        fraction: _,
        name,
        message,
    } = job.stage.clone();
    let working = job.state == JobState::Running;
    let rate = job.rate.filter(|_| working);
    let eta = match job.state {
        JobState::Completed | JobState::Failed | JobState::Cancelled | JobState::Merged => None,
        JobState::Running => {
            eta_seconds(counters.remaining(), rate).or(estimate.map(|estimate| estimate.remaining))
        }
        JobState::Scheduled | JobState::Blocked | JobState::Pending | JobState::Paused => {
            estimate.map(|estimate| estimate.remaining)
        }
    };
    ProgressView {
        total,
        done: counters.done(),
        succeeded,
        failed,
        skipped,
        cancelled,
        running,
        remaining: counters.remaining(),
        percent: percent(job),
        rate,
        eta_seconds: eta,
        stage: name,
        message,
        memory_bytes: job.memory_bytes,
    }
}

/// A single-unit job is as far as its handler says; a planned job that is not listed is at 0.
fn percent(job: &Job) -> f64 {
    if job.counters.total == 0 && !job.state.is_terminal() {
        return 0.0;
    }
    match (job.kind, job.stage.fraction) {
        (JobKind::Unit, Some(fraction)) if !job.state.is_terminal() => {
            fraction.clamp(0.0, 1.0) * 100.0
        }
        _ => job.counters.percent(),
    }
}
