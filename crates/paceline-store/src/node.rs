//! Nodes: their registration, their heartbeats, and taking work back from those that are gone.

use std::collections::BTreeMap;

use paceline_core::event::EventKind;
use paceline_core::store::{NodeInfo, NodeNews};
use paceline_core::{JobState, LeaseId, NodeId, Time};
use rusqlite::Row;

use crate::context::WriteContext;
use crate::control_job::tell;
use crate::counters::Sequence;
use crate::error::Result;
use crate::job_row::JobRow;
use crate::leases::{self, Back, LeaseRow};
use crate::node_text::node_data;
use crate::num::JobNum;
use crate::progress_row::Progress;
use crate::text::word;
use crate::{events, outbox, report_unit, rules, upload};

/// Registers a node. Only one node can use the database, so all earlier ones are gone.
pub(crate) fn register(
    context: &mut WriteContext<'_>,
    node: &NodeInfo,
    until: Time,
    now: Time,
) -> Result<NodeId> {
    const INSERT: &str = "INSERT INTO nodes (id, name, pid, version, started_at, until)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let NodeInfo { name, pid, version } = node;
    let held = leases::all(context)?;
    recover(context, held, None, now)?;
    upload::sweep(context)?;
    outbox::take_back(context, None, now)?;
    context.execute("DELETE FROM nodes", ())?;
    let id = context.next(Sequence::Node);
    context.execute(
        INSERT,
        (id, name, pid, version, now.as_micros(), until.as_micros()),
    )?;
    Ok(NodeId(id))
}

/// Keeps a node alive; returns what became of the leases that it believes to hold.
pub(crate) fn heartbeat(
    context: &mut WriteContext<'_>,
    node: NodeId,
    held: &[LeaseId],
    (until, now): (Time, Time),
) -> Result<NodeNews> {
    const ALIVE: &str = "UPDATE nodes SET until = ?2 WHERE id = ?1 RETURNING drained";
    let drained = context.find(ALIVE, (node.0, until.as_micros()), |row| row.get(0))?;
    let rules = rules::of(context)?;
    let mut news = NodeNews {
        drained: drained.unwrap_or(false),
        ..NodeNews::default()
    };
    for &lease in held {
        match job_of(context, lease)? {
            None => news.gone.push(lease),
            Some((state, task)) if news.drained || rules.calls_back(state, &task, now) => {
                news.called_back.push(lease);
            }
            Some(_) => {}
        }
    }
    Ok(news)
}

/// The state and the task of the job that a lease is on, if it is there still.
fn job_of(context: &WriteContext<'_>, lease: LeaseId) -> Result<Option<(JobState, String)>> {
    const UNIT: &str = "SELECT state, task FROM jobs WHERE num = ?1 AND lease = ?2";
    const CHUNK: &str = "SELECT j.state, j.task FROM leases l JOIN jobs j ON j.num = l.job
        WHERE l.id = ?1";
    let read = |row: &Row<'_>| Ok((word(row, 0)?, row.get(1)?));
    match context.memory.unit_leases.get(&lease) {
        Some(unit) => context.find(UNIT, (unit.num, lease.0), read),
        None => context.find(CHUNK, (lease.0,), read),
    }
}

/// Asks a node to take no more work, or to take it again. False when there is no such node.
pub(crate) fn drain(
    context: &mut WriteContext<'_>,
    node: NodeId,
    drained: bool,
    now: Time,
) -> Result<bool> {
    let select = "SELECT name, drained FROM nodes WHERE id = ?1";
    let known = context.find(select, (node.0,), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let known: Option<(String, bool)> = known;
    let Some((name, was)) = known else {
        return Ok(false);
    };
    if was != drained {
        let update = "UPDATE nodes SET drained = ?2 WHERE id = ?1";
        context.execute(update, (node.0, drained))?;
        let kind = drain_event(drained);
        events::record(context, kind, &node_data(node, &name), now)?;
    }
    Ok(true)
}

/// What tells of it.
pub(crate) fn drain_event(drained: bool) -> EventKind {
    if drained {
        EventKind::NodeDrained
    } else {
        EventKind::NodeResumed
    }
}

/// Ends a node that stops; what it still holds is taken back.
pub(crate) fn remove(context: &mut WriteContext<'_>, node: NodeId, now: Time) -> Result<()> {
    take_back(context, node, now)?;
    context.execute("DELETE FROM nodes WHERE id = ?1", (node.0,))?;
    Ok(())
}

/// Takes back what nodes hold that were not heard of in time. Returns how many leases that were.
pub(crate) fn take_back_from_dead(context: &mut WriteContext<'_>, now: Time) -> Result<u64> {
    let dead = "SELECT id FROM nodes WHERE until < ?1";
    let mut recovered = 0;
    for node in context.list(dead, (now.as_micros(),), |row| row.get(0))? {
        recovered += take_back(context, NodeId(node), now)?;
    }
    Ok(recovered)
}

fn take_back(context: &mut WriteContext<'_>, node: NodeId, now: Time) -> Result<u64> {
    outbox::take_back(context, Some(node), now)?;
    let held = leases::of_node(context, node)?;
    recover(context, held, Some(node), now)
}

/// Gives leases back to their jobs, unit jobs' too (of one node, or of all). Returns how many.
fn recover(
    context: &mut WriteContext<'_>,
    held: Vec<LeaseRow>,
    node: Option<NodeId>,
    now: Time,
) -> Result<u64> {
    let mut recovered = held.len();
    let mut by_job: BTreeMap<JobNum, Vec<LeaseRow>> = BTreeMap::new();
    for lease in held {
        by_job.entry(lease.job).or_default().push(lease);
    }
    for (num, leases) in by_job {
        recover_items(context, num, &leases, now)?;
    }
    for num in leased_units(context, node)? {
        let mut job = JobRow::existing(context, num)?;
        report_unit::give_back(context, &mut job, EventKind::Recovered, now)?;
        recovered += 1;
    }
    Ok(u64::try_from(recovered).unwrap_or(0))
}

fn recover_items(
    context: &mut WriteContext<'_>,
    num: JobNum,
    leases: &[LeaseRow],
    now: Time,
) -> Result<()> {
    let job = JobRow::existing(context, num)?;
    let mut progress = Progress::existing(context, num)?;
    let back = Back {
        alone: false,
        first: progress.comes_back(),
    };
    for lease in leases {
        leases::take_back(context, &mut progress, lease, back)?;
    }
    progress.save(context, job.state, now)?;
    tell(context, EventKind::Recovered, &job, Some(&progress), now)
}

/// Unit jobs in workers' hands, of one node or of all.
fn leased_units(context: &WriteContext<'_>, node: Option<NodeId>) -> Result<Vec<JobNum>> {
    const SELECT: &str = "SELECT num FROM jobs WHERE lane IN (4, 6) AND lease IS NOT NULL
        AND (?1 IS NULL OR node = ?1)";
    let mut nums: Vec<JobNum> =
        context.list(SELECT, (node.map(|node| node.0),), |row| row.get(0))?;
    nums.sort_unstable();
    Ok(nums)
}
