//! `paceline jobs`: the list.

use std::time::Duration;

use jiff::Timestamp;
use paceline_core::{Priority, Time};
use paceline_protocol::rest::{JobView, ListView};
use reqwest::Method;

use super::Context;
use super::filter::FilterArgs;
use crate::clock;
use crate::exit::Result;
use crate::output::fit::Column;
use crate::output::style::{self, Color, Painted, Palette};
use crate::output::{bar, human, screen, table};

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
    output.line(jobs_table(&page.items, output.palette, screen::out_width()))?;
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

const COLUMNS: [Column; 10] = [
    Column::new("state"),
    Column::new("name").shortest(20),
    Column::new("progress").goes(5),
    Column::new(""),
    Column::new("").goes(1),
    Column::new("rate").goes(4),
    Column::new("eta").goes(2),
    Column::new("priority").goes(7),
    Column::new("user").goes(6),
    Column::new("age").goes(3),
];

/// The jobs as a table for people, within `width` where there is one.
pub(crate) fn jobs_table(jobs: &[JobView], palette: Palette, width: Option<usize>) -> String {
    let now = clock::now();
    let rows: Vec<_> = jobs.iter().map(|job| row(job, now)).collect();
    table::fitted(&COLUMNS, &rows, width, palette)
}

fn row(job: &JobView, now: Timestamp) -> Vec<Painted> {
    let progress = &job.progress;
    let running = !job.state.0.is_terminal();
    let known = |value: Option<f64>, show: fn(f64) -> String| {
        Painted::from(value.filter(|_| running).map(show).unwrap_or_default())
    };
    let started = progress.done > 0 || job.started_at.is_some();
    let (cells, percent) = if started && !bar::is_planning(job) && bar::has_share(job) {
        (
            bar::cells(progress.percent, 10, Palette::new(false)),
            format!("{:>3.0}%", progress.percent.floor()),
        )
    } else {
        (String::new(), String::new())
    };
    vec![
        style::job_state(job.state.0, progress.failed > 0),
        job.name.as_str().into(),
        cells.into(),
        percent.into(),
        counts(job).into(),
        known(progress.rate, human::rate),
        known(progress.eta_seconds, human::clock),
        priority(job.priority.0),
        job.user.as_deref().unwrap_or_default().into(),
        human::age(since(job.created_at.0, now)).into(),
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
