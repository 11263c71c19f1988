//! `paceline task`: the tasks that workers declare, and pausing them.

use clap::Subcommand;
use paceline_protocol::rest::{ListView, TaskView};
use reqwest::Method;

use super::Context;
use super::queue::{PauseArgs, limit, paused};
use crate::client::segment;
use crate::exit::Result;
use crate::output::fit::Column;
use crate::output::style::{Painted, Palette};
use crate::output::{human, screen, table};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the tasks
    List,
    /// Show one task
    Show(Named),
    /// Hold its jobs back: none starts, and running ones get no new work
    Pause(PauseArgs),
    /// Let it go on
    Resume(Named),
}

#[derive(Debug, clap::Args)]
struct Named {
    /// Name of the task
    #[arg(value_name = "TASK")]
    name: String,
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result {
    let Context { client, output } = context;
    let path = |name: &str, rest: &str| format!("/tasks/{}{rest}", segment(name));
    let task: TaskView = match &args.verb {
        Verb::List => {
            let tasks: ListView<TaskView> = client.get("/tasks", &()).await?;
            if output.json {
                return output.json(&tasks);
            }
            if tasks.items.is_empty() {
                output.note("no tasks yet; workers declare them when they start");
                return Ok(());
            }
            let width = screen::out_width();
            return output.line(list(&tasks.items, output.palette, width));
        }
        Verb::Show(args) => client.get(&path(&args.name, ""), &()).await?,
        Verb::Pause(args) => {
            client
                .post(&path(&args.name, "/pause"), &args.request())
                .await?
        }
        Verb::Resume(args) => {
            let request = client.request(Method::POST, &path(&args.name, "/resume"));
            client.send(request).await?
        }
    };
    if output.json {
        return output.json(&task);
    }
    output.line(list(&[task], output.palette, screen::out_width()))
}

const COLUMNS: [Column; 6] = [
    Column::new("task").shortest(12),
    Column::new("workers"),
    Column::new("limit"),
    Column::new("completed").goes(2),
    Column::new("failed").goes(3),
    Column::new("state").goes(1),
];

fn list(tasks: &[TaskView], palette: Palette, width: Option<usize>) -> String {
    let rows: Vec<_> = tasks.iter().map(row).collect();
    table::fitted(&COLUMNS, &rows, width, palette)
}

fn row(task: &TaskView) -> Vec<Painted> {
    vec![
        task.name.clone().into(),
        task.workers.to_string().into(),
        limit(task.max_running).into(),
        human::count(task.statistics.completed).into(),
        human::count(task.statistics.failed).into(),
        paused(task.paused.as_ref()),
    ]
}
