//! Waiting for what a node is to do. Each wait asks for one small thing at a time, so that the
//! asking does not show in what is measured.

use std::time::Duration;

use paceline_core::worker::WorkerState;
use paceline_protocol::rest::{JobView, ListView, StatusView, TaskView};
use reqwest::Method;
use tokio::time::{Instant, sleep};

use crate::client::Client;
use crate::exit::{CliError, Result};

/// Between two questions about a job at work.
const STEP: Duration = Duration::from_millis(5);
/// Between two questions about a job whose times are read from the node afterwards: two hundred
/// questions a second would take two hundredths of this machine from its workers.
const LONG_STEP: Duration = Duration::from_millis(250);
/// Beyond this something hangs, and no figure would mean anything.
const PATIENCE: Duration = Duration::from_mins(30);

/// Asks again and again until there is an answer.
async fn until<T>(
    what: &str,
    step: Duration,
    mut ask: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        sleep(step).await;
    }
    Err(CliError::failed(format!("waited in vain for {what}")))
}

/// Until jobs of the task can be submitted.
pub(super) async fn until_known(client: &Client, task: &str) -> Result {
    until(task, STEP, async || {
        let tasks: ListView<TaskView> = client.get("/tasks", &()).await?;
        Ok(tasks
            .items
            .iter()
            .any(|known| known.name == task)
            .then_some(()))
    })
    .await
}

/// Until the job has ended, which is noticed at once; gives it as it is then.
pub(super) async fn until_ended(client: &Client, id: &str) -> Result<JobView> {
    ended(client, id, STEP).await
}

/// The same for a job that takes long, noticed late.
pub(super) async fn until_long_ended(client: &Client, id: &str) -> Result<JobView> {
    ended(client, id, LONG_STEP).await
}

async fn ended(client: &Client, id: &str, step: Duration) -> Result<JobView> {
    until("the end of a job", step, async || {
        let job: JobView = client.get(&format!("/jobs/{id}"), &()).await?;
        Ok(job.state.0.is_terminal().then_some(job))
    })
    .await
}

/// Until `count` jobs are completed. The ids are of those that are likely to be the last ones:
/// looking at one job is cheaper for the node than counting them all.
pub(super) async fn until_completed(client: &Client, count: u64, last: &[String]) -> Result {
    for id in last {
        until_ended(client, id).await?;
    }
    until("the end of all jobs", STEP, async || {
        let status: StatusView = client.get("/status", &()).await?;
        let completed = status.jobs.get("completed").copied().unwrap_or(0);
        Ok((completed >= count).then_some(()))
    })
    .await
}

/// Until that many workers wait for work.
pub(super) async fn until_idle(client: &Client, workers: usize) -> Result<StatusView> {
    until("idle workers", STEP * 4, async || {
        let status: StatusView = client.get("/status", &()).await?;
        let idle = status.workers.iter();
        let idle = idle.filter(|worker| worker.state.0 == WorkerState::Idle);
        if let Some(broken) = status
            .workers
            .iter()
            .find(|worker| worker.state.0 == WorkerState::Broken)
        {
            let why = broken
                .last_error
                .as_deref()
                .unwrap_or("it died before it was ready");
            return Err(CliError::failed(format!(
                "worker {} is broken: {why}",
                broken.name
            )));
        }
        Ok((idle.count() >= workers).then(|| status.clone()))
    })
    .await
}

/// Seconds between the first start and the last end of jobs, by the node's clock.
pub(super) async fn first_start_to_last_end(client: &Client) -> Result<f64> {
    let first = extreme(client, "started_at").await?;
    let last = extreme(client, "-finished_at").await?;
    let (Some(began), Some(ended)) = (first.started_at, last.finished_at) else {
        return Err(CliError::failed("no job has run"));
    };
    Ok(ended.0.since(began.0).as_secs_f64())
}

async fn extreme(client: &Client, sort: &str) -> Result<JobView> {
    let query = [("sort", sort), ("state", "completed"), ("limit", "1")];
    let request = client.request(Method::GET, "/jobs").query(&query);
    let page: ListView<JobView> = client.send(request).await?;
    let job = page.items.into_iter().next();
    job.ok_or_else(|| CliError::failed("no job has run"))
}

/// Until no job waits for a worker or runs.
pub(super) async fn until_quiet(client: &Client) -> Result {
    until("the end of all jobs", STEP * 20, async || {
        let status: StatusView = client.get("/status", &()).await?;
        let count = |state: &str| status.jobs.get(state).copied().unwrap_or(0);
        Ok((count("pending") + count("running") == 0).then_some(()))
    })
    .await
}
