//! T1: no-op jobs, from their submission in bulk over HTTP to their recorded end. The handler runs
//! inside the node; every acknowledgement and every end is durable.

use tokio::time::Instant;

use super::figure::{Figure, Unit};
use super::lab::{Filling, Lab};
use super::load;
use super::numbers::float;
use super::target::Target;
use super::watch;
use super::workbench::{Handlers, Workbench};
use crate::client::Client;
use crate::exit::Result;
use crate::output::human;

/// Limits that every job has to pass: of its key, of which there are many, and of its queue.
pub(super) const LIMITS: &str = "jobs_per_key = 4\njobs_per_queue = 1000\n";

/// What one round measured for one number of jobs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) per_second: f64,
    /// CPU of the node's process, API and store included.
    pub(super) cpu_micros: f64,
    pub(super) fdatasync_ms: f64,
}

pub(super) async fn measure(lab: &Lab) -> Result<Vec<Figure>> {
    let mut runs: Vec<Rounds> = lab.jobs.iter().map(|_| Rounds::default()).collect();
    for round in 0..lab.rounds {
        for (&count, rounds) in lab.jobs.iter().zip(&mut runs) {
            lab.note(format!(
                "T1 round {} of {}: {}",
                round + 1,
                lab.rounds,
                human::plural(count, "job")
            ));
            rounds.whole.push(end_to_end(lab, count).await?);
            rounds.limited.push(limited(lab, count).await?);
            rounds.submit.push(submit(lab, count).await?);
            rounds.drain.push(drain(lab, count).await?);
        }
    }
    Ok(lab
        .jobs
        .iter()
        .zip(&runs)
        .flat_map(|(&count, rounds)| figures(count, rounds))
        .collect())
}

#[derive(Debug, Default)]
struct Rounds {
    whole: Vec<Run>,
    limited: Vec<Run>,
    submit: Vec<Run>,
    drain: Vec<Run>,
}

fn figures(count: u64, rounds: &Rounds) -> Vec<Figure> {
    let jobs = human::plural(count, "job");
    let figure = |name: String, unit, runs: &[Run], value: fn(&Run) -> f64| {
        let syncs: Vec<f64> = runs.iter().map(|run| run.fdatasync_ms).collect();
        Figure::median(Target::T1, name, unit, runs.iter().map(value).collect()).beside(&syncs)
    };
    let per_second = |run: &Run| run.per_second;
    let cpu = |run: &Run| run.cpu_micros;
    let both = rounds.limited.iter().zip(&rounds.whole);
    let shares = both.map(|(limited, whole)| limited.per_second / whole.per_second);
    vec![
        figure(format!("end to end, {jobs}"), Unit::JobsPerSecond, &rounds.whole, per_second)
            .at_least(50_000.0)
            .how("POST /jobs/bulk by 1,000 on 4 connections while the node drains; until the last is completed"),
        figure(format!("CPU of the node a job, {jobs}"), Unit::Micros, &rounds.whole, cpu)
            .at_most(35.0)
            .how("user and system time of the process, end to end"),
        Figure::median(
            Target::T1,
            format!("with limits and keys, share of that without, {jobs}"),
            Unit::Ratio,
            shares.collect(),
        )
        .at_least(0.8)
        .how(format!(
            "end to end; jobs over {} keys, most at once of a key and of the queue",
            human::count(load::KEYS)
        )),
        figure(format!("CPU of the node a job with limits and keys, {jobs}"), Unit::Micros, &rounds.limited, cpu),
        figure(format!("submitting alone, {jobs}"), Unit::JobsPerSecond, &rounds.submit, per_second)
            .how("the same requests; nothing runs the task"),
        figure(format!("CPU of submitting alone, {jobs}"), Unit::Micros, &rounds.submit, cpu),
        figure(format!("draining alone, {jobs}"), Unit::JobsPerSecond, &rounds.drain, per_second)
            .how("queued before the node starts; from the first start to the last end"),
        figure(format!("CPU of draining alone, {jobs}"), Unit::Micros, &rounds.drain, cpu)
            .how("the node's start included"),
    ]
}

/// Submits and drains at the same time.
pub(super) async fn end_to_end(lab: &Lab, count: u64) -> Result<Run> {
    whole(lab, count, "", async |client| {
        load::submit_noops(client, count).await
    })
    .await
}

/// The same where each job has limits to pass.
async fn limited(lab: &Lab, count: u64) -> Result<Run> {
    whole(lab, count, LIMITS, async |client| {
        load::submit_keyed_noops(client, count).await
    })
    .await
}

async fn whole(
    lab: &Lab,
    count: u64,
    limits: &str,
    submit: impl AsyncFnOnce(&Client) -> Result<load::Submitted>,
) -> Result<Run> {
    let workbench = lab.workbench(limits)?;
    let node = workbench.start(Handlers::Noop, &[]).await?;
    let fdatasync_ms = workbench.fdatasync_ms()?;
    let (cpu, began) = (node.cpu(), Instant::now());
    let submitted = submit(&node.client).await?;
    watch::until_completed(&node.client, count, &submitted.last).await?;
    let run = run(
        count,
        began.elapsed().as_secs_f64(),
        node.cpu().since(cpu).node,
        fdatasync_ms,
    );
    node.stop().await?;
    Ok(run)
}

async fn submit(lab: &Lab, count: u64) -> Result<Run> {
    let workbench = lab.workbench("")?;
    workbench.declare_noop().await?;
    let node = workbench.start(Handlers::Configured, &[]).await?;
    let fdatasync_ms = workbench.fdatasync_ms()?;
    let cpu = node.cpu();
    let submitted = load::submit_noops(&node.client, count).await?;
    let run = run(
        count,
        submitted.seconds,
        node.cpu().since(cpu).node,
        fdatasync_ms,
    );
    node.stop().await?;
    Ok(run)
}

async fn drain(lab: &Lab, count: u64) -> Result<Run> {
    let workbench = lab.copy_of(Filling::Pending, count).await?;
    drain_all(&workbench, count).await
}

/// Starts a node on a store with `count` queued jobs and lets it run them all.
pub(super) async fn drain_all(workbench: &Workbench, count: u64) -> Result<Run> {
    let fdatasync_ms = workbench.fdatasync_ms()?;
    let node = workbench.start(Handlers::Noop, &[]).await?;
    watch::until_completed(&node.client, count, &[]).await?;
    let cpu = node.cpu().node;
    let seconds = watch::first_start_to_last_end(&node.client).await?;
    node.stop().await?;
    Ok(run(count, seconds, cpu, fdatasync_ms))
}

fn run(count: u64, seconds: f64, cpu_seconds: f64, fdatasync_ms: f64) -> Run {
    Run {
        per_second: float(count) / seconds.max(1e-9),
        cpu_micros: cpu_seconds * 1e6 / float(count.max(1)),
        fdatasync_ms,
    }
}
