//! Reports on single-unit jobs.

use std::time::Duration;

use paceline_core::dice::Dice;
use paceline_core::event::EventKind;
use paceline_core::item::Outcome;
use paceline_core::lease::{LeaseReport, ReportAnswer, ReportBody};
use paceline_core::lifecycle::Event;
use paceline_core::retry::Verdict;
use paceline_core::{Failure, Json, Time};

use super::changes::Changes;
use super::ending;
use super::entry::{Column, Entry};
use super::error::Result;
use super::node;
use crate::ending::Ending;
use crate::events::Data;

pub(crate) fn report(
    changes: &mut Changes,
    entry: &mut Entry,
    report: &LeaseReport,
    seed: u64,
    now: Time,
) -> Result<ReportAnswer> {
    if entry.job.lease != Some(report.lease) {
        return Ok(ReportAnswer::Lost);
    }
    if let ReportBody::Unit { outcome, .. } = &report.body {
        changes.throttles.ended(&entry.job.task, outcome);
    }
    match &report.body {
        ReportBody::Unit {
            outcome: Outcome::Succeeded(result),
            duration,
        } => succeeded(changes, entry, result, *duration, now)?,
        ReportBody::Unit {
            outcome: Outcome::Failed(failure),
            ..
        } => failed(changes, entry, failure, seed, now)?,
        ReportBody::HandBack => node::give_back(changes, entry, EventKind::Postponed, now)?,
        ReportBody::Chunk { .. }
        | ReportBody::Planned(_)
        | ReportBody::PlanDone
        | ReportBody::PlanFailed(_) => return Ok(ReportAnswer::Lost),
    }
    Ok(ReportAnswer::Accepted)
}

fn succeeded(
    changes: &mut Changes,
    entry: &mut Entry,
    result: &Json,
    duration: Duration,
    now: Time,
) -> Result<()> {
    ending::end(changes, entry, &Ending::Completed, now)?;
    entry.written.result = Column::Set(Some(result.as_str().to_owned()));
    changes.item_succeeded(&entry.job.task, duration, now);
    Ok(())
}

fn failed(
    changes: &mut Changes,
    entry: &mut Entry,
    failure: &Failure,
    seed: u64,
    now: Time,
) -> Result<()> {
    let job = &entry.job;
    let mut dice = Dice::new(seed ^ job.num.0.unsigned_abs());
    let retry = &job.options.retry;
    match retry.decide(job.tries(), failure, now, &mut dice) {
        Verdict::GiveUp => {
            let ending = Ending::Failed(failure.error.clone());
            ending::end(changes, entry, &ending, now)?;
            Ok(())
        }
        Verdict::RetryAt(at) => {
            ending::take_unit_lease_after(changes, entry, Event::RetryAt(at), now)?;
            postpone(changes, entry, failure, at, now);
            Ok(())
        }
    }
}

/// Waits for the next attempt; the job's time runs on meanwhile.
pub(crate) fn postpone(
    changes: &mut Changes,
    entry: &mut Entry,
    failure: &Failure,
    at: Time,
    now: Time,
) {
    entry.job.attempt += 1;
    entry.job.run_at = Some(at);
    entry.job.wait_since(at);
    entry.write_error(Some(&failure.error));
    let data = Data {
        attempt: Some(entry.job.attempt),
        ..entry.data()
    };
    let data = data.error(&failure.error).wait(Some(at), now);
    changes.tell(EventKind::Postponed, &entry.job, &data, now);
}
