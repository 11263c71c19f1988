//! A job as its columns hold it, whichever database they were read from.

use std::sync::Arc;

use paceline_core::job::{JobKind, ResultsLeft};
use paceline_core::links::Links;
use paceline_core::progress::{Counters, Stage};
use paceline_core::{Job, JobError, JobId, JobState, Json, Priority, Time};

use crate::ending::unit_counters_of;
use crate::links_text;
use crate::options_row;
use crate::packed::unpacked;
use crate::text::{Labels, TextError, error_of};

/// Texts of large columns are borrowed from the row.
#[derive(Debug)]
pub(crate) struct JobColumns<'r> {
    pub(crate) id: JobId,
    pub(crate) name: String,
    pub(crate) task: String,
    pub(crate) queue: String,
    pub(crate) kind: JobKind,
    pub(crate) state: JobState,
    pub(crate) priority: i64,
    pub(crate) attempt: u32,
    pub(crate) created_at: i64,
    pub(crate) run_at: Option<i64>,
    pub(crate) started_at: Option<i64>,
    pub(crate) finished_at: Option<i64>,
    pub(crate) leased: bool,
    pub(crate) user: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) batch: Option<String>,
    pub(crate) labels: Option<&'r str>,
    pub(crate) options: &'r str,
    pub(crate) error: Option<&'r str>,
    pub(crate) result: Option<&'r str>,
    /// 0 when no results were removed, 2 when all were, 1 when there may be newer ones.
    pub(crate) results_removed: i64,
    pub(crate) params: &'r str,
    /// Of a job with items.
    pub(crate) counters: Option<Counters>,
    pub(crate) rate: Option<f64>,
    pub(crate) stage: Stage,
    pub(crate) memory_bytes: Option<u64>,
    pub(crate) next_due: Option<i64>,
    /// Ids with commas in between.
    pub(crate) after: Option<&'r str>,
    pub(crate) after_policy: Option<&'r str>,
    pub(crate) merged_into: Option<JobId>,
    pub(crate) merged_count: Option<u32>,
    pub(crate) cached_from: Option<JobId>,
}

impl JobColumns<'_> {
    pub(crate) fn job(self) -> Result<Job, TextError> {
        let labels: Option<Labels> = self.labels.map(serde_json::from_str).transpose()?;
        let error: Option<JobError> = self.error.map(error_of).transpose()?;
        let counters = match self.kind {
            JobKind::Unit => unit_counters_of(self.state, self.leased),
            JobKind::Items | JobKind::Planned => self.counters.unwrap_or_default(),
        };
        let (after, after_policy) = links_text::parents(self.after, self.after_policy)?;
        Ok(Job {
            id: self.id,
            name: self.name,
            task: self.task,
            queue: self.queue,
            state: self.state,
            priority: Priority::from_level(self.priority),
            user: self.user,
            key: self.key,
            batch: self.batch,
            labels: labels.map_or_else(Vec::new, |labels| labels.0),
            params: Json::from_checked(self.params),
            options: Arc::new(options_row::from_text(self.options)?),
            kind: self.kind,
            attempt: self.attempt,
            counters,
            stage: self.stage,
            created_at: Time::from_micros(self.created_at),
            run_at: self.run_at.map(Time::from_micros),
            started_at: self.started_at.map(Time::from_micros),
            finished_at: self.finished_at.map(Time::from_micros),
            result: self.result.map(unpacked).transpose()?,
            results_left: match self.results_removed {
                0 => ResultsLeft::All,
                1 => ResultsLeft::Newer,
                _ => ResultsLeft::Nothing,
            },
            error,
            memory_bytes: self.memory_bytes,
            rate: self.rate.filter(|rate| *rate > 0.0),
            next_due: self.next_due.map(Time::from_micros),
            links: Links {
                after,
                after_policy,
                merged_into: self.merged_into,
                merged_count: self.merged_count.unwrap_or(0),
                cached_from: self.cached_from,
            },
        })
    }
}
