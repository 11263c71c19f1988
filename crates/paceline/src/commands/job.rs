//! `paceline job`: one job in full.

use std::time::Duration;

use jiff::Timestamp;
use paceline_protocol::rest::{ErrorGroupView, EstimateBasis, EstimateView, JobView, ListView};
use paceline_protocol::units::WireTime;

use super::Context;
use super::jobs::since;
use crate::clock;
use crate::exit::Result;
use crate::output::style::{self, Color, Palette};
use crate::output::{bar, human};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Id, beginning of an id, name, or `last`
    #[arg(value_name = "JOB")]
    job: String,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result {
    let job = context.client.job(&args.job).await?;
    let output = context.output;
    if output.json {
        return output.json(&job);
    }
    output.line(describe(&job, output.palette, clock::now()))?;
    if job.progress.failed > 0 && job.kind != "unit" {
        let path = format!("/jobs/{}/errors", job.id);
        let groups: ListView<ErrorGroupView> = context.client.get(&path, &()).await?;
        output.line(errors(&groups.items, output.palette))?;
    }
    Ok(())
}

fn describe(job: &JobView, palette: Palette, now: Timestamp) -> String {
    let mut lines = vec![format!(
        "{}  {}",
        palette.paint(Color::Bold, &job.name),
        palette.show(&style::job_state(job.state.0, job.progress.failed > 0))
    )];
    for (name, value) in facts(job, palette, now) {
        lines.push(format!(
            "  {} {value}",
            palette.paint(Color::Dim, &format!("{name:<9}"))
        ));
    }
    if let Some(error) = &job.error {
        lines.push(palette.paint(Color::Red, &format!("  {}: {}", error.kind, error.message)));
        lines.extend(error.traceback.iter().map(|text| indented(text)));
    }
    lines.join("\n")
}

/// What is known, in the order in which people ask for it.
fn facts(job: &JobView, palette: Palette, now: Timestamp) -> Vec<(&'static str, String)> {
    let progress = &job.progress;
    let mut facts = vec![("id", job.id.to_string()), ("task", job.task.clone())];
    let mut add = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    add("progress", progress_line(job, palette));
    add(
        "waits for",
        (!job.waiting_for.is_empty()).then(|| job.waiting_for.join("; ")),
    );
    let says = [&progress.stage, &progress.message];
    let says: Vec<_> = says.into_iter().flatten().map(String::as_str).collect();
    add("says", (!says.is_empty()).then(|| says.join(": ")));
    add("after", after(job));
    add("merged", merged(job));
    add(
        "answered",
        job.cached_from
            .map(|source| format!("by {source}, without running")),
    );
    add("submitted", Some(moment(job.created_at, now)));
    add(
        "due",
        job.run_at
            .filter(|_| job.started_at.is_none())
            .map(|at| at.to_string()),
    );
    add("started", job.started_at.map(|at| moment(at, now)));
    add("ended", job.finished_at.map(|at| moment(at, now)));
    add("took", job.duration_seconds.map(seconds));
    add("estimate", job.estimate.as_ref().map(estimate));
    add("memory", progress.memory_bytes.map(human::bytes));
    add("priority", Some(job.priority.to_string()));
    add("user", job.user.clone());
    add("key", job.key.clone());
    add("batch", job.batch.clone());
    add("labels", labels(job));
    add(
        "attempt",
        (job.attempt > 1).then(|| job.attempt.to_string()),
    );
    add(
        "params",
        Some(job.params.0.as_str())
            .filter(|text| *text != "{}")
            .map(str::to_owned),
    );
    add(
        "result",
        job.result
            .as_ref()
            .map(|result| human::shorten(result.0.as_str(), 500)),
    );
    add(
        "results",
        job.results_expired
            .then(|| "past their time and removed".to_owned()),
    );
    facts
}

/// `2m 5s (1m 40s to 2m 50s, by 120 items)`.
fn estimate(estimate: &EstimateView) -> String {
    let EstimateView {
        seconds: whole,
        low,
        high,
        based_on,
        of,
    } = *estimate;
    let by = match of {
        EstimateBasis::Jobs => human::plural(based_on, "job"),
        EstimateBasis::Items => human::plural(based_on, "item"),
    };
    format!(
        "{} ({} to {}, by {by})",
        seconds(whole),
        seconds(low),
        seconds(high)
    )
}

fn progress_line(job: &JobView, palette: Palette) -> Option<String> {
    let progress = &job.progress;
    if bar::is_planning(job) {
        return Some("listing its items".to_owned());
    }
    if (job.kind == "planned" && progress.total == 0) || !bar::has_share(job) {
        return None;
    }
    let mut parts = vec![bar::cells(progress.percent, 20, palette)];
    parts.push(format!("{:.0}%", progress.percent.floor()));
    if job.kind != "unit" {
        parts.push(format!("{}/{}", progress.done, progress.total));
        parts.push(bar::outcomes(progress, palette));
    }
    if !job.state.0.is_terminal() {
        parts.extend(progress.rate.map(human::rate));
        parts.extend(
            progress
                .eta_seconds
                .map(|eta| format!("ETA {}", human::clock(eta))),
        );
    }
    Some(parts.join(" "))
}

/// The jobs that it waits or waited for.
fn after(job: &JobView) -> Option<String> {
    let policy = job.after_policy?;
    let ids: Vec<String> = job.after.iter().take(3).map(ToString::to_string).collect();
    let more = job.after.len().saturating_sub(ids.len());
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("{} ({policy}){more}", ids.join(", ")))
}

/// Whose work it does as well, or who does its work.
fn merged(job: &JobView) -> Option<String> {
    if let Some(survivor) = job.merged_into {
        return Some(format!("into {survivor}, which does this work"));
    }
    let count = u64::from(job.merged_count);
    (count > 0).then(|| format!("{} into it", human::plural(count, "duplicate")))
}

fn labels(job: &JobView) -> Option<String> {
    let labels: Vec<_> = job
        .labels
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    (!labels.is_empty()).then(|| labels.join(" "))
}

fn moment(at: WireTime, now: Timestamp) -> String {
    format!("{at} ({} ago)", human::age(since(at.0, now)))
}

fn seconds(seconds: f64) -> String {
    human::duration(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}

fn indented(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(|line| format!("    {line}")).collect();
    lines.join("\n")
}

/// Failures grouped by kind and shape, the most frequent first.
pub(crate) fn errors(groups: &[ErrorGroupView], palette: Palette) -> String {
    let lines: Vec<String> = groups
        .iter()
        .map(|group| {
            let head = format!("  ✗ {}× {}: {}", group.count, group.kind, group.message);
            let head = palette.paint(Color::Red, &head);
            format!("{head}  ({})", examples(group))
        })
        .collect();
    lines.join("\n")
}

fn examples(group: &ErrorGroupView) -> String {
    let more = group.count > group.examples.len() as u64;
    format!(
        "{}{}",
        group.examples.join(", "),
        if more { ", …" } else { "" }
    )
}
