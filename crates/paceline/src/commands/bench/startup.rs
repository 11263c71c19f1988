//! T9: from the start of the process to the line that says it is ready.

use tokio::time::Instant;

use super::figure::{Figure, Unit};
use super::lab::{Filling, Lab};
use super::numbers::largest;
use super::target::Target;
use super::workbench::{Handlers, Workbench};
use crate::exit::Result;
use crate::output::human;

/// A start takes so little that it can be repeated more often than the rest.
const TIMES: usize = 4;

pub(super) async fn measure(lab: &Lab) -> Result<Vec<Figure>> {
    let many = lab.many();
    let jobs = human::plural(many, "finished job");
    lab.note(format!("T9: starts, on an empty store and with {jobs}"));
    let filled = lab.copy_of(Filling::Finished, many).await?;
    let (mut empty, mut full, mut crashed) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..lab.rounds * TIMES {
        empty.push(stopped(&lab.workbench("")?).await?);
        full.push(stopped(&filled).await?);
        crashed.push(killed(&filled).await?);
    }
    let millis = |name: String, samples| Figure::median(Target::T9, name, Unit::Millis, samples);
    let worst = largest(&full);
    Ok(vec![
        millis("empty store".to_owned(), empty)
            .at_most(100.0)
            .how("from exec to the ready line, listening; no workers"),
        millis(format!("with {jobs}"), full).at_most(500.0),
        Figure::single(
            Target::T9,
            format!("with {jobs}, slowest"),
            Unit::Millis,
            worst,
        ),
        millis(format!("with {jobs}, after kill -9"), crashed).how("the log is recovered first"),
    ])
}

async fn stopped(workbench: &Workbench) -> Result<f64> {
    let began = Instant::now();
    let node = workbench.start(Handlers::Configured, &[]).await?;
    let millis = began.elapsed().as_secs_f64() * 1e3;
    node.stop().await?;
    Ok(millis)
}

/// The start after a crash.
async fn killed(workbench: &Workbench) -> Result<f64> {
    workbench
        .start(Handlers::Configured, &[])
        .await?
        .kill()
        .await?;
    stopped(workbench).await
}
