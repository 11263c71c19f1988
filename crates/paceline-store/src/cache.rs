//! Results that are used again: finding the job that answers a submission, and taking the answer in.

use paceline_core::cache::Earlier;
use paceline_core::event::EventKind;
use paceline_core::job::{JobKind, NewJob};
use paceline_core::lifecycle::Event;
use paceline_core::progress::Counters;
use paceline_core::store::Submitted;
use paceline_core::{JobId, JobState, Time};
use rusqlite::Row;

use crate::context::WriteContext;
use crate::ending;
use crate::error::Result;
use crate::events::{self, Data};
use crate::job_row::{JobRow, kind};
use crate::num::JobNum;
use crate::progress_row::{Progress, counters};
use crate::submit::{Arrival, Insert};
use crate::text::{maybe_time, word};

/// Most jobs of one fingerprint that are looked at, the newest first: those that had failures are in
/// the way.
pub(crate) const MOST: u32 = 20;

/// A job that answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub(crate) num: JobNum,
    pub(crate) id: JobId,
    pub(crate) kind: JobKind,
    /// Of its items, if it has any.
    pub(crate) counters: Option<Counters>,
}

/// The job that answers a submission, if there is one.
pub(crate) fn find(context: &WriteContext<'_>, job: &NewJob, now: Time) -> Result<Option<Source>> {
    const NEWEST: &str = "SELECT j.num, j.id, j.kind, j.state, j.finished_at, p.total,
            p.succeeded, p.failed, p.skipped, p.cancelled, p.running,
            j.results_expired IS NOT NULL
        FROM jobs j LEFT JOIN progress p ON p.job = j.num AND j.kind <> 'unit'
        WHERE j.fingerprint = ?1 AND j.fingerprint IS NOT NULL AND j.finished_at > ?2
        ORDER BY j.finished_at DESC LIMIT ?3";
    let Some(asked) = job.links.answerable(job.run_at, now) else {
        return Ok(None);
    };
    let since = now - asked.max_age.unwrap_or_default();
    let params = (asked.fingerprint.0, since.as_micros(), MOST);
    let found = context.list(NEWEST, params, read)?;
    let answers = |(_, earlier): &(Source, Earlier)| asked.answered_by(earlier, now);
    Ok(found.into_iter().find(answers).map(|(source, _)| source))
}

fn read(row: &Row<'_>) -> rusqlite::Result<(Source, Earlier)> {
    let has_items = row.get::<_, Option<u32>>(5)?.is_some();
    let source = Source {
        num: row.get(0)?,
        id: JobId::from_bytes(row.get(1)?),
        kind: kind(row, 2)?,
        counters: has_items.then(|| counters(row, 5)).transpose()?,
    };
    let earlier = Earlier {
        state: word(row, 3)?,
        finished_at: maybe_time(row, 4)?,
        counters: source.counters,
        expired: row.get(11)?,
    };
    Ok((source, earlier))
}

/// Takes in a job that another one answers: it is completed at once.
pub(crate) fn answer(
    context: &mut WriteContext<'_>,
    arrival: &Arrival<'_>,
    source: Source,
    now: Time,
) -> Result<Submitted> {
    const SHARE: &str = "UPDATE jobs SET cached_from = ?2,
        result = (SELECT result FROM jobs WHERE num = ?3) WHERE num = ?1";
    let Arrival { num, job, .. } = *arrival;
    let mut insert = Insert::prepare(context.connection)?;
    insert.row(context, arrival, source.kind, JobState::Pending, None)?;
    let progress = source.counters.map(|counters| Progress {
        counters,
        ..Progress::new(num, job.options.workers, now)
    });
    if let Some(progress) = &progress {
        progress.insert(context, &job.task, job.priority.level())?;
    }
    let mut row = JobRow::existing(context, num)?;
    tell(
        context,
        EventKind::Submitted,
        &row,
        (progress.as_ref(), None),
        now,
    )?;
    row.must_step(context, progress.as_ref(), Event::Succeed, now)?;
    row.finished_at = Some(now);
    row.save(context)?;
    context.execute(SHARE, (num, source.id.into_bytes(), source.num))?;
    let from = Some(source.id.to_string());
    tell(
        context,
        EventKind::Completed,
        &row,
        (progress.as_ref(), from),
        now,
    )?;
    Ok(Submitted {
        id: job.id,
        state: row.state,
        merged_into: None,
        cached_from: Some(source.id),
    })
}

fn tell(
    context: &mut WriteContext<'_>,
    event: EventKind,
    row: &JobRow,
    (progress, cached_from): (Option<&Progress>, Option<String>),
    now: Time,
) -> Result<()> {
    let counters = match progress {
        Some(progress) => progress.counters,
        None => ending::unit_counters(row),
    };
    let data = Data {
        cached_from,
        ..Data::counters(&counters)
    };
    events::append_data(context, event, row.num, row.state, &data, now)
}

/// Writes down what the job is found by when it has completed.
pub(crate) fn remember(context: &WriteContext<'_>, num: JobNum, job: &NewJob) -> Result<()> {
    if let Some(fingerprint) = job.links.fingerprint() {
        let update = "UPDATE jobs SET fingerprint = ?2 WHERE num = ?1";
        context.execute(update, (num, fingerprint.0))?;
    }
    Ok(())
}
