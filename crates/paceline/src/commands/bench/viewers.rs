//! T11: very many who watch one job, which never stops telling how far it is.
//!
//! Each viewer holds a stream of all events, as the dashboard does; the clients are in this
//! process, so that the node's own CPU time is what its kernel counts.

use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use paceline_core::clock::Clock;
use paceline_protocol::rest::JobView;
use reqwest::{Method, Response};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::figure::{Figure, Unit};
use super::lab::Lab;
use super::load::{self, Keys};
use super::numbers::{float, largest, median};
use super::python;
use super::target::Target;
use super::watch;
use super::workbench::Subject;
use crate::client::{Client, EventReader};
use crate::clock::SystemClock;
use crate::exit::{CliError, Context, Result};
use crate::output::human;

const VIEWERS: u64 = 1000;
/// Connections that are opened at once.
const OPENING: usize = 32;
/// Time of one item: two workers then make a good thousand changes a second.
const ITEM_SECONDS: f64 = 0.0018;
/// Whoever has not seen the end by then has missed it.
const PATIENCE: Duration = Duration::from_mins(1);

/// What one round measured.
#[derive(Clone, Debug)]
struct Run {
    /// Progress that the job made each second.
    changes: f64,
    /// Cores that the node's process used while the job ran.
    cores: f64,
    /// Milliseconds from the job's end until each viewer saw it.
    late: Vec<f64>,
    /// Events of progress that each viewer was sent.
    told: Vec<f64>,
}

pub(super) async fn measure(lab: &Lab) -> Result<Vec<Figure>> {
    let items = if lab.quick { 5_000 } else { 10_000 };
    let (mut watched, mut alone) = (Vec::new(), Vec::new());
    for round in 0..lab.rounds {
        lab.note(format!(
            "T11 round {} of {}: {} and one job",
            round + 1,
            lab.rounds,
            human::plural(VIEWERS, "viewer")
        ));
        watched.push(run(lab, items, VIEWERS).await?);
        alone.push(run(lab, items, 0).await?);
    }
    Ok(figures(&watched, &alone))
}

fn figures(watched: &[Run], alone: &[Run]) -> Vec<Figure> {
    let figure = |name: &str, unit, runs: &[Run], value: fn(&Run) -> f64| {
        Figure::median(Target::T11, name, unit, runs.iter().map(value).collect())
    };
    vec![
        figure(
            "the last of 1,000 viewers sees the end",
            Unit::Millis,
            watched,
            |run| largest(&run.late),
        )
        .at_most(1000.0)
        .how("after the job's own time of its end; streams of all events over HTTP"),
        figure("the median viewer", Unit::Millis, watched, |run| {
            median(&run.late)
        }),
        figure("cores of the node meanwhile", Unit::Ratio, watched, |run| {
            run.cores
        })
        .at_most(0.5)
        .how("CPU time of its process, from the submission to the end of the job"),
        figure("the same with no viewer", Unit::Ratio, alone, |run| {
            run.cores
        }),
        figure(
            "changes of the job's progress",
            Unit::ItemsPerSecond,
            watched,
            |run| run.changes,
        )
        .at_least(1000.0)
        .how("items that two Python workers finish, every result durable"),
        figure(
            "events of progress that a viewer is sent",
            Unit::Count,
            watched,
            |run| median(&run.told),
        ),
    ]
}

async fn run(lab: &Lab, items: u64, viewers: u64) -> Result<Run> {
    let workbench = python::workbench(lab)?;
    let node = python::start_warm(&workbench).await?;
    let mut watching = JoinSet::new();
    for stream in open(&node.client, viewers).await? {
        watching.spawn(timeout(PATIENCE, until_end(stream)));
    }
    let (cpu, began) = (node.cpu(), Instant::now());
    let job = submit(&node, items).await?;
    let job = watch::until_long_ended(&node.client, &job.id.to_string()).await?;
    let cores = node.cpu().since(cpu).node / began.elapsed().as_secs_f64();
    let Some(end) = job.finished_at else {
        return Err(CliError::failed("a job has ended at no time"));
    };
    let (mut late, mut told) = (Vec::new(), Vec::new());
    while let Some(seen) = watching.join_next().await {
        let seen = seen.context(|| "a viewer broke".to_owned())?;
        let missed = |_| CliError::failed("a viewer has missed the end of the job");
        let seen = seen.map_err(missed)??;
        let micros = u64::try_from(seen.at - end.0.as_micros()).unwrap_or(0);
        late.push(float(micros) / 1e3);
        told.push(float(seen.told));
    }
    node.stop().await?;
    Ok(Run {
        changes: float(items) / job.duration_seconds.unwrap_or(f64::MAX),
        cores,
        late,
        told,
    })
}

async fn submit(node: &Subject, items: u64) -> Result<JobView> {
    let head =
        format!(r#"{{"task":"bench_pace","params":{{"seconds":{ITEM_SECONDS}}},"chunk_size":50}}"#);
    load::stream_items(&node.client, &head, items, Keys::Named).await
}

/// Streams of all events, each a connection of its own; the node has answered on all of them.
async fn open(client: &Client, count: u64) -> Result<Vec<Response>> {
    stream::iter(0..count)
        .map(|_| async {
            let mut stream = client
                .stream(client.request(Method::GET, "/events"))
                .await?;
            // The node's first word: from now on nothing is missed.
            let first = stream.chunk().await;
            first.context(|| "a stream of events broke".to_owned())?;
            Ok(stream)
        })
        .buffer_unordered(OPENING)
        .try_collect()
        .await
}

/// What one viewer saw.
#[derive(Clone, Copy, Debug)]
struct Seen {
    /// When it saw the end: microseconds since 1970.
    at: i64,
    told: u64,
}

async fn until_end(mut stream: Response) -> Result<Seen> {
    let (mut reader, mut told) = (EventReader::default(), 0);
    while let Some(piece) = stream
        .chunk()
        .await
        .context(|| "a stream of events broke".to_owned())?
    {
        for event in reader.read(&piece) {
            match event.name.as_str() {
                "job.progress" => told += 1,
                "job.completed" | "job.failed" => {
                    let at = SystemClock.now().as_micros();
                    return Ok(Seen { at, told });
                }
                _ => {}
            }
        }
    }
    Err(CliError::failed(
        "a stream of events ended before the job did",
    ))
}
