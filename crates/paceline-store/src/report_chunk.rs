//! Reports on chunks: item by item what came of it, then what that means for the job.

use std::collections::HashMap;
use std::time::Duration;

use paceline_core::dice::Dice;
use paceline_core::event::EventKind;
use paceline_core::item::{ItemReport, Outcome};
use paceline_core::lease::{Release, ReportAnswer};
use paceline_core::progress::{self, Conclusion, Counters};
use paceline_core::ranges::Ranges;
use paceline_core::retry::Verdict;
use paceline_core::{Failure, JobError, Seq, Time};
use rusqlite::CachedStatement;

use crate::claim_chunk::attempts;
use crate::context::WriteContext;
use crate::control_job::tell;
use crate::ending::{self, Ending};
use crate::error::{Error, Result};
use crate::events::{self, Data};
use crate::free;
use crate::job_row::{JobRow, micros};
use crate::leases::{self, Back};
use crate::num::{JobNum, seq_of};
use crate::report::Held;
use crate::text::{error_text, maybe_error};

pub(crate) fn report(
    context: &mut WriteContext<'_>,
    held: &mut Held,
    items: &[ItemReport],
    release: Option<Release>,
    seed: u64,
    now: Time,
) -> Result<ReportAnswer> {
    let mut chunk = Chunk::open(context, held, seed, now)?;
    for item in items {
        chunk.record(context, held, item)?;
    }
    let recorded = chunk.recorded;
    drop(chunk);
    match release {
        Some(release) => {
            let rest = held.lease.ranges.as_ref();
            let lost = rest.is_some_and(|ranges| !ranges.is_empty());
            let back = Back {
                alone: release == Release::Suspect,
                first: lost && held.progress.comes_back(),
            };
            held.release(context, back)?;
        }
        None if recorded > 0 => {
            if let Some(ranges) = &held.lease.ranges {
                leases::shorten(context, held.lease.id, ranges)?;
            }
        }
        None => {}
    }
    settle(context, held, recorded > 0, now)?;
    Ok(ReportAnswer::Accepted)
}

/// The worker did not get to it: everything goes back.
pub(crate) fn hand_back(
    context: &mut WriteContext<'_>,
    held: &mut Held,
    now: Time,
) -> Result<ReportAnswer> {
    held.release(context, Back::default())?;
    let Held { job, progress, .. } = held;
    progress.save(context, job.state, now)?;
    if progress.has_all_back(job.state) {
        // It makes room for others, on other nodes too.
        tell(context, EventKind::Progress, job, Some(progress), now)?;
    }
    Ok(ReportAnswer::Accepted)
}

/// A chunk whose items are being recorded.
struct Chunk<'c> {
    attempts: HashMap<Seq, u32>,
    keys: HashMap<Seq, String>,
    first: CachedStatement<'c>,
    again: CachedStatement<'c>,
    success: CachedStatement<'c>,
    success_again: CachedStatement<'c>,
    seed: u64,
    now: Time,
    recorded: u32,
}

impl<'c> Chunk<'c> {
    fn open(context: &WriteContext<'c>, held: &Held, seed: u64, now: Time) -> Result<Self> {
        // Not `INSERT OR REPLACE`, which copies each page that it touches into a journal of its
        // own in case it must be undone.
        const FIRST: &str = "INSERT INTO outcomes
            (place, state, attempts, duration, finished_at, error, result)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        const AGAIN: &str = "UPDATE outcomes SET state = ?2, attempts = ?3, duration = ?4,
            finished_at = ?5, error = ?6, result = ?7 WHERE place = ?1";
        const SUCCESS: &str =
            "INSERT OR IGNORE INTO successes (task, key, place) VALUES (?1, ?2, ?3)";
        const SUCCESS_AGAIN: &str = "UPDATE successes SET place = ?3 WHERE task = ?1 AND key = ?2";
        let none = Ranges::new();
        let ranges = held.lease.ranges.as_ref().unwrap_or(&none);
        Ok(Chunk {
            attempts: attempts(context, held.job.num, ranges)?,
            keys: keys(context, held.job.num, ranges)?,
            first: context.connection.prepare_cached(FIRST)?,
            again: context.connection.prepare_cached(AGAIN)?,
            success: context.connection.prepare_cached(SUCCESS)?,
            success_again: context.connection.prepare_cached(SUCCESS_AGAIN)?,
            seed,
            now,
            recorded: 0,
        })
    }

    /// Records one item, if the lease still holds it.
    fn record(
        &mut self,
        context: &mut WriteContext<'_>,
        held: &mut Held,
        item: &ItemReport,
    ) -> Result<()> {
        let ranges = held.lease.ranges.as_mut();
        if !ranges.is_some_and(|ranges| ranges.remove(item.seq)) {
            return Ok(());
        }
        self.recorded += 1;
        held.progress.returns = 0;
        context.attempt_ended(&held.job.task, &item.outcome);
        held.progress.counters.running = held.progress.counters.running.saturating_sub(1);
        let attempt = self.attempts.get(&item.seq).copied().unwrap_or(0) + 1;
        match &item.outcome {
            Outcome::Succeeded(result) => {
                self.write(
                    &held.job,
                    item,
                    "succeeded",
                    attempt,
                    (None, Some(result.as_str())),
                )?;
                self.succeeded(context, held, item.seq, item.duration)
            }
            Outcome::Failed(failure) => self.failed(context, held, item, attempt, failure),
        }
    }

    fn succeeded(
        &mut self,
        context: &mut WriteContext<'_>,
        held: &mut Held,
        seq: Seq,
        duration: Duration,
    ) -> Result<()> {
        held.progress.counters.succeeded += 1;
        if let Some(key) = self.keys.get(&seq) {
            let row = (&held.job.task, key, held.job.num.place(seq));
            if self.success.execute(row)? == 0 {
                self.success_again.execute(row)?;
            }
        }
        let statistics = &mut context.memory.statistics;
        statistics.item_succeeded(context.connection, &held.job.task, duration, self.now)
    }

    fn failed(
        &mut self,
        context: &mut WriteContext<'_>,
        held: &mut Held,
        item: &ItemReport,
        attempt: u32,
        failure: &Failure,
    ) -> Result<()> {
        let mut dice = Dice::new(self.seed ^ u64::from(item.seq.0));
        let retry = &held.job.options.retry;
        let state = match retry.decide(attempt, failure, self.now, &mut dice) {
            Verdict::RetryAt(at) => {
                free::add_later(context, held.job.num, item.seq, at)?;
                held.progress.free += 1;
                "pending"
            }
            Verdict::GiveUp => {
                held.progress.counters.failed += 1;
                let statistics = &mut context.memory.statistics;
                statistics.item_failed(context.connection, &held.job.task, self.now)?;
                "failed"
            }
        };
        let error = error_text(&failure.error);
        self.write(&held.job, item, state, attempt, (Some(&error), None))
    }

    fn write(
        &mut self,
        job: &JobRow,
        item: &ItemReport,
        state: &str,
        attempt: u32,
        (error, result): (Option<&str>, Option<&str>),
    ) -> Result<()> {
        // The first attempt that ends makes the row.
        let statement = if attempt == 1 {
            &mut self.first
        } else {
            &mut self.again
        };
        statement.execute((
            job.num.place(item.seq),
            state,
            attempt,
            micros(item.duration),
            self.now.as_micros(),
            error,
            result,
        ))?;
        Ok(())
    }
}

/// The keys of a chunk's items, of those that have one.
fn keys(context: &WriteContext<'_>, job: JobNum, ranges: &Ranges) -> Result<HashMap<Seq, String>> {
    const SELECT: &str = "SELECT place, key FROM items WHERE place BETWEEN ?1 AND ?2";
    let mut select = context.connection.prepare_cached(SELECT)?;
    let mut keys = HashMap::new();
    for (first, last) in ranges.iter() {
        let mut rows = select.query((job.place(first), job.place(last)))?;
        while let Some(row) = rows.next()? {
            if let Some(key) = row.get(1)? {
                keys.insert(seq_of(row.get(0)?), key);
            }
        }
    }
    Ok(keys)
}

/// Ends the job if its counters say so, else tells of its progress.
fn settle(
    context: &mut WriteContext<'_>,
    held: &mut Held,
    recorded: bool,
    now: Time,
) -> Result<()> {
    let Held { job, progress, .. } = held;
    let conclusion = progress::conclude(&progress.counters, job.options.max_failures)
        .filter(|_| progress.planned);
    let Some(conclusion) = conclusion else {
        if recorded {
            progress.observe(context, now)?;
        }
        progress.save(context, job.state, now)?;
        if !recorded && !progress.has_all_back(job.state) {
            return Ok(());
        }
        let mut data = Data::counters(&progress.counters);
        data.rate = progress.rate.per_second();
        return events::append_data(context, EventKind::Progress, job.num, job.state, &data, now);
    };
    let ending = match badly(conclusion, &progress.counters) {
        None => Ending::Completed,
        Some(how) => Ending::Failed(failure(context, job.num, &how)?),
    };
    ending::end(context, job, Some(progress), &ending, now)?;
    Ok(())
}

/// How the items of a job ended, if that makes it fail.
pub(crate) fn badly(conclusion: Conclusion, counters: &Counters) -> Option<String> {
    let Counters { total, failed, .. } = counters;
    match conclusion {
        Conclusion::Completed => None,
        Conclusion::AllFailed => Some(format!("all {failed} items failed")),
        Conclusion::TooManyFailures => Some(format!(
            "{failed} of {total} items failed, more than allowed"
        )),
    }
}

/// The error of a job that failed so, with the first of its failed items as an example.
pub(crate) fn failure_of_items(how: &str, first: JobError, item: String) -> JobError {
    JobError {
        message: format!("{how}; first: {}", first.message),
        item: Some(item),
        ..first
    }
}

/// The error of a job whose items failed: how many, and the first one as an example.
fn failure(context: &WriteContext<'_>, job: JobNum, how: &str) -> Result<JobError> {
    const FIRST: &str = "SELECT o.error, coalesce(i.key, CAST(o.place & 0xffffff AS TEXT))
        FROM outcomes o JOIN items i ON i.place = o.place
        WHERE o.state = 'failed' AND o.place BETWEEN ?1 AND ?2 ORDER BY o.place LIMIT 1";
    let read = |row: &rusqlite::Row<'_>| Ok((maybe_error(row, 0)?, row.get(1)?));
    let first = context.find(FIRST, job.places(), read)?;
    let Some((Some(first), item)) = first else {
        return Err(Error::corrupt(format!(
            "job number {} has no failed item",
            job.0
        )));
    };
    Ok(failure_of_items(how, first, item))
}
