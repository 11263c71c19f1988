//! `paceline schedule`: what is submitted by itself.

use paceline_core::Time;
use paceline_core::schedule::MissedRuns;
use paceline_protocol::json::WireJson;
use paceline_protocol::rest::{ListView, ScheduleRequest, ScheduleView};
use paceline_protocol::units::{WireDuration, WireTime};
use paceline_protocol::words::WireMissedRuns;
use reqwest::Method;
use serde_json::{Map, Value};

use super::Context;
use super::job_body::JobArgs;
use super::schedule_show;
use super::time::{self, Direction};
use crate::client::segment;
use crate::clock;
use crate::exit::{CliError, Result};
use crate::output::screen;
use crate::submission;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make a schedule: `create nightly --cron '0 6 * * *' --timezone Europe/Paris --task report`
    Create(CreateArgs),
    /// List schedules with their next runs
    List,
    /// Show one schedule
    Show(Named),
    /// Change a schedule; what is not given stays
    Edit(EditArgs),
    /// Let it run no more until it is resumed
    Pause(Named),
    /// Let it run again, from now on
    Resume(Named),
    /// Run it now and print the job's id
    Run(Named),
    /// Delete a schedule; its jobs stay
    Delete(Named),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Named {
    /// Name or id
    #[arg(value_name = "SCHEDULE")]
    schedule: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CreateArgs {
    /// Its name
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    what: WhatArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct EditArgs {
    #[command(flatten)]
    which: Named,
    /// Another name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    what: WhatArgs,
}

#[derive(Debug, clap::Args)]
struct WhatArgs {
    /// Five fields (minute, hour, day of month, month, day of week), six with the second first, or
    /// @hourly, @daily, …
    #[arg(long, value_name = "EXPRESSION", group = "when")]
    cron: Option<String>,
    /// An interval such as 15m
    #[arg(long, value_name = "DURATION", group = "when")]
    every: Option<WireDuration>,
    /// Once: `2026-12-01 06:00`, an RFC 3339 time, or `90m` from now
    #[arg(long, value_name = "TIME", group = "when", value_parser = future)]
    at: Option<Time>,
    /// The zone by whose clocks --cron goes, such as Europe/Paris; UTC when not given
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// Runs that were missed because no node was there: skip, once or all
    #[arg(long, value_name = "POLICY")]
    missed: Option<MissedRuns>,
    /// A run may begin while a job of an earlier one is unfinished (the default)
    #[arg(long, overrides_with = "no_overlap")]
    overlap: bool,
    /// A run is left out while a job of an earlier one is unfinished
    #[arg(long)]
    no_overlap: bool,
    /// Submit this template
    #[arg(long, value_name = "TEMPLATE", conflicts_with_all = ["task", "param", "params", "set", "job"])]
    template: Option<String>,
    #[command(flatten)]
    job: JobArgs,
}

pub(crate) async fn run(command: &Command, context: &Context) -> Result {
    let client = &context.client;
    match command {
        Command::Create(args) => {
            let request = args.request()?;
            let send = || client.request(Method::POST, "/schedules").json(&request);
            show(&submission::send(client, send).await?, context)
        }
        Command::List => list(context).await,
        Command::Show(named) => show(&client.get(&named.path(""), &()).await?, context),
        Command::Edit(args) => edit(args, context).await,
        Command::Pause(named) => show(&client.post(&named.path("/pause"), &()).await?, context),
        Command::Resume(named) => show(&client.post(&named.path("/resume"), &()).await?, context),
        Command::Run(named) => {
            let send = || client.request(Method::POST, &named.path("/run"));
            let job = submission::send_job(client, send).await?;
            if context.output.json {
                return context.output.json(&job);
            }
            context.output.line(job.id.to_string())
        }
        Command::Delete(named) => {
            client.delete(&named.path("")).await?;
            if context.output.json {
                let deleted = serde_json::json!({"deleted": named.schedule});
                return context.output.json(&deleted);
            }
            context.output.line(format!("deleted {}", named.schedule))
        }
    }
}

async fn list(context: &Context) -> Result {
    let page: ListView<ScheduleView> = context.client.get("/schedules", &()).await?;
    let output = context.output;
    if output.json {
        return output.json(&page);
    }
    if page.items.is_empty() {
        output.note("no schedules yet; make one: paceline schedule create NAME --cron …");
        return Ok(());
    }
    let width = screen::out_width();
    output.line(schedule_show::table(&page.items, output.palette, width))
}

fn show(schedule: &ScheduleView, context: &Context) -> Result {
    let output = context.output;
    if output.json {
        return output.json(schedule);
    }
    output.line(schedule_show::describe(schedule, output.palette))
}

/// Reads the schedule, puts over it what is given, and writes it if nobody else has meanwhile.
async fn edit(args: &EditArgs, context: &Context) -> Result {
    let path = args.which.path("");
    let known: ScheduleView = context.client.get(&path, &()).await?;
    let request = args.over(known)?;
    let send = || context.client.request(Method::PUT, &path).json(&request);
    show(&submission::send(&context.client, send).await?, context)
}

impl Named {
    fn path(&self, rest: &str) -> String {
        format!("/schedules/{}{rest}", segment(&self.schedule))
    }
}

impl CreateArgs {
    fn request(&self) -> Result<ScheduleRequest> {
        let what = &self.what;
        let template = match &what.template {
            Some(name) => Value::from(name.as_str()),
            None if what.job.is_empty() => {
                let error = CliError::usage("what should it submit?");
                return Err(error.hint("say --task TASK with -p NAME=VALUE …, or --template NAME"));
            }
            None => Value::Object(what.job.over(Map::new())?),
        };
        Ok(ScheduleRequest {
            name: self.name.clone(),
            cron: what.cron.clone(),
            timezone: what.timezone.clone(),
            every: what.every,
            at: what.at.map(WireTime),
            missed: what.missed.map(WireMissedRuns),
            overlap: what.overlap(),
            template: json(&template),
            version: None,
        })
    }
}

impl EditArgs {
    fn over(&self, known: ScheduleView) -> Result<ScheduleRequest> {
        let what = &self.what;
        let another_rule = what.cron.is_some() || what.every.is_some() || what.at.is_some();
        let mut request = ScheduleRequest {
            name: self.name.clone().unwrap_or(known.name),
            cron: known.cron,
            timezone: what.timezone.clone().or(known.timezone),
            every: known.every,
            at: known.at,
            missed: Some(what.missed.map_or(known.missed, WireMissedRuns)),
            overlap: Some(what.overlap().unwrap_or(known.overlap)),
            template: known.template,
            version: Some(known.version),
        };
        if another_rule {
            request.cron.clone_from(&what.cron);
            (request.every, request.at) = (what.every, what.at.map(WireTime));
            if what.cron.is_none() {
                request.timezone.clone_from(&what.timezone);
            }
        }
        if let Some(name) = &what.template {
            request.template = json(&Value::from(name.as_str()));
        } else if !what.job.is_empty() {
            let known = serde_json::from_str(request.template.0.as_str());
            request.template = json(&Value::Object(what.job.over(known.unwrap_or_default())?));
        }
        Ok(request)
    }
}

impl WhatArgs {
    fn overlap(&self) -> Option<bool> {
        match (self.overlap, self.no_overlap) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }
}

fn json(value: &Value) -> WireJson {
    WireJson(paceline_core::Json::from_checked(value.to_string()))
}

fn future(text: &str) -> Result<Time, String> {
    time::parse(text, Direction::Future, clock::now())
}
