//! How far a job is, and how long it takes.

use paceline_core::estimate::{self, Basis, Size};
use paceline_core::job::JobKind;
use paceline_core::progress::{Counters, Stage, eta_seconds, percent};
use paceline_core::{Job, JobState};
use paceline_protocol::rest::{EstimateBasis, EstimateView, ProgressView};

use super::Context;

/// By the task's history.
#[derive(Clone, Copy)]
pub(super) struct Estimate {
    pub(super) whole: estimate::Estimate,
    remaining: f64,
}

pub(super) fn estimate_view(estimate: estimate::Estimate) -> EstimateView {
    let (of, based_on) = match estimate.based_on {
        Basis::Jobs(count) => (EstimateBasis::Jobs, count),
        Basis::Items(count) => (EstimateBasis::Items, count),
    };
    EstimateView {
        seconds: estimate.seconds,
        low: estimate.low,
        high: estimate.high,
        based_on,
        of,
    }
}

impl Context {
    /// How long the job should take, by the history of its task.
    pub(super) fn estimate(&self, job: &Job) -> Option<Estimate> {
        let history = self.histories.get(&job.task)?;
        // Skipped items take no time.
        let items = job.counters.total.saturating_sub(job.counters.skipped);
        let size = match job.kind {
            JobKind::Unit => Size::Unit,
            JobKind::Items | JobKind::Planned if job.counters.total > 0 => Size::Items {
                count: items,
                at_once: self
                    .workers_for(job)
                    .saturating_mul(job.options.concurrency.max(1)),
            },
            JobKind::Items | JobKind::Planned => Size::Whole,
        };
        let whole = estimate::estimate(history, size)?;
        let share = match items {
            0 => 1.0,
            items => f64::from(job.counters.remaining()) / f64::from(items),
        };
        Some(Estimate {
            whole,
            remaining: whole.seconds * share,
        })
    }

    /// Seconds until the end: of running work by how it runs, else by the history of its task.
    /// Of work that should run but is held up nothing is known.
    fn seconds_left(&self, job: &Job, estimate: Option<Estimate>, goes_on: bool) -> Option<f64> {
        let by_history = estimate.map(|estimate| estimate.remaining);
        match job.state {
            JobState::Completed | JobState::Failed | JobState::Cancelled | JobState::Merged => None,
            JobState::Scheduled | JobState::Blocked | JobState::Pending | JobState::Paused => {
                by_history
            }
            JobState::Running if !goes_on => None,
            JobState::Running => match job.kind {
                JobKind::Unit => self.seconds_left_of_unit(job, estimate),
                // Its items are still being listed.
                JobKind::Planned if job.counters.total == 0 => by_history,
                JobKind::Items | JobKind::Planned => {
                    eta_seconds(job.counters.remaining(), job.rate).or(by_history)
                }
            },
        }
    }

    /// A call is as far as its handler says; of one that says nothing only the usual time is
    /// known, and nothing once that is over.
    fn seconds_left_of_unit(&self, job: &Job, estimate: Option<Estimate>) -> Option<f64> {
        let elapsed = self.now.since(job.started_at?).as_secs_f64();
        match job.stage.fraction {
            Some(fraction) if fraction > 0.0 => {
                Some(elapsed * (1.0 - fraction.min(1.0)) / fraction)
            }
            Some(_) | None => {
                let left = estimate?.whole.seconds - elapsed;
                (left > 0.0).then_some(left)
            }
        }
    }

    pub(super) fn progress(
        &self,
        job: &Job,
        estimate: Option<Estimate>,
        goes_on: bool,
    ) -> ProgressView {
        let Counters {
            total,
            succeeded,
            failed,
            skipped,
            cancelled,
            running,
        } = job.counters;
        let Stage {
            fraction: _,
            name,
            message,
        } = job.stage.clone();
        ProgressView {
            total,
            done: job.counters.done(),
            succeeded,
            failed,
            skipped,
            cancelled,
            running,
            remaining: job.counters.remaining(),
            percent: percent(job.state, job.kind, &job.counters, job.stage.fraction),
            rate: job.rate.filter(|_| job.state == JobState::Running),
            eta_seconds: self.seconds_left(job, estimate, goes_on),
            stage: name,
            message,
            memory_bytes: job.memory_bytes,
        }
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
