//! `paceline status`: what is going on, on one screen.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use paceline_core::JobState;
use paceline_core::worker::WorkerState;
use paceline_protocol::rest::{CleanUpView, StatusView, WorkerView};

use super::Context;
use super::jobs::{jobs_table, since};
use crate::clock;
use crate::exit::Result;
use crate::output::fit::Column;
use crate::output::style::{Color, Painted, Palette};
use crate::output::{human, screen, table};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) async fn run(_: &Args, context: &Context) -> Result {
    let status: StatusView = context.client.get("/status", &()).await?;
    let output = context.output;
    if output.json {
        return output.json(&status);
    }
    let address = context.client.base();
    output.line(describe(
        &status,
        address,
        output.palette,
        screen::out_width(),
    ))
}

fn describe(status: &StatusView, address: &str, palette: Palette, width: Option<usize>) -> String {
    let mut blocks = vec![head(status, address, palette), counts(&status.jobs)];
    for alert in &status.alerts {
        blocks.push(palette.paint(Color::Yellow, &format!("! {}", alert.message)));
    }
    if !status.running.is_empty() {
        blocks.push(jobs_table(&status.running, palette, width));
    }
    if !status.workers.is_empty() {
        blocks.push(workers(&status.workers, palette, width));
    }
    blocks.extend(status.last_clean_up.as_ref().map(cleaned_up));
    blocks.join("\n\n")
}

/// When the last clean-up was and what it removed; kinds of which there were none are left out.
fn cleaned_up(last: &CleanUpView) -> String {
    let kinds = [
        (last.completed, "completed job"),
        (last.failed, "failed job"),
        (last.cancelled, "cancelled job"),
        (last.merged, "merged job"),
        (last.results, "result"),
        (last.events, "event"),
    ];
    let some = kinds.iter().filter(|(number, _)| *number > 0);
    let removed: Vec<String> = some
        .map(|(number, noun)| human::plural(*number, noun))
        .collect();
    let removed = if removed.is_empty() {
        "nothing to remove".to_owned()
    } else {
        format!("removed {}", removed.join(", "))
    };
    let ago = human::age(since(last.at.0, clock::now()));
    let took = Duration::try_from_secs_f64(last.seconds).unwrap_or_default();
    format!(
        "cleaned up {ago} ago in {}: {removed}",
        human::duration(took)
    )
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

const COLUMNS: [Column; 7] = [
    Column::new("worker").shortest(12),
    Column::new("state"),
    Column::new("since").goes(2),
    Column::new("items").goes(1),
    Column::new("memory").goes(3),
    Column::new("pid").goes(4),
    Column::new("tasks").shortest(12).goes(5),
];

/// The workers as a table. Why the workers of a pool do not start is told by its alert.
fn workers(workers: &[WorkerView], palette: Palette, width: Option<usize>) -> String {
    let now = clock::now();
    let rows: Vec<_> = workers.iter().map(|worker| row(worker, now)).collect();
    table::fitted(&COLUMNS, &rows, width, palette)
}

fn row(worker: &WorkerView, now: Timestamp) -> Vec<Painted> {
    let memory = worker.memory_bytes.map(human::bytes);
    let pid = worker.pid.map(|pid| pid.to_string());
    vec![
        worker.name.as_str().into(),
        state(worker.state.0),
        human::age(since(worker.since.0, now)).into(),
        human::count(worker.items_done).into(),
        memory.unwrap_or_default().into(),
        pid.unwrap_or_default().into(),
        human::shorten(&worker.tasks.join(", "), 60).into(),
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
