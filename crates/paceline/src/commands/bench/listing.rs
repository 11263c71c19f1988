//! T10: pages of the job list, by every filter, sort and search.

use std::time::Duration;

use paceline_protocol::rest::{JobView, ListView};
use reqwest::Method;
use tokio::time::Instant;

use super::catalogue::{self, Question};
use super::figure::{Figure, Unit};
use super::lab::Lab;
use super::numbers::{largest, percentile};
use super::target::Target;
use crate::client::Client;
use crate::exit::{Context, Result};
use crate::output::human;

/// A list that slow shows it in fewer pages: what is left out is said.
const BUDGET: Duration = Duration::from_mins(4);
/// How many of the slowest pages are named.
const NAMED: usize = 5;

/// A search for what is nowhere that takes longer than this reads rows.
const QUICK_MILLIS: f64 = 50.0;
/// Between two looks at it; the index grows while nobody asks.
const PAUSE: Duration = Duration::from_secs(1);

/// One page and the milliseconds that it took.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) question: Question,
    pub(super) millis: f64,
}

pub(super) async fn measure(lab: &Lab) -> Result<Vec<Figure>> {
    let count = lab.many();
    lab.note(format!(
        "T10: a store with {} of all states",
        human::plural(count, "job")
    ));
    let (workbench, node) = catalogue::fill(lab, count).await?;
    let indexed = until_indexed(&node.client).await?;
    let questions = catalogue::questions(&node.client).await?;
    let all = questions.len();
    lab.note(format!(
        "T10: {} pages",
        human::count(u64::try_from(all).unwrap_or(0))
    ));
    let asked = ask_all(&node.client, questions, BUDGET).await?;
    node.stop().await?;
    drop(workbench);
    let mut figures = figures(count, all, &asked);
    figures.push(
        Figure::single(
            Target::T10,
            "until searches were quick",
            Unit::Seconds,
            indexed.as_secs_f64(),
        )
        .how("from the last submission; until then texts are read one by one"),
    );
    Ok(figures)
}

/// Waits until the index for searches has caught up with the submissions: then what is nowhere is
/// not looked for in the rows.
async fn until_indexed(client: &Client) -> Result<Duration> {
    let began = Instant::now();
    let nowhere = Question {
        filter: Vec::new(),
        sort: "-created_at".to_owned(),
        search: Some(catalogue::NOWHERE.to_owned()),
        cursor: None,
    };
    while began.elapsed() < BUDGET {
        let (millis, _) = ask(client, &nowhere).await?;
        if millis < QUICK_MILLIS {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(began.elapsed())
}

fn figures(count: u64, all: usize, asked: &[Asked]) -> Vec<Figure> {
    let times: Vec<f64> = asked.iter().map(|asked| asked.millis).collect();
    let millis = |name: &str, value| Figure::single(Target::T10, name, Unit::Millis, value);
    let how = format!(
        "{} of {all} first pages of 50 in a shuffled order: filter × sort × search; second pages where nothing is searched for",
        asked
            .iter()
            .filter(|asked| asked.question.cursor.is_none())
            .count()
    );
    let jobs = human::plural(count, "job");
    let mut figures = vec![
        millis(&format!("p99 of pages at {jobs}"), percentile(&times, 99))
            .at_most(50.0)
            .how(how),
        millis("p50 of pages", percentile(&times, 50)),
        millis("slowest page", largest(&times)),
    ];
    let mut slow: Vec<&Asked> = asked.iter().collect();
    slow.sort_by(|one, other| other.millis.total_cmp(&one.millis));
    let worst = slow.iter().take(NAMED).map(|asked| {
        millis(
            &format!("slow: {}", asked.question.describe()),
            asked.millis,
        )
    });
    figures.extend(worst);
    figures.extend(plain(asked));
    figures
}

/// Whether a question is of some kind.
type Kind = fn(&Question) -> bool;

/// What people look at most, each by itself.
fn plain(asked: &[Asked]) -> Vec<Figure> {
    let kinds: [(&str, Kind); 4] = [
        ("p99, newest first, no condition", |question| {
            question.is_default()
        }),
        ("p99 of pages without a search", |question| {
            !question.searches()
        }),
        ("p99 of pages with a search", Question::searches),
        ("p99 of second pages", |question| question.cursor.is_some()),
    ];
    let figure = |(name, is): (&str, Kind)| {
        let times: Vec<f64> = asked
            .iter()
            .filter(|asked| is(&asked.question))
            .map(|asked| asked.millis)
            .collect();
        let name = format!("{name} ({} pages)", times.len());
        Figure::single(Target::T10, name, Unit::Millis, percentile(&times, 99))
    };
    kinds.into_iter().map(figure).collect()
}

/// Asks one after the other until all are asked or the time is over; where nothing is searched
/// for, also for the second page.
pub(super) async fn ask_all(
    client: &Client,
    questions: Vec<Question>,
    budget: Duration,
) -> Result<Vec<Asked>> {
    let deadline = Instant::now() + budget;
    let mut asked = Vec::with_capacity(questions.len());
    for question in questions {
        if Instant::now() > deadline {
            break;
        }
        let (millis, page) = ask(client, &question).await?;
        let second = page.next_cursor.filter(|_| !question.searches());
        asked.push(Asked {
            question: question.clone(),
            millis,
        });
        if let Some(cursor) = second {
            let question = Question {
                cursor: Some(cursor),
                ..question
            };
            let (millis, _) = ask(client, &question).await?;
            asked.push(Asked { question, millis });
        }
    }
    Ok(asked)
}

/// Asks for a page; milliseconds until all of it is there.
pub(super) async fn ask(client: &Client, question: &Question) -> Result<(f64, ListView<JobView>)> {
    let request = client
        .request(Method::GET, "/jobs")
        .query(&question.query());
    let began = Instant::now();
    let response = client.stream(request).await?;
    let broken = || "cannot read a page".to_owned();
    let body = response.bytes().await.context(broken)?;
    let millis = began.elapsed().as_secs_f64() * 1e3;
    let page = serde_json::from_slice(&body).context(broken)?;
    Ok((millis, page))
}

/// For the table of growth: the 99th percentile.
pub(super) async fn p99(lab: &Lab, count: u64) -> Result<f64> {
    let (_workbench, node) = catalogue::fill(lab, count).await?;
    let questions = catalogue::questions(&node.client).await?;
    let asked = ask_all(&node.client, questions, BUDGET / 4).await?;
    node.stop().await?;
    let times: Vec<f64> = asked.iter().map(|asked| asked.millis).collect();
    Ok(percentile(&times, 99))
}
