//! `paceline items`: a job's items, one by one.

use std::time::Duration;

use paceline_core::ItemState;
use paceline_protocol::rest::{ItemView, ListView};
use reqwest::Method;

use super::Context;
use crate::exit::Result;
use crate::output::fit::Column;
use crate::output::style::{self, Painted, Palette};
use crate::output::{human, screen, table};

/// Items asked for at once.
const PAGE: u32 = 500;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Id, beginning of an id, name, or `last`
    #[arg(value_name = "JOB")]
    job: String,
    /// In this state only; `failed` shows the tracebacks too
    #[arg(long, short, value_name = "STATE")]
    state: Option<ItemState>,
    /// Most items to show
    #[arg(
        long,
        short = 'n',
        value_name = "N",
        default_value_t = 50,
        conflicts_with = "all"
    )]
    limit: u32,
    /// Show every item
    #[arg(long)]
    all: bool,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result {
    let id = context.client.resolve(&args.job).await?;
    let output = context.output;
    let mut wanted = if args.all { u32::MAX } else { args.limit };
    let mut cursor = None;
    let mut shown = 0;
    while wanted > 0 {
        let page = page(args, context, &id, wanted.min(PAGE), cursor).await?;
        wanted = wanted.saturating_sub(u32::try_from(page.items.len()).unwrap_or(u32::MAX));
        if output.json {
            for item in &page.items {
                output.json(item)?;
            }
        } else if !page.items.is_empty() {
            let text = items_table(&page.items, output.palette, screen::out_width());
            output.line(if shown == 0 {
                &text
            } else {
                without_heads(&text)
            })?;
            if args.state == Some(ItemState::Failed) {
                output.line(tracebacks(&page.items))?;
            }
        }
        shown += page.items.len();
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    if shown == 0 && !output.json {
        let job = context.client.job(&id).await?;
        output.note(if job.kind == "unit" {
            format!(
                "{} has no items; `paceline job` shows how it ended",
                job.name
            )
        } else {
            "no items".to_owned()
        });
    } else if cursor.is_some() && !output.json {
        output.note(format!("{shown} shown; --limit or --all shows more"));
    }
    Ok(())
}

async fn page(
    args: &Args,
    context: &Context,
    id: &str,
    limit: u32,
    cursor: Option<String>,
) -> Result<ListView<ItemView>> {
    let mut query = vec![("limit", limit.to_string())];
    query.extend(args.state.map(|state| ("state", state.to_string())));
    query.extend(cursor.map(|cursor| ("cursor", cursor)));
    let path = format!("/jobs/{id}/items");
    let request = context.client.request(Method::GET, &path).query(&query);
    context.client.send(request).await
}

const COLUMNS: [Column; 6] = [
    Column::new("state"),
    Column::new("item").shortest(16),
    Column::new("tries").goes(2),
    Column::new("took").goes(1),
    Column::new("payload").shortest(16).goes(3),
    Column::new("outcome").shortest(20),
];
/// Longest text of a payload or an outcome, however wide the terminal.
const LONGEST: usize = 100;

/// The items as a table; payloads are shown where something failed, beside the error.
fn items_table(items: &[ItemView], palette: Palette, width: Option<usize>) -> String {
    let mut columns = COLUMNS.to_vec();
    let mut rows: Vec<_> = items.iter().map(row).collect();
    if items.iter().all(|item| item.error.is_none()) {
        columns.remove(PAYLOAD);
        for row in &mut rows {
            row.remove(PAYLOAD);
        }
    }
    table::fitted(&columns, &rows, width, palette)
}

/// Place of the payload in [`COLUMNS`].
const PAYLOAD: usize = 4;

fn without_heads(table: &str) -> &str {
    table.split_once('\n').map_or("", |(_, rows)| rows)
}

/// Each different traceback once, with the items that have it.
fn tracebacks(items: &[ItemView]) -> String {
    let mut told: Vec<(&str, Vec<String>)> = Vec::new();
    for item in items {
        let traceback = item
            .error
            .as_ref()
            .and_then(|error| error.traceback.as_deref());
        let Some(traceback) = traceback else { continue };
        match told.iter_mut().find(|(same, _)| *same == traceback) {
            Some((_, names)) => names.push(name(item)),
            None => told.push((traceback, vec![name(item)])),
        }
    }
    let told: Vec<String> = told
        .iter()
        .map(|(traceback, names)| format!("\n{}:\n{}\n", names.join(", "), traceback.trim_end()))
        .collect();
    told.concat()
}

/// The item's key, or its position.
fn name(item: &ItemView) -> String {
    item.key.clone().unwrap_or_else(|| format!("#{}", item.seq))
}

fn row(item: &ItemView) -> Vec<Painted> {
    let took = item.duration_ms.map(|millis| {
        human::duration(Duration::try_from_secs_f64(millis / 1000.0).unwrap_or_default())
    });
    let tries = match item.attempts {
        0 => String::new(),
        tries => tries.to_string(),
    };
    let payload = match &item.error {
        Some(_) => human::shorten(item.payload.0.as_str(), LONGEST),
        None => String::new(),
    };
    vec![
        style::item_state(item.state.0),
        name(item).into(),
        tries.into(),
        took.unwrap_or_default().into(),
        payload.into(),
        human::shorten(&outcome(item), LONGEST).into(),
    ]
}

fn outcome(item: &ItemView) -> String {
    match (&item.error, &item.result) {
        (Some(error), _) => {
            let first = error.message.lines().next().unwrap_or_default();
            format!("{}: {first}", error.kind)
        }
        (None, Some(result)) => result.0.as_str().to_owned(),
        (None, None) => String::new(),
    }
}
