//! What the time moves on by itself: starts that come due, time-outs, nodes that fell silent. Any
//! node does it, one at a time.

use paceline_core::event::EventKind;
use paceline_core::lifecycle::Event;
use paceline_core::scope::Scope;
use paceline_core::store::Ticked;
use paceline_core::{ErrorKind, JobError, JobState, Time};

use super::changes::Changes;
use super::claim::{NEXT_DUE, read_next_due};
use super::connect::Shared;
use super::ending;
use super::entry::Entry;
use super::error::Result;
use super::flush;
use super::load::{self, Which};
use super::node::{self, Of};
use super::outbox;
use super::row::Columns;
use super::rules;
use super::session::{Batch, values};
use super::transact::retrying;
use crate::ending::Ending;

/// Most jobs of each kind in one transaction.
const MOST: i64 = 2_000;

/// Whoever has it moves things on; the others need not.
const TRY_LOCK: &str =
    "SELECT pg_try_advisory_xact_lock(hashtext('paceline.' || current_schema()), 2)";

pub(crate) async fn tick(shared: &Shared, now: Time) -> Result<Ticked> {
    node::take_back_unheard(shared, now).await?;
    let mut ticked = Ticked::default();
    loop {
        let (step, over, more) = retrying(|| step(shared, now)).await?;
        for scope in over {
            rules::lift(shared, &scope, now).await?;
        }
        ticked.due += step.due;
        ticked.timed_out.extend(step.timed_out);
        ticked.revoked.extend(step.revoked);
        ticked.recovered += step.recovered;
        ticked.freed |= step.freed;
        ticked.next_due = step.next_due;
        if !more {
            return Ok(ticked);
        }
    }
}

/// Moves on some. Also tells which holds are over, and whether there may be more.
async fn step(shared: &Shared, now: Time) -> Result<(Ticked, Vec<Scope>, bool)> {
    const OVER: &str = "SELECT scope FROM holds WHERE until <= $1 ORDER BY scope";
    /// Jobs that wait for a breaker whose cool-down is over are looked at again.
    const FREE: &str = "INSERT INTO freed (scope) SELECT 'task:' || task FROM throttles
        WHERE probes IS NOT NULL AND coalesce(open_until, 0) <= $1
            AND EXISTS (SELECT 1 FROM jobs WHERE lane = 7 AND parked_by = 'task:' || task)
        RETURNING 1";
    const DUE: &str = "SELECT num FROM jobs WHERE lane = 5 AND run_at <= $1
        ORDER BY run_at, num LIMIT $2";
    const LATE: &str = "SELECT num FROM jobs WHERE lane IN (3, 4) AND deadline_at <= $1
        ORDER BY deadline_at, num LIMIT $2";
    let mut session = shared.pools.writer().await?;
    let mut batch = Batch::begin_relaxed();
    let locked = batch.add(TRY_LOCK, values![]);
    let due = batch.add(DUE, values![now.as_micros(), MOST]);
    let late = batch.add(LATE, values![now.as_micros(), MOST]);
    let silent = batch.add(node::SILENT, values![now.as_micros()]);
    let next_due = batch.add(NEXT_DUE, values![now.as_micros()]);
    let over = batch.add(OVER, values![now.as_micros()]);
    batch.add(node::SWEEP_UPLOADS, values![now.as_micros()]);
    batch.add(outbox::TAKE_BACK_LOST, values![now.as_micros()]);
    let freed = batch.add(FREE, values![now.as_micros()]);
    let mut answers = session.run(batch).await?;
    let mut ticked = Ticked {
        next_due: read_next_due(&answers.take(next_due))?,
        freed: !answers.take(freed).is_empty(),
        ..Ticked::default()
    };
    let over = answers.take(over);
    let over: Vec<Scope> = over.iter().map(|row| row.word(0)).collect::<Result<_>>()?;
    let is_mine = match answers.first(locked) {
        Some(row) => row.value(0)?,
        None => false,
    };
    let (due, late) = (answers.take(due), answers.take(late));
    if !is_mine {
        session.roll_back().await;
        return Ok((ticked, over, false));
    }
    let silent = answers.take(silent);
    let silent: Vec<i64> = silent
        .iter()
        .map(|row| row.number(0))
        .collect::<Result<_>>()?;
    let looks = shared.last_look.is_due(&silent, now);
    let (mut nums, leases) = if looks {
        node::lost(&mut session, &Of::Dead(now)).await?
    } else {
        (Vec::new(), Vec::new())
    };
    for row in due.iter().chain(&late) {
        nums.push(row.number(0)?);
    }
    if nums.is_empty() {
        session.list("COMMIT", values![]).await?;
        if looks {
            shared.last_look.made(silent, now);
        }
        return Ok((ticked, over, false));
    }
    nums.sort_unstable();
    nums.dedup();
    let mut batch = Batch::default();
    let places = load::add(&mut batch, &Which::Nums(nums));
    let mut answers = session.run(batch).await?;
    let mut entries = load::read(shared, &mut answers, places)?;
    let mut changes = Changes::default();
    for entry in entries.values_mut() {
        move_on(&mut changes, &mut ticked, entry, &leases, now)?;
    }
    flush::commit(shared, &mut session, Batch::default(), entries, changes).await?;
    if looks {
        shared.last_look.made(silent, now);
    }
    let next_due = session.list(NEXT_DUE, values![now.as_micros()]).await?;
    ticked.next_due = read_next_due(&next_due)?;
    let full = usize::try_from(MOST).unwrap_or(usize::MAX);
    Ok((ticked, over, due.len() == full || late.len() == full))
}

/// Does what the time asks of one job. What it is in now counts: others may have changed it since
/// it was found.
fn move_on(
    changes: &mut Changes,
    ticked: &mut Ticked,
    entry: &mut Entry,
    leases: &[i64],
    now: Time,
) -> Result<()> {
    let is_due = |time: Option<Time>| time.is_some_and(|time| time <= now);
    if entry.job.state == JobState::Scheduled && is_due(entry.job.run_at) {
        entry.must_step(changes, Event::Due, now)?;
        entry.tell(changes, EventKind::Due, now);
        ending::end_if_empty(changes, entry, now)?;
        ticked.due += 1;
    } else if entry.job.state == JobState::Running && is_due(entry.job.deadline_at) {
        let seconds = entry.job.options.timeout.as_secs_f64();
        let message = format!("the job did not end within its timeout of {seconds} s");
        let ending = Ending::Failed(JobError::new(ErrorKind::Timeout, message));
        let revoked = ending::end(changes, entry, &ending, now)?;
        ticked.timed_out.push(entry.job.id);
        let revoked = revoked.into_iter().map(|lease| (entry.job.id, lease));
        ticked.revoked.extend(revoked);
    }
    ticked.recovered += node::take_back(changes, entry, leases, now)?;
    Ok(())
}
