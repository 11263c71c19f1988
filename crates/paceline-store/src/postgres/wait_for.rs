//! What submissions wait for: finding it, and tying jobs to it.

use std::collections::{HashMap, HashSet};

use paceline_core::dependency::{self, Edge, End, Policy, Standing, Tally};
use paceline_core::job::NewJob;
use paceline_core::links::Parent;
use paceline_core::store::StoreError;
use paceline_core::{JobError, JobId, Time};
use uuid::Uuid;

use super::changes::Changes;
use super::ending;
use super::entry::Entry;
use super::error::Result;
use super::items_write::clean;
use super::row::{Columns, uuid};
use super::session::{Answers, Batch, Session, values};
use crate::ending::Ending;
use crate::num::JobNum;
/// The parents of a submission, as they stand.
#[derive(Debug)]
pub(crate) struct Parents {
    ends: Vec<(JobNum, Option<End>)>,
    pub(crate) tally: Tally,
    /// Why it cannot run at all, if so.
    pub(crate) broken: Option<String>,
}

#[derive(Clone, Debug)]
struct Found {
    num: JobNum,
    name: String,
    end: Option<End>,
}

/// What some submissions wait for, as far as it is known.
#[derive(Debug, Default)]
pub(crate) struct Known {
    by_id: HashMap<JobId, Found>,
    by_batch: HashMap<String, Vec<JobId>>,
    /// Jobs that were merged, and into which.
    merged: HashMap<JobId, JobId>,
}

/// Locks what the jobs wait for and asks how it stands; nothing if they wait for nothing.
pub(crate) fn add<'a>(
    batch: &mut Batch<'_>,
    jobs: impl Iterator<Item = &'a NewJob>,
) -> Option<usize> {
    // What was merged, and what it was merged into.
    const FIND: &str = "WITH named AS (
            SELECT num, merged_into FROM jobs WHERE id = ANY($1)
            UNION SELECT num, merged_into FROM jobs WHERE batch = ANY($2) AND batch IS NOT NULL)
        SELECT num, id, name, state, error, batch, merged_into FROM jobs
        WHERE num IN (SELECT num FROM named
            UNION SELECT m.num FROM named n JOIN jobs m ON m.id = n.merged_into
            WHERE n.merged_into IS NOT NULL)
        ORDER BY num FOR UPDATE";
    let (mut ids, mut batches): (Vec<Uuid>, Vec<String>) = (Vec::new(), Vec::new());
    for parent in jobs.flat_map(|job| &job.links.after) {
        match parent {
            Parent::Job(id) => ids.push(uuid(*id)),
            Parent::Batch(name) => batches.push(clean(name)),
        }
    }
    (!ids.is_empty() || !batches.is_empty()).then(|| batch.add(FIND, values![ids, batches]))
}

impl Known {
    pub(crate) fn read(answers: &mut Answers, place: Option<usize>) -> Result<Self> {
        let mut known = Known::default();
        for row in place.map_or_else(Vec::new, |place| answers.take(place)) {
            let error: Option<JobError> = row.maybe_error(4)?;
            let end = End::of(row.word(3)?, error.map(|error| error.kind));
            let batch = row.maybe_text(5)?;
            let id = row.job_id(1)?;
            known.insert(id, row.num(0)?, row.text(2)?, end, batch);
            if let Some(into) = row.value::<Option<Uuid>>(6)? {
                known
                    .merged
                    .insert(id, JobId::from_bytes(into.into_bytes()));
            }
        }
        Ok(known)
    }

    fn insert(
        &mut self,
        id: JobId,
        num: JobNum,
        name: String,
        end: Option<End>,
        batch: Option<String>,
    ) {
        self.by_id.insert(id, Found { num, name, end });
        if let Some(batch) = batch {
            self.by_batch.entry(batch).or_default().push(id);
        }
    }

    /// Takes in that a job of the same transaction was merged into another, of which is known what
    /// must be.
    pub(crate) fn taken_merged(&mut self, job: &NewJob, into: (JobId, &Entry)) {
        let (id, survivor) = into;
        self.merged.insert(job.id, id);
        let end = end_of(survivor);
        let num = survivor.job.num;
        let unknown = || Found {
            num,
            name: id.to_string(),
            end,
        };
        self.by_id.entry(id).or_insert_with(unknown).end = end;
        if let Some(batch) = &job.batch {
            self.by_batch.entry(clean(batch)).or_default().push(job.id);
        }
    }

    /// The job itself, or the one that it was merged into, if that is there still.
    fn survivor(&self, id: JobId) -> Option<&Found> {
        self.by_id.get(self.merged.get(&id).unwrap_or(&id))
    }

    /// Takes in a job of the same transaction, for those that come after it.
    pub(crate) fn taken(&mut self, job: &NewJob, entry: &Entry) {
        let end = end_of(entry);
        let batch = job.batch.as_deref().map(clean);
        self.insert(job.id, entry.job.num, clean(&job.name), end, batch);
    }

    /// Why the jobs of one call cannot be taken in: something that they wait for is not there.
    pub(crate) fn refusal(&self, jobs: &[NewJob]) -> Option<StoreError> {
        let (mut ids, mut batches) = (HashSet::new(), HashSet::new());
        for job in jobs {
            for parent in &job.links.after {
                let there = match parent {
                    Parent::Job(id) => self.survivor(*id).is_some() || ids.contains(id),
                    Parent::Batch(name) => {
                        let name = clean(name);
                        self.by_batch.contains_key(&name) || batches.contains(&name)
                    }
                };
                if !there {
                    return Some(StoreError::NoSuchParent(parent.clone()));
                }
            }
            ids.insert(job.id);
            batches.extend(job.batch.as_deref().map(clean));
        }
        None
    }

    /// The parents of one job; `None` if it waits for nothing.
    pub(crate) fn parents(&self, job: &NewJob) -> Option<Parents> {
        let links = &job.links;
        if links.after.is_empty() {
            return None;
        }
        let policy = links.after_policy;
        let mut parents = Parents {
            ends: Vec::new(),
            tally: Tally::new(policy),
            broken: None,
        };
        let mut last = None;
        for found in self.found(&links.after) {
            let edge = policy.edge(found.end);
            parents.tally.add(edge);
            parents.ends.push((found.num, found.end));
            if edge == Edge::Broken {
                last = Some(found);
            }
        }
        if let (Standing::Broken, Some(found)) = (parents.tally.standing(), last) {
            parents.broken = Some(dependency::reason(policy, &found.name, found.end));
        }
        Some(parents)
    }

    /// Each once.
    fn found(&self, after: &[Parent]) -> Vec<&Found> {
        let mut seen = HashSet::new();
        let mut all = Vec::new();
        for parent in after {
            let ids = self.named(parent);
            let found = ids.iter().filter_map(|id| self.survivor(*id));
            all.extend(found.filter(|found| seen.insert(found.num)));
        }
        all
    }

    /// The jobs that are named so.
    fn named(&self, parent: &Parent) -> Vec<JobId> {
        match parent {
            Parent::Job(id) => vec![*id],
            Parent::Batch(name) => self.by_batch.get(&clean(name)).cloned().unwrap_or_default(),
        }
    }

    /// The jobs that are named so, and into which those of them went that were merged.
    pub(crate) fn survivors(&self, parent: &Parent) -> Vec<JobId> {
        let merged = |id: JobId| self.merged.get(&id).copied().unwrap_or(id);
        self.named(parent).into_iter().map(merged).collect()
    }
}

/// How a job of this transaction has ended, if it has.
fn end_of(entry: &Entry) -> Option<End> {
    let dropped = entry.dropped == Some(true);
    let error = dropped.then_some(paceline_core::ErrorKind::Dependency);
    End::of(entry.job.state, error)
}

impl Parents {
    pub(crate) fn standing(&self) -> Standing {
        self.tally.standing()
    }

    /// Ties a job to its parents; cancels it if they forbid that it ever runs.
    pub(crate) fn attach(self, changes: &mut Changes, entry: &mut Entry, now: Time) -> Result<()> {
        let child = entry.job.num;
        for (parent, end) in self.ends {
            let policy = self.tally.policy;
            changes.edge(child, parent, Some(policy), policy.edge(end));
            changes.parents.push(parent.0);
        }
        entry.job.after = Some(self.tally);
        entry.written.after = true;
        if let Some(reason) = self.broken
            && !entry.job.state.is_terminal()
        {
            ending::end(changes, entry, &Ending::Dropped(reason), now)?;
        }
        Ok(())
    }
}

/// Lets a job wait for more parents. It asks of them what it asks of those that it has, which are
/// `known`.
pub(crate) fn add_parents(
    changes: &mut Changes,
    entry: &mut Entry,
    parents: &Parents,
    known: &HashSet<JobNum>,
) {
    let before = entry.job.after.filter(|tally| tally.total() > 0);
    let mut tally = Tally {
        behind: entry.job.after.is_some_and(|tally| tally.behind),
        ..before.unwrap_or(Tally::new(parents.tally.policy))
    };
    for (parent, end) in &parents.ends {
        if known.contains(parent) || changes.has_edge(entry.job.num, *parent) {
            continue;
        }
        let edge = tally.policy.edge(*end);
        changes.edge(entry.job.num, *parent, Some(tally.policy), edge);
        changes.parents.push(parent.0);
        tally.add(edge);
    }
    entry.job.after = Some(tally);
    entry.written.after = true;
}

/// Lets a job that was taken in wait for the end of a running duplicate.
pub(crate) fn wait_behind(changes: &mut Changes, entry: &mut Entry, running: JobNum) {
    let child = entry.job.num;
    // It may wait for that one as for a parent already.
    if changes.has_edge(child, running) {
        return;
    }
    changes.edge(child, running, None, Edge::Waits);
    changes.parents.push(running.0);
    let mut tally = entry.job.after.unwrap_or(Tally::new(Policy::Completed));
    tally.behind = true;
    entry.job.after = Some(tally);
    entry.written.after = true;
}

/// The parents that some jobs have already.
pub(crate) async fn parents_of(
    session: &mut Session,
    jobs: Vec<i64>,
) -> Result<HashMap<JobNum, HashSet<JobNum>>> {
    const SELECT: &str = "SELECT child, parent FROM dependencies WHERE child = ANY($1)";
    let mut parents: HashMap<JobNum, HashSet<JobNum>> = HashMap::new();
    for row in session.list(SELECT, values![jobs]).await? {
        parents.entry(row.num(0)?).or_default().insert(row.num(1)?);
    }
    Ok(parents)
}
