//! Taking jobs in.

use std::sync::Arc;

use paceline_core::event::EventKind;
use paceline_core::job::{JobKind, NewJob, Work};
use paceline_core::lifecycle;
use paceline_core::progress::Counters;
use paceline_core::ranges::Ranges;
use paceline_core::store::Submitted;
use paceline_core::{JobOptions, JobState, Time};

use crate::context::WriteContext;
use crate::counters::Sequence;
use crate::ending::{self, Ending};
use crate::error::Result;
use crate::events::{self, Data};
use crate::free;
use crate::items_write::{self, Append};
use crate::job_row::{JobRow, kind_word};
use crate::num::JobNum;
use crate::options_row;
use crate::progress_row::Progress;
use crate::text::labels_text;

pub(crate) fn submit(
    context: &mut WriteContext<'_>,
    jobs: &[NewJob],
    now: Time,
) -> Result<Vec<Submitted>> {
    let mut options = LastOptions::default();
    jobs.iter()
        .map(|job| {
            let num = JobNum(context.next(Sequence::Job));
            let state = submit_one(context, num, job, options.text(&job.options), now)?;
            Ok(Submitted { id: job.id, state })
        })
        .collect()
}

fn submit_one(
    context: &mut WriteContext<'_>,
    num: JobNum,
    job: &NewJob,
    options: &str,
    now: Time,
) -> Result<JobState> {
    match &job.work {
        Work::Unit => submit_unit(context, num, job, options, now),
        Work::Plan => {
            let progress = Progress {
                planned: false,
                ..Progress::new(num, job.options.workers, now)
            };
            submit_with_items(context, job, options, progress, now)
        }
        Work::Items(items) => {
            let skipped = items_write::append(
                context,
                &Append {
                    job: num,
                    task: &job.task,
                    from: 0,
                    items,
                    only_new: job.options.only_new,
                    now,
                },
            )?;
            let total = u32::try_from(items.len()).unwrap_or(u32::MAX);
            let progress = with_work(context, num, job.options.workers, (total, skipped), now)?;
            submit_with_items(context, job, options, progress, now)
        }
    }
}

fn submit_unit(
    context: &mut WriteContext<'_>,
    num: JobNum,
    job: &NewJob,
    options: &str,
    now: Time,
) -> Result<JobState> {
    let state = lifecycle::waiting_until(job.run_at, now);
    insert(context, num, job, JobKind::Unit, state, options, now)?;
    events::append(
        context,
        EventKind::Submitted,
        num,
        state,
        r#"{"total":1}"#,
        now,
    )?;
    Ok(state)
}

/// The progress of a job whose items are written; frees all that are not skipped.
pub(crate) fn with_work(
    context: &WriteContext<'_>,
    num: JobNum,
    workers: Option<u32>,
    (total, skipped): (u32, u32),
    now: Time,
) -> Result<Progress> {
    let work: Ranges = items_write::not_skipped(context, num, total, skipped)?;
    free::add(context, num, &work, false)?;
    Ok(Progress {
        counters: Counters {
            total,
            skipped,
            ..Counters::default()
        },
        free: work.len(),
        ..Progress::new(num, workers, now)
    })
}

/// Writes the job of items that are there, or of a plan; ends it if there is nothing to do.
pub(crate) fn submit_with_items(
    context: &mut WriteContext<'_>,
    job: &NewJob,
    options: &str,
    mut progress: Progress,
    now: Time,
) -> Result<JobState> {
    let num = progress.job;
    let kind = if progress.planned {
        JobKind::Items
    } else {
        JobKind::Planned
    };
    let nothing_to_do = progress.planned && progress.counters.remaining() == 0;
    // A job without work has nothing to wait for either.
    let run_at = job.run_at.filter(|_| !nothing_to_do);
    let state = lifecycle::waiting_until(run_at, now);
    insert(context, num, job, kind, state, options, now)?;
    progress.insert(context, &job.task, job.priority.level())?;
    let data = Data::counters(&progress.counters);
    events::append_data(context, EventKind::Submitted, num, state, &data, now)?;
    if !nothing_to_do {
        return Ok(state);
    }
    let mut row = JobRow::existing(context, num)?;
    ending::end(
        context,
        &mut row,
        Some(&mut progress),
        &Ending::Completed,
        now,
    )?;
    Ok(row.state)
}

fn insert(
    context: &mut WriteContext<'_>,
    num: JobNum,
    job: &NewJob,
    kind: JobKind,
    state: JobState,
    options: &str,
    now: Time,
) -> Result<()> {
    const INSERT: &str = "INSERT INTO jobs (num, id, name, task, queue, kind, state, priority,
        attempt, first_attempt, created_at, run_at, user, key, batch, labels, options, params)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, 1, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
    let NewJob {
        id,
        name,
        task,
        queue,
        priority,
        user,
        key,
        batch,
        labels,
        params,
        options: _,
        run_at,
        work: _,
    } = job;
    let row = rusqlite::params![
        num,
        id.into_bytes(),
        name,
        task,
        queue,
        kind_word(kind),
        state.as_str(),
        priority.level(),
        now.as_micros(),
        run_at.map(Time::as_micros),
        user,
        key,
        batch,
        labels_text(labels),
        options,
        params.as_str(),
    ];
    context.execute(INSERT, row)?;
    context.job_moved(None, Some(state));
    Ok(())
}

/// The options' text of the job before: jobs that are submitted together mostly share them.
#[derive(Default)]
struct LastOptions(Option<(Arc<JobOptions>, String)>);

impl LastOptions {
    fn text(&mut self, options: &Arc<JobOptions>) -> &str {
        let known = matches!(&self.0, Some((last, _)) if Arc::ptr_eq(last, options));
        if !known {
            self.0 = None;
        }
        let (_, text) = self
            .0
            .get_or_insert_with(|| (options.clone(), options_row::to_text(options)));
        text
    }
}
