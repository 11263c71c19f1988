//! What is going on, in one call.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use paceline_core::JobState;
use paceline_core::query::{JobFilter, JobQuery};
use paceline_core::retention::CleanUp;
use paceline_core::worker::{WorkerState, WorkerStatus};
use paceline_protocol::rest::{
    AlertView, BreakerStateName, BreakerView, CleanUpView, JobView, LimitsView, NodeView,
    StatusView, TaskBreakerView, ThroughputView, WorkerView,
};
use paceline_protocol::units::WireTime;

use crate::convert::job_views;
use crate::machine::machine;
use crate::openapi::Plain;
use crate::problem::Result;
use crate::routes::node_status::{node_alerts, node_status};
use crate::routes::tasks::share;
use crate::state::{AppState, some_are_starting};

const WINDOW: Duration = Duration::from_hours(1);
const SHOWN_RUNNING: u32 = 20;
/// Waiting jobs that are looked at for tasks that nobody declares.
const LOOKED_AT: u32 = 200;

/// Tells everything that a dashboard's first page shows.
#[utoipa::path(get, operation_id = "show_status", path = "/status", tag = "system",
    responses((status = 200, description = "What is going on", body = StatusView), Plain))]
pub(crate) async fn status(State(state): State<AppState>) -> Result<Json<StatusView>> {
    status_view(&state).await.map(Json)
}

pub(crate) async fn status_view(state: &AppState) -> Result<StatusView> {
    let store = state.engine.store();
    let now = state.engine.now();
    let workers = state.workers();
    let limits = store.rule_book().await?.limits();
    let breakers = breakers(state).await?;
    let node = node_status(state);
    let last_prune = store.last_prune().await?;
    Ok(StatusView {
        version: state.options.version.clone(),
        now: WireTime(now),
        uptime_seconds: now.since(state.started).as_secs_f64(),
        jobs: jobs_by_state(state).await?,
        running: running(state).await?,
        throughput: throughput(state).await?,
        alerts: alerts(state, &workers, &breakers, &node).await?,
        node,
        breakers,
        workers: workers.into_iter().map(WorkerView::from).collect(),
        limits: LimitsView {
            jobs: limits.jobs,
            jobs_per_user: limits.jobs_per_user,
        },
        machine: machine(),
        last_clean_up: last_prune.map(clean_up),
        last_event: store.last_event().await?.0,
    })
}

fn clean_up(CleanUp { at, took, pruned }: CleanUp) -> CleanUpView {
    CleanUpView {
        at: WireTime(at),
        seconds: took.as_secs_f64(),
        jobs: pruned.jobs(),
        completed: pruned.completed,
        failed: pruned.failed,
        cancelled: pruned.cancelled,
        merged: pruned.merged,
        results: pruned.results,
        events: pruned.events,
    }
}

/// Breakers that are not closed, by task.
pub(crate) async fn breakers(state: &AppState) -> Result<Vec<TaskBreakerView>> {
    let throttles = state.engine.store().throttles().await?;
    let now = state.engine.now();
    let views = throttles.into_iter().filter_map(|throttle| {
        let breaker = BreakerView::of(&throttle, now)?;
        let task = throttle.task;
        Some(TaskBreakerView { task, breaker })
    });
    Ok(views
        .filter(|view| view.breaker.state != BreakerStateName::Closed)
        .collect())
}

/// Number of jobs in every state, also in those without any.
pub(crate) async fn jobs_by_state(state: &AppState) -> Result<BTreeMap<String, u64>> {
    let counts = state.engine.store().counts().await?;
    let count = |state: &JobState| counts.get(state).copied().unwrap_or(0);
    Ok(JobState::ALL
        .iter()
        .map(|state| (state.to_string(), count(state)))
        .collect())
}

async fn running(state: &AppState) -> Result<Vec<JobView>> {
    let query = in_state(JobState::Running, SHOWN_RUNNING);
    let page = state.engine.store().jobs(query).await?;
    job_views(state, page.items).await
}

fn in_state(state: JobState, limit: u32) -> JobQuery {
    JobQuery {
        filter: JobFilter {
            states: vec![state],
            ..JobFilter::default()
        },
        limit,
        ..JobQuery::default()
    }
}

async fn throughput(state: &AppState) -> Result<ThroughputView> {
    let (ended, completed) = state.throughput(WINDOW).await?;
    Ok(ThroughputView {
        window_seconds: WINDOW.as_secs(),
        ended,
        completed,
        success_rate: share(completed, ended),
    })
}

/// All that a person should look at.
pub(crate) async fn all_alerts(state: &AppState) -> Result<Vec<AlertView>> {
    let breakers = breakers(state).await?;
    alerts(state, &state.workers(), &breakers, &node_status(state)).await
}

/// What this node sees at once, and what all nodes found together.
async fn alerts(
    state: &AppState,
    workers: &[WorkerStatus],
    breakers: &[TaskBreakerView],
    node: &NodeView,
) -> Result<Vec<AlertView>> {
    let mut alerts = broken_pools(workers);
    alerts.extend(node_alerts(state, node));
    alerts.extend(breakers.iter().map(broken_task));
    alerts.extend(undeclared_tasks(state, workers).await?);
    let open = state.engine.store().watch().alerts().await?;
    let found = open.into_iter().map(|alert| AlertView {
        code: alert.code.to_string(),
        subject: alert.subject,
        message: alert.message,
        since: Some(WireTime(alert.since)),
    });
    for alert in found {
        if !alerts.iter().any(|seen| is_same(seen, &alert)) {
            alerts.push(alert);
        }
    }
    Ok(alerts)
}

fn broken_task(TaskBreakerView { task, breaker }: &TaskBreakerView) -> AlertView {
    let state = breaker.state;
    AlertView {
        code: "breaker_open".to_owned(),
        subject: task.clone(),
        message: match breaker.until {
            Some(until) => format!("the breaker of `{task}` is {state}; tried again at {until}"),
            None => format!("the breaker of `{task}` is {state}; some of its work is tried"),
        },
        since: None,
    }
}

/// Whether what this node sees itself is what all nodes found.
fn is_same(seen: &AlertView, found: &AlertView) -> bool {
    match (seen.code.as_str(), found.code.as_str()) {
        ("workers_broken", "workers_broken") => {
            let pool = found.subject.rsplit_once('/').map(|(_node, pool)| pool);
            pool == Some(&seen.subject)
        }
        ("no_worker", "queue_stuck") => seen.subject == found.subject,
        _ => false,
    }
}

fn broken_pools(workers: &[WorkerStatus]) -> Vec<AlertView> {
    let broken = workers
        .iter()
        .filter(|worker| worker.state == WorkerState::Broken);
    let mut pools: BTreeMap<&str, &WorkerStatus> = BTreeMap::new();
    for worker in broken {
        pools.entry(&worker.pool).or_insert(worker);
    }
    pools
        .into_iter()
        .map(|(pool, worker)| {
            let why = worker.last_error.as_deref().unwrap_or("no reason is known");
            AlertView {
                code: "workers_broken".to_owned(),
                subject: pool.to_owned(),
                message: format!("workers of `{pool}` do not start: {why}"),
                since: Some(WireTime(worker.since)),
            }
        })
        .collect()
}

/// Tasks that jobs wait for while no worker of this node runs them.
async fn undeclared_tasks(state: &AppState, workers: &[WorkerStatus]) -> Result<Vec<AlertView>> {
    if some_are_starting(workers) {
        return Ok(Vec::new());
    }
    let mut waiting: BTreeMap<String, u64> = BTreeMap::new();
    for job_state in [JobState::Pending, JobState::Running] {
        let query = in_state(job_state, LOOKED_AT);
        for job in state.engine.store().jobs(query).await?.items {
            let declared = workers
                .iter()
                .any(|worker| worker.tasks.contains(&job.task));
            if !declared && job.counters.running == 0 {
                *waiting.entry(job.task).or_default() += 1;
            }
        }
    }
    Ok(waiting
        .into_iter()
        .map(|(task, count)| AlertView {
            code: "no_worker".to_owned(),
            message: format!(
                "{} for `{task}`, which no worker declares",
                jobs_wait(count)
            ),
            subject: task,
            since: None,
        })
        .collect())
}

fn jobs_wait(count: u64) -> String {
    match count {
        1 => "1 job waits".to_owned(),
        count if count >= u64::from(LOOKED_AT) => format!("{count} or more jobs wait"),
        count => format!("{count} jobs wait"),
    }
}
