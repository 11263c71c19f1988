//! T13: what a `kill -9` costs, of the node and of one worker.
//!
//! The handler appends a line to a journal, in one write, before it does anything: which item, by
//! which process, when. What ran when, and what ran twice, is read from there and not from the
//! store, which is what is being tested.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use paceline_core::Time;
use paceline_core::clock::Clock;
use paceline_protocol::rest::{ItemView, JobView, ListView};
use tokio::time::{Instant, sleep};

use super::figure::{Figure, Unit};
use super::lab::Lab;
use super::numbers::{float, largest};
use super::python;
use super::target::Target;
use super::watch;
use super::workbench::{Subject, Workbench};
use crate::client::Client;
use crate::clock::SystemClock;
use crate::exit::{CliError, Context, Result};

const CHUNK: u64 = 20;
/// Between two looks at the journal.
const STEP: Duration = Duration::from_millis(2);
const PATIENCE: Duration = Duration::from_secs(30);

/// A line of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Start {
    item: u64,
    pid: i32,
    at: Time,
}

pub(super) async fn measure(lab: &Lab) -> Result<Vec<Figure>> {
    let (mut node, mut worker) = (Vec::new(), Vec::new());
    for round in 0..lab.rounds {
        lab.note(format!("T13 round {} of {}", round + 1, lab.rounds));
        node.push(kill_node(lab).await?);
        worker.push(kill_worker(lab).await?);
    }
    let seconds = |name: &str, samples| Figure::median(Target::T13, name, Unit::Seconds, samples);
    let again: Vec<f64> = node.iter().map(|killed| killed.again).collect();
    let repeated: f64 = node.iter().map(|killed| killed.repeated).sum();
    let items: Vec<f64> = worker.iter().map(|killed| killed.item).collect();
    let mates: Vec<f64> = worker.iter().map(|killed| killed.mate).collect();
    let worst = largest(&again);
    Ok(vec![
        seconds("node killed: running again after the restart", again)
            .at_most(2.0)
            .how("from exec of the new node to the start of an item in a Python worker"),
        seconds("node killed: the slowest round", vec![worst]),
        Figure::single(
            Target::T13,
            "node killed: recorded items that ran again",
            Unit::Count,
            repeated,
        )
        .at_most(0.0)
        .how("all rounds together, by the handlers' own journal"),
        seconds("worker killed: its item runs elsewhere", items)
            .at_most(1.0)
            .how(
                "retry base 50 ms; from the kill to the next start of the item, in another process",
            ),
        seconds(
            "worker killed: the item after it in its chunk runs elsewhere",
            mates,
        )
        .at_most(1.0),
    ])
}

struct NodeKilled {
    again: f64,
    repeated: f64,
}

async fn kill_node(lab: &Lab) -> Result<NodeKilled> {
    let workbench = python::workbench(lab)?;
    let node = python::start_warm(&workbench).await?;
    let job = submit(&node, 400, 0.01).await?;
    until_done(&node.client, &job, 100).await?;
    node.kill().await?;
    let killed = SystemClock.now();
    // The workers of the dead node go with it; what they still start counts as before.
    sleep(Duration::from_secs(1)).await;
    let before = starts(&workbench)?.len();
    let exec = SystemClock.now();
    let node = workbench
        .start(super::workbench::Handlers::Configured, &[])
        .await?;
    let first = until_start(&workbench, |starts| starts.get(before).copied()).await?;
    watch::until_ended(&node.client, &job.id.to_string()).await?;
    let repeated = repeated(&node.client, &job, killed, &starts(&workbench)?).await?;
    node.stop().await?;
    Ok(NodeKilled {
        again: first.at.since(exec).as_secs_f64(),
        repeated,
    })
}

/// How many items that were recorded before the kill started more than once.
async fn repeated(client: &Client, job: &JobView, killed: Time, starts: &[Start]) -> Result<f64> {
    let mut times: HashMap<u64, u64> = HashMap::new();
    for start in starts {
        *times.entry(start.item).or_default() += 1;
    }
    let path = format!("/jobs/{}/items", job.id);
    let page: ListView<ItemView> = client.get(&path, &[("limit", "500")]).await?;
    let recorded = page
        .items
        .iter()
        .filter(|item| item.finished_at.is_some_and(|at| at.0 < killed));
    let again = recorded.filter(|item| times.get(&u64::from(item.seq)) != Some(&1));
    Ok(float(u64::try_from(again.count()).unwrap_or(u64::MAX)))
}

struct WorkerKilled {
    item: f64,
    mate: f64,
}

async fn kill_worker(lab: &Lab) -> Result<WorkerKilled> {
    let workbench = python::workbench(lab)?;
    let node = python::start_warm(&workbench).await?;
    let job = submit(&node, 400, 0.05).await?;
    // In the middle of a chunk, with chunk-mates that have not run.
    let victim = until_start(&workbench, |starts| {
        let middle = |start: &&Start| (5..10).contains(&(start.item % CHUNK)) && start.item > CHUNK;
        starts.last().filter(middle).copied()
    })
    .await?;
    kill(Pid::from_raw(victim.pid), Signal::SIGKILL)
        .context(|| "cannot kill a worker".to_owned())?;
    let killed = SystemClock.now();
    let again = |item: u64| {
        move |starts: &[Start]| {
            let elsewhere = |start: &&Start| start.item == item && start.pid != victim.pid;
            starts.iter().find(elsewhere).copied()
        }
    };
    let item = until_start(&workbench, again(victim.item)).await?;
    let mate = until_start(&workbench, again(victim.item + 1)).await?;
    let ended = watch::until_ended(&node.client, &job.id.to_string()).await?;
    node.stop().await?;
    if ended.progress.succeeded != ended.progress.total {
        return Err(CliError::failed("not all items of the job succeeded"));
    }
    Ok(WorkerKilled {
        item: item.at.since(killed).as_secs_f64(),
        mate: mate.at.since(killed).as_secs_f64(),
    })
}

/// A job of items that take `seconds` each.
async fn submit(node: &Subject, items: u64, seconds: f64) -> Result<JobView> {
    let items: Vec<_> = (0..items)
        .map(|n| serde_json::json!({"key": format!("i{n}"), "payload": {"n": n, "seconds": seconds}}))
        .collect();
    let job = serde_json::json!({"task": "bench_wait", "chunk_size": CHUNK, "items": items});
    node.client.post("/jobs", &job).await
}

async fn until_done(client: &Client, job: &JobView, done: u32) -> Result {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let job: JobView = client.get(&format!("/jobs/{}", job.id), &()).await?;
        if job.progress.done >= done {
            return Ok(());
        }
        sleep(STEP).await;
    }
    Err(CliError::failed("waited in vain for items to be done"))
}

async fn until_start(
    workbench: &Workbench,
    find: impl Fn(&[Start]) -> Option<Start>,
) -> Result<Start> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(start) = find(&starts(workbench)?) {
            return Ok(start);
        }
        sleep(STEP).await;
    }
    Err(CliError::failed("waited in vain for an item to start"))
}

fn starts(workbench: &Workbench) -> Result<Vec<Start>> {
    read(&python::journal(workbench))
}

fn read(journal: &Path) -> Result<Vec<Start>> {
    if !journal.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(journal)?;
    text.lines().map(parse).collect()
}

fn parse(line: &str) -> Result<Start> {
    let wrong = || CliError::failed(format!("`{line}` is no line of the journal"));
    let mut words = line.split_ascii_whitespace();
    let mut number = || words.next()?.parse::<i64>().ok();
    let (item, pid, at) = (number(), number(), number());
    Ok(Start {
        item: item
            .and_then(|item| u64::try_from(item).ok())
            .ok_or_else(wrong)?,
        pid: pid
            .and_then(|pid| i32::try_from(pid).ok())
            .ok_or_else(wrong)?,
        at: Time::from_micros(at.ok_or_else(wrong)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_is_read() {
        let start = parse("17 4242 1700000000000000").expect("reads");
        assert_eq!((start.item, start.pid), (17, 4242));
        assert!(parse("17 x 1").is_err());
        assert!(parse("").is_err());
    }
}
