//! `paceline batch`: jobs that belong together.

use paceline_protocol::rest::{
    BatchRequest, BatchState, BatchView, CancelRequest, ControlledView, ListView,
};

use super::Context;
use crate::client::segment;
use crate::exit::Result;
use crate::output::fit::Column;
use crate::output::style::{Color, Painted, Palette};
use crate::output::{bar, human, screen, table};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make a batch with a reason, before jobs name it (or after)
    Create(CreateArgs),
    /// List batches with their progress, the newest first
    List(ListArgs),
    /// Show one batch
    Show(Named),
    /// Cancel all its unfinished jobs
    Cancel(CancelArgs),
    /// Hold all its jobs back: chunks in flight end, no new one starts
    Pause(Named),
    /// Let its paused jobs go on
    Resume(Named),
    /// Run again what failed or was not run in it
    Retry(Named),
    /// Run everything in it again that has ended
    Restart(Named),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Named {
    /// Its name
    #[arg(value_name = "BATCH")]
    batch: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CreateArgs {
    #[command(flatten)]
    which: Named,
    /// Why these jobs are run
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CancelArgs {
    #[command(flatten)]
    which: Named,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Most batches to show
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=500))]
    limit: u32,
    /// Where to go on: `next_cursor` of an earlier answer
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

pub(crate) async fn run(command: &Command, context: &Context) -> Result {
    let client = &context.client;
    match command {
        Command::Create(args) => {
            let request = BatchRequest {
                name: args.which.batch.clone(),
                reason: args.reason.clone(),
            };
            show(&client.post("/batches", &request).await?, context)
        }
        Command::List(args) => list(args, context).await,
        Command::Show(named) => show(&client.get(&named.path(""), &()).await?, context),
        Command::Cancel(args) => {
            let request = CancelRequest {
                reason: args.reason.clone(),
            };
            let path = args.which.path("/cancel");
            tell("cancelled", &client.post(&path, &request).await?, context)
        }
        Command::Pause(named) => act("paused", named, "/pause", context).await,
        Command::Resume(named) => act("resumed", named, "/resume", context).await,
        Command::Retry(named) => act("retried", named, "/retry", context).await,
        Command::Restart(named) => act("restarted", named, "/restart", context).await,
    }
}

async fn act(past: &str, named: &Named, verb: &str, context: &Context) -> Result {
    let path = named.path(verb);
    tell(past, &context.client.post(&path, &()).await?, context)
}

/// Jobs in which there was nothing to do are no failure: a batch has all kinds of them.
fn tell(past: &str, done: &ControlledView, context: &Context) -> Result {
    if context.output.json {
        return context.output.json(done);
    }
    let jobs = human::plural(done.changed, "job");
    context.output.line(format!("{past} {jobs}"))
}

const COLUMNS: [Column; 6] = [
    Column::new("state"),
    Column::new("name").shortest(12),
    Column::new("progress").goes(2),
    Column::new("jobs").goes(1),
    Column::new("eta").goes(3),
    Column::new("reason").shortest(8).goes(4),
];

async fn list(args: &ListArgs, context: &Context) -> Result {
    let mut query = vec![("limit", args.limit.to_string())];
    query.extend(args.cursor.clone().map(|cursor| ("cursor", cursor)));
    let page: ListView<BatchView> = context.client.get("/batches", &query).await?;
    let output = context.output;
    if output.json {
        return output.json(&page);
    }
    if page.items.is_empty() {
        output.note("no batches yet; name one: paceline submit TASK --batch NAME");
        return Ok(());
    }
    let rows: Vec<_> = page.items.iter().map(row).collect();
    output.line(table::fitted(
        &COLUMNS,
        &rows,
        screen::out_width(),
        output.palette,
    ))?;
    if let Some(next) = &page.next_cursor {
        output.note(format!("there are more: --cursor '{next}'"));
    }
    Ok(())
}

fn row(batch: &BatchView) -> Vec<Painted> {
    let percent = format!("{:>3.0}%", batch.progress.percent.floor());
    let eta = batch.progress.eta_seconds;
    let eta = eta.filter(|_| batch.state == BatchState::Open);
    vec![
        state(batch),
        batch.name.as_str().into(),
        percent.into(),
        jobs(batch).into(),
        eta.map(human::clock).unwrap_or_default().into(),
        batch.reason.as_deref().unwrap_or_default().into(),
    ]
}

fn show(batch: &BatchView, context: &Context) -> Result {
    let output = context.output;
    if output.json {
        return output.json(batch);
    }
    output.line(describe(batch, output.palette))
}

fn describe(batch: &BatchView, palette: Palette) -> String {
    let mut lines = vec![format!(
        "{}  {}",
        palette.paint(Color::Bold, &batch.name),
        palette.show(&state(batch))
    )];
    let mut fact = |name: &str, value: Option<String>| {
        let name = palette.paint(Color::Dim, &format!("{name:<9}"));
        lines.extend(value.map(|value| format!("  {name} {value}")));
    };
    let progress = &batch.progress;
    let cells = bar::cells(progress.percent, 20, palette);
    let percent = progress.percent.floor();
    let (done, total) = (human::count(progress.done), human::count(progress.total));
    let eta = progress
        .eta_seconds
        .filter(|_| batch.state == BatchState::Open);
    let eta = eta.map_or_else(String::new, |eta| format!(" ETA {}", human::clock(eta)));
    fact(
        "progress",
        Some(format!("{cells} {percent}% {done}/{total}{eta}")),
    );
    fact("jobs", Some(jobs(batch)));
    let failed = Some(progress.failed).filter(|failed| *failed > 0);
    fact("failed", failed.map(|failed| human::plural(failed, "item")));
    fact("reason", batch.reason.clone());
    fact("created", Some(batch.created_at.to_string()));
    fact("started", batch.started_at.map(|at| at.to_string()));
    fact("completed", batch.completed_at.map(|at| at.to_string()));
    lines.join("\n")
}

fn state(batch: &BatchView) -> Painted {
    match batch.state {
        BatchState::Empty => Painted::new("○ empty", Color::Dim),
        BatchState::Open => Painted::new("● open", Color::Bold),
        BatchState::Completed if batch.progress.failed > 0 => {
            Painted::new("✓ completed", Color::Yellow)
        }
        BatchState::Completed => Painted::new("✓ completed", Color::Green),
    }
}

/// The states that jobs are in.
fn jobs(batch: &BatchView) -> String {
    let some = batch.jobs.iter().filter(|(_, count)| **count > 0);
    let each: Vec<_> = some
        .map(|(state, count)| format!("{} {state}", human::count(*count)))
        .collect();
    each.join(", ")
}

impl Named {
    fn path(&self, rest: &str) -> String {
        format!("/batches/{}{rest}", segment(&self.batch))
    }
}
