//! Duplicates: which unfinished jobs do the work of a submission already, and handing its newer
//! params over to one that has not begun.
//!
//! Submissions of one identity come one after the other: each holds an advisory lock on it to the
//! end of its transaction. A unique index over the jobs that have not begun has the last word.

use std::collections::{HashMap, HashSet};

use paceline_core::event::EventKind;
use paceline_core::job::{JobKind, NewJob};
use paceline_core::lifecycle::Event;
use paceline_core::merge::{self, Decision, Duplicates, Identity, Turn};
use paceline_core::{JobId, JobState, Time};

use super::changes::Changes;
use super::entry::Entry;
use super::error::Result;
use super::row::Columns;
use super::session::{Answers, Batch, Session, values};
use crate::events::Data;
use crate::num::JobNum;
use crate::progress_row::Progress;

/// The unfinished jobs with the identities of some submissions.
#[derive(Debug, Default)]
pub(crate) struct Known {
    of: HashMap<Identity, Duplicates<JobNum>>,
    ids: HashMap<JobNum, JobId>,
}

/// Locks the identities of the jobs, and the unfinished jobs that have them; nothing if there are
/// none. To be added before any other lock is taken.
pub(crate) fn add<'a>(
    batch: &mut Batch<'_>,
    jobs: impl Iterator<Item = &'a NewJob>,
) -> Option<usize> {
    const FIND: &str = "SELECT num, id, identity, started_at, attempt, kind FROM jobs
        WHERE identity = ANY($1) AND identity IS NOT NULL AND finished_at IS NULL
        ORDER BY num FOR UPDATE";
    let identities: HashSet<Identity> = jobs.filter_map(|job| job.links.identity).collect();
    if identities.is_empty() {
        return None;
    }
    lock(batch, &identities);
    Some(batch.add(FIND, values![bytes(&identities)]))
}

fn bytes(identities: &HashSet<Identity>) -> Vec<Vec<u8>> {
    let bytes = identities.iter().map(|identity| identity.0.to_vec());
    bytes.collect()
}

/// In one order, so that two transactions do not wait for each other. Many identities share a
/// lock: the server has room for some thousands in all, and a bulk submission may have ten thousand
/// identities.
fn lock(batch: &mut Batch<'_>, identities: &HashSet<Identity>) {
    const LOCK: &str = "SELECT pg_advisory_xact_lock(
            hashtext('paceline.identity.' || current_schema()), k.key) FROM (
            SELECT DISTINCT hashtext(encode(n.identity, 'hex')) & 511 AS key
            FROM unnest($1::bytea[]) AS n (identity) ORDER BY 1) k";
    batch.add(LOCK, values![bytes(identities)]);
}

impl Known {
    pub(crate) fn read(answers: &mut Answers, place: Option<usize>) -> Result<Self> {
        let mut known = Known::default();
        for row in place.map_or_else(Vec::new, |place| answers.take(place)) {
            let Some(identity) = row.maybe_identity(2)? else {
                continue;
            };
            let started = row.maybe_time(3)?.is_some();
            let begun = merge::has_begun(started, row.count(4)?, row.kind(5)?);
            known.insert(identity, row.num(0)?, row.job_id(1)?, begun);
        }
        Ok(known)
    }

    fn insert(&mut self, identity: Identity, num: JobNum, id: JobId, begun: bool) {
        let duplicates = self.of.entry(identity).or_default();
        if begun {
            duplicates.begun = Some(num);
        } else {
            duplicates.waiting = Some(num);
        }
        self.ids.insert(num, id);
    }

    /// The jobs that have not begun: they may have to take over.
    pub(crate) fn waiting(&self) -> Vec<i64> {
        let all = self.of.values();
        let waiting = all.filter_map(|duplicates| duplicates.waiting);
        let mut waiting: Vec<i64> = waiting.map(|num| num.0).collect();
        waiting.sort_unstable();
        waiting
    }

    /// Takes in a job of the same transaction, for those that come after it.
    pub(crate) fn taken(&mut self, job: &NewJob, entry: &Entry) {
        if let Some(identity) = job.links.identity
            && !entry.job.state.is_terminal()
        {
            self.insert(identity, entry.job.num, job.id, false);
        }
    }

    /// The same of a job that has just taken over.
    pub(crate) fn took_over(&mut self, survivor: &Entry) {
        if let Some(identity) = survivor.job.identity
            && survivor.job.state.is_terminal()
            && let Some(duplicates) = self.of.get_mut(&identity)
        {
            duplicates.waiting = None;
        }
    }

    pub(crate) fn id(&self, num: JobNum) -> Option<JobId> {
        self.ids.get(&num).copied()
    }

    pub(crate) fn decide(&self, job: &NewJob) -> Decision<JobNum> {
        let known = job
            .links
            .identity
            .and_then(|identity| self.of.get(&identity));
        merge::decide(job.links.on_duplicate, known.copied().unwrap_or_default())
    }

    /// The id of the job that one must not double, or will hand over to.
    pub(crate) fn other(&self, job: &NewJob) -> Option<(Decision<()>, JobId)> {
        let (decision, num) = match self.decide(job) {
            Decision::Refuse(num) => (Decision::Refuse(()), num),
            Decision::Into(num) => (Decision::Into(()), num),
            Decision::Run | Decision::Behind(_) => return None,
        };
        Some((decision, self.id(num)?))
    }
}

/// Ends a newcomer: `into` does its work.
pub(crate) fn end_merged(
    changes: &mut Changes,
    entry: &mut Entry,
    into: JobId,
    now: Time,
) -> Result<()> {
    entry.must_step(changes, Event::Merge, now)?;
    entry.job.finished_at = Some(now);
    changes.merged_into(entry.job.num, into);
    let data = Data {
        merged_into: Some(into.to_string()),
        ..entry.data()
    };
    changes.tell(EventKind::Merged, &entry.job, &data, now);
    Ok(())
}

/// Gives the job that has not begun the newcomer's options, and of their turns the better. What it
/// is to work on is in the changes already, and in `progress`.
pub(crate) fn take_over(
    changes: &mut Changes,
    survivor: &mut Entry,
    job: &NewJob,
    (kind, progress, options): (JobKind, Option<Progress>, &str),
    now: Time,
) -> Result<()> {
    survivor.job.kind = kind;
    survivor.job.options = job.options.clone();
    survivor.written.options = Some(options.to_owned());
    survivor.written.job = true;
    give_work(survivor, progress, now);
    take_turn(changes, survivor, job, now)
}

/// Moves the job to the better of both turns.
fn take_turn(changes: &mut Changes, survivor: &mut Entry, newer: &NewJob, now: Time) -> Result<()> {
    let row = &mut survivor.job;
    let turn = Turn::of(row.priority, row.run_at).merged(Turn::of(newer.priority, newer.run_at));
    row.set_priority(turn.priority);
    if turn.run_at == row.run_at {
        return Ok(());
    }
    row.wait_at(turn.run_at, now);
    row.run_at = turn.run_at;
    // What waits for other jobs, or for a person, goes on to do so.
    match row.state {
        JobState::Scheduled | JobState::Pending => {
            survivor.must_step(changes, Event::Reschedule(turn.run_at), now)
        }
        _ => Ok(()),
    }
}

/// Tells that the job took the params of a duplicate over.
pub(crate) fn tell_of(changes: &mut Changes, survivor: &Entry, duplicate: JobId, now: Time) {
    let data = Data {
        attempt: Some(survivor.job.attempt),
        merged_from: Some(duplicate.to_string()),
        ..survivor.data()
    };
    let data = data.wait(survivor.job.run_at, now);
    changes.tell(EventKind::Changed, &survivor.job, &data, now);
}

fn give_work(survivor: &mut Entry, progress: Option<Progress>, now: Time) {
    let had_row = survivor.progress.is_some() || survivor.unit_progress.is_some();
    match progress {
        Some(progress) => {
            survivor.written.new_progress |= !had_row;
            survivor.extra.told |= !had_row;
            survivor.unit_progress = None;
            survivor.progress = Some(progress);
            survivor.progressed(now);
        }
        None => survivor.unit_progress = survivor.progress.take().or(survivor.unit_progress.take()),
    }
}

/// The identities of the ended jobs among these whose work an unfinished job does. Nobody comes to
/// do it before the end of the transaction.
pub(crate) async fn done_by_another(
    session: &mut Session,
    entries: impl Iterator<Item = &Entry>,
) -> Result<HashSet<Identity>> {
    const UNFINISHED: &str = "SELECT identity FROM jobs
        WHERE identity = ANY($1) AND identity IS NOT NULL AND finished_at IS NULL";
    let ended = entries.filter(|entry| entry.job.state.is_terminal());
    let identities: HashSet<Identity> = ended.filter_map(|entry| entry.job.identity).collect();
    let mut unfinished = HashSet::new();
    if identities.is_empty() {
        return Ok(unfinished);
    }
    let mut batch = Batch::default();
    lock(&mut batch, &identities);
    let place = batch.add(UNFINISHED, values![bytes(&identities)]);
    for row in session.run(batch).await?.take(place) {
        unfinished.extend(row.maybe_identity(0)?);
    }
    Ok(unfinished)
}
