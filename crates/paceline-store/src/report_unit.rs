//! Reports on single-unit jobs.

use paceline_core::dependency::Standing;
use paceline_core::dice::Dice;
use paceline_core::event::EventKind;
use paceline_core::item::Outcome;
use paceline_core::lease::{LeaseReport, ReportAnswer};
use paceline_core::lifecycle::{self, DoneBy, Event, Facts};
use paceline_core::retry::Verdict;
use paceline_core::{Failure, JobState, Json, Time};
use rusqlite::{CachedStatement, Connection};
use std::time::Duration;

use crate::context::WriteContext;
use crate::counters::Sequence;
use crate::ending::{self, Ending};
use crate::error::Result;
use crate::events::{self, Data, UnitEvents};
use crate::job_row::JobRow;

/// Reports on unit jobs, of which one call may bring hundreds.
pub(crate) struct UnitReports<'c> {
    complete: CachedStatement<'c>,
    events: UnitEvents<'c>,
    seed: u64,
    now: Time,
}

/// How an attempt succeeded.
struct Success<'a> {
    outcome: &'a Outcome,
    result: &'a Json,
    duration: Duration,
}

impl<'c> UnitReports<'c> {
    pub(crate) fn prepare(connection: &'c Connection, seed: u64, now: Time) -> Result<Self> {
        const COMPLETE: &str = "UPDATE jobs SET state = ?3, result = ?4, finished_at = ?5,
            error = NULL, lease = NULL, node = NULL, deadline_at = NULL, lane = NULL,
            lane_key = NULL, ended_event = ?6 WHERE num = ?1 AND lease = ?2 AND state = 'running'
            AND dependents IS NULL";
        Ok(UnitReports {
            complete: connection.prepare_cached(COMPLETE)?,
            events: UnitEvents::prepare(connection)?,
            seed,
            now,
        })
    }

    /// The job's attempt ended.
    pub(crate) fn ended(
        &mut self,
        context: &mut WriteContext<'_>,
        report: &LeaseReport,
        outcome: &Outcome,
        duration: Duration,
    ) -> Result<ReportAnswer> {
        match outcome {
            Outcome::Succeeded(result) => {
                let success = Success {
                    outcome,
                    result,
                    duration,
                };
                self.succeeded(context, report, &success)
            }
            Outcome::Failed(failure) => match holder(context, report)? {
                None => Ok(ReportAnswer::Lost),
                Some(job) => {
                    context.attempt_ended(&job.task, outcome);
                    failed(context, job, failure, self.seed, self.now)?;
                    Ok(ReportAnswer::Accepted)
                }
            },
        }
    }

    fn succeeded(
        &mut self,
        context: &mut WriteContext<'_>,
        report: &LeaseReport,
        success: &Success<'_>,
    ) -> Result<ReportAnswer> {
        if self.complete_first(context, report, success)? {
            return Ok(ReportAnswer::Accepted);
        }
        let Some(mut job) = holder(context, report)? else {
            return Ok(ReportAnswer::Lost);
        };
        context.attempt_ended(&job.task, success.outcome);
        ending::end(context, &mut job, None, &Ending::Completed, self.now)?;
        let update = "UPDATE jobs SET result = ?2 WHERE num = ?1";
        context.execute(update, (job.num, success.result.as_str()))?;
        let statistics = &mut context.memory.statistics;
        statistics.item_succeeded(context.connection, &job.task, success.duration, self.now)?;
        Ok(ReportAnswer::Accepted)
    }

    /// Completes a job that runs for the first time and that no other waits for: the path of a
    /// hundred thousand small jobs.
    /// False when it is not one, and nothing was done.
    fn complete_first(
        &mut self,
        context: &mut WriteContext<'_>,
        report: &LeaseReport,
        success: &Success<'_>,
    ) -> Result<bool> {
        let running = Facts {
            state: JobState::Running,
            run_at: None,
            in_flight: true,
            unfinished: true,
            depends: Standing::Free,
            done_by: DoneBy::Itself,
        };
        let known = context.memory.unit_leases.get(&report.lease);
        let known = known.filter(|unit| unit.job == report.job && unit.attempt == 1);
        let decided = lifecycle::decide(&running, Event::Succeed, self.now);
        let (Some(unit), Ok(to)) = (known.cloned(), decided) else {
            return Ok(false);
        };
        let seq = context.memory.counters.last(Sequence::Event) + 1;
        let result = success.result.as_str();
        let now = self.now.as_micros();
        let row = (unit.num, report.lease.0, to.as_str(), result, now, seq);
        if self.complete.execute(row)? == 0 {
            return Ok(false);
        }
        context.next(Sequence::Event);
        context.memory.unit_leases.remove(&report.lease);
        context.job_moved(Some(running.state), Some(to));
        context.memory.parked.left(unit.num);
        let moved = (Some(running.state), to);
        context.batch_moved(unit.batch.as_deref(), moved, self.now);
        context.changed(unit.num);
        context.attempt_ended(&unit.task, success.outcome);
        let took = self.now.since(unit.started_at);
        let statistics = &mut context.memory.statistics;
        let times = (success.duration, took);
        statistics.unit_succeeded(context.connection, &unit.task, times, self.now)?;
        let data = r#"{"total":1,"succeeded":1}"#;
        self.events
            .append(seq, EventKind::Completed, unit.num, to, data, self.now)?;
        Ok(true)
    }
}

/// The job that this lease is on, if it still is.
fn holder(context: &mut WriteContext<'_>, report: &LeaseReport) -> Result<Option<JobRow>> {
    let job = JobRow::by_id(context, report.job)?;
    Ok(job.filter(|job| job.lease == Some(report.lease)))
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
    job.wait_since(at);
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

/// Takes a unit job out of its worker's hands; it waits to be leased again, first of all if it was
/// lost.
pub(crate) fn give_back(
    context: &mut WriteContext<'_>,
    job: &mut JobRow,
    kind: EventKind,
    now: Time,
) -> Result<()> {
    job.must_step(context, None, Event::HandBack, now)?;
    ending::take_unit_lease(context, job);
    if kind == EventKind::Recovered {
        job.place = job.place.back(now, job.priority);
    }
    job.save(context)?;
    let data = Data::counters(&ending::unit_counters(job));
    events::append_data(context, kind, job.num, job.state, &data, now)
}
