//! Jobs that wait for others: finding what a submission waits for, and what the end or the new
//! beginning of a job means for those that wait for it.
//!
//! An edge is guarded by the row of its parent in `jobs`: who takes in a child locks that row, and
//! who ends the parent has it locked already. So a parent either ends before, and the child sees
//! how, or after, and then its end finds the edge.

use std::collections::{HashMap, HashSet};

use paceline_core::dependency::{self, Child, Consequence, Edge, End, Policy, Standing, Tally};
use paceline_core::event::EventKind;
use paceline_core::job::NewJob;
use paceline_core::lifecycle::Event;
use paceline_core::links::Parent;
use paceline_core::store::StoreError;
use paceline_core::{JobError, JobId, JobState, Time};
use tokio_postgres::Row;
use uuid::Uuid;

use super::changes::Changes;
use super::connect::Shared;
use super::ending;
use super::entry::{Column, Entry};
use super::error::{Error, Result};
use super::items_write::clean;
use super::load::{self, Entries, Which};
use super::row::{Columns, invalid, uuid};
use super::session::{Answers, Batch, Session, values};
use crate::ending::Ending;
use crate::links_text::edge_of;
use crate::num::JobNum;

// ---- taking in ------------------------------------------------------------------------------

/// The parents of a submission, as they stand.
#[derive(Debug)]
pub(crate) struct Parents {
    pub(crate) edges: Vec<(JobNum, Edge)>,
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
}

/// Locks what the jobs wait for and asks how it stands; nothing if they wait for nothing.
pub(crate) fn add<'a>(
    batch: &mut Batch<'_>,
    jobs: impl Iterator<Item = &'a NewJob>,
) -> Option<usize> {
    const FIND: &str = "SELECT num, id, name, state, error, batch FROM jobs
        WHERE num IN (SELECT num FROM jobs WHERE id = ANY($1)
            UNION SELECT num FROM jobs WHERE batch = ANY($2) AND batch IS NOT NULL)
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
            known.insert(row.job_id(1)?, row.num(0)?, row.text(2)?, end, batch);
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

    /// Takes in a job of the same transaction, for those that come after it.
    pub(crate) fn taken(&mut self, job: &NewJob, entry: &Entry) {
        let dropped = entry.dropped == Some(true);
        let error = dropped.then_some(paceline_core::ErrorKind::Dependency);
        let end = End::of(entry.job.state, error);
        let batch = job.batch.as_deref().map(clean);
        self.insert(job.id, entry.job.num, clean(&job.name), end, batch);
    }

    /// Why the jobs of one call cannot be taken in: something that they wait for is not there.
    pub(crate) fn refusal(&self, jobs: &[NewJob]) -> Option<StoreError> {
        let (mut ids, mut batches) = (HashSet::new(), HashSet::new());
        for job in jobs {
            for parent in &job.links.after {
                let there = match parent {
                    Parent::Job(id) => self.by_id.contains_key(id) || ids.contains(id),
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
            edges: Vec::new(),
            tally: Tally::new(policy),
            broken: None,
        };
        let mut last = None;
        for found in self.found(&links.after) {
            let edge = policy.edge(found.end);
            parents.tally.add(edge);
            parents.edges.push((found.num, edge));
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
            let ids = match parent {
                Parent::Job(id) => vec![*id],
                Parent::Batch(name) => self.by_batch.get(&clean(name)).cloned().unwrap_or_default(),
            };
            let found = ids.iter().filter_map(|id| self.by_id.get(id));
            all.extend(found.filter(|found| seen.insert(found.num)));
        }
        all
    }
}

impl Parents {
    pub(crate) fn standing(&self) -> Standing {
        self.tally.standing()
    }

    /// Ties a job to its parents; cancels it if they forbid that it ever runs.
    pub(crate) fn attach(self, changes: &mut Changes, entry: &mut Entry, now: Time) -> Result<()> {
        let child = entry.job.num;
        for (parent, edge) in self.edges {
            changes.edge(child, parent, self.tally.policy, edge);
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

// ---- following ------------------------------------------------------------------------------

/// A job that has ended so, or begins anew (`None`), of which its children have still to hear.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turned {
    pub(crate) job: JobNum,
    pub(crate) end: Option<End>,
    pub(crate) now: Time,
}

/// A tie of a parent to one of its children.
#[derive(Clone, Debug)]
pub(crate) struct Tie {
    child: JobNum,
    policy: Policy,
    edge: Edge,
}

/// The ties of the parents that turned in this transaction, as it has left them.
#[derive(Debug, Default)]
pub(crate) struct Ties {
    of: HashMap<JobNum, Vec<Tie>>,
    names: HashMap<JobNum, String>,
}

/// Does with the children of all that has turned what follows, and with theirs, as far as it goes.
pub(crate) async fn follow_all(
    shared: &Shared,
    session: &mut Session,
    entries: &mut Entries,
    changes: &mut Changes,
) -> Result<()> {
    while !changes.turned.is_empty() {
        let turned = std::mem::take(&mut changes.turned);
        load_ties(session, changes, &turned).await?;
        load_children(shared, session, entries, changes, &turned).await?;
        for parent in turned {
            follow(entries, changes, parent)?;
        }
    }
    Ok(())
}

async fn load_ties(session: &mut Session, changes: &mut Changes, turned: &[Turned]) -> Result<()> {
    const TIES: &str = "SELECT d.parent, d.child, d.policy, d.standing, p.name
        FROM dependencies d JOIN jobs p ON p.num = d.parent
        WHERE d.parent = ANY($1) ORDER BY d.parent, d.child";
    let ties = &mut changes.ties;
    let mut unknown: Vec<i64> = turned.iter().map(|turned| turned.job.0).collect();
    unknown.retain(|num| !ties.of.contains_key(&JobNum(*num)));
    if unknown.is_empty() {
        return Ok(());
    }
    for num in &unknown {
        ties.of.insert(JobNum(*num), Vec::new());
    }
    for row in session.list(TIES, values![unknown]).await? {
        let parent = row.num(0)?;
        ties.names.insert(parent, row.text(4)?);
        ties.of.entry(parent).or_default().push(Tie {
            child: row.num(1)?,
            policy: row.word(2)?,
            edge: edge(&row, 3)?,
        });
    }
    Ok(())
}

fn edge(row: &Row, column: usize) -> Result<Edge> {
    let number = row.value(column)?;
    edge_of(number).ok_or_else(|| invalid(column, format!("unknown standing {number}")))
}

/// Locks and loads the children that the transaction does not know yet.
async fn load_children(
    shared: &Shared,
    session: &mut Session,
    entries: &mut Entries,
    changes: &Changes,
    turned: &[Turned],
) -> Result<()> {
    let ties = turned
        .iter()
        .filter_map(|turned| changes.ties.of.get(&turned.job));
    let children: HashSet<JobNum> = ties.flatten().map(|tie| tie.child).collect();
    let mut missing: Vec<i64> = children
        .iter()
        .filter(|num| !entries.contains_key(num))
        .map(|num| num.0)
        .collect();
    if !missing.is_empty() {
        missing.sort_unstable();
        let mut batch = Batch::default();
        let places = load::add(&mut batch, &Which::Nums(missing));
        let mut answers = session.run(batch).await?;
        entries.append(&mut load::read(shared, &mut answers, places)?);
    }
    load_dropped(session, entries, &children).await
}

/// Finds out which of the cancelled ones were cancelled because of a parent.
async fn load_dropped(
    session: &mut Session,
    entries: &mut Entries,
    children: &HashSet<JobNum>,
) -> Result<()> {
    const ERRORS: &str = "SELECT num, error FROM jobs WHERE num = ANY($1)";
    let unknown = |entry: &&Entry| {
        children.contains(&entry.job.num)
            && entry.job.state == JobState::Cancelled
            && entry.dropped.is_none()
    };
    let nums: Vec<i64> = entries
        .values()
        .filter(unknown)
        .map(|entry| entry.job.num.0)
        .collect();
    if nums.is_empty() {
        return Ok(());
    }
    for row in session.list(ERRORS, values![nums]).await? {
        let error = row.maybe_error(1)?.map(|error| error.kind);
        if let Some(entry) = entries.get_mut(&row.num(0)?) {
            let end = End::of(entry.job.state, error);
            entry.dropped = Some(end == Some(End::Dropped));
        }
    }
    Ok(())
}

/// Does with the children of one parent what follows from how it turned.
fn follow(entries: &mut Entries, changes: &mut Changes, parent: Turned) -> Result<()> {
    let mut ties = changes.ties.of.remove(&parent.job).unwrap_or_default();
    for tie in &mut ties {
        let to = tie.policy.edge(parent.end);
        let from = std::mem::replace(&mut tie.edge, to);
        let Some(entry) = entries.get_mut(&tie.child) else {
            // Removed just before.
            continue;
        };
        if to == from || entry.deleted {
            continue;
        }
        changes.edge(tie.child, parent.job, tie.policy, to);
        let Some(tally) = &mut entry.job.after else {
            return Err(Error::corrupt(format!(
                "job {} has no parents",
                entry.job.id
            )));
        };
        tally.moved(from, to);
        let standing = tally.standing();
        entry.written.after = true;
        follow_one(changes, entry, standing, (parent, tie.policy))?;
    }
    changes.ties.of.insert(parent.job, ties);
    Ok(())
}

fn follow_one(
    changes: &mut Changes,
    entry: &mut Entry,
    standing: Standing,
    (parent, policy): (Turned, Policy),
) -> Result<()> {
    let now = parent.now;
    let child = Child {
        state: entry.job.state,
        started: entry.job.started_at.is_some(),
        dropped: entry.dropped == Some(true),
    };
    let (event, kind) = match dependency::consequence(child, standing) {
        Consequence::Nothing => return Ok(()),
        Consequence::Drop => {
            let name = changes.ties.names.get(&parent.job);
            let name = name.map_or("a job", String::as_str);
            let reason = dependency::reason(policy, name, parent.end);
            ending::end(changes, entry, &Ending::Dropped(reason), now)?;
            return Ok(());
        }
        Consequence::Revive => return revive(changes, entry, now),
        Consequence::Unblock => (Event::Unblock, EventKind::Unblocked),
        Consequence::Block => (Event::Block, EventKind::Blocked),
    };
    entry.must_step(changes, event, now)?;
    entry.progressed(now);
    entry.tell(changes, kind, now);
    ending::end_if_empty(changes, entry, now)
}

/// Takes back that a job was cancelled because of a parent.
fn revive(changes: &mut Changes, entry: &mut Entry, now: Time) -> Result<()> {
    entry.must_step(changes, Event::Revive, now)?;
    entry.job.finished_at = None;
    entry.written.error = Column::Set(None);
    entry.dropped = Some(false);
    if let Some(progress) = &mut entry.progress {
        progress.counters.cancelled = 0;
    }
    entry.progressed(now);
    entry.tell(changes, EventKind::Blocked, now);
    changes.turned(&entry.job, None, now);
    Ok(())
}

// ---- removing and asking --------------------------------------------------------------------

/// Which of these jobs unfinished jobs depend on.
pub(crate) async fn needed(session: &mut Session, jobs: Vec<i64>) -> Result<HashSet<JobNum>> {
    const SELECT: &str = "SELECT DISTINCT d.parent FROM dependencies d
        JOIN jobs c ON c.num = d.child
        WHERE d.parent = ANY($1) AND c.finished_at IS NULL";
    if jobs.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = session.list(SELECT, values![jobs]).await?;
    rows.iter().map(|row| row.num(0)).collect()
}

/// Forgets the ties of jobs that are removed; their children, which have ended, are as if they had
/// never waited for them.
pub(crate) fn forget(batch: &mut Batch<'_>, jobs: &[i64]) {
    const UNCOUNT: &str = "UPDATE jobs j SET after_waiting = j.after_waiting - d.waiting,
            after_met = j.after_met - d.met, after_broken = j.after_broken - d.broken
        FROM (SELECT child, count(*) FILTER (WHERE standing = 0) AS waiting,
                count(*) FILTER (WHERE standing = 1) AS met,
                count(*) FILTER (WHERE standing = 2) AS broken
            FROM dependencies WHERE parent = ANY($1) GROUP BY child) d
        WHERE j.num = d.child";
    batch.add(UNCOUNT, values![jobs.to_vec()]);
    for sql in [
        "DELETE FROM dependencies WHERE parent = ANY($1)",
        "DELETE FROM dependencies WHERE child = ANY($1)",
    ] {
        batch.add(sql, values![jobs.to_vec()]);
    }
}

/// The first parents that each of these blocked jobs waits for, with their states.
pub(crate) async fn first_parents(
    session: &mut Session,
    jobs: Vec<i64>,
) -> Result<HashMap<JobNum, Vec<(String, JobState)>>> {
    const FIRST: &str = "SELECT w.num, p.name, p.state FROM unnest($1::bigint[]) w (num),
        LATERAL (SELECT parent FROM dependencies d WHERE d.child = w.num AND d.standing = 0
            ORDER BY parent LIMIT 3) d
        JOIN jobs p ON p.num = d.parent ORDER BY w.num, p.num";
    let mut parents: HashMap<JobNum, Vec<(String, JobState)>> = HashMap::new();
    if jobs.is_empty() {
        return Ok(parents);
    }
    for row in session.list(FIRST, values![jobs]).await? {
        let of_job = parents.entry(row.num(0)?).or_default();
        of_job.push((row.text(1)?, row.word(2)?));
    }
    Ok(parents)
}
