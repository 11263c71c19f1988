//! `paceline status`: what is going on, on one screen.

use std::collections::BTreeMap;
use std::time::Duration;

use comfy_table::Cell;
use jiff::Timestamp;
use paceline_core::JobState;
use paceline_core::worker::WorkerState;
use paceline_protocol::rest::{StatusView, WorkerView};

use super::Context;
use super::jobs::{jobs_table, since};
use crate::clock;
use crate::exit::Result;
use crate::output::style::{Color, Painted, Palette};
use crate::output::{human, table};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) async fn run(_: &Args, context: &Context) -> Result {
    let status: StatusView = context.client.get("/status", &()).await?;
    let output = context.output;
    if output.json {
        return output.json(&status);
    }
    output.line(describe(&status, context.client.base(), output.palette))
}

fn describe(status: &StatusView, address: &str, palette: Palette) -> String {
    let mut blocks = vec![head(status, address, palette), counts(&status.jobs)];
    for alert in &status.alerts {
        blocks.push(palette.paint(Color::Yellow, &format!("! {}", alert.message)));
    }
    if !status.running.is_empty() {
        blocks.push(jobs_table(&status.running, palette));
    }
    if !status.workers.is_empty() {
        blocks.push(workers(&status.workers, palette));
    }
    blocks.join("\n\n")
}

fn head(status: &StatusView, address: &str, palette: Palette) -> String {
    let uptime = Duration::try_from_secs_f64(status.uptime_seconds).unwrap_or_default();
    let title = palette.paint(Color::Bold, &format!("Paceline {}", status.version));
    let mut parts = vec![
        format!("{title} at {address}"),
        format!("up {}", human::age(uptime)),
    ];
    let machine = &status.machine;
    parts.extend(
        machine
            .process_memory_bytes
            .map(|used| format!("node {}", human::bytes(used))),
    );
    parts.extend(machine.load.map(|load| match machine.cores {
        Some(cores) => format!("load {load:.1} on {cores} cores"),
        None => format!("load {load:.1}"),
    }));
    let free = machine.memory_available_bytes;
    parts.extend(free.map(|free| format!("{} free", human::bytes(free))));
    parts.join(" · ")
}

/// Counts in the order of a job's life; states without jobs are left out.
fn counts(jobs: &BTreeMap<String, u64>) -> String {
    let counts: Vec<String> = JobState::ALL
        .iter()
        .filter_map(|state| {
            let count = *jobs.get(state.as_str())?;
            (count > 0).then(|| format!("{} {state}", human::count(count)))
        })
        .collect();
    if counts.is_empty() {
        "no jobs".to_owned()
    } else {
        format!("jobs: {}", counts.join(" · "))
    }
}

fn workers(workers: &[WorkerView], palette: Palette) -> String {
    let heads = [
        "worker", "state", "since", "items", "memory", "pid", "tasks",
    ];
    let mut table = table::table(&heads, palette);
    let now = clock::now();
    for worker in workers {
        table.add_row(row(worker, now));
    }
    let mut text = table::render(table);
    for worker in workers
        .iter()
        .filter(|worker| worker.state.0 == WorkerState::Broken)
    {
        let error = worker
            .last_error
            .as_deref()
            .unwrap_or("it died before it was ready");
        text += &palette.paint(Color::Red, &format!("\n{}: {error}", worker.name));
    }
    text
}

fn row(worker: &WorkerView, now: Timestamp) -> Vec<Cell> {
    vec![
        Cell::new(&worker.name),
        state(worker.state.0).into(),
        Cell::new(human::age(since(worker.since.0, now))),
        Cell::new(human::count(worker.items_done)),
        Cell::new(worker.memory_bytes.map(human::bytes).unwrap_or_default()),
        Cell::new(worker.pid.map(|pid| pid.to_string()).unwrap_or_default()),
        Cell::new(human::shorten(&worker.tasks.join(", "), 60)),
    ]
}

fn state(state: WorkerState) -> Painted {
    let color = match state {
        WorkerState::Busy => Color::Bold,
        WorkerState::Idle => Color::Green,
        WorkerState::Starting | WorkerState::Recycling => Color::Cyan,
        WorkerState::Broken => Color::Red,
        WorkerState::Stopped => Color::Dim,
    };
    Painted::new(state.as_str(), color)
}
