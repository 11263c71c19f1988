//! T5: no-op items through two warm Python workers, every result durable, beside
//! `multiprocessing.Pool`, which records nothing: the ceiling.

use paceline_protocol::rest::JobView;

use super::figure::{Figure, Unit};
use super::lab::Lab;
use super::load::{self, Keys};
use super::numbers::float;
use super::python;
use super::target::Target;
use super::watch;
use super::workbench::Subject;
use crate::exit::{CliError, Result};
use crate::output::human;

const CHUNK: u32 = 50;
/// Items that the workers run before anything is counted.
const WARM_UP: u64 = 2_000;

/// What one round measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) per_second: f64,
    /// CPU microseconds an item.
    pub(super) node_micros: f64,
    pub(super) workers_micros: f64,
    pub(super) fdatasync_ms: f64,
}

pub(super) async fn measure(lab: &Lab) -> Result<Vec<Figure>> {
    let count = if lab.quick { 100_000 } else { 200_000 };
    let (mut runs, mut pool) = (Vec::new(), Vec::new());
    for round in 0..lab.rounds {
        lab.note(format!(
            "T5 round {} of {}: {}",
            round + 1,
            lab.rounds,
            human::plural(count, "item")
        ));
        runs.push(run(lab, count).await?);
        pool.push(python::pool_rate(lab, count, CHUNK).await?);
    }
    Ok(figures(count, &runs, pool))
}

fn figures(count: u64, runs: &[Run], pool: Vec<f64>) -> Vec<Figure> {
    let syncs: Vec<f64> = runs.iter().map(|run| run.fdatasync_ms).collect();
    let figure = |name: String, unit, value: fn(&Run) -> f64| {
        Figure::median(Target::T5, name, unit, runs.iter().map(value).collect())
    };
    let ratios: Vec<f64> = runs
        .iter()
        .zip(&pool)
        .map(|(run, pool)| run.per_second / pool)
        .collect();
    let items = human::plural(count, "item");
    vec![
        figure(
            format!("{items}, two workers"),
            Unit::ItemsPerSecond,
            |run| run.per_second,
        )
        .at_least(100_000.0)
        .beside(&syncs)
        .how("from the job's start to its end, workers warm, every result durable"),
        figure("CPU of the node an item".to_owned(), Unit::Micros, |run| {
            run.node_micros
        })
        .at_most(10.0),
        figure(
            "CPU of the workers an item".to_owned(),
            Unit::Micros,
            |run| run.workers_micros,
        )
        .at_most(10.0),
        Figure::median(
            Target::T5,
            "multiprocessing.Pool, same run",
            Unit::ItemsPerSecond,
            pool,
        )
        .how("imap_unordered, chunksize 50; records nothing: the ceiling"),
        Figure::median(Target::T5, "of that ceiling", Unit::Ratio, ratios),
    ]
}

/// One job of `count` items on a fresh store.
pub(super) async fn run(lab: &Lab, count: u64) -> Result<Run> {
    let workbench = python::workbench(lab)?;
    let node = python::start_warm(&workbench).await?;
    let job = submit(&node, WARM_UP).await?;
    wait(&node, &job, WARM_UP).await?;
    let fdatasync_ms = workbench.fdatasync_ms()?;
    let job = submit(&node, count).await?;
    // Taking the items in is another figure (T7): what counts here begins with the first chunk.
    let before = node.cpu();
    let job = wait(&node, &job, count).await?;
    let cpu = node.cpu().since(before);
    node.stop().await?;
    let micros = |seconds: f64| seconds * 1e6 / float(count);
    Ok(Run {
        per_second: float(count) / job.duration_seconds.unwrap_or(f64::MAX),
        node_micros: micros(cpu.node),
        workers_micros: micros(cpu.workers),
        fdatasync_ms,
    })
}

async fn submit(node: &Subject, count: u64) -> Result<JobView> {
    let head = format!(r#"{{"task":"bench_item","chunk_size":{CHUNK}}}"#);
    load::stream_items(&node.client, &head, count, Keys::Named).await
}

async fn wait(node: &Subject, job: &JobView, count: u64) -> Result<JobView> {
    let job = watch::until_ended(&node.client, &job.id.to_string()).await?;
    let succeeded = job.progress.succeeded;
    if u64::from(succeeded) == count {
        return Ok(job);
    }
    Err(CliError::failed(format!(
        "only {succeeded} of {count} items succeeded"
    )))
}
