//! `paceline task`: the tasks that workers declare, and pausing them.

use std::time::Duration;

use clap::Subcommand;
use paceline_protocol::rest::{
    BreakerStateName, BreakerView, ListView, NeedsView, RateView, TaskStatistics, TaskView,
};
use reqwest::Method;

use super::queue::{PauseArgs, limit, paused};
use super::{Context, task_history};
use crate::client::segment;
use crate::exit::Result;
use crate::output::fit::Column;
use crate::output::style::{Color, Painted, Palette};
use crate::output::{human, screen, table};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the tasks
    List,
    /// Show one task
    Show(Named),
    /// Show what ended over time, and how long it took
    History(task_history::Args),
    /// Hold its jobs back: none starts, and running ones get no new work
    Pause(PauseArgs),
    /// Let it go on
    Resume(Named),
    /// Close its breaker, so that its work goes on at once
    ResetBreaker(Named),
}

#[derive(Debug, clap::Args)]
struct Named {
    /// Name of the task
    #[arg(value_name = "TASK")]
    name: String,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result {
    let Context { client, output } = context;
    let path = |name: &str, rest: &str| format!("/tasks/{}{rest}", segment(name));
    let task: TaskView = match &args.verb {
        Verb::List => {
            let tasks: ListView<TaskView> = client.get("/tasks", &()).await?;
            if output.json {
                return output.json(&tasks);
            }
            if tasks.items.is_empty() {
                output.note("no tasks yet; workers declare them when they start");
                return Ok(());
            }
            let width = screen::out_width();
            return output.line(list(&tasks.items, output.palette, width));
        }
        Verb::History(args) => return task_history::run(args, context).await,
        Verb::Show(args) => client.get(&path(&args.name, ""), &()).await?,
        Verb::Pause(args) => {
            client
                .post(&path(&args.name, "/pause"), &args.request())
                .await?
        }
        Verb::Resume(args) => {
            let request = client.request(Method::POST, &path(&args.name, "/resume"));
            client.send(request).await?
        }
        Verb::ResetBreaker(args) => {
            let request = client.request(Method::POST, &path(&args.name, "/reset-breaker"));
            client.send(request).await?
        }
    };
    if output.json {
        return output.json(&task);
    }
    let throttled = throttled(&task, output.palette);
    let durations = durations(&task.statistics);
    output.line(list(&[task], output.palette, screen::out_width()))?;
    if let Some(durations) = durations {
        output.line(durations)?;
    }
    match throttled {
        Some(throttled) => output.line(throttled),
        None => Ok(()),
    }
}

/// How long its jobs took and how many of them succeeded, once there is anything to tell.
fn durations(statistics: &TaskStatistics) -> Option<String> {
    let seconds =
        |seconds: f64| human::duration(Duration::try_from_secs_f64(seconds).unwrap_or_default());
    let shares = [
        ("half", statistics.job_p50_seconds),
        ("95 %", statistics.job_p95_seconds),
        ("99 %", statistics.job_p99_seconds),
    ];
    let within = shares
        .into_iter()
        .filter_map(|(share, time)| Some(format!("{share} within {}", seconds(time?))));
    let within: Vec<String> = within.collect();
    let rate = statistics
        .success_rate
        .map(|rate| format!("{:.1} % completed", rate * 100.0));
    let all: Vec<String> = rate.into_iter().chain(within).collect();
    (!all.is_empty()).then(|| format!("jobs: {}", all.join(", ")))
}

/// Its breaker, its rate and what it needs, a line each.
fn throttled(task: &TaskView, palette: Palette) -> Option<String> {
    let mut lines = Vec::new();
    lines.extend(task.breaker.map(|breaker| breaker_line(&breaker, palette)));
    if let Some(rate) = &task.rate {
        let RateView {
            items,
            period,
            left,
        } = rate;
        lines.push(format!("rate: {items} items in {period}, {left} left now"));
    }
    if let Some(delay) = task.delay {
        lines.push(format!("delay: {delay} between chunks"));
    }
    if let Some(needs) = &task.needs {
        let named = needs.resources.iter();
        let NeedsView { cpus, memory, .. } = needs;
        let of_machine = [format!("{cpus} cpus"), format!("{memory} of memory")];
        let all: Vec<String> = of_machine
            .into_iter()
            .chain(named.map(|(name, count)| format!("{count} {name}")))
            .collect();
        lines.push(format!("needs: {}", all.join(", ")));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

const COLUMNS: [Column; 6] = [
    Column::new("task").shortest(12),
    Column::new("workers"),
    Column::new("limit"),
    Column::new("completed").goes(2),
    Column::new("failed").goes(3),
    Column::new("state").goes(1),
];

fn list(tasks: &[TaskView], palette: Palette, width: Option<usize>) -> String {
    let rows: Vec<_> = tasks.iter().map(row).collect();
    table::fitted(&COLUMNS, &rows, width, palette)
}

fn breaker_line(breaker: &BreakerView, palette: Palette) -> String {
    let BreakerView {
        state,
        until,
        succeeded,
        failed,
        window,
        probes,
        ..
    } = breaker;
    let (color, more) = match state {
        BreakerStateName::Closed => {
            let counts = format!(", {succeeded} succeeded and {failed} failed in {window}");
            (Color::Green, counts)
        }
        BreakerStateName::Open => {
            let until = until.map(|until| format!(", tried again at {until:.0}"));
            (Color::Red, until.unwrap_or_default())
        }
        BreakerStateName::HalfOpen => (
            Color::Yellow,
            format!(", {succeeded} of {probes} probes succeeded"),
        ),
    };
    let state = palette.paint(color, &state.to_string());
    format!("breaker: {state}{more}")
}

/// A pause goes before a breaker, for it does not end by itself.
fn state(task: &TaskView) -> Painted {
    let breaker = task.breaker.filter(|_| task.paused.is_none());
    let breaker = breaker.filter(|breaker| breaker.state != BreakerStateName::Closed);
    match breaker {
        Some(breaker) => Painted::new(format!("breaker {}", breaker.state), Color::Red),
        None => paused(task.paused.as_ref()),
    }
}

fn row(task: &TaskView) -> Vec<Painted> {
    vec![
        task.name.clone().into(),
        task.workers.to_string().into(),
        limit(task.max_running).into(),
        human::count(task.statistics.completed).into(),
        human::count(task.statistics.failed).into(),
        state(task),
    ]
}
