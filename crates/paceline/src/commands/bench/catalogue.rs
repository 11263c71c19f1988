//! A store with jobs of every state, user, batch and label, and the questions that a list can be
//! asked about them.

use std::fmt::Write;
use std::time::Duration;

use paceline_protocol::rest::{
    ActionName, ActionsRequest, ControlledView, FilterRequest, JobView, ListView,
};
use paceline_protocol::units::WireTime;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use super::lab::Lab;
use super::load;
use super::python;
use super::watch;
use super::workbench::{Handlers, NOOP, Subject, Workbench};
use crate::client::Client;
use crate::exit::{CliError, Result};

/// Shuffles the questions the same way every time.
const SEED: u64 = 10;
const SORTS: [&str; 7] = [
    "created_at",
    "started_at",
    "finished_at",
    "priority",
    "progress",
    "state",
    "duration",
];
/// A text that no job has.
pub(super) const NOWHERE: &str = "nothing like this";
/// Long after any measuring.
const LATER: &str = "2099-01-01T00:00:00Z";

/// Fills a store over HTTP and leaves a node on it that runs nothing.
pub(super) async fn fill(lab: &Lab, count: u64) -> Result<(Workbench, Subject)> {
    let workbench = if lab.has_python {
        python::workbench(lab)?
    } else {
        lab.workbench("")?
    };
    run_most(lab, &workbench, count).await?;
    workbench.configure("")?;
    let node = workbench.start(Handlers::Configured, &[]).await?;
    // These find nobody who runs them.
    load::submit(&[&node.client], count / 50, |job, text| {
        waiting(count + job, text);
    })
    .await?;
    Ok((workbench, node))
}

/// Jobs that end, or wait for a time that does not come.
async fn run_most(lab: &Lab, workbench: &Workbench, count: u64) -> Result {
    let node = workbench.start(Handlers::Noop, &[]).await?;
    if lab.has_python {
        watch::until_known(&node.client, "bench_fail").await?;
    }
    let fails = lab.has_python;
    load::submit(&[&node.client], count - count / 50, |job, text| {
        ending(job, fails, text);
    })
    .await?;
    act(&node.client, ActionName::Cancel, "u3").await?;
    act(&node.client, ActionName::Pause, "u103").await?;
    watch::until_quiet(&node.client).await?;
    node.stop().await?;
    Ok(())
}

/// One of a hundred fails, two wait for their time, the others end well.
fn ending(job: u64, fails: bool, text: &mut String) {
    let task = if fails && job % 100 == 50 {
        "bench_fail"
    } else {
        NOOP
    };
    common(task, job, text);
    if job % 100 == 3 || job % 100 == 4 {
        let _ = write!(text, r#","run_at":"{LATER}""#);
    }
    text.push('}');
}

/// Waits for a worker; one of a hundred has items and counts as running.
fn waiting(job: u64, text: &mut String) {
    common(NOOP, job, text);
    if job.is_multiple_of(100) {
        *text += r#","items":[{"key":"a"},{"key":"b"}]"#;
    }
    text.push('}');
}

/// Writing to a string cannot fail.
fn common(task: &str, job: u64, text: &mut String) {
    const PRIORITIES: [&str; 5] = ["normal", "normal", "high", "low", "urgent"];
    let priority = PRIORITIES[usize::try_from(job % 5).unwrap_or(0)];
    let (user, team, key, batch) = (job % 200, job % 20, job % 5000, job % 50);
    let queue = if job.is_multiple_of(10) {
        "bulk"
    } else {
        "default"
    };
    let _ = write!(
        text,
        r#"{{"task":"{task}","params":{{"n":{job},"model":"m{}"}},"user":"u{user}","key":"k{key}","batch":"b{batch}","labels":{{"team":"t{team}"}},"queue":"{queue}","priority":"{priority}""#,
        job % 7
    );
}

/// Does something to a user's scheduled jobs.
async fn act(client: &Client, action: ActionName, user: &str) -> Result {
    let request = ActionsRequest {
        action,
        ids: None,
        filter: Some(FilterRequest {
            state: Some("scheduled".to_owned()),
            user: Some(user.to_owned()),
            ..FilterRequest::default()
        }),
        dry_run: false,
        reason: None,
        change: None,
    };
    let _: ControlledView = client.post("/jobs/actions", &request).await?;
    Ok(())
}

/// A page to ask for.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) filter: Vec<(&'static str, String)>,
    pub(super) sort: String,
    pub(super) search: Option<String>,
    pub(super) cursor: Option<String>,
}

impl Question {
    pub(super) fn query(&self) -> Vec<(&'static str, &str)> {
        let filter = self
            .filter
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        let mut query: Vec<_> = filter.collect();
        query.push(("sort", &self.sort));
        query.extend(self.search.iter().map(|text| ("q", text.as_str())));
        query.extend(self.cursor.iter().map(|cursor| ("cursor", cursor.as_str())));
        query
    }

    pub(super) fn describe(&self) -> String {
        let query = self.query();
        let words: Vec<String> = query
            .iter()
            .map(|(name, value)| match *name {
                "cursor" => "second page".to_owned(),
                name => format!("{name}={value}"),
            })
            .collect();
        words.join(" ")
    }

    pub(super) fn searches(&self) -> bool {
        self.search.is_some()
    }

    /// What the list shows when nothing was chosen.
    pub(super) fn is_default(&self) -> bool {
        self.filter.is_empty() && self.search.is_none() && self.sort == "-created_at"
    }
}

/// Every filter × sort × search, shuffled.
pub(super) async fn questions(client: &Client) -> Result<Vec<Question>> {
    let oldest = one(client, "created_at").await?;
    let newest = one(client, "-created_at").await?;
    let (filters, searches) = (filters(&oldest, &newest), searches(&oldest));
    let mut questions = Vec::new();
    for filter in &filters {
        for sort in SORTS
            .iter()
            .flat_map(|sort| [(*sort).to_owned(), format!("-{sort}")])
        {
            questions.extend(searches.iter().map(|search| Question {
                filter: filter.clone(),
                sort: sort.clone(),
                search: search.clone(),
                cursor: None,
            }));
        }
    }
    questions.shuffle(&mut StdRng::seed_from_u64(SEED));
    Ok(questions)
}

fn filters(oldest: &JobView, newest: &JobView) -> Vec<Vec<(&'static str, String)>> {
    let half: Duration = newest.created_at.0.since(oldest.created_at.0) / 2;
    let middle = WireTime(oldest.created_at.0 + half).to_string();
    let filters: [&[(&'static str, &str)]; 18] = [
        &[],
        &[("state", "completed")],
        &[("state", "failed")],
        &[("state", "pending,running")],
        &[("state", "scheduled")],
        &[("state", "cancelled")],
        &[("task", NOOP)],
        &[("task", "bench_fail")],
        &[("user", "u7")],
        &[("key", "k17")],
        &[("batch", "b3")],
        &[("label", "team:t4")],
        &[("queue", "bulk")],
        &[("created_after", &middle)],
        &[("created_before", &middle)],
        &[("user", "u7"), ("state", "completed")],
        &[("batch", "b3"), ("label", "team:t3")],
        &[("task", NOOP), ("user", "u7"), ("state", "pending")],
    ];
    let owned = |filter: &[(&'static str, &str)]| {
        filter
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect()
    };
    filters.into_iter().map(owned).collect()
}

/// None, the beginning of an id, a whole name, a user, part of the params, and what is nowhere.
fn searches(job: &JobView) -> Vec<Option<String>> {
    let id = job.id.to_string();
    let texts = [&id[..13], &job.name, "u42", "\"model\":\"m3\"", NOWHERE];
    let texts = texts.into_iter().map(|text| Some(text.to_owned()));
    std::iter::once(None).chain(texts).collect()
}

async fn one(client: &Client, sort: &str) -> Result<JobView> {
    let page: ListView<JobView> = client
        .get("/jobs", &[("sort", sort), ("limit", "1")])
        .await?;
    page.items
        .into_iter()
        .next()
        .ok_or_else(|| CliError::failed("the list is empty"))
}
