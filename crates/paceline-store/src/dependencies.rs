//! Jobs that wait for others: taking them in, and what the end or the new beginning of one means
//! for those that wait for it.

use std::collections::{HashSet, VecDeque};

use paceline_core::dependency::{self, Child, Consequence, Edge, End, Policy, Standing, Tally};
use paceline_core::event::EventKind;
use paceline_core::job::NewJob;
use paceline_core::lifecycle::Event;
use paceline_core::links::Parent;
use paceline_core::store::StoreError;
use paceline_core::{JobError, JobId, JobState, Time};
use rusqlite::{Connection, Row};

use crate::context::{WriteContext, find};
use crate::control_job::tell;
use crate::ending::{self, Ending};
use crate::error::{Error, Result};
use crate::job_row::JobRow;
use crate::links_text::{DUPLICATE, edge_number, edge_of};
use crate::merge;
use crate::num::JobNum;
use crate::progress_row;
use crate::text::{invalid, maybe_error, word};

/// The parents of a submission, as they stand.
#[derive(Debug)]
pub(crate) struct Parents {
    ends: Vec<(JobNum, Option<End>)>,
    pub(crate) tally: Tally,
    /// Why it cannot run at all, if so.
    pub(crate) broken: Option<String>,
}

impl Parents {
    pub(crate) fn standing(&self) -> Standing {
        self.tally.standing()
    }
}

/// A parent that was found.
struct Found {
    num: JobNum,
    name: String,
    end: Option<End>,
    merged_into: Option<JobId>,
}

fn read_found(row: &Row<'_>) -> rusqlite::Result<Found> {
    let state: JobState = word(row, 2)?;
    let error: Option<JobError> = maybe_error(row, 3)?;
    Ok(Found {
        num: row.get(0)?,
        name: row.get(1)?,
        end: End::of(state, error.map(|error| error.kind)),
        merged_into: row.get::<_, Option<[u8; 16]>>(4)?.map(JobId::from_bytes),
    })
}

/// Finds what a submission waits for; `None` if that is nothing.
pub(crate) fn find_parents(context: &WriteContext<'_>, job: &NewJob) -> Result<Option<Parents>> {
    const BY_BATCH: &str = "SELECT num, name, state, error, merged_into FROM jobs
        WHERE batch = ?1 ORDER BY num";
    let links = &job.links;
    if links.after.is_empty() {
        return Ok(None);
    }
    let mut found = Vec::new();
    for parent in &links.after {
        match parent {
            Parent::Job(id) => {
                let job = find_parent(context, *id)?;
                let missing = || StoreError::NoSuchParent(parent.clone());
                found.push(survivor(context, job.ok_or_else(missing)?)?.ok_or_else(missing)?);
            }
            Parent::Batch(name) => {
                let jobs = context.list(BY_BATCH, (name,), read_found)?;
                if jobs.is_empty() {
                    return Err(StoreError::NoSuchParent(parent.clone()).into());
                }
                for job in jobs {
                    found.extend(survivor(context, job)?);
                }
            }
        }
    }
    Ok(Some(stand(found, links.after_policy)))
}

fn find_parent(context: &WriteContext<'_>, id: JobId) -> Result<Option<Found>> {
    const BY_ID: &str = "SELECT num, name, state, error, merged_into FROM jobs WHERE id = ?1";
    context.find(BY_ID, (id.into_bytes(),), read_found)
}

/// The job itself, or the one that it was merged into, if that is there still.
fn survivor(context: &WriteContext<'_>, found: Found) -> Result<Option<Found>> {
    match found.merged_into {
        None => Ok(Some(found)),
        Some(into) => find_parent(context, into),
    }
}

fn stand(found: Vec<Found>, policy: Policy) -> Parents {
    let mut parents = Parents {
        ends: Vec::with_capacity(found.len()),
        tally: Tally::new(policy),
        broken: None,
    };
    let mut seen = HashSet::new();
    let mut last = None;
    for Found { num, name, end, .. } in found {
        if !seen.insert(num) {
            continue;
        }
        let edge = policy.edge(end);
        parents.tally.add(edge);
        parents.ends.push((num, end));
        if edge == Edge::Broken {
            last = Some((name, end));
        }
    }
    if let (Standing::Broken, Some((name, end))) = (parents.standing(), last) {
        parents.broken = Some(dependency::reason(policy, &name, end));
    }
    parents
}

/// Ties a job that was taken in to its parents; cancels it if they forbid that it ever runs.
pub(crate) fn attach(
    context: &mut WriteContext<'_>,
    num: JobNum,
    parents: &Parents,
    now: Time,
) -> Result<JobState> {
    add_parents(context, num, parents)?;
    let mut job = JobRow::existing(context, num)?;
    if let Some(reason) = &parents.broken
        && !job.state.is_terminal()
    {
        let mut progress = progress_row::of(context, &job)?;
        let ending = Ending::Dropped(reason.clone());
        ending::end(context, &mut job, progress.as_mut(), &ending, now)?;
    }
    Ok(job.state)
}

/// Ties a job to more parents. It asks of them what it asks of those that it has.
pub(crate) fn add_parents(
    context: &mut WriteContext<'_>,
    num: JobNum,
    parents: &Parents,
) -> Result<()> {
    let known = JobRow::existing(context, num)?.after;
    let mut tally = known.unwrap_or(Tally::new(parents.tally.policy));
    if tally.total() == 0 {
        tally.policy = parents.tally.policy;
    }
    let policy = tally.policy;
    for (parent, end) in &parents.ends {
        let edge = policy.edge(*end);
        if add_edge(context, num, *parent, policy.as_str(), edge)? {
            tally.add(edge);
        }
    }
    save_tally(context, num, tally)
}

/// Whether one of these parents is the job, or waits for it, perhaps through others.
pub(crate) fn leads_to(context: &WriteContext<'_>, job: JobNum, parents: &Parents) -> Result<bool> {
    const BELOW: &str = "WITH RECURSIVE below (num) AS (
            SELECT ?1 UNION SELECT d.child FROM dependencies d JOIN below ON d.parent = below.num)
        SELECT num FROM below";
    let below: HashSet<JobNum> = context
        .list(BELOW, (job,), |row| row.get(0))?
        .into_iter()
        .collect();
    Ok(parents
        .ends
        .iter()
        .any(|(parent, _)| below.contains(parent)))
}

/// Lets a job that was taken in wait for the end of a running duplicate.
pub(crate) fn wait_behind(
    context: &mut WriteContext<'_>,
    num: JobNum,
    running: JobNum,
) -> Result<()> {
    let known = JobRow::existing(context, num)?.after;
    let mut tally = known.unwrap_or(Tally::new(Policy::Completed));
    tally.behind = add_edge(context, num, running, DUPLICATE, Edge::Waits)?;
    save_tally(context, num, tally)
}

/// False if there is such an edge already.
fn add_edge(
    context: &WriteContext<'_>,
    child: JobNum,
    parent: JobNum,
    policy: &str,
    edge: Edge,
) -> Result<bool> {
    const EDGE: &str = "INSERT OR IGNORE INTO dependencies (child, parent, policy, standing)
        VALUES (?1, ?2, ?3, ?4)";
    const PARENT: &str = "UPDATE jobs SET dependents = 1 WHERE num = ?1 AND dependents IS NULL";
    let added = context.execute(EDGE, (child, parent, policy, edge_number(edge)))?;
    context.execute(PARENT, (parent,))?;
    Ok(added > 0)
}

/// Does with a job that got new parents what follows from how they stand.
pub(crate) fn settle(context: &mut WriteContext<'_>, job: &mut JobRow, now: Time) -> Result<()> {
    const BROKEN: &str = "SELECT d.parent, d.policy, p.state, p.error FROM dependencies d
        JOIN jobs p ON p.num = d.parent WHERE d.child = ?1 AND d.standing = 2 LIMIT 1";
    let Some(tally) = job.after else {
        return Ok(());
    };
    let read = |row: &Row<'_>| {
        let error: Option<JobError> = maybe_error(row, 3)?;
        let end = End::of(word(row, 2)?, error.map(|error| error.kind));
        Ok((row.get(0)?, word(row, 1)?, end))
    };
    let blamed = context.find(BROKEN, (job.num,), read)?;
    let blamed = blamed.unwrap_or((job.num, tally.policy, None));
    let followed = follow(context, job, tally.standing(), blamed, now)?;
    match followed {
        Some(Turned(end)) => turned(context, job, end, now),
        None => Ok(()),
    }
}

fn save_tally(context: &WriteContext<'_>, num: JobNum, tally: Tally) -> Result<()> {
    const UPDATE: &str = "UPDATE jobs SET after_policy = ?2, after_waiting = ?3, after_met = ?4,
        after_broken = ?5, after_behind = nullif(?6, 0) WHERE num = ?1";
    let Tally {
        policy,
        waiting,
        met,
        broken,
        behind,
    } = tally;
    context.execute(UPDATE, (num, policy.as_str(), waiting, met, broken, behind))?;
    Ok(())
}

/// A job's children hear that it ended so (`None`: that it begins anew), and theirs what that
/// makes of them, as far as it goes.
pub(crate) fn turned(
    context: &mut WriteContext<'_>,
    job: &JobRow,
    end: Option<End>,
    now: Time,
) -> Result<()> {
    if !job.dependents {
        return Ok(());
    }
    let mut turned = VecDeque::from([(job.num, end)]);
    while let Some((parent, end)) = turned.pop_front() {
        for (child, policy, from) in children(context, parent)? {
            let to = policy.unwrap_or(Policy::Finished).edge(end);
            if to == from {
                continue;
            }
            let mut job = JobRow::existing(context, child)?;
            let Some(tally) = &mut job.after else {
                return Err(Error::corrupt(format!("job {} has no parents", job.id)));
            };
            if policy.is_some() {
                tally.moved(from, to);
                move_edge(context, child, parent, to)?;
            } else {
                tally.behind = false;
                remove_edge(context, child, parent)?;
            }
            let standing = tally.standing();
            save_tally(context, child, *tally)?;
            let why = (parent, policy.unwrap_or(Policy::Finished), end);
            let followed = follow(context, &mut job, standing, why, now)?;
            if let Some(Turned(end)) = followed
                && job.dependents
            {
                turned.push_back((child, end));
            }
        }
    }
    Ok(())
}

/// With the policy `None` the child waits for the end of its running duplicate.
fn children(
    context: &WriteContext<'_>,
    parent: JobNum,
) -> Result<Vec<(JobNum, Option<Policy>, Edge)>> {
    const SELECT: &str = "SELECT child, policy, standing FROM dependencies
        WHERE parent = ?1 ORDER BY child";
    context.list(SELECT, (parent,), |row| {
        let policy = match row.get_ref(1)?.as_str()? {
            DUPLICATE => None,
            _ => Some(word(row, 1)?),
        };
        Ok((row.get(0)?, policy, edge(row, 2)?))
    })
}

fn edge(row: &Row<'_>, column: usize) -> rusqlite::Result<Edge> {
    let number = row.get(column)?;
    edge_of(number).ok_or_else(|| invalid(column, UnknownEdge(number)))
}

#[derive(Debug, thiserror::Error)]
#[error("unknown standing {0} of a dependency")]
struct UnknownEdge(i32);

fn move_edge(context: &WriteContext<'_>, child: JobNum, parent: JobNum, to: Edge) -> Result<()> {
    const UPDATE: &str = "UPDATE dependencies SET standing = ?3 WHERE child = ?1 AND parent = ?2";
    context.execute(UPDATE, (child, parent, edge_number(to)))?;
    Ok(())
}

fn remove_edge(context: &WriteContext<'_>, child: JobNum, parent: JobNum) -> Result<()> {
    const DELETE: &str = "DELETE FROM dependencies WHERE child = ?1 AND parent = ?2";
    context.execute(DELETE, (child, parent))?;
    Ok(())
}

/// How a job has ended by what its parents did, or that it is unfinished again.
struct Turned(Option<End>);

/// Does with a child what follows from how its parents stand.
fn follow(
    context: &mut WriteContext<'_>,
    job: &mut JobRow,
    standing: Standing,
    (parent, policy, end): (JobNum, Policy, Option<End>),
    now: Time,
) -> Result<Option<Turned>> {
    let child = Child {
        state: job.state,
        started: job.started_at.is_some(),
        dropped: is_dropped(context.connection, job)?,
    };
    let step = match dependency::consequence(child, standing) {
        Consequence::Nothing => return Ok(None),
        Consequence::Drop => {
            let name = name(context, parent)?;
            let reason = Ending::Dropped(dependency::reason(policy, &name, end));
            let mut progress = progress_row::of(context, job)?;
            ending::end_alone(context, job, progress.as_mut(), &reason, now)?;
            return Ok(Some(Turned(Some(End::Dropped))));
        }
        Consequence::Revive => {
            job.duplicated = merge::is_done_by_another(context, job)?;
            let may = job.may_be_revived(now);
            return if may {
                revive(context, job, now).map(|()| Some(Turned(None)))
            } else {
                Ok(None)
            };
        }
        Consequence::Unblock => (Event::Unblock, EventKind::Unblocked),
        Consequence::Block => (Event::Block, EventKind::Blocked),
    };
    let mut progress = progress_row::of(context, job)?;
    job.must_step(context, progress.as_ref(), step.0, now)?;
    job.save(context)?;
    tell(context, step.1, job, progress.as_ref(), now)?;
    if ending::is_empty(job, progress.as_ref()) {
        ending::end_alone(context, job, progress.as_mut(), &Ending::Completed, now)?;
        return Ok(Some(Turned(Some(End::Completed))));
    }
    Ok(None)
}

/// Takes back that a job was cancelled because of a parent.
fn revive(context: &mut WriteContext<'_>, job: &mut JobRow, now: Time) -> Result<()> {
    let mut progress = progress_row::of(context, job)?;
    job.must_step(context, progress.as_ref(), Event::Revive, now)?;
    job.finished_at = None;
    job.save(context)?;
    ending::write_error(context, job, None)?;
    if let Some(progress) = &mut progress {
        progress.counters.cancelled = 0;
        progress.save(context, job.state, now)?;
    }
    tell(context, EventKind::Blocked, job, progress.as_ref(), now)
}

fn name(context: &WriteContext<'_>, num: JobNum) -> Result<String> {
    let select = "SELECT name FROM jobs WHERE num = ?1";
    let name = context.find(select, (num,), |row| row.get(0))?;
    Ok(name.unwrap_or_default())
}

fn is_dropped(connection: &Connection, job: &JobRow) -> Result<bool> {
    if job.state != JobState::Cancelled {
        return Ok(false);
    }
    let select = "SELECT error FROM jobs WHERE num = ?1";
    let error = find(connection, select, (job.num,), |row| maybe_error(row, 0))?.flatten();
    let end = End::of(job.state, error.map(|error| error.kind));
    Ok(end == Some(End::Dropped))
}

/// Whether an unfinished job depends on this one.
pub(crate) fn is_needed(context: &WriteContext<'_>, job: &JobRow) -> Result<bool> {
    const SELECT: &str = "SELECT 1 FROM dependencies d JOIN jobs c ON c.num = d.child
        WHERE d.parent = ?1 AND c.finished_at IS NULL LIMIT 1";
    if !job.dependents {
        return Ok(false);
    }
    let needed = context.find(SELECT, (job.num,), |_| Ok(()))?;
    Ok(needed.is_some())
}

/// Forgets the ties of a job that is removed; its children, which have ended, are as if they had
/// never waited for it.
pub(crate) fn forget(context: &WriteContext<'_>, num: JobNum) -> Result<()> {
    const UNCOUNT: &str = "UPDATE jobs SET
            after_waiting = after_waiting - (d.standing = 0),
            after_met = after_met - (d.standing = 1),
            after_broken = after_broken - (d.standing = 2)
        FROM dependencies d WHERE d.parent = ?1 AND jobs.num = d.child";
    context.execute(UNCOUNT, (num,))?;
    context.execute("DELETE FROM dependencies WHERE parent = ?1", (num,))?;
    context.execute("DELETE FROM dependencies WHERE child = ?1", (num,))?;
    Ok(())
}

/// What a job waits for, in words.
pub(crate) fn waits_for(connection: &Connection, num: JobNum, tally: Tally) -> Result<String> {
    const FIRST: &str = "SELECT p.name, p.state FROM dependencies d JOIN jobs p ON p.num = d.parent
        WHERE d.child = ?1 AND d.standing = 0 AND d.policy <> 'duplicate'
        ORDER BY d.parent LIMIT 3";
    const BEHIND: &str = "SELECT p.name FROM dependencies d JOIN jobs p ON p.num = d.parent
        WHERE d.child = ?1 AND d.policy = 'duplicate'";
    if tally.behind && tally.waiting == 0 {
        let name: Option<String> = find(connection, BEHIND, (num,), |row| row.get(0))?;
        return Ok(dependency::waits_behind(&name.unwrap_or_default()));
    }
    let read = |row: &Row<'_>| Ok((row.get(0)?, word(row, 1)?));
    let first = crate::context::list(connection, FIRST, (num,), read)?;
    Ok(dependency::waits_for(tally, &first))
}

pub(crate) fn id(row: &Row<'_>, column: usize) -> rusqlite::Result<JobId> {
    row.get(column).map(JobId::from_bytes)
}
