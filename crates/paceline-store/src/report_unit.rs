//! Reports on single-unit jobs.

use paceline_core::dice::Dice;
use paceline_core::event::EventKind;
use paceline_core::item::Outcome;
use paceline_core::lease::{LeaseReport, ReportAnswer};
use paceline_core::lifecycle::{self, Event, Facts};
use paceline_core::retry::Verdict;
use paceline_core::{Failure, JobState, Json, Time};

use crate::context::{WriteContext, find};
use crate::ending::{self, Ending};
use crate::error::{Error, Result};
use crate::events::{self, Data};
use crate::job_row::JobRow;
use crate::num::JobNum;
use crate::text::{maybe_time, word};

/// The job's attempt ended.
pub(crate) fn ended(
    context: &mut WriteContext<'_>,
    report: &LeaseReport,
    outcome: &Outcome,
    seed: u64,
    now: Time,
) -> Result<ReportAnswer> {
    match outcome {
        Outcome::Succeeded(result) => succeeded(context, report, result, now),
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

/// The columns that a success needs: this is the path of a hundred thousand small jobs.
struct Running {
    state: JobState,
    task: String,
    started_at: Option<Time>,
}

fn running(context: &WriteContext<'_>, report: &LeaseReport) -> Result<Option<(JobNum, Running)>> {
    const BY_NUM: &str = "SELECT num, state, task, started_at FROM jobs
        WHERE num = ?1 AND lease = ?2 AND id = ?3";
    const BY_ID: &str = "SELECT num, state, task, started_at FROM jobs
        WHERE ?1 IS NULL AND lease = ?2 AND id = ?3";
    let hint = context.memory.unit_leases.get(&report.lease).copied();
    let sql = if hint.is_some() { BY_NUM } else { BY_ID };
    let params = (hint, report.lease.0, report.job.into_bytes());
    find(context.connection, sql, params, |row| {
        let running = Running {
            state: word(row, 1)?,
            task: row.get(2)?,
            started_at: maybe_time(row, 3)?,
        };
        Ok((row.get(0)?, running))
    })
}

fn succeeded(
    context: &mut WriteContext<'_>,
    report: &LeaseReport,
    result: &Json,
    now: Time,
) -> Result<ReportAnswer> {
    const UPDATE: &str = "UPDATE jobs SET state = ?2, result = ?3, finished_at = ?4, error = NULL,
        lease = NULL, node = NULL, deadline_at = NULL, time_left = NULL WHERE num = ?1";
    let Some((num, job)) = running(context, report)? else {
        return Ok(ReportAnswer::Lost);
    };
    let facts = Facts {
        state: job.state,
        run_at: None,
        in_flight: true,
        unfinished: true,
    };
    let to = lifecycle::decide(&facts, Event::Succeed, now)
        .map_err(|refused| Error::corrupt(format!("job {}: {refused}", report.job)))?;
    context.execute(UPDATE, (num, to.as_str(), result.as_str(), now.as_micros()))?;
    context.memory.unit_leases.remove(&report.lease);
    context.job_moved(Some(job.state), Some(to));
    let took = job.started_at.map(|started| now.since(started));
    let statistics = &mut context.memory.statistics;
    statistics.job_ended(context.connection, &job.task, true, took)?;
    let data = r#"{"total":1,"succeeded":1}"#;
    events::append(context, EventKind::Completed, num, to, data, now)?;
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
