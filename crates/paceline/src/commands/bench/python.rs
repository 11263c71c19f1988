//! The Python side: the tasks that workers serve, and the pool that they are compared with.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;

use super::lab::Lab;
use super::workbench::{Handlers, Subject, Workbench};
use crate::exit::{CliError, Context, Result};

const TASKS: &str = include_str!("python/bench_tasks.py");
const POOL: &str = include_str!("python/bench_pool.py");

/// Warm workers, as many as figures with two workers need.
pub(super) const WORKERS: u32 = 2;

/// A workbench whose node has a pool `bench` of warm Python workers.
pub(super) fn workbench(lab: &Lab) -> Result<Workbench> {
    furnish(lab, lab.workbench("")?)
}

/// Gives a workbench that pool.
pub(super) fn furnish(lab: &Lab, workbench: Workbench) -> Result<Workbench> {
    let journal = journal(&workbench);
    let pool = format!(
        "[workers.bench]\ncommand = [{}, \"-m\", \"paceline.worker\", \"bench_tasks\"]\n\
         processes = {WORKERS}\nenv = {{ BENCH_JOURNAL = {} }}\n",
        quoted(&lab.python)?,
        quoted(&journal.display().to_string())?,
    );
    workbench.configure(&pool)?;
    fs::write(workbench.path().join("bench_tasks.py"), TASKS)?;
    Ok(workbench)
}

/// A TOML string; JSON's are among them.
pub(super) fn quoted(text: &str) -> Result<String> {
    serde_json::to_string(text).context(|| "cannot write the configuration".to_owned())
}

/// Starts a node and waits until its workers are loaded.
pub(super) async fn start_warm(workbench: &Workbench) -> Result<Subject> {
    let node = workbench.start(Handlers::Configured, &[]).await?;
    let workers = usize::try_from(WORKERS).unwrap_or(1);
    super::watch::until_idle(&node.client, workers).await?;
    Ok(node)
}

/// Items per second of `multiprocessing.Pool` with the same handler and chunk size.
pub(super) async fn pool_rate(lab: &Lab, items: u64, chunk: u32) -> Result<f64> {
    let folder = lab.workbench("")?;
    let script = folder.path().join("bench_pool.py");
    fs::write(&script, POOL)?;
    let arguments = [items.to_string(), WORKERS.to_string(), chunk.to_string()];
    let text = output(Command::new(&lab.python).arg(script).args(arguments)).await?;
    let seconds: f64 = text
        .trim()
        .parse()
        .context(|| format!("`{text}` is no time"))?;
    Ok(super::numbers::float(items) / seconds)
}

/// What a command prints, if it ends well. It is killed when nobody waits any more.
pub(super) async fn output(command: &mut Command) -> Result<String> {
    let run = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await;
    let program = command
        .as_std()
        .get_program()
        .to_string_lossy()
        .into_owned();
    let done = run.context(|| format!("cannot run {program}"))?;
    if !done.status.success() {
        return Err(CliError::failed(format!(
            "{program} ended with {}",
            done.status
        )));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// Whether the interpreter runs at all.
pub(super) async fn is_there(python: &str) -> bool {
    let version = Command::new(python)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .status()
        .await;
    version.is_ok_and(|status| status.success())
}

/// Where `bench_wait` notes what it starts.
pub(super) fn journal(workbench: &Workbench) -> PathBuf {
    workbench.path().join("journal")
}
