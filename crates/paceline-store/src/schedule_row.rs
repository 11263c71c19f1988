//! A schedule as its columns hold it, which are the same in both databases; and what its events say.

use std::time::Duration;

use paceline_core::event::EventKind;
use paceline_core::schedule::{JobSource, Missed, MissedRuns, Rule, Schedule, Told};
use paceline_core::{JobId, Json, ScheduleId, Time};
use serde::Serialize;

use crate::job_row::micros;
use crate::text::to_json;

/// The columns in the order in which both databases select and insert them.
macro_rules! schedule_columns {
    () => {
        "id, name, cron, timezone, every_micros, anchor_at, once_at, missed, overlap, template,
        job, paused, version, revision, created_at, updated_at, next_at, last_run, last_job,
        last_error, unfinished"
    };
}
pub(crate) use schedule_columns;

/// The columns' values.
#[derive(Clone, Debug)]
pub(crate) struct Cells {
    pub(crate) id: [u8; 16],
    pub(crate) name: String,
    pub(crate) cron: Option<String>,
    pub(crate) timezone: Option<String>,
    pub(crate) every: Option<i64>,
    pub(crate) anchor: Option<i64>,
    pub(crate) once: Option<i64>,
    pub(crate) missed: String,
    pub(crate) overlap: bool,
    pub(crate) template: Option<String>,
    pub(crate) job: Option<String>,
    pub(crate) paused: bool,
    pub(crate) version: i64,
    pub(crate) revision: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) next_at: Option<i64>,
    pub(crate) last_run: Option<i64>,
    pub(crate) last_job: Option<[u8; 16]>,
    pub(crate) last_error: Option<String>,
    pub(crate) unfinished: String,
}

impl From<Schedule> for Cells {
    fn from(schedule: Schedule) -> Self {
        let Schedule {
            id,
            name,
            rule,
            missed,
            overlap,
            source,
            paused,
            version,
            revision,
            created_at,
            updated_at,
            next_at,
            last_run,
            last_job,
            last_error,
            unfinished,
        } = schedule;
        let (cron, timezone, every, anchor, once) = match rule {
            Rule::Cron { expression, zone } => (Some(expression), Some(zone), None, None, None),
            Rule::Every { every, anchor } => {
                let (every, anchor) = (micros(every), anchor.as_micros());
                (None, None, Some(every), Some(anchor), None)
            }
            Rule::At(at) => (None, None, None, None, Some(at.as_micros())),
        };
        let (template, job) = match source {
            JobSource::Named(name) => (Some(name), None),
            JobSource::Own(job) => (None, Some(job.as_str().to_owned())),
        };
        let unfinished: Vec<String> = unfinished.iter().map(ToString::to_string).collect();
        Cells {
            id: id.into_bytes(),
            name,
            cron,
            timezone,
            every,
            anchor,
            once,
            missed: missed.as_str().to_owned(),
            overlap,
            template,
            job,
            paused,
            version,
            revision,
            created_at: created_at.as_micros(),
            updated_at: updated_at.as_micros(),
            next_at: next_at.map(Time::as_micros),
            last_run: last_run.map(Time::as_micros),
            last_job: last_job.map(JobId::into_bytes),
            last_error,
            unfinished: unfinished.join(","),
        }
    }
}

impl Cells {
    /// The schedule, or what about the columns makes no sense.
    pub(crate) fn into_schedule(self) -> Result<Schedule, String> {
        let rule = match (self.cron, self.timezone, self.every, self.anchor, self.once) {
            (Some(expression), Some(zone), ..) => Rule::Cron { expression, zone },
            (_, _, Some(every), Some(anchor), _) => Rule::Every {
                every: Duration::from_micros(u64::try_from(every).unwrap_or(0)),
                anchor: Time::from_micros(anchor),
            },
            (.., Some(at)) => Rule::At(Time::from_micros(at)),
            _ => return Err(format!("the schedule `{}` has no rule", self.name)),
        };
        let source = match (self.template, self.job) {
            (Some(name), _) => JobSource::Named(name),
            (None, Some(job)) => JobSource::Own(Json::from_checked(job)),
            (None, None) => return Err(format!("the schedule `{}` submits nothing", self.name)),
        };
        let missed: Result<MissedRuns, _> = self.missed.parse();
        let ids = self.unfinished.split(',').filter(|id| !id.is_empty());
        let unfinished: Result<Vec<JobId>, _> = ids.map(str::parse).collect();
        Ok(Schedule {
            id: ScheduleId::from_bytes(self.id),
            name: self.name,
            rule,
            missed: missed.map_err(|error| error.to_string())?,
            overlap: self.overlap,
            source,
            paused: self.paused,
            version: self.version,
            revision: self.revision,
            created_at: Time::from_micros(self.created_at),
            updated_at: Time::from_micros(self.updated_at),
            next_at: self.next_at.map(Time::from_micros),
            last_run: self.last_run.map(Time::from_micros),
            last_job: self.last_job.map(JobId::from_bytes),
            last_error: self.last_error,
            unfinished: unfinished.map_err(|error| error.to_string())?,
        })
    }
}

/// What an event of a schedule says.
#[derive(Serialize)]
struct Data<'a> {
    schedule: &'a str,
    id: String,
    /// The time of the run, by the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    tick: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// Runs that were left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    /// There were more, which nobody counted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    and_more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

impl<'a> Data<'a> {
    fn of(schedule: &'a Schedule) -> Self {
        Data {
            schedule: &schedule.name,
            id: schedule.id.to_string(),
            tick: None,
            job: None,
            reason: None,
            count: None,
            and_more: false,
            error: None,
        }
    }
}

/// The data of an event that only names the schedule.
pub(crate) fn names(schedule: &Schedule) -> Json {
    Json::from_checked(to_json(&Data::of(schedule)))
}

/// The event that tells of what a firing did.
pub(crate) fn event(schedule: &Schedule, told: &Told) -> (EventKind, Json) {
    let of = || Data::of(schedule);
    let (kind, data) = match told {
        Told::Fired { tick, job } => {
            let data = Data {
                tick: Some(rfc3339(*tick)),
                job: Some(job.to_string()),
                ..of()
            };
            (EventKind::ScheduleFired, data)
        }
        Told::Missed(Missed { count, and_more }) => {
            let data = Data {
                reason: Some("missed"),
                count: Some(*count),
                and_more: *and_more,
                ..of()
            };
            (EventKind::ScheduleSkipped, data)
        }
        Told::Overlapping { first, count } => {
            let data = Data {
                tick: Some(rfc3339(*first)),
                reason: Some("overlap"),
                count: Some(*count),
                ..of()
            };
            (EventKind::ScheduleSkipped, data)
        }
        Told::Failed { tick, error } => {
            let data = Data {
                tick: Some(rfc3339(*tick)),
                error: Some(error),
                ..of()
            };
            (EventKind::ScheduleFailed, data)
        }
    };
    (kind, Json::from_checked(to_json(&data)))
}

fn rfc3339(time: Time) -> String {
    let timestamp = jiff::Timestamp::from_microsecond(time.as_micros());
    timestamp.unwrap_or(jiff::Timestamp::MAX).to_string()
}
