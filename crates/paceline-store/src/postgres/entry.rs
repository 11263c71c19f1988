//! A job with all that a verb may change of it, as it is worked on in memory.

use std::collections::{BTreeMap, HashMap};

use paceline_core::lifecycle::{Event, Refused};
use paceline_core::{JobError, JobOptions, JobState, LeaseId, Seq, Time};

use super::changes::Changes;
use super::error::{Error, Result};
use super::row::int;
use crate::ending::unit_counters;
use crate::events::Data;
use crate::job_row::{JobRow, makes_room};
use crate::leases::LeaseRow;
use crate::progress_row::Progress;
use crate::samples;
use crate::text::error_text;
use paceline_core::event::EventKind;

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) job: JobRow,
    /// Of a job with items.
    pub(crate) progress: Option<Progress>,
    /// Of a unit job that said something about itself.
    pub(crate) unit_progress: Option<Progress>,
    pub(crate) extra: Extra,
    /// Chunks and plans in workers' hands.
    pub(crate) leases: BTreeMap<LeaseId, LeaseRow>,
    /// The first failed item: its position, its error, its key (or position).
    pub(crate) first_failed: Option<(u32, JobError, Option<String>)>,
    /// Keys that the planner has listed, as far as this transaction knows of them …
    pub(crate) listed: HashMap<String, u32>,
    /// … and those of its items of this transaction that are not new.
    pub(crate) listed_skipped: Vec<Seq>,
    pub(crate) written: Written,
    /// It is removed in this transaction.
    pub(crate) deleted: bool,
    /// Whether it was cancelled because of a parent, if that is known.
    pub(crate) dropped: Option<bool>,
}

/// Columns of `progress` that few verbs change.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extra {
    pub(crate) samples: i32,
    pub(crate) log_rows: i32,
    pub(crate) log_bytes: i64,
    pub(crate) told: bool,
}

/// What becomes of a large column that is not read.
#[derive(Debug, Default)]
pub(crate) enum Column {
    #[default]
    Kept,
    /// To this text, or to nothing.
    Set(Option<String>),
}

impl Column {
    pub(crate) fn is_set(&self) -> bool {
        matches!(self, Column::Set(_))
    }

    pub(crate) fn value(self) -> Option<String> {
        match self {
            Column::Kept => None,
            Column::Set(value) => value,
        }
    }
}

/// What of the entry is to be written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) job: bool,
    /// With the time at which the job's readiness is judged.
    pub(crate) progress: Option<Time>,
    /// There is no row of progress yet.
    pub(crate) new_progress: bool,
    pub(crate) error: Column,
    pub(crate) result: Column,
    pub(crate) labels: Column,
    pub(crate) options: Option<String>,
    /// How its parents stand.
    pub(crate) after: bool,
}

impl Entry {
    pub(crate) fn new(job: JobRow, progress: Option<Progress>) -> Self {
        Entry {
            job,
            progress,
            unit_progress: None,
            extra: Extra::default(),
            leases: BTreeMap::new(),
            first_failed: None,
            listed: HashMap::new(),
            listed_skipped: Vec::new(),
            written: Written::default(),
            deleted: false,
            dropped: None,
        }
    }

    /// Moves the job on as the lifecycle decides; nothing is changed when it refuses.
    pub(crate) fn step(
        &mut self,
        changes: &mut Changes,
        event: Event,
        now: Time,
    ) -> Result<(), Refused> {
        let from = self.job.decide(self.progress.as_ref(), event, now)?;
        changes.job_moved(Some(from), Some(self.job.state));
        if makes_room(from, self.job.state) {
            changes.left.push(self.job.num.0);
        }
        let moved = (Some(from), self.job.state);
        changes.batch_moved(self.job.batch.as_deref(), moved, now);
        self.written.job = true;
        Ok(())
    }

    /// A step that a verb knows to be legal.
    pub(crate) fn must_step(
        &mut self,
        changes: &mut Changes,
        event: Event,
        now: Time,
    ) -> Result<()> {
        self.step(changes, event, now)
            .map_err(|refused| Error::corrupt(format!("job {}: {refused}", self.job.id)))
    }

    /// Workers have work of it.
    pub(crate) fn is_in_flight(&self) -> bool {
        let chunks = self.progress.as_ref().map_or(0, |progress| progress.leases);
        self.job.lease.is_some() || chunks > 0
    }

    /// It is paused, and workers have nothing more of it.
    pub(crate) fn has_all_back(&self) -> bool {
        self.job.state == JobState::Paused && !self.is_in_flight()
    }

    /// A chunk or a plan has come back. With the last a paused job counts for the limits no more.
    pub(crate) fn came_back(&mut self, changes: &mut Changes) {
        if let Some(progress) = &mut self.progress {
            progress.leases = progress.leases.saturating_sub(1);
        }
        if self.has_all_back() {
            self.written.job = true;
            changes.left.push(self.job.num.0);
        }
    }

    /// The row of progress, and whether the job can be served, are to be written.
    pub(crate) fn progressed(&mut self, now: Time) {
        if self.progress.is_some() {
            self.written.progress = Some(now);
        }
    }

    pub(crate) fn must_progress(&mut self) -> Result<&mut Progress> {
        let num = self.job.num.0;
        self.progress
            .as_mut()
            .ok_or_else(|| Error::corrupt(format!("job number {num} has no progress")))
    }

    pub(crate) fn write_error(&mut self, error: Option<&JobError>) {
        self.written.job = true;
        self.written.error = Column::Set(error.map(error_text));
    }

    pub(crate) fn set_options(&mut self, options: JobOptions) {
        self.written.job = true;
        self.written.options = Some(crate::options_row::to_text(&options));
        self.job.options = options.into();
    }

    /// What events say of the job's items.
    pub(crate) fn data(&self) -> Data {
        match &self.progress {
            Some(progress) => Data::counters(&progress.counters),
            None => Data::counters(&unit_counters(&self.job)),
        }
    }

    /// Appends an event with the job's counters.
    pub(crate) fn tell(&self, changes: &mut Changes, kind: EventKind, now: Time) {
        let data = Data {
            attempt: Some(self.job.attempt),
            ..self.data()
        };
        changes.tell(kind, &self.job, &data.wait(self.job.run_at, now), now);
    }

    /// Takes note of what is done for rate and samples.
    pub(crate) fn observe(&mut self, changes: &mut Changes, now: Time) {
        let Entry {
            progress, extra, ..
        } = self;
        if let Some(progress) = progress {
            progress.rate.observe(now, progress.counters.done());
            sample(changes, progress, extra, now);
        }
    }
}

/// Keeps a job's values of now, unless that was done just before.
pub(crate) fn sample(changes: &mut Changes, progress: &mut Progress, extra: &mut Extra, now: Time) {
    if now.since(progress.sampled_at) < samples::STEP {
        return;
    }
    progress.sampled_at = now;
    let memory = progress.memory_bytes;
    changes.samples.push((
        progress.job.0,
        now.as_micros(),
        int(progress.counters.done()),
        progress.rate.per_second(),
        memory.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)),
        progress.cpu_seconds,
    ));
    extra.samples += 1;
    if extra.samples > int(samples::MOST) {
        changes.thinned.push(progress.job.0);
    }
}
