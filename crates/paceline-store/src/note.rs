//! Taking down news of running work: what the handler says, what it uses, what it logs.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use paceline_core::event::EventKind;
use paceline_core::job::JobKind;
use paceline_core::lease::{Note, NoteBody};
use paceline_core::{JobId, Time};

use crate::context::WriteContext;
use crate::ending::unit_counters;
use crate::error::Result;
use crate::events::{self, Data};
use crate::job_row::JobRow;
use crate::log;
use crate::progress_row::Progress;
use crate::samples;

pub(crate) fn note(context: &mut WriteContext<'_>, notes: &[Note], now: Time) -> Result<()> {
    let mut jobs: HashMap<JobId, Option<JobRow>> = HashMap::new();
    for note in notes {
        let job = match jobs.entry(note.job) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(JobRow::by_id(context, note.job)?),
        };
        if let Some(job) = job {
            note_one(context, job, &note.body, now)?;
        }
    }
    Ok(())
}

fn note_one(
    context: &mut WriteContext<'_>,
    job: &JobRow,
    body: &NoteBody,
    now: Time,
) -> Result<()> {
    let progress = progress(context, job, now)?;
    match body {
        // The last word of a job that has ended is its result.
        NoteBody::Progress { .. } | NoteBody::Usage { .. } if job.state.is_terminal() => Ok(()),
        NoteBody::Progress {
            fraction,
            stage,
            message,
        } => {
            let said = Said {
                fraction: *fraction,
                stage: stage.as_deref(),
                message: message.as_deref(),
            };
            said.write(context, job, &progress, now)
        }
        NoteBody::Log(lines) => log::append(context, job, lines, now),
        NoteBody::Usage {
            memory_bytes,
            cpu_seconds,
        } => usage(context, progress, *memory_bytes, *cpu_seconds, now),
    }
}

/// A unit job gets its row when it first says something.
fn progress(context: &WriteContext<'_>, job: &JobRow, now: Time) -> Result<Progress> {
    if let Some(progress) = Progress::load(context, job.num)? {
        return Ok(progress);
    }
    let progress = Progress::new(job.num, job.options.workers, now);
    progress.insert(context, &job.task, 0)?;
    Ok(progress)
}

/// What a handler said of itself; what is `None` stays as it was.
struct Said<'a> {
    fraction: Option<f64>,
    stage: Option<&'a str>,
    message: Option<&'a str>,
}

impl Said<'_> {
    fn write(
        &self,
        context: &mut WriteContext<'_>,
        job: &JobRow,
        progress: &Progress,
        now: Time,
    ) -> Result<()> {
        const UPDATE: &str = "UPDATE progress SET fraction = coalesce(?2, fraction),
            stage = coalesce(?3, stage), message = coalesce(?4, message) WHERE job = ?1";
        context.execute(UPDATE, (job.num, self.fraction, self.stage, self.message))?;
        let counters = match job.kind {
            JobKind::Unit => unit_counters(job),
            JobKind::Items | JobKind::Planned => progress.counters,
        };
        let data = Data {
            fraction: self.fraction,
            stage: self.stage.map(str::to_owned),
            message: self.message.map(str::to_owned),
            ..Data::counters(&counters)
        };
        events::append_data(context, EventKind::Progress, job.num, job.state, &data, now)
    }
}

fn usage(
    context: &WriteContext<'_>,
    mut progress: Progress,
    memory_bytes: u64,
    cpu_seconds: f64,
    now: Time,
) -> Result<()> {
    const UPDATE: &str = "UPDATE progress SET memory_bytes = ?2, cpu_seconds = ?3,
        sampled_at = ?4 WHERE job = ?1";
    progress.memory_bytes = Some(memory_bytes);
    progress.cpu_seconds = Some(cpu_seconds);
    samples::sample(context, &mut progress, now)?;
    let sampled_at = progress.sampled_at.as_micros();
    context.execute(
        UPDATE,
        (progress.job, memory_bytes, cpu_seconds, sampled_at),
    )?;
    Ok(())
}
