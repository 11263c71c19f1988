//! `paceline jobs`: the list.

use std::time::Duration;

use comfy_table::Cell;
use jiff::Timestamp;
use paceline_core::{Priority, Time};
use paceline_protocol::rest::{JobView, ListView};
use reqwest::Method;

use super::Context;
use super::filter::FilterArgs;
use crate::clock;
use crate::exit::Result;
use crate::output::style::{self, Color, Painted, Palette};
use crate::output::{bar, human, table};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    filter: FilterArgs,
    /// Order; `-` first for descending
    #[arg(
        long,
        value_name = "FIELD",
        allow_hyphen_values = true,
        default_value = "-created_at"
    )]
    #[arg(value_parser = SORTS)]
    sort: String,
    /// Most jobs to show
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=500))]
    limit: u32,
    /// Where to go on: `next_cursor` of an earlier answer
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

/// What the list can be sorted by.
const SORTS: [&str; 14] = [
    "created_at",
    "-created_at",
    "started_at",
    "-started_at",
    "finished_at",
    "-finished_at",
    "priority",
    "-priority",
    "progress",
    "-progress",
    "state",
    "-state",
    "duration",
    "-duration",
];

pub(crate) async fn run(args: &Args, context: &Context) -> Result {
    let mut request = context
        .client
        .request(Method::GET, "/jobs")
        .query(&args.filter.request())
        .query(&[("sort", &args.sort), ("limit", &args.limit.to_string())]);
    if let Some(cursor) = &args.cursor {
        request = request.query(&[("cursor", cursor)]);
    }
    let page: ListView<JobView> = context.client.send(request).await?;
    let output = context.output;
    if output.json {
        return output.json(&page);
    }
    if page.items.is_empty() {
        output.note(nothing(&args.filter));
        return Ok(());
    }
    output.line(jobs_table(&page.items, output.palette))?;
    if page.next_cursor.is_some() {
        output.note(more(&page));
    }
    Ok(())
}

fn nothing(filter: &FilterArgs) -> &'static str {
    if filter.is_empty() {
        "no jobs yet; submit one: paceline submit TASK"
    } else {
        "no jobs match"
    }
}

fn more(page: &ListView<JobView>) -> String {
    let shown = page.items.len();
    match (page.total, page.total_at_least) {
        (Some(total), _) => format!(
            "{shown} of {}; --limit shows more",
            human::plural(total, "job")
        ),
        (None, Some(least)) => format!(
            "{shown} of more than {}; --limit shows more",
            human::count(least)
        ),
        (None, None) => format!("{shown} shown; --limit shows more"),
    }
}

/// The jobs as a table for people.
pub(crate) fn jobs_table(jobs: &[JobView], palette: Palette) -> String {
    let heads = [
        "state", "name", "progress", "", "rate", "eta", "priority", "user", "age",
    ];
    let mut table = table::table(&heads, palette);
    let now = clock::now();
    for job in jobs {
        table.add_row(row(job, now));
    }
    table::render(table)
}

fn row(job: &JobView, now: Timestamp) -> Vec<Cell> {
    let progress = &job.progress;
    let running = !job.state.0.is_terminal();
    let known = |value: Option<f64>, show: fn(f64) -> String| {
        Cell::new(value.filter(|_| running).map(show).unwrap_or_default())
    };
    let plain = Palette::new(false);
    let started = progress.done > 0 || job.started_at.is_some();
    vec![
        style::job_state(job.state.0, progress.failed > 0).into(),
        Cell::new(&job.name),
        Cell::new(if started && !bar::is_planning(job) {
            format!(
                "{} {:>3.0}%",
                bar::cells(progress.percent, 10, plain),
                progress.percent.floor()
            )
        } else {
            String::new()
        }),
        Cell::new(counts(job)),
        known(progress.rate, human::rate),
        known(progress.eta_seconds, human::clock),
        priority(job.priority.0).into(),
        Cell::new(job.user.as_deref().unwrap_or_default()),
        Cell::new(human::age(since(job.created_at.0, now))),
    ]
}

fn counts(job: &JobView) -> String {
    let progress = &job.progress;
    if job.kind == "unit" || (job.kind == "planned" && progress.total == 0) {
        return String::new();
    }
    let failed = match progress.failed {
        0 => String::new(),
        failed => format!(" ✗{failed}"),
    };
    format!("{}/{}{failed}", progress.done, progress.total)
}

/// The usual priority is quiet.
fn priority(priority: Priority) -> Painted {
    let color = match priority {
        Priority::Urgent => Color::Red,
        Priority::High => Color::Yellow,
        Priority::Normal => Color::Plain,
        Priority::Low => Color::Dim,
    };
    Painted::new(priority.as_str(), color)
}

/// Time passed since `earlier`.
pub(crate) fn since(earlier: Time, now: Timestamp) -> Duration {
    Time::from_micros(now.as_microsecond()).since(earlier)
}
