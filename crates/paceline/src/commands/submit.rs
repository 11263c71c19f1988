//! `paceline submit`: a job from the command line, its items from a file or a pipe.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use paceline_core::Time;
use paceline_protocol::rest::{
    AfterRef, JobRequest, MaxFailuresText, RetryRequest, Text, WorkerCount,
};
use paceline_protocol::units::{WireDuration, WireSize, WireTime};
use paceline_protocol::words::{WireOnDuplicate, WirePolicy, WirePriority};
use serde_json::value::RawValue;

use super::filter::label;
use super::time::{self, Direction};
use super::{Context, params};
use crate::clock;
use crate::exit::{CliError, Context as _, Result};
use crate::follow::{self, Show};
use crate::items_file::{ItemsFile, ItemsFormat};
use crate::submission;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The task that the job is of
    task: String,
    /// A param; the value is JSON (`count=50`, `all=true`) or else text; can be given several times
    #[arg(long = "param", short, value_name = "NAME=VALUE", value_parser = label)]
    param: Vec<(String, String)>,
    /// All params as a JSON object, or @FILE with one
    #[arg(long, value_name = "JSON")]
    params: Option<String>,
    /// Wait for the job's end with a progress bar; exit 0 if it completed, 1 if not. A job completes
    /// with some items failed, unless all did or more than --max-failures allows
    #[arg(long, short)]
    wait: bool,
    #[command(flatten)]
    items: ItemArgs,
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    options: OptionArgs,
}

/// What the job works on.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Items")]
struct ItemArgs {
    /// The items: a .csv, .tsv, .ndjson, .jsonl or .json file (an array), or - for JSON Lines from
    /// standard input. CSV rows become objects; numbers stay numbers, empty cells are null, all else is text
    #[arg(long, value_name = "FILE")]
    items: Option<String>,
    /// How the items are written, where the file's ending does not tell
    #[arg(long, value_name = "FORMAT", value_enum, requires = "items")]
    items_format: Option<ItemsFormat>,
    /// The column or field that is the item's key, unique in the job
    #[arg(long, value_name = "COLUMN", requires = "items")]
    key_column: Option<String>,
    /// Skip items whose key has a result of this task already
    #[arg(long, conflicts_with = "force")]
    only_new: bool,
    /// Run all items, also when the task skips known ones by default, and go past the cache
    #[arg(long)]
    force: bool,
}

/// Whose the job is, and when its turn comes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Place")]
struct PlaceArgs {
    /// urgent, high, normal or low
    #[arg(long, value_name = "PRIORITY", value_parser = priority)]
    priority: Option<WirePriority>,
    /// Queue
    #[arg(long, value_name = "QUEUE")]
    queue: Option<String>,
    /// Concurrency key: what the job is about, such as a dealer
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Whose job it is
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Batch
    #[arg(long, value_name = "BATCH")]
    batch: Option<String>,
    /// Label; can be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = label)]
    label: Vec<(String, String)>,
    /// Do not start before: `2026-12-01 06:00`, an RFC 3339 time, or `90m` from now
    #[arg(long, value_name = "TIME", value_parser = future)]
    at: Option<Time>,
    /// Wait for this job to complete: an id, its beginning, a name or `last`; can be given several
    /// times
    #[arg(long, value_name = "JOB")]
    after: Vec<String>,
    /// Wait for all jobs that this batch has now; can be given several times
    #[arg(long, value_name = "BATCH")]
    after_batch: Vec<String>,
    /// What is asked of the jobs that are waited for: completed (all of them), finished (all ended,
    /// however that was) or failed (one of them did)
    #[arg(long, value_name = "POLICY", value_parser = policy)]
    after_policy: Option<WirePolicy>,
    /// When a job that has not ended does the same work: merge into it (it takes the newer params
    /// over), reject, or allow both to run. Tasks that name their `identity` merge by default
    #[arg(long, value_name = "POLICY", value_parser = on_duplicate)]
    on_duplicate: Option<WireOnDuplicate>,
    /// Be answered by an identical job that completed without failures not longer ago than this,
    /// such as 1h; --force goes past it
    #[arg(long, value_name = "DURATION")]
    cache_for: Option<WireDuration>,
}

/// How the job runs, over what its task declares.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Options")]
struct OptionArgs {
    /// Most items that a worker takes at once
    #[arg(long, value_name = "N")]
    chunk_size: Option<NonZeroU32>,
    /// Items that an asynchronous handler runs at once in one worker
    #[arg(long, value_name = "N")]
    concurrency: Option<NonZeroU32>,
    /// Most workers on the job; -1 for as many as there are
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = workers)]
    workers: Option<WorkerCount>,
    /// Time for one item, such as 30s
    #[arg(long, value_name = "DURATION")]
    item_timeout: Option<WireDuration>,
    /// Time for the whole job, such as 6h
    #[arg(long, value_name = "DURATION")]
    timeout: Option<WireDuration>,
    /// Memory of one worker process, such as 4GiB
    #[arg(long, value_name = "SIZE")]
    max_memory: Option<WireSize>,
    /// Attempts for each item, the first one included
    #[arg(long, value_name = "N")]
    retry_attempts: Option<NonZeroU32>,
    /// Failed items that the job bears: a number, or a share such as 5%. With more it fails; 0 bears
    /// none, and when nobody says otherwise a job fails only if every item did
    #[arg(long, value_name = "LIMIT")]
    max_failures: Option<MaxFailuresText>,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result {
    let params = params::merge(args.params.as_deref(), &args.param)?;
    let items = args.items.file()?;
    let after = after(&args.place, context).await?;
    let request = JobRequest {
        after: (!after.is_empty()).then_some(after),
        ..request(args, params.as_deref())
    };
    let head =
        serde_json::to_string(&request).context(|| "cannot write the submission".to_owned())?;
    let job = submission::submit(context, &head, items).await?;
    let output = context.output;
    if let Some(survivor) = job.merged_into
        && !output.json
    {
        output.note(format!(
            "a duplicate: job {survivor} does this work, with these params"
        ));
    }
    if let Some(source) = job.cached_from
        && !output.json
    {
        output.note(format!("answered by job {source}; --force runs it anew"));
    }
    if !args.wait {
        if output.json {
            return output.json(&job);
        }
        output.line(job.id.to_string())?;
        if output.interactive {
            output.note(format!("{}; `paceline watch last` shows it", job.name));
        }
        return Ok(());
    }
    // What is waited for is the work, whoever does it.
    let id = job.merged_into.unwrap_or(job.id).to_string();
    let show = if output.json {
        Show::Nothing
    } else {
        Show::Bar
    };
    if !output.json {
        output.line(&id)?;
    }
    let ended = follow::to_the_end(context, &id, show).await?;
    if output.json {
        output.json(&ended)?;
    } else {
        follow::tell_the_end(context, &ended).await?;
    }
    follow::outcome(&ended)
}

impl ItemArgs {
    fn file(&self) -> Result<Option<ItemsFile>> {
        let Some(name) = &self.items else {
            return Ok(None);
        };
        let file = ItemsFile::new(name, self.items_format, self.key_column.clone())?;
        if self.only_new && self.key_column.is_none() && file.is_table() {
            return Err(CliError::usage(
                "--only-new knows items by their keys, and these have none",
            )
            .hint("name the column of the keys with --key-column"));
        }
        Ok(Some(file))
    }
}

/// What is waited for; ids are looked up, for the node takes whole ones.
async fn after<'a>(place: &'a PlaceArgs, context: &Context) -> Result<Vec<AfterRef<'a>>> {
    let mut after = Vec::new();
    for job in &place.after {
        let id = context.client.job(job).await?.id.to_string();
        after.push(AfterRef::Job(Text::from(id)));
    }
    for batch in &place.after_batch {
        let batch = Text::from(batch.as_str());
        after.push(AfterRef::Batch { batch });
    }
    Ok(after)
}

fn request<'a>(args: &'a Args, params: Option<&'a RawValue>) -> JobRequest<'a> {
    let (place, options) = (&args.place, &args.options);
    let text = |text: &'a Option<String>| text.as_deref().map(Text::from);
    let labels: BTreeMap<_, _> = place
        .label
        .iter()
        .map(|(name, value)| (Text::from(name.as_str()), Text::from(value.as_str())))
        .collect();
    JobRequest {
        params,
        only_new: args.items.only_new.then_some(true),
        force: args.items.force.then_some(true),
        priority: place.priority,
        queue: text(&place.queue),
        user: text(&place.user),
        key: text(&place.key),
        batch: text(&place.batch),
        labels: (!labels.is_empty()).then_some(labels),
        run_at: place.at.map(WireTime),
        after_policy: place.after_policy,
        on_duplicate: place.on_duplicate,
        cache_for: place.cache_for,
        workers: options.workers,
        chunk_size: options.chunk_size,
        concurrency: options.concurrency,
        max_memory: options.max_memory,
        item_timeout: options.item_timeout,
        timeout: options.timeout,
        retry: options.retry_attempts.map(|attempts| RetryRequest {
            attempts: Some(attempts),
            ..RetryRequest::default()
        }),
        max_failures: options.max_failures,
        ..JobRequest::new(args.task.as_str())
    }
}

fn priority(text: &str) -> Result<WirePriority, String> {
    let word = if text == "medium" { "normal" } else { text };
    word.parse()
        .map(WirePriority)
        .map_err(|error: paceline_core::state::UnknownWord| error.to_string())
}

fn policy(text: &str) -> Result<WirePolicy, String> {
    text.parse()
        .map(WirePolicy)
        .map_err(|error: paceline_core::state::UnknownWord| error.to_string())
}

fn on_duplicate(text: &str) -> Result<WireOnDuplicate, String> {
    text.parse()
        .map(WireOnDuplicate)
        .map_err(|error: paceline_core::state::UnknownWord| error.to_string())
}

fn workers(text: &str) -> Result<WorkerCount, String> {
    match text.parse::<i64>() {
        Ok(-1) => Ok(WorkerCount(None)),
        Ok(count @ 1..) => u32::try_from(count)
            .map(|count| WorkerCount(Some(count)))
            .map_err(|error| error.to_string()),
        Ok(_) | Err(_) => Err("give 1 or more, or -1 for as many as there are".to_owned()),
    }
}

fn future(text: &str) -> Result<Time, String> {
    time::parse(text, Direction::Future, clock::now())
}
