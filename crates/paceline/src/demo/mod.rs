//! The demo: a node of its own, the races example, a live bar, and a table of how good the
//! predictions were. Killed at any moment, it goes on where it was.

mod example;
mod job;

use std::path::PathBuf;
use std::process::ExitStatus;

pub(crate) use example::Example;

use crate::child_node::{ChildNode, Plan};
use crate::commands::Context;
use crate::config::StoreLocation;
use crate::exit::{CliError, Exit, Result};
use crate::follow::{self, Show};
use crate::output::{Output, human};

/// How the demo is run.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) folder: PathBuf,
    /// Where the demo's node keeps its state; none: the example's own file.
    pub(crate) store: Option<StoreLocation>,
    /// Predict all races again.
    pub(crate) force: bool,
    /// Stop when the job has ended.
    pub(crate) once: bool,
}

/// A node that dies more often than a person kills it for fun has a fault.
const DEATHS: u32 = 10;

/// How a look at the job ended.
enum Ended {
    /// True when every race was predicted.
    Job(bool),
    /// A person left.
    Left,
    /// The node died.
    Died(ExitStatus),
}

pub(crate) async fn run(options: &Options, output: Output) -> Result {
    let mut example = Example::find(&options.folder)?;
    if let Some(store) = &options.store {
        example.keep_in(store.clone());
    }
    example.prepare(output).await?;
    let (node, clean) = to_the_end(&example, options.force, output).await?;
    let node = if options.once {
        output.note("\nwithout --once the node stays, to look around and to kill");
        node
    } else {
        stay(&example, node, output).await?
    };
    node.stop().await?;
    if clean {
        Ok(())
    } else {
        Err(CliError::Silent(Exit::Failed))
    }
}

/// Runs the job to its end, on a new node whenever one dies. Gives the last node, and whether
/// every race was predicted.
async fn to_the_end(example: &Example, force: bool, output: Output) -> Result<(ChildNode, bool)> {
    for deaths in 0..DEATHS {
        let mut node = start(example, output).await?;
        let context = Context {
            client: node.client()?,
            output,
        };
        // What was submitted before the node died goes on; forcing again would start anew.
        let force = force && deaths == 0;
        let ended = tokio::select! {
            ended = predict(&context, example, force) => ended,
            died = node.ended() => died.map(Ended::Died),
        };
        // A request that fails because the node is gone is no fault of its own.
        let ended = match (ended, node.has_ended()?) {
            (Err(_), Some(status)) => Ok(Ended::Died(status)),
            (ended, _) => ended,
        };
        match ended {
            Ok(Ended::Job(clean)) => return Ok((node, clean)),
            Ok(Ended::Died(status)) => {
                output.note(format!("the node died ({status}); starting it again"));
            }
            Ok(Ended::Left) => {
                node.stop().await?;
                output.note("stopped; the same command goes on where this one was");
                return Err(CliError::Silent(Exit::Interrupted));
            }
            Err(error) => {
                node.stop().await?;
                return Err(error);
            }
        }
    }
    Err(CliError::failed("the node died again and again").hint("its last words are above"))
}

async fn start(example: &Example, output: Output) -> Result<ChildNode> {
    example.wait_for_an_earlier_node(output).await?;
    let node = plan(example).start().await?;
    let url = &node.url;
    let store = match example.store() {
        StoreLocation::Sqlite(file) => human::path(file),
        elsewhere @ StoreLocation::Postgres(_) => elsewhere.to_string(),
    };
    output.note(format!("a node runs at {url}, with its store in {store}"));
    Ok(node)
}

fn plan(example: &Example) -> Plan {
    let plan = match example.store() {
        StoreLocation::Sqlite(file) => Plan::with_file(file),
        StoreLocation::Postgres(url) => Plan::new(url),
    };
    let mut plan = plan.arg("--config").arg(example.configuration());
    let python = example.python().to_owned();
    plan.env.push((crate::env::PYTHON.to_owned(), python));
    if crate::env::var(crate::env::LOG).is_none() {
        // The demo says itself what goes on.
        plan.env
            .push((crate::env::LOG.to_owned(), "warn".to_owned()));
    }
    plan
}

/// Follows the job to its end and shows the table.
async fn predict(context: &Context, example: &Example, force: bool) -> Result<Ended> {
    let id = job::find_or_submit(context, force).await?;
    let Some(job) = follow::until_left(context, &id, Show::Bar).await? else {
        return Ok(Ended::Left);
    };
    follow::tell_the_end(context, &job).await?;
    if job.progress.skipped == job.progress.total {
        context.output.note(format!(
            "every race was predicted before; {} predicts them again",
            with_force()
        ));
    }
    context.output.note("");
    example.score().await?;
    let clean = follow::outcome(&job).is_ok() && job.progress.failed == 0;
    Ok(Ended::Job(clean))
}

/// How the person who started the demo says `--force`.
fn with_force() -> &'static str {
    match crate::env::var(crate::env::MAKE_LEVEL) {
        Some(_) => "`make demo DEMO_FLAGS=--force`",
        None => "--force",
    }
}

/// Leaves the node to the person until Ctrl-C; gives the one that runs then.
async fn stay(example: &Example, mut node: ChildNode, output: Output) -> Result<ChildNode> {
    loop {
        let url = &node.url;
        output.note(format!(
            "\nThe node goes on at {url}; Ctrl-C stops it. In another terminal:\n  \
             export PACELINE_SERVER={url}\n  \
             paceline status\n  \
             paceline results last --format csv\n  \
             paceline submit predict_race --force --wait\n  \
             kill -9 {}    # the node, in the middle of it: it comes back and goes on",
            node.pid
        ));
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return Ok(node),
            died = node.ended() => {
                output.note(format!("the node died ({}); starting it again", died?));
            }
        }
        node = again(example, &node, output).await?;
    }
}

/// A new node where the dead one was, so that who watches a job finds it again.
async fn again(example: &Example, dead: &ChildNode, output: Output) -> Result<ChildNode> {
    example.wait_for_an_earlier_node(output).await?;
    let port = dead.url.rsplit(':').next().unwrap_or("0");
    plan(example).arg("--port").arg(port).start().await
}
