//! `paceline limit`: most running jobs at once, of all and of single scopes.

use clap::Subcommand;
use paceline_core::limits::LimitName;
use paceline_protocol::rest::{LimitSource, LimitView, LimitsRequest, ListView};
use reqwest::Method;

use super::Context;
use super::queue::limit;
use crate::exit::Result;
use crate::output::fit::Column;
use crate::output::style::{Color, Painted, Palette};
use crate::output::{screen, table};

const NAMES: &str = "\
Names: jobs (all together) · jobs_per_user, jobs_per_task, jobs_per_queue, jobs_per_key (each)
       user:NAME, task:NAME, queue:NAME, key:NAME (one, instead of what holds for each)";

#[derive(Debug, clap::Args)]
#[command(after_help = NAMES)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the limits and how much of each is used
    List,
    /// Set limits: NAME=N, where 0 is no limit
    #[command(after_help = NAMES)]
    Set(SetArgs),
    /// Give up what was set: the configuration holds again
    #[command(after_help = NAMES)]
    Unset(UnsetArgs),
}

#[derive(Debug, clap::Args)]
struct SetArgs {
    /// Which limit, and how many jobs: key:dealer-7=1
    #[arg(value_name = "NAME=N", required = true, value_parser = setting)]
    limits: Vec<(LimitName, u32)>,
}

#[derive(Debug, clap::Args)]
struct UnsetArgs {
    /// Which limits
    #[arg(value_name = "NAME", required = true)]
    limits: Vec<LimitName>,
}

fn setting(text: &str) -> Result<(LimitName, u32), String> {
    // A name may hold the sign itself.
    let (name, most) = text
        .rsplit_once('=')
        .ok_or("write NAME=N, like key:dealer-7=1")?;
    let name = name.parse().map_err(|error| format!("{error}"))?;
    let most = most
        .parse()
        .map_err(|_| format!("`{most}` is no number of jobs; 0 is no limit"))?;
    Ok((name, most))
}

pub(crate) async fn run(args: &Args, context: &Context) -> Result {
    let Context { client, output } = context;
    let change = match &args.verb {
        Verb::List => None,
        Verb::Set(args) => {
            let set = args.limits.iter();
            Some(LimitsRequest {
                set: set.map(|(name, most)| (name.to_string(), *most)).collect(),
                unset: Vec::new(),
            })
        }
        Verb::Unset(args) => Some(LimitsRequest {
            unset: args.limits.iter().map(ToString::to_string).collect(),
            ..LimitsRequest::default()
        }),
    };
    let limits: ListView<LimitView> = match change {
        None => client.get("/limits", &()).await?,
        Some(change) => {
            let request = client.request(Method::PUT, "/limits").json(&change);
            client.send(request).await?
        }
    };
    if output.json {
        return output.json(&limits);
    }
    output.line(list(&limits.items, output.palette, screen::out_width()))
}

const COLUMNS: [Column; 4] = [
    Column::new("limit").shortest(12),
    Column::new("most"),
    Column::new("running"),
    Column::new("said by").goes(1),
];

fn list(limits: &[LimitView], palette: Palette, width: Option<usize>) -> String {
    let rows: Vec<_> = limits.iter().map(row).collect();
    table::fitted(&COLUMNS, &rows, width, palette)
}

fn row(view: &LimitView) -> Vec<Painted> {
    let said_by = match view.source {
        LimitSource::Set => "set",
        LimitSource::Configured => "configuration",
        LimitSource::Nobody => "",
    };
    vec![
        view.name.clone().into(),
        limit(view.most).into(),
        running(view),
        said_by.to_owned().into(),
    ]
}

/// Full ones stand out.
fn running(view: &LimitView) -> Painted {
    let Some(running) = view.running else {
        let fullest = view.fullest.iter().take(3);
        let shown: Vec<String> = fullest
            .map(|used| format!("{} {}", used.name, used.running))
            .collect();
        return shown.join(", ").into();
    };
    let text = running.to_string();
    if view.most.is_some_and(|most| running >= most) {
        Painted::new(text, Color::Yellow)
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_set_by_name_and_number() {
        let set = |text: &str| setting(text).map(|(name, most)| (name.to_string(), most));
        assert_eq!(set("key:a=b=2"), Ok(("key:a=b".to_owned(), 2)));
        assert_eq!(set("jobs=0"), Ok(("jobs".to_owned(), 0)));
        for wrong in ["jobs", "jobs=many", "job=1"] {
            assert!(set(wrong).is_err(), "{wrong}");
        }
    }
}
