//! `paceline queue`: what the queues hold, pausing and limiting them.

use clap::Subcommand;
use paceline_protocol::rest::{HoldRequest, HoldView, ListView, QueueRequest, QueueView};
use paceline_protocol::units::WireTime;
use reqwest::Method;

use super::Context;
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
    /// List the queues
    List,
    /// Show one queue
    Show(Named),
    /// Hold its pending jobs back; running ones go on
    Pause(PauseArgs),
    /// Let it go on
    Resume(Named),
    /// Set most running jobs at once
    Limit(LimitArgs),
}

#[derive(Debug, clap::Args)]
struct Named {
    /// Name of the queue
    #[arg(value_name = "QUEUE")]
    name: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct PauseArgs {
    /// What to pause
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Why, for those who wait
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// When it goes on by itself (RFC 3339)
    #[arg(long, value_name = "TIME")]
    until: Option<WireTime>,
}

impl PauseArgs {
    pub(crate) fn request(&self) -> HoldRequest {
        HoldRequest {
            reason: self.reason.clone(),
            until: self.until,
        }
    }
}

#[derive(Debug, clap::Args)]
struct LimitArgs {
    /// Name of the queue
    #[arg(value_name = "QUEUE")]
    name: String,
    /// Most running jobs at once; 0 is no limit, `default` what is configured
    #[arg(value_name = "N", value_parser = most)]
    most: Most,
}

/// A limit, or none of its own.
#[derive(Clone, Copy, Debug)]
struct Most(Option<u32>);

fn most(text: &str) -> Result<Most, String> {
    match text {
        "default" => Ok(Most(None)),
        text => text
            .parse()
            .map(|most| Most(Some(most)))
            .map_err(|_| "give a number, or `default`".to_owned()),
    }
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result {
    let Context { client, output } = context;
    let queue: QueueView = match &args.verb {
        Verb::List => {
            let queues: ListView<QueueView> = client.get("/queues", &()).await?;
            if output.json {
                return output.json(&queues);
            }
            if queues.items.is_empty() {
                output.note("no queues yet; the first job makes one");
                return Ok(());
            }
            let width = screen::out_width();
            return output.line(list(&queues.items, output.palette, width));
        }
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
        Verb::Limit(args) => {
            let body = QueueRequest {
                max_running: args.most.0,
            };
            let request = client.request(Method::PUT, &path(&args.name, ""));
            client.send(request.json(&body)).await?
        }
    };
    if output.json {
        return output.json(&queue);
    }
    output.line(list(&[queue], output.palette, screen::out_width()))
}

fn path(name: &str, rest: &str) -> String {
    format!("/queues/{}{rest}", segment(name))
}

const COLUMNS: [Column; 6] = [
    Column::new("queue").shortest(12),
    Column::new("running"),
    Column::new("limit"),
    Column::new("pending"),
    Column::new("scheduled").goes(2),
    Column::new("state").goes(1),
];

fn list(queues: &[QueueView], palette: Palette, width: Option<usize>) -> String {
    let rows: Vec<_> = queues.iter().map(row).collect();
    table::fitted(&COLUMNS, &rows, width, palette)
}

fn row(queue: &QueueView) -> Vec<Painted> {
    let count = |state: &str| human::count(queue.jobs.get(state).copied().unwrap_or(0));
    vec![
        queue.name.clone().into(),
        queue.running.to_string().into(),
        limit(queue.max_running).into(),
        count("pending").into(),
        count("scheduled").into(),
        paused(queue.paused.as_ref()),
    ]
}

/// Most running jobs, as tables show it.
pub(crate) fn limit(most: Option<u32>) -> String {
    most.map_or_else(|| "-".to_owned(), |most| most.to_string())
}

/// Whether something is paused, until when and why.
pub(crate) fn paused(hold: Option<&HoldView>) -> Painted {
    let Some(HoldView { until, reason, .. }) = hold else {
        return String::new().into();
    };
    let until = until.map(|until| format!(" until {until}"));
    let reason = reason.as_ref().map(|reason| format!(": {reason}"));
    let text = format!(
        "paused{}{}",
        until.unwrap_or_default(),
        reason.unwrap_or_default()
    );
    Painted::new(text, Color::Yellow)
}
