//! Leasing work to a node's workers, in turns.

use crate::claim_unit::{Startable, UnitLane, UnitStatements};
use crate::context::WriteContext;
use crate::counters::Sequence;
use crate::error::Result;
use crate::num::JobNum;
use crate::progress_row::Progress;
use crate::{admit, claim_chunk, parked, rules, throttles};
use paceline_core::lease::Lease;
use paceline_core::resources::Room;
use paceline_core::scope::Kind;
use paceline_core::store::{Claim, Claimed, Offer};
use paceline_core::turns::{self, Contender};
use paceline_core::{JobState, Priority, Time};

pub(crate) fn claim(context: &mut WriteContext<'_>, claim: &Claim) -> Result<Claimed> {
    wake(context, claim.now)?;
    throttles::load(context)?;
    let rules = rules::of(context)?;
    let mut startable = if rules.is_open() {
        Startable::All
    } else {
        Startable::chosen(admit::admit_for(context, claim)?)
    };
    let mut room = claim.room.clone();
    let mut claimed = Claimed::default();
    for offer in &claim.offers {
        let may = |task: &&String| {
            let on_hold = rules.hold(Kind::Task, task, claim.now).is_some();
            !on_hold && !context.is_throttled(task, claim.now) && room.fits(task)
        };
        let offer = Offer {
            tasks: offer.tasks.iter().filter(may).cloned().collect(),
            ..*offer
        };
        let round = Round::new(context, claim, &offer, (&mut startable, &mut room))?;
        claimed.leases.push(round.serve(context)?);
    }
    parked::not_started(context, startable.left_over());
    throttles::save(context, claim.now)?;
    let allowed = context.memory.throttles.as_ref().and_then(|throttles| {
        let tasks = claim.offers.iter().flat_map(|offer| &offer.tasks);
        throttles.next_due(tasks, claim.now)
    });
    let due = next_due(context, claim.now)?;
    claimed.next_due = due.into_iter().chain(allowed).min();
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

/// The earliest time at which something becomes due: a start, a retry, the end of a job's time or
/// of a hold.
pub(crate) fn next_due(context: &mut WriteContext<'_>, now: Time) -> Result<Option<Time>> {
    const TIMES: [&str; 4] = [
        "SELECT min(next_due) FROM progress WHERE next_due IS NOT NULL",
        "SELECT min(deadline_at) FROM jobs WHERE lane = 3",
        "SELECT min(lane_key) FROM jobs WHERE lane = 4",
        "SELECT min(lane_key) FROM jobs WHERE lane = 5",
    ];
    let mut earliest = rules::of(context)?.next_due(now);
    for sql in TIMES {
        let time: Option<i64> = context.find(sql, (), |row| row.get(0))?.flatten();
        let time = time.map(Time::from_micros);
        earliest = earliest.into_iter().chain(time).min();
    }
    Ok(earliest)
}

/// Where a lease can come from.
#[derive(Debug)]
enum Source {
    /// A running job with items that has due work.
    Job(JobNum),
    /// A task's unit jobs, in their order.
    Lane(UnitLane),
}

/// Where a lease can come from, and the place of its task in the offer.
type Found = (usize, Source);

/// One offer being served.
struct Round<'a> {
    claim: &'a Claim,
    offer: &'a Offer,
    startable: &'a mut Startable,
    room: &'a mut Room,
    contenders: Vec<Contender<Found>>,
}

impl<'a> Round<'a> {
    fn new(
        context: &mut WriteContext<'_>,
        claim: &'a Claim,
        offer: &'a Offer,
        (startable, room): (&'a mut Startable, &'a mut Room),
    ) -> Result<Self> {
        let mut contenders = Vec::new();
        for (place, task) in offer.tasks.iter().enumerate() {
            contenders.extend(jobs_of(context, (place, task), offer.leases)?);
            let lane = UnitLane::open(context, task, startable, offer.leases)?;
            let lane = lane.and_then(|lane| contender(context, (place, lane), claim.now));
            contenders.extend(lane);
        }
        Ok(Round {
            claim,
            offer,
            startable,
            room,
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
        // The next offer may be for them.
        for contender in self.contenders {
            put_back(contender, self.startable);
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
        let (place, source) = &mut contender.id;
        let place = *place;
        let (lease, more) = match source {
            Source::Job(num) => {
                contender.leased += 1;
                let (lease, left) =
                    claim_chunk::lease(context, *num, self.claim, self.offer, turn)?;
                contender.returned = left.returned;
                (lease, left.more)
            }
            Source::Lane(lane) => {
                let lease = lane.lease(context, statements, self.claim, turn)?;
                let head = lane.head(context, self.startable)?;
                if let Some(head) = head {
                    contender.returned = head.has_come_back();
                    contender.priority = head.counts_as(self.claim.now);
                }
                (lease, head.is_some())
            }
        };
        if !more {
            self.contenders.swap_remove(index);
        }
        let offer = self.offer;
        if context.is_throttled(&offer.tasks[place], self.claim.now) {
            self.let_go(place);
        }
        if lease.is_some() && self.room.needs.contains_key(&offer.tasks[place]) {
            self.room.take(&offer.tasks[place]);
            for (place, task) in offer.tasks.iter().enumerate() {
                if !self.room.fits(task) {
                    self.let_go(place);
                }
            }
        }
        Ok(lease)
    }

    /// No more of a task is handed out now.
    fn let_go(&mut self, task: usize) {
        let (of_task, others) = std::mem::take(&mut self.contenders)
            .into_iter()
            .partition(|contender| contender.id.0 == task);
        self.contenders = others;
        let of_task: Vec<Contender<Found>> = of_task;
        for contender in of_task {
            put_back(contender, self.startable);
        }
    }
}

fn put_back(contender: Contender<Found>, startable: &mut Startable) {
    if let (_, Source::Lane(lane)) = contender.id {
        lane.put_back(startable);
    }
}

/// The jobs of a task that have due work, in the order of their turns; no more than can be
/// served, for a job further back cannot overtake as many.
fn jobs_of(
    context: &WriteContext<'_>,
    (place, task): (usize, &str),
    most: u32,
) -> Result<Vec<Contender<Found>>> {
    const SELECT: &str = "SELECT job, priority, leases, workers, last_served, returned
        FROM progress WHERE ready = 1 AND task = ?1
        ORDER BY returned DESC, priority DESC, leases, last_served LIMIT ?2";
    context.list(SELECT, (task, most), |row| {
        Ok(Contender {
            id: (place, Source::Job(row.get(0)?)),
            priority: Priority::from_level(row.get(1)?),
            leased: row.get(2)?,
            workers: row.get(3)?,
            last_served: row.get(4)?,
            returned: row.get(5)?,
        })
    })
}

/// A lane stands in line for the job at its head, which nobody works on yet.
fn contender(
    context: &WriteContext<'_>,
    (place, lane): (usize, UnitLane),
    now: Time,
) -> Option<Contender<Found>> {
    let head = lane.known_head()?;
    let last_served = context.memory.lanes.get(lane.task()).copied().unwrap_or(0);
    Some(Contender {
        returned: head.has_come_back(),
        priority: head.counts_as(now),
        leased: 0,
        workers: None,
        last_served,
        id: (place, Source::Lane(lane)),
    })
}
