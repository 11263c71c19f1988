//! `paceline task history`: what ended over time, and how long it took.

use std::time::Duration;

use paceline_protocol::rest::{BucketView, TaskHistoryView};
use paceline_protocol::units::WireDuration;

use super::Context;
use crate::client::segment;
use crate::exit::Result;
use crate::output::fit::Column;
use crate::output::style::{Color, Painted, Palette};
use crate::output::{human, screen, table};

/// Widest bar of a bucket.
const BAR: u64 = 20;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the task
    #[arg(value_name = "TASK")]
    name: String,
    /// How far back
    #[arg(long, value_name = "TIME", default_value = "24h")]
    window: WireDuration,
    /// Length of a bucket: 5m, 10m, 15m, 20m, 30m or whole hours [default: one that suits the window]
    #[arg(long, value_name = "TIME")]
    bucket: Option<WireDuration>,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result {
    let Context { client, output } = context;
    let path = format!("/tasks/{}/history", segment(&args.name));
    let mut query = vec![("window", args.window.to_string())];
    query.extend(args.bucket.map(|bucket| ("bucket", bucket.to_string())));
    let history: TaskHistoryView = client.get(&path, &query).await?;
    if output.json {
        return output.json(&history);
    }
    if let Some(table) = shown(&history, output.palette, screen::out_width()) {
        return output.line(table);
    }
    output.note("nothing of this task ended in that time; --window looks further back");
    Ok(())
}

const COLUMNS: [Column; 9] = [
    Column::new("from"),
    Column::new("jobs"),
    Column::new("failed"),
    Column::new("median").goes(3),
    Column::new("99 %"),
    Column::new("items").goes(1),
    Column::new("failed").goes(5),
    Column::new("median").goes(4),
    Column::new("").goes(6),
];

/// The buckets in which something ended.
fn shown(history: &TaskHistoryView, palette: Palette, width: Option<usize>) -> Option<String> {
    let items = |bucket: &BucketView| bucket.items.succeeded + bucket.items.failed;
    let most = history.buckets.iter().map(items).max().unwrap_or(0);
    let some =
        |bucket: &&BucketView| items(bucket) + bucket.jobs.completed + bucket.jobs.failed > 0;
    let rows: Vec<Vec<Painted>> = history
        .buckets
        .iter()
        .filter(some)
        .map(|bucket| row(bucket, items(bucket), most))
        .collect();
    (!rows.is_empty()).then(|| table::fitted(&COLUMNS, &rows, width, palette))
}

fn row(bucket: &BucketView, ended: u64, most: u64) -> Vec<Painted> {
    let plain = |text: String| Painted::new(text, Color::Plain);
    let failed = |count: u64| {
        let color = if count > 0 { Color::Red } else { Color::Plain };
        Painted::new(human::count(count), color)
    };
    let time = |seconds: Option<f64>| {
        let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        plain(time.map_or_else(|| "-".to_owned(), human::duration))
    };
    let BucketView { at, jobs, items } = bucket;
    let blocks = (ended * BAR).div_ceil(most.max(1));
    vec![
        plain(format!("{at:.0}")),
        plain(human::count(jobs.completed + jobs.failed)),
        failed(jobs.failed),
        time(jobs.p50_seconds),
        time(jobs.p99_seconds),
        plain(human::count(ended)),
        failed(items.failed),
        time(items.p50_ms.map(|millis| millis / 1000.0)),
        Painted::new(
            "▪".repeat(usize::try_from(blocks).unwrap_or(0)),
            Color::Cyan,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_ended_is_shown() {
        let bucket = |hour: u32, jobs: u64, failed: u64| {
            serde_json::json!({
                "at": format!("2026-11-26T{hour:02}:00:00Z"),
                "jobs": {"completed": jobs, "failed": failed, "p50_seconds": 125.0, "p99_seconds": 600.0},
                "items": {"succeeded": 1000 * jobs, "failed": 0, "p50_ms": 38.0},
            })
        };
        let history = serde_json::json!({
            "task": "t", "bucket_seconds": 3600,
            "buckets": [bucket(6, 1, 0), bucket(7, 0, 0), bucket(8, 2, 1)],
        });
        let history: TaskHistoryView = serde_json::from_value(history).expect("a history");
        let shown = shown(&history, Palette::new(false), None).expect("something ended");
        let lines: Vec<&str> = shown.lines().map(str::trim_end).collect();
        assert_eq!(lines.len(), 3, "{shown}");
        for part in ["2026-11-26T06:00:00Z", "2m 5s", "10m 0s", "1,000", "38ms"] {
            assert!(lines[1].contains(part), "{shown}");
        }
        assert!(
            lines[1].ends_with(&format!(" {}", "▪".repeat(10))),
            "{shown}"
        );
        assert!(
            lines[2].ends_with(&format!(" {}", "▪".repeat(20))),
            "{shown}"
        );
    }
}
