//! Duplicates: which unfinished jobs do the work of a submission already, and handing its newer
//! params over to one that has not begun.

use paceline_core::event::EventKind;
use paceline_core::job::{JobKind, NewJob, Work};
use paceline_core::lifecycle::Event;
use paceline_core::merge::{self, Decision, Duplicates, Identity, Turn};
use paceline_core::store::StoreError;
use paceline_core::{JobId, JobState, Time};
use rusqlite::Row;

use crate::context::WriteContext;
use crate::dependencies::{self, Parents};
use crate::error::Result;
use crate::events::{self, Data};
use crate::items_write::{self, Append};
use crate::job_row::{JobRow, kind, kind_word};
use crate::num::JobNum;
use crate::progress_row::Progress;
use crate::submit::with_work;
use crate::text::maybe_time;
use crate::{ending, free, progress_row, search};

/// Decides what becomes of a submission.
pub(crate) fn decide(
    context: &WriteContext<'_>,
    job: &NewJob,
    parents: Option<&Parents>,
) -> Result<Decision<JobNum>> {
    let Some(identity) = job.links.identity else {
        return Ok(Decision::Run);
    };
    let duplicates = duplicates(context, identity)?;
    let decision = merge::decide(job.links.on_duplicate, duplicates);
    let refused_for = match (decision, parents) {
        (Decision::Refuse(num), _) => Some(num),
        // It would wait for itself.
        (Decision::Into(num), Some(parents)) => {
            let leads_back = dependencies::leads_to(context, num, parents)?;
            leads_back.then_some(num)
        }
        (Decision::Run | Decision::Behind(_) | Decision::Into(_), _) => None,
    };
    match refused_for {
        Some(num) => Err(StoreError::Duplicate(JobRow::id_of(context, num)?).into()),
        None => Ok(decision),
    }
}

fn duplicates(context: &WriteContext<'_>, identity: Identity) -> Result<Duplicates<JobNum>> {
    const UNFINISHED: &str = "SELECT num, started_at, attempt, kind FROM jobs
        WHERE identity = ?1 AND identity IS NOT NULL AND finished_at IS NULL";
    let mut duplicates = Duplicates::default();
    let read = |row: &Row<'_>| {
        let started = maybe_time(row, 1)?.is_some();
        let begun = merge::has_begun(started, row.get(2)?, kind(row, 3)?);
        Ok((row.get(0)?, begun))
    };
    for (num, begun) in context.list(UNFINISHED, (identity.0,), read)? {
        if begun {
            duplicates.begun = Some(num);
        } else {
            duplicates.waiting = Some(num);
        }
    }
    Ok(duplicates)
}

/// Whether an unfinished job does the work of one that has ended.
pub(crate) fn is_done_by_another(context: &WriteContext<'_>, job: &JobRow) -> Result<bool> {
    let Some(identity) = job.identity else {
        return Ok(false);
    };
    Ok(duplicates(context, identity)? != Duplicates::default())
}

/// Writes down what identifies a job's work.
pub(crate) fn identify(context: &WriteContext<'_>, num: JobNum, job: &NewJob) -> Result<()> {
    if let Some(identity) = job.links.identity {
        let update = "UPDATE jobs SET identity = ?2 WHERE num = ?1";
        context.execute(update, (num, identity.0))?;
    }
    Ok(())
}

/// Ends a newcomer that was just taken in: `survivor` does its work.
pub(crate) fn end_merged(
    context: &mut WriteContext<'_>,
    num: JobNum,
    survivor: JobNum,
    now: Time,
) -> Result<()> {
    const INTO: &str = "UPDATE jobs SET merged_into = ?2 WHERE num = ?1";
    let into = JobRow::id_of(context, survivor)?;
    let mut job = JobRow::existing(context, num)?;
    let progress = progress_row::of(context, &job)?;
    job.must_step(context, progress.as_ref(), Event::Merge, now)?;
    job.finished_at = Some(now);
    job.save(context)?;
    context.execute(INTO, (num, into.into_bytes()))?;
    let counters = match &progress {
        Some(progress) => progress.counters,
        None => ending::unit_counters(&job),
    };
    let data = Data {
        merged_into: Some(into.to_string()),
        ..Data::counters(&counters)
    };
    events::append_data(context, EventKind::Merged, num, job.state, &data, now)
}

/// Where the work of a newcomer is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Brought<'a> {
    Submitted(&'a Work),
    /// So many items, and so many of them skipped, under the number of an upload.
    Uploaded(JobNum, (u32, u32)),
}

impl Brought<'_> {
    pub(crate) fn kind(self) -> JobKind {
        match self {
            Brought::Submitted(work) => work.kind(),
            Brought::Uploaded(..) => JobKind::Items,
        }
    }
}

/// Gives the job that has not begun the newcomer's params, work and options, and of their turns
/// the better.
pub(crate) fn take_over(
    context: &mut WriteContext<'_>,
    survivor: JobNum,
    job: &NewJob,
    (options, brought): (&str, Brought<'_>),
    parents: Option<&Parents>,
    now: Time,
) -> Result<()> {
    const UPDATE: &str = "UPDATE jobs SET kind = ?2, params = ?3, options = ?4, fingerprint = ?5,
        merged_count = coalesce(merged_count, 0) + 1 WHERE num = ?1";
    let kind_before = JobRow::existing(context, survivor)?.kind;
    let row = (
        survivor,
        kind_word(brought.kind()),
        job.params.as_str(),
        options,
        job.links.fingerprint().map(|fingerprint| fingerprint.0),
    );
    context.execute(UPDATE, row)?;
    if let Some(parents) = parents {
        dependencies::add_parents(context, survivor, parents)?;
    }
    let mut row = JobRow::existing(context, survivor)?;
    take_turn(context, &mut row, job, now)?;
    let mut progress = match (kind_before, row.kind) {
        // There is nothing but the params.
        (JobKind::Unit, JobKind::Unit) => None,
        _ => replace_work(context, &row, brought, now)?,
    };
    if let Some(progress) = &progress {
        progress.save(context, row.state, now)?;
    }
    search::changed(context, survivor)?;
    tell_of(context, job.id, &row, progress.as_ref(), now)?;
    dependencies::settle(context, &mut row, now)?;
    ending::end_if_empty(context, &mut row, progress.as_mut(), now)
}

/// Tells that the job took the params of a duplicate over.
fn tell_of(
    context: &mut WriteContext<'_>,
    duplicate: JobId,
    row: &JobRow,
    progress: Option<&Progress>,
    now: Time,
) -> Result<()> {
    let counters = progress.map_or_else(|| ending::unit_counters(row), |known| known.counters);
    let data = Data {
        attempt: Some(row.attempt),
        merged_from: Some(duplicate.to_string()),
        ..Data::counters(&counters)
    };
    let data = data.wait(row.run_at, now);
    events::append_data(context, EventKind::Changed, row.num, row.state, &data, now)
}

/// Moves the job to the better of both turns.
fn take_turn(
    context: &mut WriteContext<'_>,
    row: &mut JobRow,
    newer: &NewJob,
    now: Time,
) -> Result<()> {
    let turn = Turn::of(row.priority, row.run_at).merged(Turn::of(newer.priority, newer.run_at));
    row.set_priority(turn.priority);
    if turn.run_at != row.run_at {
        row.wait_at(turn.run_at, now);
        row.run_at = turn.run_at;
        // What waits for other jobs, or for a person, goes on to do so.
        if matches!(row.state, JobState::Scheduled | JobState::Pending) {
            row.must_step(context, None, Event::Reschedule(turn.run_at), now)?;
        }
    }
    row.save(context)
}

/// Drops what the job was to work on, and gives it what the newcomer brings.
fn replace_work(
    context: &mut WriteContext<'_>,
    job: &JobRow,
    brought: Brought<'_>,
    now: Time,
) -> Result<Option<Progress>> {
    let num = job.num;
    items_write::remove_all(context, num)?;
    free::clear(context, num)?;
    context.execute("DELETE FROM progress WHERE job = ?1", (num,))?;
    let workers = job.options.workers;
    let progress = match brought {
        Brought::Submitted(Work::Unit) => return Ok(None),
        Brought::Submitted(Work::Plan) => Progress {
            planned: false,
            ..Progress::new(num, workers, now)
        },
        Brought::Submitted(Work::Items(items)) => {
            let append = Append {
                job: num,
                task: &job.task,
                from: 0,
                items,
                only_new: job.options.only_new,
                now,
            };
            let skipped = items_write::append(context, &append)?;
            let total = u32::try_from(items.len()).unwrap_or(u32::MAX);
            with_work(context, num, workers, (total, skipped), now)?
        }
        Brought::Uploaded(upload, counts) => {
            items_write::move_all(context, upload, num)?;
            with_work(context, num, workers, counts, now)?
        }
    };
    progress.insert(context, &job.task, job.priority.level())?;
    Ok(Some(progress))
}
