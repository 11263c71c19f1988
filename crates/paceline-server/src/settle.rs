//! Turning submissions into jobs: defaults are settled, and everything is checked that can be
//! checked before the store sees it.

mod cached;
mod check;
mod identity;
mod items;
mod known;
mod links;
mod work_digest;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use paceline_core::links::Wanted;
use paceline_core::worker::WorkerState;
use paceline_core::{JobId, Json, NewJob, Priority, Time, Work};
use paceline_protocol::problem::{Code, FieldError, Problem};
use paceline_protocol::rest::{JobRequest, Text};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::idempotency::Ids;
use crate::params_schema;
use crate::problem::{Refusal, Result};
use crate::state::AppState;

pub(crate) use check::{check, name_fault};
pub(crate) use items::{key_fault, new_item};
use known::Known;
pub(crate) use known::Tasks;

/// Settles the submissions of one request: tasks are read once, and their defaults are shared.
pub(crate) struct Settler {
    state: AppState,
    tasks: Tasks,
    /// Some workers had not declared their tasks yet when the tasks were read.
    starting: bool,
    date_time: String,
    ids: Ids,
    /// The ids of the jobs that were settled, in their order.
    settled: Vec<JobId>,
}

/// Where in the body a submission stands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    Body,
    /// In the list of a bulk submission.
    OneOf(usize),
}

/// Written before the name of a field.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Body => Ok(()),
            Place::OneOf(index) => write!(f, "jobs[{index}]."),
        }
    }
}

impl Settler {
    pub(crate) async fn new(state: &AppState, ids: Ids) -> Result<Self> {
        let now = state.engine.now();
        Ok(Settler {
            tasks: state.tasks.get((), now, known::tasks(state)).await?,
            state: state.clone(),
            starting: false,
            date_time: date_time(now),
            ids,
            settled: Vec::new(),
        })
    }

    /// Looks again when the body names a task that was not there a moment ago: it may have been
    /// declared since.
    pub(crate) async fn look_again(&mut self, named: impl IntoIterator<Item = &str>) -> Result<()> {
        if named.into_iter().all(|task| self.tasks.contains_key(task)) {
            return Ok(());
        }
        // Before the tasks: a worker that has started by now has its tasks among those read next.
        self.starting = self.state.workers_are_starting();
        let (now, ask) = (self.state.engine.now(), known::tasks(&self.state));
        self.tasks = self.state.tasks.renew((), now, ask).await?;
        Ok(())
    }

    /// The job that `request` asks for.
    pub(crate) fn settle(&mut self, request: JobRequest<'_>, place: Place) -> Result<NewJob> {
        let work = match &request.items {
            Some(items) => Some(Work::Items(items::items(items, place)?)),
            None => None,
        };
        self.settle_with(request, work, place)
    }

    /// As [`Settler::settle`], for a submission whose items come later.
    pub(crate) fn settle_streamed(&mut self, request: JobRequest<'_>) -> Result<NewJob> {
        if request.items.is_some() {
            let message = "the items of a streamed submission are the lines that follow";
            return Err(Refusal::field(Code::InvalidField, "items", message));
        }
        cached::check_streamed(&request)?;
        identity::check_streamed(&request, self.known(&request.task, Place::Body)?)?;
        self.settle_with(request, Some(Work::Items(Vec::new())), Place::Body)
    }

    fn settle_with(
        &mut self,
        request: JobRequest<'_>,
        work: Option<Work>,
        place: Place,
    ) -> Result<NewJob> {
        check(&request, place)?;
        let links = links::wanted(&request, place, &self.settled)?;
        let known = self.known(&request.task, place)?;
        let brings_items = work.is_some();
        if known.needs_items && !brings_items {
            return Err(needs_items(&request.task, place));
        }
        let params = params(request.params, known, place)?;
        let links = identity::settle(&request, (known, brings_items), &params, links, place)?;
        let links = Wanted {
            // Of a stream the items are not known yet.
            caching: if brings_items && request.items.is_none() {
                None
            } else {
                cached::settle(&request, known, &params, place)?
            },
            ..links
        };
        let given = request.options();
        let options = if given.is_empty() {
            Arc::clone(&known.options)
        } else {
            Arc::new(given.over(&known.options))
        };
        let unlisted = if known.has_planner {
            Work::Plan
        } else {
            Work::Unit
        };
        let id = self.ids.next();
        self.settled.push(id);
        Ok(NewJob {
            id,
            name: NewJob::readable_name(&request.task, &self.date_time, tail(id.into_bytes())),
            queue: request
                .queue
                .map_or_else(|| "default".to_owned(), Text::into_string),
            task: request.task.into_string(),
            priority: request.priority.map_or(Priority::Normal, |word| word.0),
            user: request.user.map(Text::into_string),
            key: request.key.map(Text::into_string),
            batch: request.batch.map(Text::into_string),
            labels: labels(request.labels),
            params,
            options,
            run_at: request.run_at.map(|time| time.0),
            work: work.unwrap_or(unlisted),
            links,
        })
    }

    fn known(&self, task: &str, place: Place) -> Result<&Known> {
        self.tasks
            .get(task)
            .ok_or_else(|| self.unknown_task(task, place))
    }

    fn unknown_task(&self, task: &str, place: Place) -> Refusal {
        if self.starting {
            let detail = format!(
                "no task `{task}` is known yet, but some workers are still starting; try again"
            );
            return Refusal::new(Code::Starting, detail).retry_after(1);
        }
        let mut known: Vec<_> = self.tasks.keys().map(String::as_str).collect();
        known.sort_unstable();
        let broken = self.broken_pools();
        let hint = match (known.as_slice(), broken) {
            (_, Some(pools)) => format!("; workers of {pools} do not start, see /api/v1/status"),
            ([], None) => String::new(),
            ([_, ..], None) => "; if its code was just written, restart the node, or run it with \
                 `paceline up --reload`"
                .to_owned(),
        };
        let known = if known.is_empty() {
            "no worker has declared any task; start one that does".to_owned()
        } else {
            format!("known: {}", known.join(", "))
        };
        let message = format!("no task `{task}`; {known}{hint}");
        Refusal::from(Problem {
            errors: vec![FieldError::new(format!("{place}task"), &message)],
            ..Problem::new(Code::UnknownTask, message)
        })
    }

    /// Pools that might declare the task if they started.
    fn broken_pools(&self) -> Option<String> {
        let workers = self.state.workers();
        let broken = workers
            .iter()
            .filter(|worker| worker.state == WorkerState::Broken && worker.tasks.is_empty());
        let pools: BTreeSet<_> = broken.map(|worker| format!("`{}`", worker.pool)).collect();
        let pools: Vec<_> = pools.into_iter().collect();
        (!pools.is_empty()).then(|| pools.join(", "))
    }
}

fn needs_items(task: &str, place: Place) -> Refusal {
    let message = format!(
        "task `{task}` takes items, and the job has none: send some (`paceline submit {task} --items \
         FILE`), or give the task a planner"
    );
    Refusal::from(Problem {
        errors: vec![FieldError::new(format!("{place}items"), &message)],
        ..Problem::new(Code::NeedsItems, message)
    })
}

fn params(given: Option<&RawValue>, known: &Known, place: Place) -> Result<Json> {
    let text = given.map_or("{}", RawValue::get);
    if !text.starts_with('{') {
        let message = "must be an object";
        return Err(Refusal::field(
            Code::InvalidField,
            format!("{place}params"),
            message,
        ));
    }
    if let Some(schema) = &known.schema {
        let value: Value = serde_json::from_str(text).map_err(|error| {
            Refusal::field(
                Code::InvalidParams,
                format!("{place}params"),
                error.to_string(),
            )
        })?;
        let mut faults = params_schema::faults(schema, &value);
        if !faults.is_empty() {
            for fault in &mut faults {
                fault.field.insert_str(0, &place.to_string());
            }
            return Err(Refusal::fields(Code::InvalidParams, faults));
        }
    }
    Ok(match given {
        Some(raw) => Json::from_checked(raw.get()),
        None => Json::empty_object(),
    })
}

fn labels(given: Option<BTreeMap<Text<'_>, Text<'_>>>) -> Vec<(String, String)> {
    given
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.into_string(), value.into_string()))
        .collect()
}

/// `YYYYMMDD-HHMMSS` in UTC, for readable names.
fn date_time(now: Time) -> String {
    let timestamp = Timestamp::from_microsecond(now.as_micros()).unwrap_or(Timestamp::UNIX_EPOCH);
    timestamp.strftime("%Y%m%d-%H%M%S").to_string()
}

/// The random end of an id, which tells names of one second apart as well.
fn tail(id: [u8; 16]) -> u64 {
    let [_, _, _, _, _, _, _, _, tail @ ..] = id;
    u64::from_be_bytes(tail)
}
