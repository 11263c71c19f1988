//! Jobs that wait for others: what the end or the new beginning of a job means for those that wait
//! for it.
//!
//! An edge is guarded by the row of its parent in `jobs`: who takes in a child locks that row, and
//! who ends the parent has it locked already. So a parent either ends before, and the child sees
//! how, or after, and then its end finds the edge.

use std::collections::{HashMap, HashSet};

use paceline_core::dependency::{self, Child, Consequence, Edge, End, Policy, Standing, Tally};
use paceline_core::event::EventKind;
use paceline_core::lifecycle::Event;
use paceline_core::{JobState, Time};
use tokio_postgres::Row;

use super::changes::{AfterRows, Changes};
use super::connect::Shared;
use super::ending;
use super::entry::{Column, Entry};
use super::error::{Error, Result};
use super::load::{self, Entries, Which};
use super::merge;
use super::row::{Columns, int, invalid};
use super::session::{Batch, Session, values};
use crate::ending::Ending;
use crate::links_text::{DUPLICATE, edge_of};
use crate::num::JobNum;

/// Does with a job that got new parents what follows from how they stand.
pub(crate) fn settle(changes: &mut Changes, entry: &mut Entry, now: Time) -> Result<()> {
    let Some(tally) = entry.job.after else {
        return Ok(());
    };
    let parent = Turned {
        job: entry.job.num,
        end: None,
        now,
    };
    follow_one(changes, entry, tally.standing(), (parent, tally.policy))
}

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
    /// `None`: the child waits for the end of its running duplicate.
    policy: Option<Policy>,
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
            policy: match row.value::<&str>(2)? {
                DUPLICATE => None,
                _ => Some(row.word(2)?),
            },
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

/// Finds out which of the cancelled ones were cancelled because of a parent, and of which of them
/// another job does the work by now.
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
    for row in session.list(ERRORS, values![nums.clone()]).await? {
        let error = row.maybe_error(1)?.map(|error| error.kind);
        if let Some(entry) = entries.get_mut(&row.num(0)?) {
            let end = End::of(entry.job.state, error);
            entry.dropped = Some(end == Some(End::Dropped));
        }
    }
    let dropped = nums.iter().filter_map(|num| entries.get(&JobNum(*num)));
    let dropped = dropped.filter(|entry| entry.dropped == Some(true));
    let others = merge::done_by_another(session, dropped).await?;
    for num in nums {
        if let Some(entry) = entries.get_mut(&JobNum(num)) {
            let identity = entry.job.identity;
            entry.job.duplicated = identity.is_some_and(|it| others.contains(&it));
        }
    }
    Ok(())
}

/// Does with the children of one parent what follows from how it turned.
fn follow(entries: &mut Entries, changes: &mut Changes, parent: Turned) -> Result<()> {
    let mut ties = changes.ties.of.remove(&parent.job).unwrap_or_default();
    for tie in &mut ties {
        let policy = tie.policy.unwrap_or(Policy::Finished);
        let to = policy.edge(parent.end);
        let from = std::mem::replace(&mut tie.edge, to);
        let Some(entry) = entries.get_mut(&tie.child) else {
            // Removed just before.
            continue;
        };
        if to == from || entry.deleted {
            continue;
        }
        let Some(tally) = &mut entry.job.after else {
            return Err(Error::corrupt(format!(
                "job {} has no parents",
                entry.job.id
            )));
        };
        if tie.policy.is_some() {
            tally.moved(from, to);
            changes.edge(tie.child, parent.job, tie.policy, to);
        } else {
            tally.behind = false;
            changes.edge_ended(tie.child, parent.job);
        }
        let standing = tally.standing();
        entry.written.after = true;
        follow_one(changes, entry, standing, (parent, policy))?;
    }
    // A duplicate that begins anew is not waited for again.
    ties.retain(|tie| tie.policy.is_some() || tie.edge == Edge::Waits);
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
        Consequence::Revive => {
            let identity = entry.job.identity;
            entry.job.duplicated |= identity.is_some_and(|it| changes.revived.contains(&it));
            if !entry.job.may_be_revived(now) {
                return Ok(());
            }
            changes.revived.extend(identity);
            return revive(changes, entry, now);
        }
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

/// What a blocked job waits for: the first of its parents with their states, and the running
/// duplicate that it stands behind.
#[derive(Debug, Default)]
pub(crate) struct First {
    parents: Vec<(String, JobState)>,
    duplicate: Option<String>,
}

impl First {
    pub(crate) fn told(&self, tally: Tally) -> String {
        match &self.duplicate {
            Some(name) if tally.waiting == 0 => dependency::waits_behind(name),
            _ => dependency::waits_for(tally, &self.parents),
        }
    }
}

/// What each of these blocked jobs waits for.
pub(crate) async fn first_parents(
    session: &mut Session,
    jobs: Vec<i64>,
) -> Result<HashMap<JobNum, First>> {
    const FIRST: &str = "SELECT w.num, p.name, p.state, d.policy FROM unnest($1::bigint[]) w (num),
        LATERAL ((SELECT parent, policy FROM dependencies d
                WHERE d.child = w.num AND d.standing = 0 AND d.policy <> 'duplicate'
                ORDER BY parent LIMIT 3)
            UNION ALL
            (SELECT parent, policy FROM dependencies d
                WHERE d.child = w.num AND d.policy = 'duplicate' LIMIT 1)) d
        JOIN jobs p ON p.num = d.parent ORDER BY w.num, p.num";
    let mut parents: HashMap<JobNum, First> = HashMap::new();
    if jobs.is_empty() {
        return Ok(parents);
    }
    for row in session.list(FIRST, values![jobs]).await? {
        let of_job = parents.entry(row.num(0)?).or_default();
        match row.value::<&str>(3)? {
            DUPLICATE => of_job.duplicate = Some(row.text(1)?),
            _ => of_job.parents.push((row.text(1)?, row.word(2)?)),
        }
    }
    Ok(parents)
}

/// How its parents stand.
pub(crate) fn after_row(entry: &Entry, rows: &mut AfterRows) {
    let Some(Tally {
        policy,
        waiting,
        met,
        broken,
        behind,
    }) = entry.job.after
    else {
        return;
    };
    if entry.written.after {
        let num = entry.job.num.0;
        rows.push((
            num,
            policy.as_str(),
            int(waiting),
            int(met),
            int(broken),
            behind.then_some(true),
        ));
    }
}

pub(crate) const UPDATE_AFTER: &str =
    "UPDATE jobs j SET after_policy = n.policy, after_waiting = n.waiting,
        after_met = n.met, after_broken = n.broken, after_behind = n.behind
    FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::integer[], $5::integer[],
        $6::boolean[])
        AS n (num, policy, waiting, met, broken, behind) WHERE j.num = n.num";

pub(crate) const UPSERT_EDGES: &str = "INSERT INTO dependencies (child, parent, policy, standing)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::integer[])
    ON CONFLICT (child, parent) DO UPDATE SET standing = excluded.standing";
