//! Jobs as the API shows them: what the store knows, with estimates and reasons to wait.

use std::collections::{BTreeMap, HashMap, HashSet};

use paceline_core::job::JobKind;
use paceline_core::progress::{Counters, Stage, eta_seconds};
use paceline_core::task::TaskHistory;
use paceline_core::worker::{WorkerState, WorkerStatus};
use paceline_core::{Job, JobId, JobState, Time};
use paceline_protocol::json::WireJson;
use paceline_protocol::rest::{ErrorView, JobView, OptionsView, ProgressView};
use paceline_protocol::units::WireTime;
use paceline_protocol::words::{WireJobId, WireJobState, WirePriority, job_kind};

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
    held: HashMap<JobId, String>,
}

impl Context {
    async fn of(state: &AppState, jobs: &[Job]) -> Result<Self> {
        let unfinished = || jobs.iter().filter(|job| !job.state.is_terminal());
        let mut histories = HashMap::new();
        let tasks: HashSet<&str> = unfinished().map(|job| job.task.as_str()).collect();
        for task in tasks {
            histories.insert(task.to_owned(), state.history(task).await?);
        }
        let pending: Vec<_> = unfinished()
            .filter(|job| job.state == JobState::Pending)
            .map(|job| job.id)
            .collect();
        let held = if pending.is_empty() {
            HashMap::new()
        } else {
            let limits = state.engine.limits();
            let held = state.engine.store().waiting_for(&pending, limits).await?;
            held.into_iter().collect()
        };
        Ok(Context {
            now: state.engine.now(),
            workers: state.workers(),
            histories,
            held,
        })
    }

    fn view(&self, job: Job) -> JobView {
        let waiting_for = self.waiting_for(&job);
        let estimate = self.estimate(&job);
        let progress = progress_view(&job, estimate);
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
            error,
            memory_bytes: _,
            rate: _,
        } = job;
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
            estimated_seconds: estimate.map(|estimate| estimate.whole),
            after: Vec::new(),
            waiting_for,
            merged_into: None,
            merged_count: 0,
            cached_from: None,
            result: result.map(WireJson),
            error: error.as_ref().map(ErrorView::from),
            options: OptionsView::from(&*options),
        }
    }

    /// What keeps the job from going on, in words.
    fn waiting_for(&self, job: &Job) -> Vec<String> {
        let reason = match job.state {
            JobState::Completed | JobState::Failed | JobState::Cancelled | JobState::Merged => None,
            JobState::Paused => Some("paused by a person: resume it to go on".to_owned()),
            JobState::Blocked => Some("other jobs".to_owned()),
            JobState::Scheduled => Some(scheduled(job)),
            JobState::Pending => self
                .held
                .get(&job.id)
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

    /// How long the job should take, by the history of its task.
    fn estimate(&self, job: &Job) -> Option<Estimate> {
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

/// Seconds by the task's history.
#[derive(Clone, Copy)]
struct Estimate {
    whole: f64,
    remaining: f64,
}

fn scheduled(job: &Job) -> String {
    match job.run_at {
        Some(at) if job.attempt > 1 => format!("attempt {} at {}", job.attempt, WireTime(at)),
        Some(at) => format!("its start time, {}", WireTime(at)),
        None => "its start time".to_owned(),
    }
}

fn progress_view(job: &Job, estimate: Option<Estimate>) -> ProgressView {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use paceline_core::{JobOptions, Json, Priority};

    use super::*;

    fn job(state: JobState, kind: JobKind) -> Job {
        Job {
            id: JobId::from_bytes([1; 16]),
            name: "t-1".to_owned(),
            task: "t".to_owned(),
            queue: "default".to_owned(),
            state,
            priority: Priority::Normal,
            user: None,
            key: None,
            batch: None,
            labels: Vec::new(),
            params: Json::empty_object(),
            options: Arc::new(JobOptions::default()),
            kind,
            attempt: 1,
            counters: Counters {
                total: 100,
                ..Counters::default()
            },
            stage: Stage::default(),
            created_at: Time::EPOCH,
            run_at: None,
            started_at: None,
            finished_at: None,
            result: None,
            error: None,
            memory_bytes: None,
            rate: None,
        }
    }

    fn worker(state: WorkerState, task: &str) -> WorkerStatus {
        WorkerStatus {
            name: "p/0".to_owned(),
            pool: "p".to_owned(),
            state,
            pid: None,
            tasks: vec![task.to_owned()],
            job: None,
            items_done: 0,
            memory_bytes: None,
            since: Time::EPOCH,
            last_error: None,
        }
    }

    fn context(workers: Vec<WorkerStatus>) -> Context {
        let history = TaskHistory {
            item_p50: Some(Duration::from_millis(500)),
            ..TaskHistory::default()
        };
        Context {
            now: Time::EPOCH,
            workers,
            histories: HashMap::from([("t".to_owned(), history)]),
            held: HashMap::new(),
        }
    }

    #[test]
    fn waiting_jobs_say_why() {
        let pending = job(JobState::Pending, JobKind::Items);
        for (workers, reason) in [
            (vec![], Some("no worker declares `t`")),
            (
                vec![worker(WorkerState::Idle, "u")],
                Some("no worker declares `t`"),
            ),
            (vec![worker(WorkerState::Idle, "t")], None),
            (
                vec![worker(WorkerState::Busy, "t")],
                Some("the only worker for it is busy"),
            ),
            (
                vec![worker(WorkerState::Busy, "t"); 3],
                Some("all 3 workers for it are busy"),
            ),
            (
                vec![worker(WorkerState::Broken, "t")],
                Some("the workers of `p` are broken"),
            ),
        ] {
            let found = context(workers).waiting_for(&pending);
            assert_eq!(found.first().map(String::as_str), reason);
        }
    }

    #[test]
    fn estimates_come_from_history_and_are_null_without() {
        let pending = job(JobState::Pending, JobKind::Items);
        let view = context(vec![worker(WorkerState::Idle, "t"); 2]).view(pending.clone());
        assert_eq!(view.estimated_seconds, Some(25.0));
        assert_eq!(view.progress.eta_seconds, Some(25.0));
        let unknown = Context {
            histories: HashMap::new(),
            ..context(vec![])
        };
        let view = unknown.view(pending);
        assert_eq!(view.estimated_seconds, None);
        assert_eq!(view.progress.eta_seconds, None);
    }

    #[test]
    fn the_running_rate_wins_over_history() {
        let mut running = job(JobState::Running, JobKind::Items);
        running.rate = Some(10.0);
        running.counters.succeeded = 50;
        let view = context(vec![]).view(running);
        assert_eq!(view.progress.eta_seconds, Some(5.0));
        assert!((view.progress.percent - 50.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_unit_is_as_far_as_its_handler_says() {
        let mut unit = job(JobState::Running, JobKind::Unit);
        unit.counters.total = 1;
        unit.stage.fraction = Some(0.4);
        let view = context(vec![]).view(unit);
        assert!((view.progress.percent - 40.0).abs() < 1e-9);
    }
}
