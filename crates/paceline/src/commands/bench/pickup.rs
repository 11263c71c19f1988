//! T4: how soon a job that is submitted to an idle node starts.
//!
//! The handler inside the node gives its own start time as the job's result; the one who submits
//! notes when it began to send. Both read the same clock of the same machine.

use std::collections::HashMap;
use std::time::Duration;

use paceline_core::JobId;
use paceline_core::clock::Clock;
use paceline_protocol::rest::{JobRequest, JobView, ListView};
use reqwest::Method;
use tokio::time::sleep;

use super::figure::{Figure, Unit};
use super::lab::Lab;
use super::numbers::{float, percentile};
use super::target::Target;
use super::watch;
use super::workbench::{Handlers, NOOP};
use crate::client::Client;
use crate::clock::SystemClock;
use crate::exit::{CliError, Context, Result};

const SAMPLES: u64 = 500;
/// Between two submissions: long enough for the node to come to rest.
const PAUSE: Duration = Duration::from_millis(10);

pub(super) async fn measure(lab: &Lab) -> Result<Vec<Figure>> {
    lab.note(format!(
        "T4: {SAMPLES} submissions, then {SAMPLES} with relaxed durability"
    ));
    let (full, sync) = run(lab, &[]).await?;
    let (relaxed, _) = run(lab, &["--durability", "relaxed"]).await?;
    let (p50, p99) = (percentile(&full, 50), percentile(&full, 99));
    let millis = |name: &str, value| Figure::single(Target::T4, name, Unit::Millis, value);
    let how = format!("{SAMPLES} submissions, one at a time");
    Ok(vec![
        millis("pick-up p50", p50)
            .at_most(sync + 1.0)
            .beside(&[sync])
            .how(format!("{how}; goal: one fdatasync and 1 ms")),
        millis("pick-up p99", p99)
            .at_most(3.0 * p50)
            .beside(&[sync])
            .how("goal: three times the p50"),
        millis("pick-up p50, relaxed durability", percentile(&relaxed, 50))
            .at_most(1.0)
            .how(how),
        millis("pick-up p99, relaxed durability", percentile(&relaxed, 99)),
    ])
}

/// Milliseconds of each pick-up, and of one `fdatasync` just before.
async fn run(lab: &Lab, args: &[&str]) -> Result<(Vec<f64>, f64)> {
    let workbench = lab.workbench("")?;
    let node = workbench.start(Handlers::Noop, args).await?;
    let sync = workbench.fdatasync_ms()?;
    let mut sent = HashMap::new();
    // The first one opens the connection and fills caches; it is not counted.
    submit(&node.client).await?;
    for _ in 0..SAMPLES {
        sleep(PAUSE).await;
        let (job, at) = submit(&node.client).await?;
        sent.insert(job, at);
    }
    watch::until_completed(&node.client, SAMPLES + 1, &[]).await?;
    let started = started(&node.client).await?;
    node.stop().await?;
    let times = sent.iter().map(|(job, sent)| {
        let started = started.get(job).copied();
        let started = started.ok_or_else(|| CliError::failed("a job is not in the list"))?;
        Ok(float(started.saturating_sub(*sent)) / 1e3)
    });
    Ok((times.collect::<Result<_>>()?, sync))
}

/// Submits one job; gives its id and when that began, in microseconds of the day's clock.
async fn submit(client: &Client) -> Result<(JobId, u64)> {
    let at = u64::try_from(SystemClock.now().as_micros()).unwrap_or(0);
    let job: JobView = client.post("/jobs", &JobRequest::new(NOOP)).await?;
    Ok((job.id.0, at))
}

/// When each job's handler started, in microseconds.
async fn started(client: &Client) -> Result<HashMap<JobId, u64>> {
    let mut started = HashMap::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut request = client
            .request(Method::GET, "/jobs")
            .query(&[("limit", "500")]);
        if let Some(cursor) = &cursor {
            request = request.query(&[("cursor", cursor)]);
        }
        let page: ListView<JobView> = client.send(request).await?;
        for job in &page.items {
            let result = job.result.as_ref().map_or("", |result| result.0.as_str());
            let at = result
                .parse()
                .context(|| format!("`{result}` is no start time"))?;
            started.insert(job.id.0, at);
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(started);
        }
    }
}
