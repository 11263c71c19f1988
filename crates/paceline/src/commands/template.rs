//! `paceline template`: submissions that are kept.

use paceline_protocol::json::WireJson;
use paceline_protocol::rest::{ListView, TemplateRequest, TemplateView};
use reqwest::Method;
use serde_json::{Map, Value};

use super::Context;
use super::job_body::JobArgs;
use crate::client::segment;
use crate::exit::{CliError, Result};
use crate::follow::{self, Show};
use crate::output::fit::Column;
use crate::output::style::{Color, Painted};
use crate::output::{screen, table};
use crate::submission;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Keep a job as a template: `create report --task report -p year=2026`
    Create(CreateArgs),
    /// List templates
    List,
    /// Show one template
    Show(Named),
    /// Submit its job and print the id; the flags go over what the template says
    Launch(LaunchArgs),
    /// Change a template; what is not given stays
    Edit(EditArgs),
    /// Delete a template
    Delete(Named),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Named {
    /// Name or id
    #[arg(value_name = "TEMPLATE")]
    template: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CreateArgs {
    /// Its name
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    job: JobArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct LaunchArgs {
    #[command(flatten)]
    which: Named,
    /// Wait for the job's end with a progress bar; exit 0 if it completed, 1 if not
    #[arg(long, short)]
    wait: bool,
    #[command(flatten)]
    job: JobArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct EditArgs {
    #[command(flatten)]
    which: Named,
    /// Another name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    job: JobArgs,
}

pub(crate) async fn run(command: &Command, context: &Context) -> Result {
    let client = &context.client;
    match command {
        Command::Create(args) => {
            if args.job.is_empty() {
                let error = CliError::usage("what should it submit?");
                return Err(error.hint("say --task TASK with -p NAME=VALUE …"));
            }
            let request = TemplateRequest {
                name: args.name.clone(),
                job: json(args.job.over(Map::new())?),
                version: None,
            };
            show(&client.post("/templates", &request).await?, context)
        }
        Command::List => list(context).await,
        Command::Show(named) => show(&client.get(&named.path(""), &()).await?, context),
        Command::Launch(args) => launch(args, context).await,
        Command::Edit(args) => edit(args, context).await,
        Command::Delete(named) => {
            client.delete(&named.path("")).await?;
            if context.output.json {
                let deleted = serde_json::json!({"deleted": named.template});
                return context.output.json(&deleted);
            }
            context.output.line(format!("deleted {}", named.template))
        }
    }
}

async fn list(context: &Context) -> Result {
    const COLUMNS: [Column; 3] = [
        Column::new("name").shortest(12),
        Column::new("task").shortest(8),
        Column::new("job").shortest(10).goes(1),
    ];
    let page: ListView<TemplateView> = context.client.get("/templates", &()).await?;
    let output = context.output;
    if output.json {
        return output.json(&page);
    }
    if page.items.is_empty() {
        output.note("no templates yet; keep one: paceline template create NAME --task TASK");
        return Ok(());
    }
    let rows: Vec<Vec<Painted>> = page.items.iter().map(row).collect();
    output.line(table::fitted(
        &COLUMNS,
        &rows,
        screen::out_width(),
        output.palette,
    ))
}

fn row(template: &TemplateView) -> Vec<Painted> {
    let job = fields(template);
    let task = job.get("task").and_then(Value::as_str).unwrap_or_default();
    vec![
        template.name.as_str().into(),
        task.into(),
        template.job.0.as_str().into(),
    ]
}

fn show(template: &TemplateView, context: &Context) -> Result {
    let output = context.output;
    if output.json {
        return output.json(template);
    }
    let name = output.palette.paint(Color::Bold, &template.name);
    output.line(format!("{name}  version {}", template.version))?;
    for (field, value) in fields(template) {
        let field = output.palette.paint(Color::Dim, &format!("{field:<9}"));
        output.line(format!("  {field} {value}"))?;
    }
    Ok(())
}

async fn launch(args: &LaunchArgs, context: &Context) -> Result {
    let given = Value::Object(args.job.over(Map::new())?);
    let path = args.which.path("/launch");
    let send = || context.client.request(Method::POST, &path).json(&given);
    let job = submission::send_job(&context.client, send).await?;
    let output = context.output;
    if !args.wait {
        return if output.json {
            output.json(&job)
        } else {
            output.line(job.id.to_string())
        };
    }
    let id = job.id.to_string();
    if output.json {
        let ended = follow::to_the_end(context, &id, Show::Nothing).await?;
        output.json(&ended)?;
        return follow::outcome(&ended);
    }
    output.line(&id)?;
    let ended = follow::to_the_end(context, &id, Show::Bar).await?;
    follow::tell_the_end(context, &ended).await?;
    follow::outcome(&ended)
}

/// Reads the template, puts over it what is given, and writes it if nobody else has meanwhile.
async fn edit(args: &EditArgs, context: &Context) -> Result {
    let path = args.which.path("");
    let known: TemplateView = context.client.get(&path, &()).await?;
    let request = TemplateRequest {
        job: json(args.job.over(fields(&known))?),
        name: args.name.clone().unwrap_or(known.name),
        version: Some(known.version),
    };
    show(&context.client.put(&path, &request).await?, context)
}

impl Named {
    fn path(&self, rest: &str) -> String {
        format!("/templates/{}{rest}", segment(&self.template))
    }
}

fn fields(template: &TemplateView) -> Map<String, Value> {
    serde_json::from_str(template.job.0.as_str()).unwrap_or_default()
}

fn json(fields: Map<String, Value>) -> WireJson {
    let text = Value::Object(fields).to_string();
    WireJson(paceline_core::Json::from_checked(text))
}
