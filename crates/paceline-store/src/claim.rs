//! Leasing work to a node's workers, in turns.

use paceline_core::lease::Lease;
use paceline_core::store::{Claim, Claimed, Offer};
use paceline_core::turns::{self, Contender};
use paceline_core::{JobState, Priority, Time};
use rusqlite::Connection;

use crate::claim_chunk;
use crate::claim_unit::{UnitLane, UnitStatements};
use crate::context::{WriteContext, find};
use crate::counters::Sequence;
use crate::error::Result;
use crate::num::JobNum;
use crate::progress_row::Progress;

pub(crate) fn claim(context: &mut WriteContext<'_>, claim: &Claim) -> Result<Claimed> {
    wake(context, claim.now)?;
    let mut claimed = Claimed::default();
    for offer in &claim.offers {
        claimed
            .leases
            .push(Round::new(context, claim, offer)?.serve(context)?);
    }
    claimed.next_due = next_due(context.connection)?;
    Ok(claimed)
}

/// Makes jobs ready whose retries have come due.
fn wake(context: &WriteContext<'_>, now: Time) -> Result<()> {
    const DUE: &str = "SELECT job FROM progress WHERE next_due IS NOT NULL AND next_due <= ?1";
    let due = context.list(DUE, (now.as_micros(),), |row| row.get(0))?;
    for job in due {
        // Only running jobs have a time at which they become ready.
        Progress::existing(context, job)?.save(context, JobState::Running, now)?;
    }
    Ok(())
}

/// The earliest time at which something becomes due: a start, a retry, the end of a job's time.
pub(crate) fn next_due(connection: &Connection) -> Result<Option<Time>> {
    const TIMES: [&str; 4] = [
        "SELECT min(next_due) FROM progress WHERE next_due IS NOT NULL",
        "SELECT min(deadline_at) FROM jobs WHERE lane = 3",
        "SELECT min(lane_key) FROM jobs WHERE lane = 4",
        "SELECT min(lane_key) FROM jobs WHERE lane = 5",
    ];
    let mut earliest = None;
    for sql in TIMES {
        let time: Option<i64> = find(connection, sql, (), |row| row.get(0))?.flatten();
        earliest = earliest.into_iter().chain(time).min();
    }
    Ok(earliest.map(Time::from_micros))
}

/// Where a lease can come from.
#[derive(Debug)]
enum Source {
    /// A running job with items that has due work.
    Job(JobNum),
    /// A task's unit jobs, in their order.
    Lane(UnitLane),
}

/// One offer being served.
struct Round<'a> {
    claim: &'a Claim,
    offer: &'a Offer,
    contenders: Vec<Contender<Source>>,
}

impl<'a> Round<'a> {
    fn new(context: &mut WriteContext<'_>, claim: &'a Claim, offer: &'a Offer) -> Result<Self> {
        let mut contenders = Vec::new();
        for task in &offer.tasks {
            contenders.extend(jobs_of(context, task, offer.leases)?);
            let lane = UnitLane::open(context, task, claim.limits.is_none(), offer.leases)?;
            contenders.extend(lane.and_then(|lane| contender(context, lane)));
        }
        Ok(Round {
            claim,
            offer,
            contenders,
        })
    }

    fn serve(mut self, context: &mut WriteContext<'_>) -> Result<Vec<Lease>> {
        let most = usize::try_from(self.offer.leases).unwrap_or(usize::MAX);
        let mut statements = UnitStatements::prepare(context.connection)?;
        let mut leases = Vec::new();
        while leases.len() < most
            && let Some(index) = turns::next(&self.contenders)
        {
            leases.extend(self.serve_one(context, &mut statements, index)?);
        }
        Ok(leases)
    }

    /// Serves one contender and puts it back in line, unless it has nothing more.
    fn serve_one(
        &mut self,
        context: &mut WriteContext<'_>,
        statements: &mut UnitStatements<'_>,
        index: usize,
    ) -> Result<Option<Lease>> {
        let turn = context.next(Sequence::Turn);
        let contender = &mut self.contenders[index];
        contender.last_served = turn;
        let (lease, more) = match &mut contender.id {
            Source::Job(num) => {
                contender.leased += 1;
                claim_chunk::lease(context, *num, self.claim, self.offer, turn)?
            }
            Source::Lane(lane) => {
                let lease = lane.lease(context, statements, self.claim, turn)?;
                let head = lane.head(context)?;
                contender.priority = head.unwrap_or(contender.priority);
                (lease, head.is_some())
            }
        };
        if !more {
            self.contenders.swap_remove(index);
        }
        Ok(lease)
    }
}

/// The jobs of a task that have due work, in the order of their turns; no more than can be
/// served, for a job further back cannot overtake as many.
fn jobs_of(context: &WriteContext<'_>, task: &str, most: u32) -> Result<Vec<Contender<Source>>> {
    const SELECT: &str = "SELECT job, priority, leases, workers, last_served FROM progress
        WHERE ready = 1 AND task = ?1 ORDER BY priority DESC, leases, last_served LIMIT ?2";
    context.list(SELECT, (task, most), |row| {
        Ok(Contender {
            id: Source::Job(row.get(0)?),
            priority: Priority::from_level(row.get(1)?),
            leased: row.get(2)?,
            workers: row.get(3)?,
            last_served: row.get(4)?,
        })
    })
}

/// A lane stands in line for the job at its head, which nobody works on yet.
fn contender(context: &WriteContext<'_>, lane: UnitLane) -> Option<Contender<Source>> {
    let priority = lane.known_head()?;
    let last_served = context.memory.lanes.get(lane.task()).copied().unwrap_or(0);
    Some(Contender {
        priority,
        leased: 0,
        workers: None,
        last_served,
        id: Source::Lane(lane),
    })
}
