//! From a command line that was read to the command that does it.

use std::future::Future;

use paceline_protocol::rest::ActionName;
use tokio::runtime::{Builder, Runtime};

use crate::cli::{Cli, Command, Global};
use crate::client::Client;
use crate::commands::{
    Context, backup, batch, bench, completions, control, demo, doctor, events, graph, init, items,
    job, jobs, limit, log, man, migrate, node, notifications, queue, results, schedule, status,
    submit, task, template, up, watch,
};
use crate::exit::Result;
use crate::output::Output;

pub(crate) fn run(cli: Cli) -> Result {
    let Cli { global, command } = cli;
    let output = Output::new(global.json);
    match command {
        Command::Up(args) => up::run(&args, output),
        Command::Init(args) => init::run(&args, output),
        Command::Backup(args) => backup::run(&args, output),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args, output),
        Command::Bench(args) => on_runtime(bench::run(&args, output)),
        Command::Demo(args) => on_runtime(demo::run(&args, output)),
        Command::Migrate(args) => on_runtime(migrate::run(&args, output)),
        Command::Doctor(args) => on_runtime(doctor::run(&args, &context(&global, output)?)),
        command => on_runtime(talk(command, &context(&global, output)?)),
    }
}

fn context(global: &Global, output: Output) -> Result<Context> {
    Ok(Context {
        client: Client::new(&global.server, global.token.clone())?,
        output,
    })
}

/// The commands that only talk to a node.
async fn talk(command: Command, context: &Context) -> Result {
    let act = |action, args, reason| control::run(action, args, reason, context);
    match command {
        Command::Submit(args) => submit::run(&args, context).await,
        Command::Jobs(args) => jobs::run(&args, context).await,
        Command::Job(args) => job::run(&args, context).await,
        Command::Graph(args) => graph::run(&args, context).await,
        Command::Items(args) => items::run(&args, context).await,
        Command::Results(args) => results::run(&args, context).await,
        Command::Events(args) => events::run(&args, context).await,
        Command::Watch(args) => watch::run(&args, context).await,
        Command::Log(args) => log::run(&args, context).await,
        Command::Node(args) => node::run(&args, context).await,
        Command::Queue(args) => queue::run(&args, context).await,
        Command::Task(args) => task::run(&args, context).await,
        Command::Limit(args) => limit::run(&args, context).await,
        Command::Batch(command) => batch::run(&command, context).await,
        Command::Schedule(command) => schedule::run(&command, context).await,
        Command::Template(command) => template::run(&command, context).await,
        Command::Status(args) => status::run(&args, context).await,
        Command::Notifications(args) => notifications::run(&args, context).await,
        Command::Cancel(args) => act(ActionName::Cancel, &args.common, args.reason.clone()).await,
        Command::Pause(args) => act(ActionName::Pause, &args, None).await,
        Command::Resume(args) => act(ActionName::Resume, &args, None).await,
        Command::Retry(args) => act(ActionName::Retry, &args, None).await,
        Command::Restart(args) => act(ActionName::Restart, &args, None).await,
        Command::Delete(args) => act(ActionName::Delete, &args, None).await,
        Command::Up(_)
        | Command::Init(_)
        | Command::Backup(_)
        | Command::Completions(_)
        | Command::Man(_)
        | Command::Bench(_)
        | Command::Demo(_)
        | Command::Migrate(_)
        | Command::Doctor(_) => Ok(()),
    }
}

/// Runs a command on this thread. What it left running (a read of standard input that never
/// comes) does not keep the process.
fn on_runtime(command: impl Future<Output = Result>) -> Result {
    let runtime: Runtime = Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(command);
    runtime.shutdown_background();
    done
}
