//! The demo: a node of its own, the races example, a live bar, and a table of how good the
//! predictions were. Killed at any moment, it goes on where it was.

mod example;
mod job;

use std::path::PathBuf;

pub(crate) use example::Example;

use crate::child_node::{ChildNode, Plan};
use crate::commands::Context;
use crate::exit::{CliError, Exit, Result};
use crate::follow::{self, Show};
use crate::output::Output;

/// How the demo is run.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) folder: PathBuf,
    /// Predict all races again.
    pub(crate) force: bool,
    /// Stop when the job has ended.
    pub(crate) once: bool,
}

pub(crate) async fn run(options: &Options, output: Output) -> Result {
    let example = Example::find(&options.folder)?;
    example.prepare(output).await?;
    let mut node = start(&example, output).await?;
    let context = Context {
        client: node.client()?,
        output,
    };
    output.note(format!(
        "a node runs at {}, with its store in {}",
        node.url,
        example.store().display()
    ));
    let ended = tokio::select! {
        ended = predict(&context, &example, options.force) => ended,
        died = node.ended() => Err(died_early(died)),
    };
    let clean = match ended {
        Ok(Some(clean)) => clean,
        Ok(None) => {
            node.stop().await?;
            output.note("stopped; the same command goes on where this one was");
            return Err(CliError::Silent(Exit::Interrupted));
        }
        Err(error) => {
            node.stop().await?;
            return Err(error);
        }
    };
    if !options.once {
        stay(&mut node, output).await?;
    }
    node.stop().await?;
    if clean {
        Ok(())
    } else {
        Err(CliError::Silent(Exit::Failed))
    }
}

async fn start(example: &Example, output: Output) -> Result<ChildNode> {
    example.wait_for_an_earlier_node(output).await?;
    let mut plan = Plan::new(&example.store())
        .arg("--config")
        .arg(example.configuration());
    plan.env
        .push((crate::env::PYTHON.to_owned(), example.python().to_owned()));
    plan.start().await
}

fn died_early(died: Result<std::process::ExitStatus>) -> CliError {
    match died {
        Ok(status) => CliError::failed(format!("the node ended by itself ({status})"))
            .hint("its last words are above; the same command goes on where it was"),
        Err(error) => error,
    }
}

/// Runs the job to its end and shows the table. True when every race was predicted; `None` when
/// a person left.
async fn predict(context: &Context, example: &Example, force: bool) -> Result<Option<bool>> {
    let id = job::find_or_submit(context, force).await?;
    let Some(job) = follow::until_left(context, &id, Show::Bar).await? else {
        return Ok(None);
    };
    follow::tell_the_end(context, &job).await?;
    if job.progress.skipped == job.progress.total {
        context
            .output
            .note("every race was predicted before; --force predicts them again");
    }
    context.output.note("");
    example.score().await?;
    Ok(Some(
        follow::outcome(&job).is_ok() && job.progress.failed == 0,
    ))
}

/// Leaves the node to the person until Ctrl-C.
async fn stay(node: &mut ChildNode, output: Output) -> Result {
    let url = &node.url;
    output.note(format!(
        "\nThe node goes on at {url}; Ctrl-C stops it. In another terminal:\n  \
         export PACELINE_SERVER={url}\n  \
         paceline status\n  \
         paceline results last --format csv\n  \
         paceline submit predict_race --force --wait    # then kill -9 what you like"
    ));
    tokio::select! {
        _ = tokio::signal::ctrl_c() => Ok(()),
        died = node.ended() => Err(died_early(died)),
    }
}
