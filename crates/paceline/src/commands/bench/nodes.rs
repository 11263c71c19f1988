//! T2: the no-op jobs of T1 on PostgreSQL, by one node and by two that share them.

use tokio::time::Instant;

use super::figure::{Figure, Unit};
use super::lab::{Filling, Lab};
use super::load;
use super::machine::cores;
use super::numbers::float;
use super::target::Target;
use super::throughput::LIMITS;
use super::usage::Tree;
use super::watch;
use super::workbench::{Handlers, Subject, Workbench};
use crate::exit::Result;
use crate::output::human;

/// What one round measured for one number of jobs and of nodes.
#[derive(Clone, Copy, Debug)]
struct Run {
    per_second: f64,
    /// CPU of all nodes, API and store included.
    nodes_micros: f64,
    /// CPU of all processes of PostgreSQL; none if it runs elsewhere.
    server_micros: Option<f64>,
    /// Of all the time that the cores had, what PostgreSQL used.
    server_share: Option<f64>,
    fdatasync_ms: f64,
}

#[derive(Debug, Default)]
struct Rounds {
    one: Vec<Run>,
    limited: Vec<Run>,
    two: Vec<Run>,
    submit: Vec<Run>,
    drain_one: Vec<Run>,
    drain_two: Vec<Run>,
}

pub(super) async fn measure(lab: &Lab) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for &count in &lab.jobs {
        let mut rounds = Rounds::default();
        for round in 0..lab.rounds {
            lab.note(format!(
                "T2 round {} of {}: {}",
                round + 1,
                lab.rounds,
                human::plural(count, "job")
            ));
            rounds.one.push(end_to_end(lab, 1, count, "").await?);
            rounds
                .limited
                .push(end_to_end(lab, 1, count, LIMITS).await?);
            rounds.two.push(end_to_end(lab, 2, count, "").await?);
            rounds.submit.push(submit(lab, count).await?);
            rounds.drain_one.push(drain(lab, 1, count).await?);
            rounds.drain_two.push(drain(lab, 2, count).await?);
        }
        figures.extend(rounds.figures(count));
    }
    Ok(figures)
}

impl Rounds {
    fn figures(&self, count: u64) -> Vec<Figure> {
        let jobs = human::plural(count, "job");
        let rate = |what: &str, runs: &[Run]| {
            let syncs: Vec<f64> = runs.iter().map(|run| run.fdatasync_ms).collect();
            let rates = runs.iter().map(|run| run.per_second).collect();
            let name = format!("{what}, {jobs}");
            Figure::median(Target::T2, name, Unit::JobsPerSecond, rates).beside(&syncs)
        };
        let mut figures = vec![
            rate("end to end, one node", &self.one)
                .how("POST /jobs/bulk by 1,000 on 4 connections while the node drains; until the last is completed"),
            rate("end to end, two nodes", &self.two).how("two connections to each"),
            ratio(format!("two nodes against one, {jobs}"), &self.two, &self.one)
                .at_least(1.0),
            ratio(format!("one node with limits and keys, share of that without, {jobs}"), &self.limited, &self.one)
                .how(format!("jobs over {} keys, most at once of a key and of the queue", human::count(load::KEYS))),
        ];
        figures.extend(costs(&format!("one node, {jobs}"), &self.one));
        figures.extend(costs(&format!("two nodes, {jobs}"), &self.two));
        figures.push(rate("submitting alone, one node", &self.submit).how("nothing runs the task"));
        figures.push(
            rate("draining alone, one node", &self.drain_one)
                .how("queued before the node starts; from the first start to the last end"),
        );
        figures.push(rate("draining alone, two nodes", &self.drain_two));
        figures.push(
            ratio(
                format!("draining, two nodes against one, {jobs}"),
                &self.drain_two,
                &self.drain_one,
            )
            .at_least(1.0),
        );
        figures
    }
}

fn ratio(name: String, runs: &[Run], to: &[Run]) -> Figure {
    let pairs = runs.iter().zip(to);
    let ratios = pairs.map(|(run, to)| run.per_second / to.per_second);
    Figure::median(Target::T2, name, Unit::Ratio, ratios.collect())
}

/// What runs cost, as far as it could be seen.
fn costs(name: &str, runs: &[Run]) -> Vec<Figure> {
    let figure = |what: &str, unit, values: Vec<f64>| {
        Figure::median(Target::T2, format!("{what}, {name}"), unit, values)
    };
    let nodes = runs.iter().map(|run| run.nodes_micros).collect();
    let mut figures = vec![figure("CPU of the nodes a job", Unit::Micros, nodes)];
    let server: Vec<f64> = runs.iter().filter_map(|run| run.server_micros).collect();
    let share: Vec<f64> = runs.iter().filter_map(|run| run.server_share).collect();
    if !server.is_empty() {
        figures.push(figure("CPU of PostgreSQL a job", Unit::Micros, server));
        figures.push(
            figure("PostgreSQL's share of the machine", Unit::Ratio, share)
                .how("its CPU time over that of all cores; who submits has a share too"),
        );
    }
    figures
}

/// Nodes at work, and where their CPU times began.
#[derive(Debug)]
struct Cluster {
    nodes: Vec<Subject>,
    server: Option<Tree>,
    fdatasync_ms: f64,
    nodes_before: f64,
    server_before: f64,
}

impl Cluster {
    async fn start(lab: &Lab, workbench: &Workbench, handlers: &[Handlers]) -> Result<Self> {
        let mut nodes = Vec::new();
        for handlers in handlers {
            nodes.push(workbench.start(*handlers, &[]).await?);
        }
        let server = match &lab.database {
            Some(database) => database.server().await?,
            None => None,
        };
        let fdatasync_ms = workbench.fdatasync_ms()?;
        Ok(Cluster {
            nodes_before: nodes.iter().map(|node| node.cpu().node).sum(),
            server_before: server.map_or(0.0, Tree::cpu),
            nodes,
            server,
            fdatasync_ms,
        })
    }

    async fn submit(&self, count: u64, keyed: bool) -> Result<load::Submitted> {
        let clients: Vec<_> = self.nodes.iter().map(|node| &node.client).collect();
        if keyed {
            load::submit_keyed_noops_to(&clients, count).await
        } else {
            load::submit_noops_to(&clients, count).await
        }
    }

    /// What `count` jobs in `seconds` have cost since the start.
    async fn stop(self, count: u64, seconds: f64) -> Result<Run> {
        let nodes: f64 = self.nodes.iter().map(|node| node.cpu().node).sum();
        let server = self.server.map(|server| server.cpu() - self.server_before);
        let a_job = |cpu: f64| cpu * 1e6 / float(count.max(1));
        let machine = seconds * float(u64::try_from(cores()).unwrap_or(1));
        for node in self.nodes {
            node.stop().await?;
        }
        Ok(Run {
            per_second: float(count) / seconds.max(1e-9),
            nodes_micros: a_job(nodes - self.nodes_before),
            server_micros: server.map(a_job),
            server_share: server.map(|cpu| cpu / machine.max(1e-9)),
            fdatasync_ms: self.fdatasync_ms,
        })
    }
}

/// With `limits` each job has a key.
async fn end_to_end(lab: &Lab, nodes: usize, count: u64, limits: &str) -> Result<Run> {
    let workbench = lab.workbench(limits)?;
    let cluster = Cluster::start(lab, &workbench, &vec![Handlers::Noop; nodes]).await?;
    let began = Instant::now();
    let submitted = cluster.submit(count, !limits.is_empty()).await?;
    watch::until_completed(&cluster.nodes[0].client, count, &submitted.last).await?;
    cluster.stop(count, began.elapsed().as_secs_f64()).await
}

async fn submit(lab: &Lab, count: u64) -> Result<Run> {
    let workbench = lab.workbench("")?;
    workbench.declare_noop().await?;
    let cluster = Cluster::start(lab, &workbench, &[Handlers::Configured]).await?;
    let submitted = cluster.submit(count, false).await?;
    cluster.stop(count, submitted.seconds).await
}

async fn drain(lab: &Lab, nodes: usize, count: u64) -> Result<Run> {
    let workbench = lab.copy_of(Filling::Pending, count).await?;
    let cluster = Cluster::start(lab, &workbench, &vec![Handlers::Noop; nodes]).await?;
    let client = &cluster.nodes[0].client;
    watch::until_completed(client, count, &[]).await?;
    let seconds = watch::first_start_to_last_end(client).await?;
    cluster.stop(count, seconds).await
}
