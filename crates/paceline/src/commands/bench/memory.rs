//! T8: what a node needs of memory, idle and with many jobs waiting.

use std::time::Duration;

use super::figure::{Figure, Unit};
use super::lab::{Filling, Lab};
use super::target::Target;
use super::usage::Memory;
use super::workbench::{Handlers, Workbench};
use crate::exit::Result;
use crate::output::human;

/// Until a node has come to rest; its first clean-up is over by then.
const REST: Duration = Duration::from_secs(8);

pub(super) async fn measure(lab: &Lab) -> Result<Vec<Figure>> {
    let many = lab.many();
    lab.note(format!(
        "T8: memory, idle and with {}",
        human::plural(many, "pending job")
    ));
    let idle = at_rest(&lab.workbench("")?, Handlers::Configured).await?;
    let took = lab.stocked(Filling::Pending, many).await?.memory;
    let filled = lab.copy_of(Filling::Pending, many).await?;
    let restarted = at_rest(&filled, Handlers::Configured).await?;
    let mebibytes = |name: String, value| Figure::single(Target::T8, name, Unit::Mebibytes, value);
    let jobs = human::plural(many, "pending job");
    Ok(vec![
        mebibytes("idle node, no workers".to_owned(), idle.now)
            .at_most(30.0)
            .how("resident memory of the node's process, 8 s after its start"),
        mebibytes(format!("with {jobs}, just taken in"), took.now)
            .at_most(100.0)
            .how("resident memory after POST /jobs/bulk of all of them"),
        mebibytes(format!("with {jobs}, restarted"), restarted.now)
            .at_most(100.0)
            .how("8 s after the start on that store"),
        mebibytes(format!("peak while taking in {jobs}"), took.peak),
    ])
}

async fn at_rest(workbench: &Workbench, handlers: Handlers) -> Result<Memory> {
    let node = workbench.start(handlers, &[]).await?;
    tokio::time::sleep(REST).await;
    let memory = node.memory();
    node.stop().await?;
    Ok(memory)
}
