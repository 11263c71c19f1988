//! Schedules: rules of when jobs are submitted by themselves.
//!
//! Owns what a rule says ([`Rule`], [`Ticks`]), what is due of it after however long a time without
//! a node ([`Plan`]), what a run makes of a schedule ([`Firing`]), and the verbs of a store about
//! schedules ([`ScheduleStore`]). A run is done once, whoever else tries at the same moment: it is
//! one transaction that holds only if the schedule is still as it was read.

mod cron;
mod firing;
mod plan;
mod rule;
mod store;
#[cfg(test)]
mod tests;

pub use firing::{Fired, Firing, Outcome, Run, Told, UNFINISHED};
pub use plan::{GRACE, MOST_MISSED, Missed, Plan};
pub use rule::{Rule, RuleError, SHORTEST, Ticks};
pub use store::{DueSchedules, ScheduleStore};

use crate::id::{JobId, ScheduleId};
use crate::json::Json;
use crate::state::{UnknownWord, words};
use crate::time::Time;
use std::fmt;
use std::str::FromStr;

words!(
    /// What to do about runs whose time passed while no node was there.
    MissedRuns, "policy for missed runs", {
    /// Leave them out.
    Skip = "skip",
    /// One run stands for all of them.
    Once = "once",
    /// Make up for each, the newest [`MOST_MISSED`] at most.
    All = "all",
});

/// What a schedule submits.
#[derive(Clone, Debug, PartialEq)]
pub enum JobSource {
    /// The template that has this name when the time comes.
    Named(String),
    /// A submission as its JSON text.
    Own(Json),
}

/// A schedule as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    pub id: ScheduleId,
    /// Unique, and the value of the label `schedule` of its jobs.
    pub name: String,
    pub rule: Rule,
    pub missed: MissedRuns,
    /// A run may begin while a job of an earlier one is unfinished.
    pub overlap: bool,
    pub source: JobSource,
    pub paused: bool,
    /// Grows whenever somebody changes what the schedule says.
    pub version: i64,
    /// Grows with every change, runs included: what is written holds only for what was read.
    pub revision: i64,
    pub created_at: Time,
    pub updated_at: Time,
    /// The time of the next run; `None` when paused or when there is none any more.
    pub next_at: Option<Time>,
    /// The time, by the rule, of the last run that gave a job.
    pub last_run: Option<Time>,
    pub last_job: Option<JobId>,
    /// Why the last run gave no job.
    pub last_error: Option<String>,
    /// Jobs of it that may be unfinished, the newest [`UNFINISHED`] at most.
    pub unfinished: Vec<JobId>,
}

impl Schedule {
    /// The same, running no more until it is resumed. Runs meanwhile are not missed.
    #[must_use]
    pub fn pause(self) -> Self {
        Schedule {
            paused: true,
            next_at: None,
            ..self
        }
    }

    /// The same, running again from now on.
    pub fn resume(self, now: Time) -> Result<Self, RuleError> {
        let next_at = self.rule.ticks()?.next_after(now);
        Ok(Schedule {
            paused: false,
            next_at,
            ..self
        })
    }

    /// The same with another rule. Runs of the rule before that nobody did yet are dropped; a rule
    /// that says the same keeps them.
    pub fn with_rule(self, rule: Rule, now: Time) -> Result<Self, RuleError> {
        let rule = rule.anchored_as(&self.rule);
        let ticks = rule.ticks()?;
        let next_at = match (self.paused, rule == self.rule) {
            (true, _) => None,
            (false, true) => self.next_at,
            (false, false) => ticks.next_after(now),
        };
        Ok(Schedule {
            rule,
            next_at,
            ..self
        })
    }
}
