//! `paceline events`: a job's timeline.

use jiff::Timestamp;
use paceline_protocol::event::EventView;
use paceline_protocol::rest::ListView;
use reqwest::Method;

use super::Context;
use crate::exit::Result;
use crate::output::human;
use crate::output::style::{Color, Palette};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Id, beginning of an id, name, or `last`
    #[arg(value_name = "JOB")]
    job: String,
    /// Also what only tells of progress
    #[arg(long)]
    all: bool,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result {
    let id = context.client.resolve(&args.job).await?;
    let mut cursor: Option<String> = None;
    loop {
        let mut query = vec![("limit", "500".to_owned())];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        let request = context
            .client
            .request(Method::GET, &format!("/jobs/{id}/events"))
            .query(&query);
        let page: ListView<EventView> = context.client.send(request).await?;
        for event in page
            .items
            .iter()
            .filter(|event| args.all || !is_quiet(event))
        {
            print(event, context)?;
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// Progress and log lines come by the thousand.
fn is_quiet(event: &EventView) -> bool {
    use paceline_core::event::EventKind;
    matches!(event.kind.0, EventKind::Progress | EventKind::Log)
}

fn print(event: &EventView, context: &Context) -> Result {
    if context.output.json {
        return context.output.json(event);
    }
    context.output.line(line(event, context.output.palette))
}

fn line(event: &EventView, palette: Palette) -> String {
    let at = Timestamp::from_microsecond(event.at.0.as_micros()).unwrap_or_default();
    let at = palette.paint(
        Color::Dim,
        &at.strftime("%Y-%m-%d %H:%M:%S%.3fZ").to_string(),
    );
    let data = match event.data.0.as_str() {
        "{}" | "null" => String::new(),
        data => palette.paint(Color::Dim, &human::shorten(data, 200)),
    };
    format!("{at}  {:<16}  {data}", event.kind.0.as_str())
        .trim_end()
        .to_owned()
}
