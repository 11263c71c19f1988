//! Turning submissions into jobs: defaults are settled, and everything is checked that can be
//! checked before the store sees it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use paceline_core::item::NewItem;
use paceline_core::task::Task;
use paceline_core::worker::WorkerState;
use paceline_core::{JobOptions, Json, NewJob, Priority, Time, Work};
use paceline_protocol::problem::{Code, FieldError, Problem};
use paceline_protocol::rest::{ItemLine, JobRequest, OptionsRequest, Text};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::idempotency::Ids;
use crate::params_schema;
use crate::problem::{Refusal, Result};
use crate::state::AppState;

/// Longest name of a task, queue, user, key, batch or label, in bytes.
const LONGEST_NAME: usize = 256;
/// Longest item key, in bytes.
const LONGEST_KEY: usize = 1024;
const MOST_LABELS: usize = 64;
/// Faults of one request that are told at most.
const MOST_FAULTS: usize = 100;

/// Settles the submissions of one request: tasks are read once, and their defaults are shared.
pub(crate) struct Settler {
    state: AppState,
    tasks: HashMap<String, Known>,
    date_time: String,
    ids: Ids,
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

/// A declared task, with what its jobs get when they say nothing.
struct Known {
    options: Arc<JobOptions>,
    has_planner: bool,
    schema: Option<Value>,
}

impl Settler {
    pub(crate) async fn new(state: &AppState, ids: Ids) -> Result<Self> {
        let defaults = &state.options.defaults;
        let tasks = state.engine.store().tasks().await?;
        let tasks = tasks
            .into_iter()
            .map(|task| (task.name.clone(), Known::new(&task, defaults)))
            .collect();
        Ok(Settler {
            state: state.clone(),
            tasks,
            date_time: date_time(state.engine.now()),
            ids,
        })
    }

    /// The job that `request` asks for.
    pub(crate) fn settle(&mut self, request: JobRequest<'_>, place: Place) -> Result<NewJob> {
        let work = match &request.items {
            Some(items) => Some(Work::Items(self::items(items, place)?)),
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
        self.settle_with(request, Some(Work::Items(Vec::new())), Place::Body)
    }

    fn settle_with(
        &mut self,
        request: JobRequest<'_>,
        work: Option<Work>,
        place: Place,
    ) -> Result<NewJob> {
        check(&request, place)?;
        let known = self.known(&request.task, place)?;
        let params = params(request.params, known, place)?;
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
        })
    }

    fn known(&self, task: &str, place: Place) -> Result<&Known> {
        self.tasks
            .get(task)
            .ok_or_else(|| self.unknown_task(task, place))
    }

    fn unknown_task(&self, task: &str, place: Place) -> Refusal {
        if self.state.workers_are_starting() {
            let detail = format!(
                "no task `{task}` is known yet, but some workers are still starting; try again"
            );
            return Refusal::new(Code::Starting, detail).retry_after(1);
        }
        let mut known: Vec<_> = self.tasks.keys().map(String::as_str).collect();
        known.sort_unstable();
        let known = if known.is_empty() {
            "no worker has declared any task; start one that does".to_owned()
        } else {
            format!("known: {}", known.join(", "))
        };
        let message = format!("no task `{task}`; {known}{}", self.broken_pools());
        Refusal::from(Problem {
            errors: vec![FieldError::new(format!("{place}task"), &message)],
            ..Problem::new(Code::UnknownTask, message)
        })
    }
}

impl Settler {
    /// Pools that might declare the task if they started.
    fn broken_pools(&self) -> String {
        let workers = self.state.workers();
        let broken = workers
            .iter()
            .filter(|worker| worker.state == WorkerState::Broken && worker.tasks.is_empty());
        let pools: BTreeSet<_> = broken.map(|worker| format!("`{}`", worker.pool)).collect();
        if pools.is_empty() {
            return String::new();
        }
        let pools: Vec<_> = pools.into_iter().collect();
        let pools = pools.join(", ");
        format!("; workers of {pools} do not start, see /api/v1/status")
    }
}

impl Known {
    fn new(task: &Task, defaults: &JobOptions) -> Self {
        let declared = serde_json::from_str::<OptionsRequest>(task.options.as_str())
            .unwrap_or_else(|error| {
                // The worker side checks options too; what slips through must not stop jobs.
                tracing::warn!(task = task.name, %error, "declared options are unreadable and ignored");
                OptionsRequest::default()
            });
        let schema = task.params_schema.as_ref();
        Known {
            options: Arc::new(declared.over(defaults)),
            has_planner: task.has_planner,
            schema: schema.and_then(|schema| serde_json::from_str(schema.as_str()).ok()),
        }
    }
}

fn check(request: &JobRequest<'_>, place: Place) -> Result<()> {
    unsupported(request, place)?;
    let mut faults = request.options().faults();
    names(request, &mut faults);
    if request.only_new == Some(true) && request.force == Some(true) {
        let message = "only_new and force contradict each other; give one of them";
        faults.push(FieldError::new("force", message));
    }
    if faults.is_empty() {
        return Ok(());
    }
    for fault in &mut faults {
        fault.field.insert_str(0, &place.to_string());
    }
    Err(Refusal::fields(Code::InvalidField, faults))
}

/// Fields of the contract that this version does not act on are refused, never ignored.
fn unsupported(request: &JobRequest<'_>, place: Place) -> Result<()> {
    let merges = request
        .on_duplicate
        .as_deref()
        .is_some_and(|policy| policy != "allow");
    let waits = request.after.as_ref().is_some_and(|jobs| !jobs.is_empty());
    let fields = [
        (
            "after",
            waits,
            "jobs cannot wait for other jobs yet; submit when those have ended",
        ),
        (
            "after_policy",
            request.after_policy.is_some(),
            "jobs cannot wait for other jobs yet",
        ),
        (
            "on_duplicate",
            merges,
            "duplicates are not merged or rejected yet; leave it out or say \"allow\"",
        ),
        (
            "cache_for",
            request.cache_for.is_some(),
            "results are not reused yet; leave it out",
        ),
    ];
    let faults: Vec<_> = fields
        .into_iter()
        .filter(|(_, given, _)| *given)
        .map(|(field, _, message)| FieldError::new(format!("{place}{field}"), message))
        .collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Refusal::fields(Code::Unsupported, faults))
    }
}

fn names(request: &JobRequest<'_>, faults: &mut Vec<FieldError>) {
    let texts = [
        ("task", Some(&request.task)),
        ("queue", request.queue.as_ref()),
        ("user", request.user.as_ref()),
        ("key", request.key.as_ref()),
        ("batch", request.batch.as_ref()),
    ];
    for (field, text) in texts {
        if let Some(message) = text.and_then(|text| name_fault(text)) {
            faults.push(FieldError::new(field, message));
        }
    }
    let Some(labels) = &request.labels else {
        return;
    };
    if labels.len() > MOST_LABELS {
        let message = format!("{} labels; give at most {MOST_LABELS}", labels.len());
        faults.push(FieldError::new("labels", message));
    }
    for (name, value) in labels {
        let fault = name_fault(name).or_else(|| name_fault(value));
        if let Some(message) = fault {
            faults.push(FieldError::new(format!("labels.{}", &**name), message));
        }
    }
}

fn name_fault(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("is empty; leave it out, or give a name".to_owned());
    }
    if text.len() > LONGEST_NAME {
        return Some(format!(
            "has {} bytes; give at most {LONGEST_NAME}",
            text.len()
        ));
    }
    text.chars()
        .any(char::is_control)
        .then(|| "has control characters".to_owned())
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

fn labels(given: Option<std::collections::BTreeMap<Text<'_>, Text<'_>>>) -> Vec<(String, String)> {
    given
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.into_string(), value.into_string()))
        .collect()
}

fn items(lines: &[ItemLine<'_>], place: Place) -> Result<Vec<NewItem>> {
    let mut seen = HashSet::with_capacity(lines.len());
    let mut duplicates = Vec::new();
    let mut items = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        if let Some(message) = line.key.as_deref().and_then(key_fault) {
            let field = format!("{place}items[{index}].key");
            return Err(Refusal::field(Code::InvalidField, field, message));
        }
        if let Some(key) = line.key.as_deref()
            && !seen.insert(key)
            && duplicates.len() < MOST_FAULTS
        {
            duplicates.push(duplicate(lines, key, index, place));
        }
        items.push(new_item(line));
    }
    if duplicates.is_empty() {
        Ok(items)
    } else {
        Err(Refusal::fields(Code::DuplicateKey, duplicates))
    }
}

fn duplicate(lines: &[ItemLine<'_>], key: &str, index: usize, place: Place) -> FieldError {
    let first = lines
        .iter()
        .position(|line| line.key.as_deref() == Some(key))
        .unwrap_or_default();
    FieldError::new(
        format!("{place}items[{index}].key"),
        format!(
            "`{key}` is the key of {place}items[{first}] already; keys must be unique in a job"
        ),
    )
}

/// What is wrong with an item's key.
pub(crate) fn key_fault(key: &str) -> Option<String> {
    if key.is_empty() {
        return Some("is empty; leave it out, or give a key".to_owned());
    }
    (key.len() > LONGEST_KEY)
        .then(|| format!("has {} bytes; give at most {LONGEST_KEY}", key.len()))
}

/// An item with its payload as it was sent.
pub(crate) fn new_item(line: &ItemLine<'_>) -> NewItem {
    NewItem {
        key: line.key.as_ref().map(|key| (**key).to_owned()),
        payload: line
            .payload
            .map_or_else(Json::null, |payload| Json::from_checked(payload.get())),
    }
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
