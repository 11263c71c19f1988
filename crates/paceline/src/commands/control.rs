//! `paceline cancel`, `pause`, `resume`, `retry`, `restart` and `delete`: one or several jobs, or
//! all that a filter matches, which is counted and confirmed first.

use std::io::{self, Write};

use paceline_protocol::rest::{ActionName, ActionsRequest, ControlledView};

use super::Context;
use super::filter::FilterArgs;
use crate::exit::{CliError, Exit, Result};
use crate::output::human;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Ids, beginnings of ids, names, or `last`
    #[arg(value_name = "JOB")]
    jobs: Vec<String>,
    #[command(flatten)]
    filter: FilterArgs,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CancelArgs {
    #[command(flatten)]
    pub(crate) common: Args,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

pub(crate) async fn run(
    action: ActionName,
    args: &Args,
    reason: Option<String>,
    context: &Context,
) -> Result {
    let request = ActionsRequest {
        action,
        ids: None,
        filter: None,
        dry_run: false,
        reason,
        change: None,
    };
    match (args.jobs.is_empty(), args.filter.is_empty()) {
        (false, true) => by_id(request, &args.jobs, context).await,
        (true, false) => by_filter(request, args, context).await,
        (true, true) => Err(CliError::usage(format!("which jobs to {}?", verb(action)))
            .hint("name them by id, or choose them by --state, --task, …")),
        (false, false) => Err(
            CliError::usage("jobs are named and chosen by a filter as well")
                .hint("give ids, or a filter, not both"),
        ),
    }
}

async fn by_id(request: ActionsRequest, jobs: &[String], context: &Context) -> Result {
    let ids = context.client.resolve_all(jobs).await?;
    let request = ActionsRequest {
        ids: Some(ids),
        ..request
    };
    let done = act(&request, context).await?;
    tell(request.action, &done, context)?;
    if done.refused.is_empty() {
        Ok(())
    } else {
        Err(CliError::Silent(Exit::Failed))
    }
}

async fn by_filter(request: ActionsRequest, args: &Args, context: &Context) -> Result {
    let request = ActionsRequest {
        filter: Some(args.filter.request()),
        ..request
    };
    if !args.yes {
        let count = ActionsRequest {
            dry_run: true,
            ..request.clone()
        };
        let counted = act(&count, context).await?;
        if counted.changed == 0 {
            return tell(request.action, &counted, context);
        }
        confirm(request.action, &counted, context)?;
    }
    let done = act(&request, context).await?;
    tell(request.action, &done, context)
}

async fn act(request: &ActionsRequest, context: &Context) -> Result<ControlledView> {
    context.client.post("/jobs/actions", request).await
}

/// Asks a person; a script must have said `--yes`.
fn confirm(action: ActionName, counted: &ControlledView, context: &Context) -> Result {
    let jobs = human::plural(counted.changed, "job");
    let left = match counted.matched - counted.changed {
        0 => String::new(),
        1 => " (1 other matches, but its state forbids it)".to_owned(),
        others => format!(
            " ({} others match, but their state forbids it)",
            human::count(others)
        ),
    };
    if !context.output.interactive {
        return Err(
            CliError::usage(format!("this would {} {jobs}{left}", verb(action)))
                .hint("say --yes to do it"),
        );
    }
    eprint!("{} {jobs}{left}? [y/N] ", capital(verb(action)));
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        context.output.note("nothing was changed");
        Err(CliError::Silent(Exit::Failed))
    }
}

fn tell(action: ActionName, done: &ControlledView, context: &Context) -> Result {
    if context.output.json {
        return context.output.json(done);
    }
    context.output.line(format!(
        "{} {}",
        past(action),
        human::plural(done.changed, "job")
    ))?;
    for refused in done.refused.iter().take(20) {
        context
            .output
            .note(format!("  {}: {}", refused.id, refused.message));
    }
    if done.refused.len() > 20 {
        context
            .output
            .note(format!("  … and {} more", done.refused.len() - 20));
    }
    Ok(())
}

const fn verb(action: ActionName) -> &'static str {
    match action {
        ActionName::Cancel => "cancel",
        ActionName::Pause => "pause",
        ActionName::Resume => "resume",
        ActionName::Retry => "retry",
        ActionName::Restart => "restart",
        ActionName::Delete => "delete",
        ActionName::Change => "change",
    }
}

const fn past(action: ActionName) -> &'static str {
    match action {
        ActionName::Cancel => "cancelled",
        ActionName::Pause => "paused",
        ActionName::Resume => "resumed",
        ActionName::Retry => "retried",
        ActionName::Restart => "restarted",
        ActionName::Delete => "deleted",
        ActionName::Change => "changed",
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
