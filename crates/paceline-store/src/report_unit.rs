//! Reports on single-unit jobs.

use paceline_core::dice::Dice;
use paceline_core::event::EventKind;
use paceline_core::item::Outcome;
use paceline_core::lease::{LeaseReport, ReportAnswer};
use paceline_core::lifecycle::{self, Event, Facts};
use paceline_core::retry::Verdict;
use paceline_core::{Failure, JobState, Json, Time};
use rusqlite::{CachedStatement, Connection};

use crate::context::WriteContext;
use crate::counters::Sequence;
use crate::ending::{self, Ending};
use crate::error::Result;
use crate::events::{self, Data, UnitEvents};
use crate::job_row::JobRow;

/// The job's attempt ended.
pub(crate) fn ended(
    context: &mut WriteContext<'_>,
    statements: &mut UnitStatements<'_>,
    report: &LeaseReport,
    outcome: &Outcome,
    seed: u64,
    now: Time,
) -> Result<ReportAnswer> {
    match outcome {
        Outcome::Succeeded(result) => succeeded(context, statements, report, result, now),
        Outcome::Failed(failure) => match holder(context, report)? {
            None => Ok(ReportAnswer::Lost),
            Some(job) => {
                failed(context, job, failure, seed, now)?;
                Ok(ReportAnswer::Accepted)
            }
        },
    }
}

/// The job that this lease is on, if it still is.
fn holder(context: &mut WriteContext<'_>, report: &LeaseReport) -> Result<Option<JobRow>> {
    let job = JobRow::by_id(context, report.job)?;
    Ok(job.filter(|job| job.lease == Some(report.lease)))
}

/// How an attempt succeeded.
struct Success<'a> {
    result: &'a Json,
    duration: Duration,
}

/// The statements of reports that may end hundreds of jobs.
pub(crate) struct UnitStatements<'c> {
    complete: CachedStatement<'c>,
    events: UnitEvents<'c>,
}

impl<'c> UnitStatements<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> Result<Self> {
        const COMPLETE: &str = "UPDATE jobs SET state = ?3, result = ?4, finished_at = ?5,
            error = NULL, lease = NULL, node = NULL, deadline_at = NULL, lane = NULL,
            lane_key = NULL, ended_event = ?6 WHERE num = ?1 AND lease = ?2 AND state = 'running'";
        Ok(UnitStatements {
            complete: connection.prepare_cached(COMPLETE)?,
            events: UnitEvents::prepare(connection)?,
        })
    }

    /// Completes a job that runs for the first time: the path of a hundred thousand small jobs.
    /// False when it is not one, and nothing was done.
    fn complete(
        &mut self,
        context: &mut WriteContext<'_>,
        report: &LeaseReport,
        success: &Success<'_>,
        now: Time,
    ) -> Result<bool> {
        let running = Facts {
            state: JobState::Running,
            run_at: None,
            in_flight: true,
            unfinished: true,
        };
        let known = context.memory.unit_leases.get(&report.lease);
        let known = known.filter(|unit| unit.job == report.job && unit.attempt == 1).cloned();
        let (Some(unit), Ok(to)) = (known, lifecycle::decide(&running, Event::Succeed, now)) else {
            return Ok(false);
        };
        let seq = context.memory.counters.last(Sequence::Event) + 1;
        let row = (unit.num, report.lease.0, to.as_str(), success.result.as_str(), now.as_micros(), seq);
        if self.complete.execute(row)? == 0 {
            return Ok(false);
        }
        context.next(Sequence::Event);
        context.memory.unit_leases.remove(&report.lease);
        context.job_moved(Some(running.state), Some(to));
        let took = now.since(unit.started_at);
        let statistics = &mut context.memory.statistics;
        statistics.unit_succeeded(context.connection, &unit.task, success.duration, took)?;
        let data = r#"{"total":1,"succeeded":1}"#;
        self.events.append(seq, EventKind::Completed, unit.num, to, data, now)?;
        Ok(true)
    }
}

fn succeeded(
    context: &mut WriteContext<'_>,
    statements: &mut UnitStatements<'_>,
    report: &LeaseReport,
    success: &Success<'_>,
    now: Time,
) -> Result<ReportAnswer> {
    if statements.complete(context, report, success, now)? {
        return Ok(ReportAnswer::Accepted);
    }
    let Some(mut job) = holder(context, report)? else {
        return Ok(ReportAnswer::Lost);
    };
    ending::end(context, &mut job, None, &Ending::Completed, now)?;
    let update = "UPDATE jobs SET result = ?2 WHERE num = ?1";
    context.execute(update, (job.num, success.result.as_str()))?;
    let statistics = &mut context.memory.statistics;
    statistics.item_succeeded(context.connection, &job.task, success.duration)?;
    Ok(ReportAnswer::Accepted)
}

fn failed(
    context: &mut WriteContext<'_>,
    mut job: JobRow,
    failure: &Failure,
    seed: u64,
    now: Time,
) -> Result<()> {
    let mut dice = Dice::new(seed ^ job.num.0.unsigned_abs());
    match job
        .options
        .retry
        .decide(job.tries(), failure, now, &mut dice)
    {
        Verdict::GiveUp => {
            let ending = Ending::Failed(failure.error.clone());
            ending::end(context, &mut job, None, &ending, now)?;
            Ok(())
        }
        Verdict::RetryAt(at) => postpone(context, &mut job, failure, at, now),
    }
}

/// Waits for the next attempt; the job's time runs on meanwhile.
fn postpone(
    context: &mut WriteContext<'_>,
    job: &mut JobRow,
    failure: &Failure,
    at: Time,
    now: Time,
) -> Result<()> {
    job.must_step(context, None, Event::RetryAt(at), now)?;
    ending::take_unit_lease(context, job);
    job.attempt += 1;
    job.run_at = Some(at);
    job.save(context)?;
    ending::write_error(context, job, Some(&failure.error))?;
    let data = Data::counters(&ending::unit_counters(job))
        .error(&failure.error)
        .wait(Some(at), now);
    let data = Data {
        attempt: Some(job.attempt),
        ..data
    };
    events::append_data(
        context,
        EventKind::Postponed,
        job.num,
        job.state,
        &data,
        now,
    )
}

/// The worker did not get to run it: the job waits again, uncharged.
pub(crate) fn hand_back(
    context: &mut WriteContext<'_>,
    report: &LeaseReport,
    now: Time,
) -> Result<ReportAnswer> {
    let Some(mut job) = holder(context, report)? else {
        return Ok(ReportAnswer::Lost);
    };
    give_back(context, &mut job, EventKind::Postponed, now)?;
    Ok(ReportAnswer::Accepted)
}

/// Takes a unit job out of its worker's hands; it waits to be leased again.
pub(crate) fn give_back(
    context: &mut WriteContext<'_>,
    job: &mut JobRow,
    kind: EventKind,
    now: Time,
) -> Result<()> {
    job.must_step(context, None, Event::HandBack, now)?;
    ending::take_unit_lease(context, job);
    job.save(context)?;
    let data = Data::counters(&ending::unit_counters(job));
    events::append_data(context, kind, job.num, job.state, &data, now)
}
