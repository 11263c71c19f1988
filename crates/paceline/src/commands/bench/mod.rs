//! `paceline bench`: measures this machine.
//!
//! Every figure is of real nodes of this same binary, started as child processes on temporary
//! stores and spoken to over HTTP on the loopback. Owns what is measured and how it is told;
//! `docs/performance.md` quotes it.

mod catalogue;
mod depth;
mod figure;
mod items;
mod killing;
mod lab;
mod listing;
mod load;
mod machine;
mod memory;
mod nodes;
mod numbers;
mod pickup;
mod place;
mod python;
mod race_runs;
mod races;
mod report;
mod scaling;
mod startup;
mod streaming;
mod target;
mod throughput;
mod usage;
mod viewers;
mod watch;
mod workbench;

use std::path::PathBuf;

use clap::ValueEnum;
use paceline_core::clock::Clock;
use paceline_protocol::units::WireTime;

use crate::clock::SystemClock;
use crate::demo::Example;
use crate::exit::{CliError, Exit, Result};
use crate::output::Output;
use figure::Figure;
use lab::Lab;
use machine::Machine;
use place::Database;
use report::Report;
use target::Target;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What to measure; all of it when nothing is named
    #[arg(value_enum, value_name = "TARGET")]
    targets: Vec<Target>,
    /// Fewer rounds and smaller numbers: minutes instead of an hour
    #[arg(long)]
    quick: bool,
    /// Also how the cost of one grows with how many there are
    #[arg(long)]
    scaling: bool,
    /// How often each figure is measured; the median counts (5, with --quick 3)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=99))]
    rounds: Option<u16>,
    /// Numbers of jobs for t1 and t2
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    #[arg(value_parser = clap::value_parser!(u64).range(100..=10_000_000))]
    jobs: Vec<u64>,
    /// Where the stores are made, on the disk to measure; the system's temporary folder by default
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Measure t2 and t3 in schemas of this PostgreSQL database: `postgres://…`
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// Folder of the races example, for t6
    #[arg(long, value_name = "FOLDER", default_value = "examples/races")]
    races: PathBuf,
}

pub(crate) async fn run(args: &Args, output: Output) -> Result {
    tokio::select! {
        done = measure(args, output) => done,
        // Nodes and stores go with what is dropped here.
        _ = tokio::signal::ctrl_c() => Err(CliError::Silent(Exit::Interrupted)),
    }
}

async fn measure(args: &Args, output: Output) -> Result {
    let lab = lab(args, output).await?;
    if cfg!(debug_assertions) {
        output.note("this is a debug build: its figures say nothing");
    }
    let mut report = Report {
        version: env!("CARGO_PKG_VERSION"),
        optimized: !cfg!(debug_assertions),
        date: WireTime(SystemClock.now()),
        machine: Machine::read(),
        fdatasync_ms: machine::fdatasync_ms(&lab.root)?,
        quick: args.quick,
        rounds: lab.rounds,
        figures: Vec::new(),
        growth: Vec::new(),
    };
    let targets = targets(args, &lab)?;
    for &target in &targets {
        report.figures.extend(figures(target, &lab).await?);
    }
    if args.scaling {
        report.growth = scaling::measure(&lab, &targets).await?;
    }
    report.print(output)
}

async fn lab(args: &Args, output: Output) -> Result<Lab> {
    let root = args.dir.clone().unwrap_or_else(std::env::temp_dir);
    let python = Example::find(&args.races).map_or_else(
        |_| crate::python::resolve("python3"),
        |example| example.python().to_owned(),
    );
    let mut lab = Lab::new(root, args.quick, output);
    lab.has_python = python::is_there(&python).await;
    lab.python = python;
    lab.races.clone_from(&args.races);
    lab.database = args.store.as_deref().map(Database::new).transpose()?;
    if let Some(rounds) = args.rounds {
        lab.rounds = usize::from(rounds);
    }
    if !args.jobs.is_empty() {
        lab.jobs.clone_from(&args.jobs);
    }
    Ok(lab)
}

/// What to measure: what was named, else all that can be measured here.
fn targets(args: &Args, lab: &Lab) -> Result<Vec<Target>> {
    if let Some(why) = args.targets.iter().find_map(|target| lacking(*target, lab)) {
        return Err(CliError::failed(why).hint("or leave that target out"));
    }
    let all = Target::value_variants().iter().copied();
    let mut targets = if args.targets.is_empty() {
        all.collect()
    } else {
        args.targets.clone()
    };
    targets.sort_unstable();
    targets.dedup();
    targets.retain(|target| match lacking(*target, lab) {
        Some(why) => {
            lab.note(why);
            false
        }
        None => true,
    });
    Ok(targets)
}

/// What keeps a target from being measured here, and what to do about it.
fn lacking(target: Target, lab: &Lab) -> Option<String> {
    let on_postgres = matches!(target, Target::T2 | Target::T3);
    if lab.database.is_some() && !on_postgres {
        return Some(format!(
            "{target:?} is measured on SQLite only: leave --store out"
        ));
    }
    if lab.database.is_none() && target == Target::T2 {
        return Some(format!(
            "{target:?} needs PostgreSQL: name a database with --store"
        ));
    }
    let needs_python = matches!(target, Target::T5 | Target::T6 | Target::T11 | Target::T13);
    if needs_python && !lab.has_python {
        let python = &lab.python;
        return Some(format!(
            "{target:?} needs Python, and `{python}` does not run: set PACELINE_PYTHON"
        ));
    }
    (target == Target::T6 && !lab.races.exists()).then(|| {
        let races = lab.races.display();
        format!("{target:?} needs the races example, which is not at {races}: name it with --races")
    })
}

async fn figures(target: Target, lab: &Lab) -> Result<Vec<Figure>> {
    match target {
        Target::T1 => throughput::measure(lab).await,
        Target::T2 => nodes::measure(lab).await,
        Target::T3 => depth::measure(lab).await,
        Target::T4 => pickup::measure(lab).await,
        Target::T5 => items::measure(lab).await,
        Target::T6 => races::measure(lab).await,
        Target::T7 => streaming::measure(lab).await,
        Target::T8 => memory::measure(lab).await,
        Target::T9 => startup::measure(lab).await,
        Target::T10 => listing::measure(lab).await,
        Target::T11 => viewers::measure(lab).await,
        Target::T13 => killing::measure(lab).await,
    }
}
