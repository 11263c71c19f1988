//! T7: one job with very many items, streamed over HTTP in constant memory.

use std::time::Duration;

use tokio::time::Instant;

use super::figure::{Figure, Unit};
use super::lab::Lab;
use super::load::{self, Keys};
use super::numbers::{float, largest};
use super::target::Target;
use super::workbench::{Handlers, NOOP};
use crate::exit::Result;
use crate::output::human;

/// What one round measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) per_second: f64,
    /// How much the node's resident memory grew at most, in MiB.
    pub(super) growth: f64,
    pub(super) cpu_micros: f64,
    pub(super) fdatasync_ms: f64,
}

pub(super) async fn measure(lab: &Lab) -> Result<Vec<Figure>> {
    let count = lab.many();
    let (mut named, mut plain) = (Vec::new(), Vec::new());
    for round in 0..lab.rounds {
        lab.note(format!(
            "T7 round {} of {}: {}",
            round + 1,
            lab.rounds,
            human::plural(count, "item")
        ));
        named.push(run(lab, count, Keys::Named).await?);
        plain.push(run(lab, count, Keys::Without).await?);
    }
    let items = human::plural(count, "item");
    let growths: Vec<f64> = named.iter().chain(&plain).map(|run| run.growth).collect();
    Ok(vec![
        rate(format!("{items} with keys"), &named)
            .at_least(150_000.0)
            .how("POST /jobs as NDJSON, lines of about 40 bytes; until the whole job is committed"),
        rate(format!("{items} without keys"), &plain),
        Figure::median(
            Target::T7,
            "CPU of the node an item, with keys",
            Unit::Micros,
            cpu(&named),
        ),
        Figure {
            samples: growths.clone(),
            ..Figure::single(
                Target::T7,
                "growth of the node's memory, at most",
                Unit::Mebibytes,
                largest(&growths),
            )
        }
        .at_most(64.0)
        .how("peak of resident memory, less what it was before; the worst round"),
    ])
}

fn rate(name: String, runs: &[Run]) -> Figure {
    let syncs: Vec<f64> = runs.iter().map(|run| run.fdatasync_ms).collect();
    let rates = runs.iter().map(|run| run.per_second).collect();
    Figure::median(Target::T7, name, Unit::ItemsPerSecond, rates).beside(&syncs)
}

fn cpu(runs: &[Run]) -> Vec<f64> {
    runs.iter().map(|run| run.cpu_micros).collect()
}

pub(super) async fn run(lab: &Lab, count: u64, keys: Keys) -> Result<Run> {
    let workbench = lab.workbench("")?;
    workbench.declare_noop().await?;
    let node = workbench.start(Handlers::Configured, &[]).await?;
    let fdatasync_ms = workbench.fdatasync_ms()?;
    // What a start needs is not growth.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (memory, cpu, began) = (node.memory(), node.cpu(), Instant::now());
    let head = format!(r#"{{"task":"{NOOP}"}}"#);
    load::stream_items(&node.client, &head, count, keys).await?;
    let seconds = began.elapsed().as_secs_f64();
    let run = Run {
        per_second: float(count) / seconds,
        growth: node.memory().peak - memory.now,
        cpu_micros: node.cpu().since(cpu).node * 1e6 / float(count),
        fdatasync_ms,
    };
    node.stop().await?;
    Ok(run)
}
