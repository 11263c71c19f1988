//! T3: a deep queue is drained as fast as a shallow one.

use super::figure::{Figure, Unit};
use super::lab::{Filling, Lab};
use super::target::Target;
use super::throughput::{Run, drain_all};
use crate::exit::Result;
use crate::output::human;

const SHALLOW: u64 = 10_000;

pub(super) async fn measure(lab: &Lab) -> Result<Vec<Figure>> {
    let deep = lab.many();
    let (mut shallow_runs, mut deep_runs) = (Vec::new(), Vec::new());
    for round in 0..lab.rounds {
        lab.note(format!(
            "T3 round {} of {}: draining {SHALLOW} and {deep}",
            round + 1,
            lab.rounds
        ));
        shallow_runs.push(drain(lab, SHALLOW).await?);
        deep_runs.push(drain(lab, deep).await?);
    }
    Ok(figures(deep, &shallow_runs, &deep_runs))
}

pub(super) async fn drain(lab: &Lab, count: u64) -> Result<Run> {
    drain_all(&lab.copy_of(Filling::Pending, count).await?, count).await
}

fn figures(deep: u64, shallow_runs: &[Run], deep_runs: &[Run]) -> Vec<Figure> {
    let syncs: Vec<f64> = deep_runs.iter().map(|run| run.fdatasync_ms).collect();
    let pairs = deep_runs.iter().zip(shallow_runs);
    let ratios = pairs.map(|(deep, shallow)| deep.per_second / shallow.per_second);
    let cpu = deep_runs.iter().map(|run| run.cpu_micros).collect();
    let rate = |count: u64, runs: &[Run]| {
        let name = format!("draining {} queued", human::count(count));
        let rates = runs.iter().map(|run| run.per_second).collect();
        Figure::median(Target::T3, name, Unit::JobsPerSecond, rates).beside(&syncs)
    };
    let name = format!(
        "{} queued against {}",
        human::count(deep),
        human::count(SHALLOW)
    );
    vec![
        Figure::median(Target::T3, name, Unit::Ratio, ratios.collect())
            .at_least(0.9)
            .how("drain rate to drain rate, from the first start to the last end, in turns"),
        rate(SHALLOW, shallow_runs),
        rate(deep, deep_runs),
        Figure::median(Target::T3, "CPU of the node a job, deep", Unit::Micros, cpu)
            .how("survives a busy machine; compare with draining alone in T1"),
    ]
}
