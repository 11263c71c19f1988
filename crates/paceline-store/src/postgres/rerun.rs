//! Running jobs that have ended once more: what failed (retry) or everything (restart).

use std::collections::HashMap;

use paceline_core::event::EventKind;
use paceline_core::job::JobKind;
use paceline_core::lifecycle::Event;
use paceline_core::progress::Counters;
use paceline_core::ranges::Ranges;
use paceline_core::{Seq, Time};

use super::changes::Changes;
use super::ending;
use super::entry::{Column, Entry};
use super::error::Result;
use super::row::Columns;
use super::session::{Batch, Session, values};
use crate::num::JobNum;

/// What jobs with items that are retried give up of their last run.
#[derive(Debug, Default)]
pub(crate) struct LastRun {
    /// Items that failed for good.
    failed: HashMap<JobNum, Vec<Seq>>,
    /// Items that wait for their next attempt.
    waiting: HashMap<JobNum, Vec<Seq>>,
}

/// Takes out of the tables what retries of these jobs begin with.
pub(crate) async fn forget_last_run(session: &mut Session, jobs: Vec<i64>) -> Result<LastRun> {
    const OUTCOMES: &str = "DELETE FROM outcomes WHERE job = ANY($1)
        AND state IN ('failed', 'pending') AND state <> 'succeeded' RETURNING job, seq, state";
    const RANGES: &str = "DELETE FROM ranges WHERE job = ANY($1) AND not_before > 0
        RETURNING job, first_seq, last_seq";
    let mut last = LastRun::default();
    if jobs.is_empty() {
        return Ok(last);
    }
    let mut batch = Batch::default();
    let outcomes = batch.add(OUTCOMES, values![jobs.clone()]);
    let ranges = batch.add(RANGES, values![jobs]);
    let mut answers = session.run(batch).await?;
    for row in answers.take(outcomes) {
        if row.text(2)? == "failed" {
            let failed = last.failed.entry(row.num(0)?).or_default();
            failed.push(Seq(row.count(1)?));
        }
    }
    for row in answers.take(ranges) {
        let waiting = last.waiting.entry(row.num(0)?).or_default();
        waiting.extend((row.count(1)?..=row.count(2)?).map(Seq));
    }
    Ok(last)
}

/// Runs again what failed or was not run.
pub(crate) fn retry(
    changes: &mut Changes,
    entry: &mut Entry,
    last: &mut LastRun,
    now: Time,
) -> Result<()> {
    entry.must_step(changes, Event::Retry, now)?;
    let num = entry.job.num;
    if let Some(progress) = &mut entry.progress {
        // Failed items become free, as if they had never been tried; what was cancelled is free
        // still.
        let failed = last.failed.remove(&num).unwrap_or_default();
        progress.free += Ranges::from_seqs(failed.iter().copied()).len();
        progress.forget_returns();
        progress.counters.failed = 0;
        progress.counters.cancelled = 0;
        let waiting = last.waiting.remove(&num).unwrap_or_default();
        let at_once = Ranges::from_seqs(failed.into_iter().chain(waiting));
        changes.free(num, &at_once, 0, false);
    }
    begin_anew(changes, entry, EventKind::Retried, now);
    Ok(())
}

/// Runs everything again, planning included.
pub(crate) fn restart(changes: &mut Changes, entry: &mut Entry, now: Time) -> Result<()> {
    entry.must_step(changes, Event::Restart, now)?;
    let kind = entry.job.kind;
    changes.restarted.push(entry.job.num.0);
    if let Some(progress) = &mut entry.progress {
        let total = match kind {
            JobKind::Unit | JobKind::Items => progress.counters.total,
            JobKind::Planned => {
                progress.planned = false;
                progress.listed = 0;
                0
            }
        };
        changes.free(progress.job, &Ranges::first(total), 0, false);
        progress.forget_returns();
        progress.free = total;
        progress.counters = Counters {
            total,
            ..Counters::default()
        };
    }
    begin_anew(changes, entry, EventKind::Restarted, now);
    ending::end_if_empty(changes, entry, now)
}

fn begin_anew(changes: &mut Changes, entry: &mut Entry, kind: EventKind, now: Time) {
    let job = &mut entry.job;
    job.attempt += 1;
    job.first_attempt = job.attempt;
    job.run_at = None;
    job.wait_since(now);
    job.started_at = None;
    job.finished_at = None;
    entry.written.job = true;
    entry.written.error = Column::Set(None);
    entry.written.result = Column::Set(None);
    entry.extra.told = true;
    entry.progressed(now);
    changes.unsaid.push(entry.job.num.0);
    entry.tell(changes, kind, now);
    changes.turned(&entry.job, None, now);
}
