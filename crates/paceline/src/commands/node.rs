//! `paceline node`: all nodes and their workers, and draining a node.

use std::time::Duration;

use clap::Subcommand;
use paceline_core::Time;
use paceline_core::clock::Clock;
use paceline_core::node::NodeState;
use paceline_core::worker::WorkerState;
use paceline_protocol::rest::{ClusterNodeView, ListView, NodeWorkerView};
use paceline_protocol::units::WireTime;
use reqwest::Method;

use super::Context;
use crate::client::segment;
use crate::clock::SystemClock;
use crate::exit::Result;
use crate::output::fit::Column;
use crate::output::style::{Color, Painted};
use crate::output::{human, screen, table};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the nodes
    List,
    /// List the workers of all nodes
    Workers,
    /// Let a node take no more work: chunks in flight end, the others go to other nodes
    Drain(Named),
    /// Let a drained node take work again
    Resume(Named),
}

#[derive(Debug, clap::Args)]
struct Named {
    /// Number of the node, or its name if no other has it
    #[arg(value_name = "NODE")]
    name: String,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result {
    match &args.verb {
        Verb::List => list(context).await,
        Verb::Workers => workers(context).await,
        Verb::Drain(args) => ask(context, &args.name, "drain").await,
        Verb::Resume(args) => ask(context, &args.name, "resume").await,
    }
}

async fn list(Context { client, output }: &Context) -> Result {
    let nodes: ListView<ClusterNodeView> = client.get("/nodes", &()).await?;
    if output.json {
        return output.json(&nodes);
    }
    let rows: Vec<_> = nodes
        .items
        .iter()
        .map(|node| node_row(node, SystemClock.now()))
        .collect();
    output.line(table::fitted(
        &NODES,
        &rows,
        screen::out_width(),
        output.palette,
    ))
}

async fn workers(Context { client, output }: &Context) -> Result {
    let workers: ListView<NodeWorkerView> = client.get("/workers", &()).await?;
    if output.json {
        return output.json(&workers);
    }
    if workers.items.is_empty() {
        output.note("no node has workers; `[workers.NAME]` in paceline.toml makes some");
        return Ok(());
    }
    let rows: Vec<_> = workers.items.iter().map(worker_row).collect();
    output.line(table::fitted(
        &WORKERS,
        &rows,
        screen::out_width(),
        output.palette,
    ))
}

async fn ask(Context { client, output }: &Context, name: &str, verb: &str) -> Result {
    let path = format!("/nodes/{}/{verb}", segment(name));
    let node: ClusterNodeView = client.send(client.request(Method::POST, &path)).await?;
    if output.json {
        return output.json(&node);
    }
    let row = node_row(&node, SystemClock.now());
    output.line(table::fitted(
        &NODES,
        &[row],
        screen::out_width(),
        output.palette,
    ))
}

const NODES: [Column; 9] = [
    Column::new("id"),
    Column::new("name").shortest(10),
    Column::new("state"),
    Column::new("workers"),
    Column::new("items").goes(3),
    Column::new("cpu").goes(4),
    Column::new("free memory").goes(2),
    Column::new("up").goes(1),
    Column::new("seen").goes(5),
];

fn node_row(node: &ClusterNodeView, now: Time) -> Vec<Painted> {
    let count = |state: WorkerState| node.workers.get(state.as_str()).copied().unwrap_or(0);
    let all: u32 = node.workers.values().sum();
    let since = |at: WireTime| now.since(at.0);
    let free = node.memory_available_bytes.map(human::bytes);
    let cpu = node.cpu.map(|cpu| format!("{:.0}%", cpu * 100.0));
    vec![
        node.id.to_string().into(),
        node.name.clone().into(),
        state(node),
        format!("{} of {all} busy", count(WorkerState::Busy)).into(),
        human::count(node.items_done).into(),
        cpu.unwrap_or_default().into(),
        free.unwrap_or_default().into(),
        human::age(since(node.started_at)).into(),
        node.seen_at
            .map_or_else(String::new, |at| ago(since(at)))
            .into(),
    ]
}

fn state(node: &ClusterNodeView) -> Painted {
    let color = match node.state.0 {
        NodeState::Up if node.gate.is_none() => Color::Green,
        NodeState::Up | NodeState::Draining | NodeState::Drained => Color::Yellow,
        NodeState::Silent => Color::Red,
    };
    let text = match (&node.gate, node.state.0) {
        (Some(gate), NodeState::Up) => format!("up, {gate}"),
        (_, state) => state.to_string(),
    };
    Painted::new(text, color)
}

fn ago(time: Duration) -> String {
    format!("{} ago", human::age(time))
}

const WORKERS: [Column; 7] = [
    Column::new("node").shortest(8),
    Column::new("worker").shortest(10),
    Column::new("state"),
    Column::new("job"),
    Column::new("chunk").goes(2),
    Column::new("items").goes(3),
    Column::new("memory").goes(1),
];

fn worker_row(one: &NodeWorkerView) -> Vec<Painted> {
    let worker = &one.worker;
    let job = worker.job.map(|job| job.to_string());
    let chunk = worker
        .chunk_items
        .map(|items| human::plural(u64::from(items), "item"));
    vec![
        format!("{} {}", one.node, one.node_name).into(),
        worker.name.clone().into(),
        worker_state(worker.state.0),
        job.unwrap_or_default().into(),
        chunk.unwrap_or_default().into(),
        human::count(worker.items_done).into(),
        worker
            .memory_bytes
            .map(human::bytes)
            .unwrap_or_default()
            .into(),
    ]
}

fn worker_state(state: WorkerState) -> Painted {
    let text = state.to_string();
    match state {
        WorkerState::Busy => Painted::new(text, Color::Green),
        WorkerState::Broken => Painted::new(text, Color::Red),
        WorkerState::Starting | WorkerState::Recycling => Painted::new(text, Color::Yellow),
        WorkerState::Idle | WorkerState::Stopped => text.into(),
    }
}
