//! From what people say of a schedule to what is kept, and back to what they see.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use paceline_core::schedule::{JobSource, MissedRuns, Rule, Schedule, Ticks};
use paceline_core::{Json, ScheduleId, Time};
use paceline_protocol::json::WireJson;
use paceline_protocol::problem::{Code, FieldError};
use paceline_protocol::rest::{ScheduleRequest, ScheduleState, ScheduleView};
use paceline_protocol::units::{WireDuration, WireTime};
use paceline_protocol::words::{WireJobId, WireMissedRuns};

use crate::job_maker;
use crate::problem::{Refusal, Result};
use crate::settle::name_fault;
use crate::state::AppState;

/// Runs that are foretold.
const FORETOLD: usize = 5;

/// What a request asks for, checked as far as it can be.
pub(crate) struct Wanted {
    name: String,
    rule: Rule,
    missed: MissedRuns,
    overlap: bool,
    source: JobSource,
}

impl Wanted {
    pub(crate) async fn read(state: &AppState, request: ScheduleRequest) -> Result<Self> {
        check_name(&request.name)?;
        let rule = rule(&request, state.engine.now())?;
        let source = source(request.template.0)?;
        job_maker::make(state, &source, 1)
            .await
            .map_err(|refusal| refusal.within("template"))?;
        Ok(Wanted {
            name: request.name,
            rule,
            missed: request.missed.map_or(MissedRuns::Once, |word| word.0),
            overlap: request.overlap.unwrap_or(true),
            source,
        })
    }

    /// The schedule that begins now.
    pub(crate) fn new_schedule(&self, id: ScheduleId, now: Time) -> Result<Schedule> {
        let next_at = ticks(&self.rule)?.next_after(now);
        if next_at.is_none() {
            let message = "is in the past: nothing would ever run";
            return Err(Refusal::field(Code::InvalidField, "at", message));
        }
        Ok(Schedule {
            id,
            name: self.name.clone(),
            rule: self.rule.clone(),
            missed: self.missed,
            overlap: self.overlap,
            source: self.source.clone(),
            paused: false,
            version: 1,
            revision: 1,
            created_at: now,
            updated_at: now,
            next_at,
            last_run: None,
            last_job: None,
            last_error: None,
            unfinished: Vec::new(),
        })
    }

    /// The schedule that was there, saying this from now on.
    pub(crate) fn over(&self, before: Schedule, now: Time) -> Result<Schedule> {
        let changed = before.with_rule(self.rule.clone(), now);
        let changed = changed.map_err(|error| field(&self.rule, error.to_string()))?;
        Ok(Schedule {
            name: self.name.clone(),
            missed: self.missed,
            overlap: self.overlap,
            source: self.source.clone(),
            version: changed.version + 1,
            updated_at: now,
            ..changed
        })
    }
}

/// Names stand in addresses beside ids.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let fault = name_fault(name).or_else(|| {
        let is_an_id = name.parse::<ScheduleId>().is_ok();
        is_an_id.then(|| "looks like an id; give a name".to_owned())
    });
    match fault {
        Some(message) => Err(Refusal::field(Code::InvalidField, "name", message)),
        None => Ok(()),
    }
}

fn rule(request: &ScheduleRequest, now: Time) -> Result<Rule> {
    let ScheduleRequest {
        cron,
        timezone,
        every,
        at,
        ..
    } = request;
    if cron.is_none() && timezone.is_some() {
        let message = "only goes with cron; intervals and times are the same everywhere";
        return Err(Refusal::field(Code::InvalidField, "timezone", message));
    }
    let rule = match (cron, every, at) {
        (Some(expression), None, None) => Rule::Cron {
            expression: expression.trim().to_owned(),
            zone: timezone.clone().unwrap_or_else(|| "UTC".to_owned()),
        },
        (None, Some(every), None) => Rule::Every {
            every: every.0,
            anchor: now,
        },
        (None, None, Some(at)) => Rule::At(at.0),
        _ => {
            let message = "give one of cron, every and at";
            return Err(Refusal::field(Code::InvalidField, "cron", message));
        }
    };
    ticks(&rule)?;
    Ok(rule)
}

fn ticks(rule: &Rule) -> Result<Ticks> {
    rule.ticks().map_err(|error| match &error {
        paceline_core::schedule::RuleError::Zone(_) => {
            Refusal::field(Code::InvalidField, "timezone", error.to_string())
        }
        _ => field(rule, error.to_string()),
    })
}

fn field(rule: &Rule, message: String) -> Refusal {
    let field = match rule {
        Rule::Cron { .. } => "cron",
        Rule::Every { .. } => "every",
        Rule::At(_) => "at",
    };
    Refusal::fields(Code::InvalidField, vec![FieldError::new(field, message)])
}

fn source(template: Json) -> Result<JobSource> {
    let text = template.as_str();
    if text.starts_with('{') {
        return Ok(JobSource::Own(template));
    }
    if let Ok(name) = serde_json::from_str(text) {
        return Ok(JobSource::Named(name));
    }
    let message = "must be the name of a template, or a job as it is submitted";
    Err(Refusal::field(Code::InvalidField, "template", message))
}

/// A schedule as it is shown.
pub(crate) fn view(schedule: Schedule) -> ScheduleView {
    let next_runs = foretold(&schedule);
    let zone = TimeZone::get(schedule.rule.zone()).unwrap_or(TimeZone::UTC);
    let state = match (schedule.paused, schedule.next_at) {
        (true, _) => ScheduleState::Paused,
        (false, Some(_)) => ScheduleState::Active,
        (false, None) => ScheduleState::Ended,
    };
    let (cron, timezone, every, at) = match schedule.rule {
        Rule::Cron { expression, zone } => (Some(expression), Some(zone), None, None),
        Rule::Every { every, .. } => (None, None, Some(WireDuration(every)), None),
        Rule::At(at) => (None, None, None, Some(WireTime(at))),
    };
    let template = match schedule.source {
        JobSource::Own(job) => job,
        JobSource::Named(name) => Json::from_checked(serde_json::Value::String(name).to_string()),
    };
    ScheduleView {
        id: schedule.id.to_string(),
        name: schedule.name,
        state,
        cron,
        timezone,
        every,
        at,
        missed: WireMissedRuns(schedule.missed),
        overlap: schedule.overlap,
        template: WireJson(template),
        next_runs_local: next_runs.iter().map(|at| local(*at, &zone)).collect(),
        next_runs: next_runs.into_iter().map(WireTime).collect(),
        last_run: schedule.last_run.map(WireTime),
        last_job: schedule.last_job.map(WireJobId),
        last_error: schedule.last_error,
        version: schedule.version,
        created_at: WireTime(schedule.created_at),
        updated_at: WireTime(schedule.updated_at),
    }
}

fn foretold(schedule: &Schedule) -> Vec<Time> {
    let (Some(next_at), Ok(ticks)) = (schedule.next_at, schedule.rule.ticks()) else {
        return Vec::new();
    };
    let runs = std::iter::once(next_at).chain(ticks.after(next_at));
    runs.take(FORETOLD).collect()
}

/// RFC 3339 with the offset there.
fn local(at: Time, zone: &TimeZone) -> String {
    let timestamp = Timestamp::from_microsecond(at.as_micros()).unwrap_or(Timestamp::MAX);
    timestamp
        .display_with_offset(zone.to_offset(timestamp))
        .to_string()
}
