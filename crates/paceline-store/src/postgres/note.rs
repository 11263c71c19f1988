//! Taking down news of running work: what the handler says, what it uses, what it logs.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::Ordering;

use paceline_core::event::EventKind;
use paceline_core::lease::{LogLine, Note, NoteBody};
use paceline_core::{JobId, Time};

use super::changes::Changes;
use super::connect::Shared;
use super::entry::{Entry, sample};
use super::error::Result;
use super::flush;
use super::items_write::clean;
use super::load::{self, Which};
use super::session::Batch;
use super::transact::retrying;
use crate::events::Data;
use crate::log;
use crate::num::{JobNum, as_i64};
use crate::progress_row::Progress;

pub(crate) async fn note(shared: &Shared, notes: &[Note], now: Time) -> Result<()> {
    if notes.is_empty() {
        return Ok(());
    }
    retrying(|| take(shared, notes, now)).await
}

async fn take(shared: &Shared, notes: &[Note], now: Time) -> Result<()> {
    let mut session = shared.pools.writer().await?;
    let mut batch = Batch::begin_relaxed();
    let which = Which::seen(shared, notes.iter().map(|note| note.job));
    let places = load::add(&mut batch, &which);
    let mut answers = session.run(batch).await?;
    let mut entries = load::read(shared, &mut answers, places)?;
    let nums: HashMap<JobId, JobNum> = entries
        .values()
        .map(|entry| (entry.job.id, entry.job.num))
        .collect();
    let mut down = Down {
        changes: Changes::default(),
        said: BTreeMap::new(),
        most_log: shared.log_bytes.load(Ordering::Relaxed),
    };
    for note in notes {
        let entry = nums.get(&note.job).and_then(|num| entries.get_mut(num));
        if let Some(entry) = entry {
            down.one(entry, &note.body, now);
        }
    }
    let changes = down.changes();
    flush::commit(shared, &mut session, Batch::default(), entries, changes)
        .await
        .map(|_| ())
}

/// What was said: fraction, stage, message.
type Said = (Option<f64>, Option<String>, Option<String>);

/// Notes being taken down.
struct Down {
    changes: Changes,
    /// By job; of each, what was said last.
    said: BTreeMap<i64, Said>,
    most_log: i64,
}

impl Down {
    fn one(&mut self, entry: &mut Entry, body: &NoteBody, now: Time) {
        if entry.progress.is_none() && entry.unit_progress.is_none() {
            // A unit job gets its row when it first says something.
            let progress = Progress::new(entry.job.num, entry.job.options.workers, now);
            entry.unit_progress = Some(progress);
            entry.extra.told = true;
            entry.written.new_progress = true;
            entry.written.progress = Some(now);
        }
        match body {
            // The last word of a job that has ended is its result.
            NoteBody::Progress { .. } | NoteBody::Usage { .. } if entry.job.state.is_terminal() => {
            }
            NoteBody::Progress {
                fraction,
                stage,
                message,
            } => self.say(entry, (*fraction, stage.clone(), message.clone()), now),
            NoteBody::Log(lines) => self.log(entry, lines, now),
            NoteBody::Usage {
                memory_bytes,
                cpu_seconds,
            } => self.usage(entry, *memory_bytes, *cpu_seconds, now),
        }
    }

    /// What is `None` stays as it was.
    fn say(&mut self, entry: &Entry, (fraction, stage, message): Said, now: Time) {
        let said = self.said.entry(entry.job.num.0).or_default();
        said.0 = fraction.or(said.0);
        said.1 = stage.as_deref().map(clean).or(said.1.take());
        said.2 = message.as_deref().map(clean).or(said.2.take());
        let data = Data {
            fraction,
            stage,
            message,
            ..entry.data()
        };
        self.changes
            .tell(EventKind::Progress, &entry.job, &data, now);
    }

    fn usage(&mut self, entry: &mut Entry, memory_bytes: u64, cpu_seconds: f64, now: Time) {
        let Entry {
            progress,
            unit_progress,
            extra,
            written,
            ..
        } = entry;
        let Some(progress) = progress.as_mut().or(unit_progress.as_mut()) else {
            return;
        };
        progress.memory_bytes = Some(memory_bytes);
        progress.cpu_seconds = Some(cpu_seconds);
        sample(&mut self.changes, progress, extra, now);
        written.progress = Some(now);
    }

    fn log(&mut self, entry: &mut Entry, lines: &[LogLine], now: Time) {
        let job = entry.job.num.0;
        for text in log::rows(lines) {
            let text = clean(&text);
            entry.extra.log_rows += 1;
            entry.extra.log_bytes += as_i64(text.len());
            let row = (job, entry.extra.log_rows, now.as_micros(), text);
            self.changes.logs.push(row);
        }
        entry.written.progress = Some(now);
        if entry.extra.log_bytes > self.most_log && !self.changes.logs_cut.contains(&job) {
            self.changes.logs_cut.push(job);
        }
        let data = Data {
            lines: Some(lines.len()),
            ..Data::default()
        };
        self.changes.tell(EventKind::Log, &entry.job, &data, now);
    }

    fn changes(mut self) -> Changes {
        for (job, (fraction, stage, message)) in self.said {
            self.changes.said.push((job, fraction, stage, message));
        }
        self.changes
    }
}
