//! Jobs as the API shows them: what the store knows, with estimates and reasons to wait.

mod progress;
mod waiting;

use std::collections::{BTreeMap, HashMap, HashSet};

use paceline_core::job::ResultsLeft;
use paceline_core::links::Links;
use paceline_core::task::TaskHistory;
use paceline_core::worker::WorkerStatus;
use paceline_core::{Job, JobId, JobState, Time};
use paceline_protocol::json::WireJson;
use paceline_protocol::rest::{ErrorView, JobView, OptionsView};
use paceline_protocol::units::WireTime;
use paceline_protocol::words::{WireJobId, WireJobState, WirePolicy, WirePriority, job_kind};

use crate::problem::Result;
use crate::state::AppState;

pub(crate) async fn job_view(state: &AppState, job: Job) -> Result<JobView> {
    let context = Context::of(state, std::slice::from_ref(&job)).await?;
    Ok(context.view(job))
}

pub(crate) async fn job_views(state: &AppState, jobs: Vec<Job>) -> Result<Vec<JobView>> {
    let context = Context::of(state, &jobs).await?;
    Ok(jobs.into_iter().map(|job| context.view(job)).collect())
}

/// What must be known besides the jobs to show them.
struct Context {
    now: Time,
    workers: Vec<WorkerStatus>,
    histories: HashMap<String, TaskHistory>,
    held: HashMap<JobId, Vec<String>>,
    /// Why this node has no room for a task: a gate, or what it lacks.
    full: HashMap<String, String>,
}

impl Context {
    async fn of(state: &AppState, jobs: &[Job]) -> Result<Self> {
        let unfinished = || jobs.iter().filter(|job| !job.state.is_terminal());
        let mut histories = HashMap::new();
        let tasks: HashSet<&str> = unfinished().map(|job| job.task.as_str()).collect();
        for task in tasks {
            histories.insert(task.to_owned(), state.history(task).await?);
        }
        // Of those that run only a hold of their task is of interest, and only if they rest.
        let waits = |job: &&Job| match job.state {
            JobState::Pending | JobState::Blocked => true,
            JobState::Running => job.counters.running == 0,
            _ => false,
        };
        let waiting: Vec<_> = unfinished().filter(waits).map(|job| job.id).collect();
        let now = state.engine.now();
        let held = if waiting.is_empty() {
            HashMap::new()
        } else {
            let held = state.engine.store().waiting_for(&waiting, now).await?;
            held.into_iter().collect()
        };
        let gate = state.engine.gate();
        let full = histories.keys().filter_map(|task: &String| {
            let why = gate.clone().or_else(|| state.engine.lacks_for(task))?;
            Some((task.clone(), why))
        });
        Ok(Context {
            now,
            full: full.collect(),
            workers: state.workers(),
            histories,
            held,
        })
    }

    fn view(&self, job: Job) -> JobView {
        let waiting_for = self.waiting_for(&job);
        let estimate = self.estimate(&job);
        let progress = self.progress(&job, estimate, waiting_for.is_empty());
        let duration = job
            .started_at
            .map(|start| job.finished_at.unwrap_or(self.now).since(start));
        let Job {
            id,
            name,
            task,
            queue,
            state,
            priority,
            user,
            key,
            batch,
            labels,
            params,
            options,
            kind,
            attempt,
            counters: _,
            stage: _,
            created_at,
            run_at,
            started_at,
            finished_at,
            result,
            results_left,
            error,
            memory_bytes: _,
            rate: _,
            next_due: _,
            links,
        } = job;
        let Links {
            after,
            after_policy,
            merged_into,
            merged_count,
            cached_from,
        } = links;
        JobView {
            id: WireJobId(id),
            name,
            task,
            queue,
            state: WireJobState(state),
            priority: WirePriority(priority),
            user,
            key,
            batch,
            labels: labels.into_iter().collect::<BTreeMap<_, _>>(),
            params: WireJson(params),
            kind: job_kind(kind).to_owned(),
            attempt,
            progress,
            created_at: WireTime(created_at),
            run_at: run_at.map(WireTime),
            started_at: started_at.map(WireTime),
            finished_at: finished_at.map(WireTime),
            duration_seconds: duration.map(|duration| duration.as_secs_f64()),
            estimated_seconds: estimate.map(|estimate| estimate.whole.seconds),
            estimate: estimate.map(|estimate| progress::estimate_view(estimate.whole)),
            after: after.into_iter().map(WireJobId).collect(),
            after_policy: after_policy.map(WirePolicy),
            waiting_for,
            merged_into: merged_into.map(WireJobId),
            merged_count,
            cached_from: cached_from.map(WireJobId),
            result: result.map(WireJson),
            results_expired: results_left != ResultsLeft::All,
            error: error.as_ref().map(ErrorView::from),
            options: OptionsView::from(&*options),
        }
    }
}

#[cfg(test)]
mod tests;
