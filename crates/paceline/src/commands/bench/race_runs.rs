//! Single runs of the races example: by Paceline, by a peer, and bare.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use paceline_core::Time;
use paceline_core::clock::Clock;
use paceline_protocol::rest::{ItemView, JobView, ListView};
use serde::Deserialize;
use tempfile::TempDir;
use tokio::process::Command;

use super::lab::Lab;
use super::machine::cores;
use super::numbers::float;
use super::python::{output, quoted};
use super::usage::Cpu;
use super::watch;
use super::workbench::{Handlers, Subject, Workbench};
use crate::clock::SystemClock;
use crate::exit::{CliError, Context, Result};

const TASK: &str = "predict_race";
/// Jobs, and races in each, whose first result is waited for.
const FIRST_JOBS: usize = 30;
const FIRST_RACES: usize = 40;

/// Prints the ids of all races, a line each.
const LIST: &str = "from races import database, paths\n\
    print('\\n'.join(database.race_ids(database.connect(paths.database_path()))))";

/// Whether the start of processes and the load of the model count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mode {
    Warm,
    Cold,
}

impl Mode {
    const fn word(self) -> &'static str {
        match self {
            Mode::Warm => "warm",
            Mode::Cold => "cold",
        }
    }

    /// The share of the ideal to reach.
    pub(super) const fn goal(self) -> f64 {
        match self {
            Mode::Warm => 0.97,
            Mode::Cold => 0.93,
        }
    }

    pub(super) const fn added(self) -> &'static str {
        match self {
            Mode::Warm => "",
            Mode::Cold => " + load of the model",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What a run took.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Timed {
    pub(super) seconds: f64,
    /// Of all processes together.
    pub(super) cpu_seconds: f64,
}

/// What the bare work takes in one process.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Bare {
    /// CPU time and not wall time: others at work on the machine must not make the ideal easier.
    pub(super) cpu_seconds: f64,
    load_seconds: f64,
}

impl Bare {
    /// The least that any tool can take on this machine.
    pub(super) fn ideal(&self, mode: Mode) -> f64 {
        let work = self.cpu_seconds / float(u64::try_from(cores()).unwrap_or(1));
        match mode {
            Mode::Warm => work,
            Mode::Cold => work + self.load_seconds,
        }
    }

    /// For so many times as many races.
    pub(super) fn times(self, factor: f64) -> Self {
        Bare {
            cpu_seconds: self.cpu_seconds * factor,
            ..self
        }
    }
}

/// The example with a database and a model of its own, so that measuring leaves it alone.
#[derive(Debug)]
pub(super) struct Ground {
    example: PathBuf,
    python: String,
    build: TempDir,
    races: Vec<String>,
}

impl Ground {
    pub(super) async fn prepare(lab: &Lab) -> Result<Self> {
        let example = lab.races.canonicalize().context(|| {
            format!(
                "the races example is not at {}; name it with --races",
                lab.races.display()
            )
        })?;
        lab.note("T6: preparing the races example");
        let mut ground = Ground {
            example,
            python: lab.python.clone(),
            build: tempfile::Builder::new()
                .prefix("paceline-races-")
                .tempdir_in(&lab.root)?,
            races: Vec::new(),
        };
        output(ground.command().args(["-m", "races", "prepare"])).await?;
        let ids = output(ground.command().args(["-c", LIST])).await?;
        ground.races = ids.lines().map(str::to_owned).collect();
        Ok(ground)
    }

    /// A Python command in the example's folder.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.python);
        command
            .current_dir(&self.example)
            .env("RACES_BUILD", self.build.path());
        command
    }

    /// A copy of database and model, as `bench_peers.py` makes for each of its runs.
    fn scratch(&self, to: &Path) -> Result<PathBuf> {
        let scratch = to.join("build");
        fs::create_dir(&scratch)?;
        for entry in fs::read_dir(self.build.path())? {
            let name = entry?.file_name();
            fs::copy(self.build.path().join(&name), scratch.join(&name))?;
        }
        Ok(scratch)
    }

    /// A workbench with one worker on every core.
    fn workbench(&self, lab: &Lab) -> Result<Workbench> {
        let workbench = lab.workbench("")?;
        let build = self.scratch(workbench.path())?;
        workbench.configure(&format!(
            "[workers.races]\ncommand = [{}, \"-m\", \"paceline.worker\", \"races.tasks\"]\n\
             processes = -1\ncwd = {}\nenv = {{ RACES_BUILD = {} }}\n",
            quoted(&self.python)?,
            quoted(&self.example.display().to_string())?,
            quoted(&build.display().to_string())?,
        ))?;
        Ok(workbench)
    }

    /// The first `count` races; round again, under keys of their own, if there are fewer.
    fn job(&self, count: u64, simulations: Option<u32>) -> serde_json::Value {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let rounds = (1..).flat_map(|round| self.races.iter().map(move |race| (round, race)));
        let items = rounds.take(count).map(|(round, race)| {
            let key = if round == 1 {
                race.clone()
            } else {
                format!("{race}#{round}")
            };
            serde_json::json!({"key": key, "payload": {"race_id": race}})
        });
        let items: Vec<_> = items.collect();
        let params = match simulations {
            Some(simulations) => serde_json::json!({"simulations": simulations}),
            None => serde_json::json!({}),
        };
        serde_json::json!({"task": TASK, "params": params, "items": items})
    }
}

/// The bare work in one process.
pub(super) async fn bare(ground: &Ground, count: u64) -> Result<Bare> {
    run_script(ground, "work", Mode::Warm, count).await
}

/// The same by a peer.
pub(super) async fn peer(ground: &Ground, peer: &str, mode: Mode, count: u64) -> Result<Timed> {
    run_script(ground, peer, mode, count).await
}

async fn run_script<T: serde::de::DeserializeOwned>(
    ground: &Ground,
    peer: &str,
    mode: Mode,
    count: u64,
) -> Result<T> {
    let count = count.to_string();
    let arguments = [
        "bench_peers.py",
        "--peer",
        peer,
        "--mode",
        mode.word(),
        "--n",
        &count,
    ];
    let text = output(ground.command().args(arguments)).await?;
    serde_json::from_str(&text).context(|| format!("`{text}` is no measurement"))
}

/// The same by Paceline. Cold counts from the start of the node on an empty store.
pub(super) async fn ours(lab: &Lab, ground: &Ground, mode: Mode, count: u64) -> Result<Timed> {
    let workbench = ground.workbench(lab)?;
    let job = ground.job(count, None);
    let (node, began) = match mode {
        Mode::Cold => {
            let began = SystemClock.now();
            let node = workbench.start(Handlers::Configured, &[]).await?;
            watch::until_known(&node.client, TASK).await?;
            (node, began)
        }
        Mode::Warm => {
            let node = warm(&workbench, ground).await?;
            (node, SystemClock.now())
        }
    };
    let before = match mode {
        Mode::Cold => Cpu::default(),
        Mode::Warm => node.cpu(),
    };
    let ended = run_job(&node, &job).await?;
    let cpu = node.cpu().since(before);
    node.stop().await?;
    let finished = ended.finished_at.map_or(began, |at| at.0);
    Ok(Timed {
        seconds: finished.since(began).as_secs_f64(),
        cpu_seconds: cpu.node + cpu.workers,
    })
}

/// A node whose workers have loaded their models: each has run something.
async fn warm(workbench: &Workbench, ground: &Ground) -> Result<Subject> {
    let node = workbench.start(Handlers::Configured, &[]).await?;
    watch::until_idle(&node.client, cores()).await?;
    run_job(&node, &ground.job(40, Some(20_000))).await?;
    Ok(node)
}

async fn run_job(node: &Subject, job: &serde_json::Value) -> Result<JobView> {
    let submitted: JobView = node.client.post("/jobs", job).await?;
    let ended = watch::until_long_ended(&node.client, &submitted.id.to_string()).await?;
    if ended.progress.succeeded == ended.progress.total {
        return Ok(ended);
    }
    let progress = &ended.progress;
    let why = format!(
        "only {} of {} races were predicted",
        progress.succeeded, progress.total
    );
    Err(CliError::failed(why).hint("try it alone: python -m races predict --limit 10"))
}

/// Milliseconds from the submission to the first recorded result, and of one race alone, job by job.
pub(super) async fn first_results(lab: &Lab, ground: &Ground) -> Result<Vec<(f64, f64)>> {
    let workbench = ground.workbench(lab)?;
    let node = warm(&workbench, ground).await?;
    let races = u64::try_from(FIRST_RACES).unwrap_or(u64::MAX);
    let job = ground.job(races, Some(20_000));
    let mut times = Vec::new();
    for _ in 0..FIRST_JOBS {
        let began = SystemClock.now();
        let ended = run_job(&node, &job).await?;
        times.push(first_result(&node, &ended, began).await?);
    }
    node.stop().await?;
    Ok(times)
}

async fn first_result(node: &Subject, job: &JobView, began: Time) -> Result<(f64, f64)> {
    let path = format!("/jobs/{}/items", job.id);
    let page: ListView<ItemView> = node.client.get(&path, &[("limit", "500")]).await?;
    let first = page.items.iter().filter(|item| item.finished_at.is_some());
    let first = first.min_by_key(|item| item.finished_at.map(|at| at.0));
    let first = first.ok_or_else(|| CliError::failed("no race was predicted"))?;
    let recorded = first.finished_at.map_or(began, |at| at.0);
    let wait = recorded.since(began).as_secs_f64() * 1e3;
    Ok((wait, first.duration_ms.unwrap_or_default()))
}
