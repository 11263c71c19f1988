//! Reports on chunks: item by item what came of it, then what that means for the job.

use paceline_core::dice::Dice;
use paceline_core::event::EventKind;
use paceline_core::item::{ItemReport, Outcome};
use paceline_core::lease::{Release, ReportAnswer};
use paceline_core::progress;
use paceline_core::retry::Verdict;
use paceline_core::{Failure, JobError};

use super::changes::Changes;
use super::ending;
use super::entry::Entry;
use super::error::{Error, Result};
use super::report::{Turn, vanished};
use super::row::int;
use crate::ending::Ending;
use crate::job_row::micros;
use crate::leases::Back;
use crate::report_chunk::{badly, failure_of_items};
use crate::text::error_text;

pub(crate) fn report(
    changes: &mut Changes,
    entry: &mut Entry,
    turn: &Turn<'_>,
    items: &[ItemReport],
    release: Option<Release>,
) -> Result<ReportAnswer> {
    let mut recorded = false;
    for item in items {
        recorded |= record(changes, entry, turn, item)?;
    }
    match release {
        Some(release) => {
            let lease = entry.leases.get(&turn.lease);
            let rest = lease.and_then(|lease| lease.ranges.as_ref());
            let lost = rest.is_some_and(|ranges| !ranges.is_empty());
            let back = Back {
                alone: release == Release::Suspect,
                first: lost && entry.must_progress()?.comes_back(),
            };
            ending::take_back(changes, entry, turn.lease, back);
        }
        None if recorded => {
            let lease = entry.leases.get(&turn.lease);
            let ranges = lease.and_then(|lease| lease.ranges.as_ref());
            let ranges = ranges.ok_or_else(|| vanished(entry))?.to_string();
            changes.shorten(turn.lease, ranges);
        }
        None => {}
    }
    settle(changes, entry, turn, recorded)?;
    Ok(ReportAnswer::Accepted)
}

/// Records one item, if the lease still holds it.
fn record(
    changes: &mut Changes,
    entry: &mut Entry,
    turn: &Turn<'_>,
    item: &ItemReport,
) -> Result<bool> {
    let lease = entry.leases.get_mut(&turn.lease);
    let ranges = lease.and_then(|lease| lease.ranges.as_mut());
    if !ranges.is_some_and(|ranges| ranges.remove(item.seq)) {
        return Ok(false);
    }
    let num = entry.job.num;
    let attempts = turn.known.attempts.get(&(num, item.seq));
    let attempt = attempts.copied().unwrap_or(0) + 1;
    changes.throttles.ended(&entry.job.task, &item.outcome);
    let progress = entry.must_progress()?;
    progress.counters.running = progress.counters.running.saturating_sub(1);
    progress.returns = 0;
    let (state, error, result) = match &item.outcome {
        Outcome::Succeeded(result) => {
            progress.counters.succeeded += 1;
            let success = (entry.job.task.clone(), num.0, int(item.seq.0));
            changes.successes.push(success);
            changes.item_succeeded(&entry.job.task, item.duration, turn.now);
            ("succeeded", None, Some(result.as_str().to_owned()))
        }
        Outcome::Failed(failure) => {
            let state = failed(changes, entry, turn, item, attempt, failure)?;
            (state, Some(error_text(&failure.error)), None)
        }
    };
    changes.outcomes.push((
        num.0,
        int(item.seq.0),
        state,
        int(attempt),
        Some(micros(item.duration)),
        turn.now.as_micros(),
        error,
        result,
    ));
    Ok(true)
}

/// Retries the item or gives it up; returns its state.
fn failed(
    changes: &mut Changes,
    entry: &mut Entry,
    turn: &Turn<'_>,
    item: &ItemReport,
    attempt: u32,
    failure: &Failure,
) -> Result<&'static str> {
    let mut dice = Dice::new(turn.seed ^ u64::from(item.seq.0));
    let retry = entry.job.options.retry;
    let verdict = retry.decide(attempt, failure, turn.now, &mut dice);
    let progress = entry.must_progress()?;
    match verdict {
        Verdict::RetryAt(at) => {
            progress.free += 1;
            changes.free_later(entry.job.num, item.seq, at);
            Ok("pending")
        }
        Verdict::GiveUp => {
            progress.counters.failed += 1;
            let first = entry.first_failed.as_ref();
            if first.is_none_or(|(seq, ..)| item.seq.0 < *seq) {
                // Its key is looked up when the job fails by it.
                let error = failure.error.clone();
                entry.first_failed = Some((item.seq.0, error, None));
            }
            changes.item_failed(&entry.job.task, turn.now);
            Ok("failed")
        }
    }
}

/// Ends the job if its counters say so, else tells of its progress.
fn settle(changes: &mut Changes, entry: &mut Entry, turn: &Turn<'_>, recorded: bool) -> Result<()> {
    let now = turn.now;
    let max_failures = entry.job.options.max_failures;
    let progress = entry.must_progress()?;
    let conclusion =
        progress::conclude(&progress.counters, max_failures).filter(|_| progress.planned);
    let Some(conclusion) = conclusion else {
        if recorded {
            entry.observe(changes, now);
        }
        entry.progressed(now);
        if recorded || entry.has_all_back() {
            let mut data = entry.data();
            data.rate = entry.must_progress()?.rate.per_second();
            changes.tell(EventKind::Progress, &entry.job, &data, now);
        }
        return Ok(());
    };
    let ending = match badly(conclusion, &progress.counters) {
        None => Ending::Completed,
        Some(how) => Ending::Failed(failure(entry, turn, &how)?),
    };
    ending::end(changes, entry, &ending, now)?;
    Ok(())
}

/// The error of a job whose items failed: how many, and the first one as an example.
fn failure(entry: &Entry, turn: &Turn<'_>, how: &str) -> Result<JobError> {
    let Some((seq, error, key)) = &entry.first_failed else {
        let why = format!("job {} has no failed item", entry.job.id);
        return Err(Error::corrupt(why));
    };
    let item = paceline_core::Seq(*seq);
    let key = key.as_ref().or(turn.known.keys.get(&(entry.job.num, item)));
    let key = key.cloned().unwrap_or_else(|| seq.to_string());
    Ok(failure_of_items(how, error.clone(), key))
}
