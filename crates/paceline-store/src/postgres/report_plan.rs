//! Reports on plans: items as the planner lists them, and how the plan ends.

use paceline_core::dice::Dice;
use paceline_core::event::EventKind;
use paceline_core::item::NewItem;
use paceline_core::lease::ReportAnswer;
use paceline_core::lifecycle::Event;
use paceline_core::progress::Counters;
use paceline_core::retry::Verdict;
use paceline_core::store::StoreError;
use paceline_core::{ErrorKind, Failure, JobError, Seq};

use super::changes::Changes;
use super::ending;
use super::entry::Entry;
use super::error::Result;
use super::items_write::{self, Append, clean};
use super::report::Turn;
use super::report_unit::postpone;
use crate::ending::Ending;
use crate::items_write::all_but;
use crate::leases::Back;

/// Items that the planner listed; nobody sees them before the plan is done.
pub(crate) fn planned(
    changes: &mut Changes,
    entry: &mut Entry,
    turn: &Turn<'_>,
    items: &[NewItem],
) -> Result<ReportAnswer> {
    let from = entry.must_progress()?.listed;
    if let Err(refused) = check(entry, turn, from, items) {
        // The planner would list the same again: the job is over, its lease too.
        ending::forget_plan(changes, entry);
        let error = JobError::new(ErrorKind::Handler, format!("the planner failed: {refused}"));
        ending::end(changes, entry, &Ending::Failed(error), turn.now)?;
        return Ok(ReportAnswer::Lost);
    }
    let num = entry.job.num;
    let only_new = entry.job.options.only_new;
    let is_known = |index: usize| {
        let key = items.get(index).and_then(|item| item.key.as_deref());
        only_new && key.is_some_and(|key| turn.known.succeeded.contains(&(num, clean(key))))
    };
    let append = Append {
        job: num,
        from,
        items,
        now: turn.now,
    };
    let skipped = items_write::append(changes, append, is_known);
    entry.listed_skipped.extend(skipped);
    let progress = entry.must_progress()?;
    progress.listed += u32::try_from(items.len()).unwrap_or(u32::MAX);
    entry.progressed(turn.now);
    Ok(ReportAnswer::Accepted)
}

/// Refuses too many items, and keys that were listed before.
fn check(
    entry: &mut Entry,
    turn: &Turn<'_>,
    from: u32,
    items: &[NewItem],
) -> Result<(), StoreError> {
    items_write::check_count(from, items)?;
    for key in items.iter().filter_map(|item| item.key.as_deref()) {
        let key = clean(key);
        // What an earlier plan had listed is gone.
        if let Some(&seq) = turn.known.listed.get(&(entry.job.num, key.clone()))
            && seq < from
        {
            entry.listed.entry(key).or_insert(seq);
        }
    }
    items_write::check_keys(&mut entry.listed, from, items)
}

/// All items are listed: they become work.
pub(crate) fn done(
    changes: &mut Changes,
    entry: &mut Entry,
    turn: &Turn<'_>,
) -> Result<ReportAnswer> {
    let (num, now) = (entry.job.num, turn.now);
    let mut skipped: Vec<Seq> = turn.known.skipped.get(&num).cloned().unwrap_or_default();
    skipped.append(&mut entry.listed_skipped);
    skipped.sort_unstable();
    skipped.dedup();
    entry.leases.remove(&turn.lease);
    changes.leases_ended.push(turn.lease.0);
    entry.came_back(changes);
    let progress = entry.must_progress()?;
    let work = all_but(progress.listed, skipped);
    changes.free(num, &work, 0, false);
    progress.planned = true;
    progress.free = work.len();
    progress.counters = Counters {
        total: progress.listed,
        skipped: progress.listed - work.len(),
        ..Counters::default()
    };
    let remaining = progress.counters.remaining();
    entry.observe(changes, now);
    entry.progressed(now);
    let data = entry.data();
    changes.tell(EventKind::Planned, &entry.job, &data, now);
    if remaining == 0 {
        ending::end(changes, entry, &Ending::Completed, now)?;
    }
    Ok(ReportAnswer::Accepted)
}

/// The planner failed: the job tries again later, or fails.
pub(crate) fn failed(
    changes: &mut Changes,
    entry: &mut Entry,
    turn: &Turn<'_>,
    failure: &Failure,
) -> Result<ReportAnswer> {
    let now = turn.now;
    ending::take_back(changes, entry, turn.lease, Back::default());
    let job = &entry.job;
    let mut dice = Dice::new(turn.seed ^ job.num.0.unsigned_abs());
    let retry = &job.options.retry;
    match retry.decide(job.tries(), failure, now, &mut dice) {
        Verdict::GiveUp => {
            let ending = Ending::Failed(failure.error.clone());
            ending::end(changes, entry, &ending, now)?;
        }
        Verdict::RetryAt(at) => {
            entry.must_step(changes, Event::RetryAt(at), now)?;
            entry.progressed(now);
            postpone(changes, entry, failure, at, now);
        }
    }
    Ok(ReportAnswer::Accepted)
}
