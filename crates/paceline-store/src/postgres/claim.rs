//! Leasing work to a node's workers, in turns.
//!
//! What there is to have is looked at without locks. Where limits or holds are, admission says then
//! which pending unit jobs may start; they start with their leases, in the transaction in which they
//! were chosen. The rows that may be served are locked: jobs with items wait for each other's
//! transactions, unit jobs that somebody else has locked are passed over. Their lines are looked at
//! from where they begin as far as is known ([`super::heads`]). The turns are taken in memory
//! ([`super::claim_round`]), and all is written at once.

use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;

use paceline_core::lease::Lease;
use paceline_core::limits::Rules;
use paceline_core::line::Place;
use paceline_core::scope::Kind;
use paceline_core::store::{Claim, Claimed, Offer};
use paceline_core::{JobId, Time};
use tokio::time::Instant;
use tokio_postgres::Row;

use super::admit::{self, Asked};
use super::claim_chunk::{self, Chunks};
use super::claim_round::{Locked, Round};
use super::connect::Shared;
use super::error::{Error, Result};
use super::flush;
use super::heads::{self, Looked};
use super::load::{self, job_columns, progress_columns};
use super::node;
use super::parents;
use super::row::{Columns, int};
use super::rules::{LOCK_SHARED, RULES, read_rules};
use super::session::{Batch, Session, values};
use super::throttles;
use super::transact::retrying;

/// Unit jobs of some tasks that wait in a line from a place on, locked.
macro_rules! units_of {
    ($lane:literal) => {
        concat!(
            "SELECT j.* FROM unnest($1::text[], $2::bigint[]) t (task, head), LATERAL (SELECT ",
            job_columns!(),
            ", params FROM jobs WHERE lane = ",
            $lane,
            " AND task = t.task AND place >= t.head
            ORDER BY place, num LIMIT $3 FOR UPDATE SKIP LOCKED) j"
        )
    };
}

/// How often unit jobs that others had locked are looked for again.
const AGAIN: u32 = 3;
/// Most leases that one transaction gives.
const AT_ONCE: u32 = 10_000;
/// Most rows of free ranges that are read of one job.
const RANGES: u32 = 10_000;

/// The earliest time after `$1` at which something becomes due: a retry, a start, the end of a
/// job's time, of a hold or of a breaker's cool-down. Ends that are more than an hour away are left
/// out: before them stand dead entries of all that has ended, until the table is vacuumed.
pub(crate) const NEXT_DUE: &str = "SELECT least(
    (SELECT min(next_due) FROM progress WHERE next_due IS NOT NULL AND next_due > $1),
    (SELECT min(deadline_at) FROM jobs
        WHERE lane IN (3, 4) AND deadline_at <= $1 + 3600000000),
    (SELECT min(run_at) FROM jobs WHERE lane = 5),
    (SELECT min(until) FROM holds WHERE until > $1),
    (SELECT min(open_until) FROM throttles WHERE open_until > $1))";

pub(crate) fn read_next_due(rows: &[Row]) -> Result<Option<Time>> {
    match rows.first() {
        Some(row) => row.maybe_time(0),
        None => Ok(None),
    }
}

pub(crate) async fn claim(shared: &Shared, claim: &Claim) -> Result<Claimed> {
    node::take_back_unheard(shared, claim.now).await?;
    let mut claimed = Claimed {
        leases: claim.offers.iter().map(|_| Vec::new()).collect(),
        next_due: None,
    };
    for _ in 0..AGAIN {
        let rest = rest(claim, &claimed);
        let (leases, next_due, passed_over) = retrying(|| step(shared, &rest)).await?;
        for (all, some) in claimed.leases.iter_mut().zip(leases) {
            all.extend(some);
        }
        claimed.next_due = next_due;
        if !passed_over {
            break;
        }
    }
    Ok(claimed)
}

/// What is still wanted.
fn rest(claim: &Claim, claimed: &Claimed) -> Claim {
    let mut room = claim.room.clone();
    for lease in claimed.leases.iter().flatten() {
        room.take(&lease.task);
    }
    let offers = claim.offers.iter().zip(&claimed.leases);
    let offers = offers.map(|(offer, leases)| Offer {
        leases: offer
            .leases
            .saturating_sub(u32::try_from(leases.len()).unwrap_or(u32::MAX)),
        ..offer.clone()
    });
    Claim {
        offers: offers.collect(),
        room,
        ..claim.clone()
    }
}

/// One transaction: the leases, what is due next, and whether there was work that others had
/// locked.
type Step = (Vec<Vec<Lease>>, Option<Time>, bool);

async fn step(shared: &Shared, claim: &Claim) -> Result<Step> {
    let mut session = shared.pools.writer().await?;
    let mut seen = Seen::look(shared, &mut session, claim).await?;
    let mut chosen = Vec::new();
    if !seen.rules.is_open() && seen.may_admit {
        let asked = Asked {
            claim,
            tasks: &seen.tasks,
            wanted: seen.wanted,
        };
        chosen = admit::admit_for(shared, &mut session, asked).await?;
        seen = Seen::look(shared, &mut session, claim).await?;
    }
    shared.throttled.learn(&seen.rules);
    let none = claim.offers.iter().map(|_| Vec::new()).collect();
    seen.units += chosen.len();
    if seen.jobs.is_empty() && seen.units == 0 {
        return Ok((none, seen.next_due, false));
    }
    let Some(mut locked) = lock(shared, &mut session, claim, (&seen, &chosen)).await? else {
        // The rules have changed meanwhile.
        session.roll_back().await;
        return Ok((none, seen.next_due, true));
    };
    let passed_over = locked.units() < seen.units;
    let served = serve(shared, &mut locked, claim)?;
    let heads = locked.heads();
    let tasks = claim.offers.iter().flat_map(|offer| &offer.tasks);
    let allowed = locked.changes.throttles.next_due(tasks, claim.now);
    let due = |due: Option<Time>| due.into_iter().chain(allowed).min();
    if served.iter().all(Vec::is_empty) {
        // Whom admission has put aside stays there.
        session.finish().await?;
        return Ok((none, due(seen.next_due), passed_over));
    }
    locked.changes.settle_throttles(claim.now);
    let Locked {
        entries,
        mut changes,
        chunks,
        ready,
        ..
    } = locked;
    claim_chunk::write_taken(&mut changes, &ready);
    let given: HashSet<JobId> = served.iter().flatten().map(|lease| lease.job).collect();
    let jobs = entries.values().map(|entry| &entry.job);
    let jobs = jobs.filter(|job| given.contains(&job.id));
    shared.seen.add(jobs.map(|job| (job.id, job.num, job.kind)));
    let ids = served.iter().flatten().map(|lease| lease.id.0).collect();
    let watch = shared.unheard.watch(ids);
    let mut batch = Batch::default();
    let items = chunks.add(&mut batch);
    let next_due = batch.add(NEXT_DUE, values![claim.now.as_micros()]);
    let parents = parents::Asked::add(&mut batch, &entries, &served);
    let mut answers = flush::commit(shared, &mut session, batch, entries, changes).await?;
    let mut leases = claim_chunk::fill(served, &answers.take(items), &chunks)?;
    parents.fill(&mut answers, &mut leases)?;
    let next_due = due(read_next_due(&answers.take(next_due))?);
    watch.heard();
    seen.note(shared, &heads);
    let full = leases
        .iter()
        .zip(&claim.offers)
        .all(|(leases, offer)| leases.len() >= usize::try_from(offer.leases).unwrap_or(0));
    Ok((leases, next_due, passed_over && !full))
}

/// Takes turns for one offer after the other.
fn serve(shared: &Shared, locked: &mut Locked, claim: &Claim) -> Result<Vec<Vec<Lease>>> {
    let mut lanes = shared.lanes.lock().unwrap_or_else(PoisonError::into_inner);
    let mut served = Vec::with_capacity(claim.offers.len());
    let mut room = claim.room.clone();
    for offer in &claim.offers {
        served.push(Round::new(locked, claim, offer, (&mut lanes, &mut room)).serve()?);
    }
    Ok(served)
}

/// What there is to have, as far as can be seen without locks.
#[derive(Debug)]
struct Seen {
    /// Jobs with due work.
    jobs: Vec<i64>,
    /// Unit jobs that wait, as many as are wanted at most of each task.
    units: usize,
    tasks: Vec<String>,
    wanted: u32,
    next_due: Option<Time>,
    rules: Rules,
    /// There are pending jobs, or such as may come back to their lines.
    may_admit: bool,
    /// From where the lines of pending unit jobs were looked at, of each task, and when.
    heads: Vec<i64>,
    at: Instant,
}

impl Seen {
    async fn look(shared: &Shared, session: &mut Session, claim: &Claim) -> Result<Self> {
        let mut tasks: Vec<String> = claim
            .offers
            .iter()
            .filter(|offer| offer.leases > 0)
            .flat_map(|offer| &offer.tasks)
            .filter(|task| claim.room.fits(task))
            .cloned()
            .collect();
        tasks.sort_unstable();
        tasks.dedup();
        loop {
            let mut seen = Self::look_for(shared, session, claim, tasks).await?;
            if seen.misses_some() {
                shared.heads.forget();
                seen = Self::look_for(shared, session, claim, seen.tasks).await?;
            }
            let may = |task: &String| {
                let on_hold = seen.rules.hold(Kind::Task, task, claim.now).is_some();
                !on_hold && !seen.rules.is_broken(task, claim.now)
            };
            if seen.tasks.iter().all(may) {
                return Ok(seen);
            }
            // Seldom: without those on hold.
            tasks = seen
                .tasks
                .iter()
                .filter(|task| may(task))
                .cloned()
                .collect();
        }
    }

    /// There may be work before the places from which the lines were looked at.
    fn misses_some(&self) -> bool {
        let wanted = usize::try_from(self.wanted).unwrap_or(usize::MAX);
        self.units < wanted && self.heads.iter().any(|head| *head != heads::START)
    }

    /// Notes where the lines begin after a claim: `heads` are those that it came to.
    fn note(&self, shared: &Shared, heads: &HashMap<String, Place>) {
        if !self.rules.is_open() {
            // Those were chosen, whoever stood before them.
            return;
        }
        for (task, &from) in self.tasks.iter().zip(&self.heads) {
            if let Some(place) = heads.get(task) {
                let looked = Looked { from, at: self.at };
                shared.heads.found(task, place.as_micros(), looked);
            }
        }
    }

    async fn look_for(
        shared: &Shared,
        session: &mut Session,
        claim: &Claim,
        tasks: Vec<String>,
    ) -> Result<Self> {
        const READY: &str = "SELECT p.job FROM unnest($1::text[]) t (task), LATERAL (
            SELECT job FROM progress WHERE ready AND task = t.task
            ORDER BY returned DESC, priority DESC, leases, last_served LIMIT $2) p";
        const DUE: &str = "SELECT job FROM progress
            WHERE next_due IS NOT NULL AND next_due <= $2 AND task = ANY($1)";
        const ADMITTED: &str = "SELECT count(*) FROM unnest($1::text[]) t (task), LATERAL (
            SELECT num FROM jobs WHERE lane = 3 AND task = t.task
            ORDER BY place, num LIMIT $2) j";
        const PENDING: &str =
            "SELECT count(*) FROM unnest($1::text[], $2::bigint[]) t (task, head), LATERAL (
            SELECT num FROM jobs WHERE lane = 1 AND task = t.task AND place >= t.head
            ORDER BY place, num LIMIT $3) j";
        const FREED: &str = "SELECT 1 FROM freed LIMIT 1";
        let wanted: u32 = claim
            .offers
            .iter()
            .fold(0_u32, |sum, offer| sum.saturating_add(offer.leases))
            .min(AT_ONCE);
        let limit = i64::from(wanted);
        let at = Instant::now();
        let heads = shared.heads.of(&tasks, at);
        let mut batch = Batch::default();
        let ready = batch.add(READY, values![tasks.clone(), limit]);
        let due = batch.add(DUE, values![tasks.clone(), claim.now.as_micros()]);
        let admitted = batch.add(ADMITTED, values![tasks.clone(), limit]);
        let pending = batch.add(PENDING, values![tasks.clone(), heads.clone(), limit]);
        let next_due = batch.add(NEXT_DUE, values![claim.now.as_micros()]);
        let rules = batch.add(RULES, values![]);
        let freed = batch.add(FREED, values![]);
        let mut answers = session.run(batch).await?;
        let count = |row: Option<Row>| match row {
            Some(row) => Ok(usize::try_from(row.number(0)?).unwrap_or(0)),
            None => Ok::<_, Error>(0),
        };
        let admitted = count(answers.first(admitted))?;
        let pending = count(answers.first(pending))?;
        let rules = read_rules(&answers.take(rules))?;
        let mut seen = Seen {
            jobs: Vec::new(),
            units: if rules.is_open() {
                admitted + pending
            } else {
                admitted
            },
            tasks,
            wanted,
            next_due: read_next_due(&answers.take(next_due))?,
            may_admit: pending > 0 || !answers.take(freed).is_empty(),
            rules,
            heads,
            at,
        };
        for place in [ready, due] {
            for row in answers.take(place) {
                seen.jobs.push(row.number(0)?);
            }
        }
        seen.jobs.sort_unstable();
        seen.jobs.dedup();
        Ok(seen)
    }
}

/// Locks what may be served and reads it: `chosen` are pending unit jobs that admission, whose
/// transaction is open then, lets start. `None` when the rules are not those that were seen.
async fn lock(
    shared: &Shared,
    session: &mut Session,
    claim: &Claim,
    (seen, chosen): (&Seen, &[i64]),
) -> Result<Option<Locked>> {
    const PROGRESS: &str = concat!(
        "SELECT ",
        progress_columns!(),
        ", ready, next_due FROM progress WHERE job = ANY($1) ORDER BY job FOR UPDATE"
    );
    const JOBS: &str = concat!(
        "SELECT ",
        job_columns!(),
        ", params FROM jobs WHERE num = ANY($1)"
    );
    const CHOSEN: &str = concat!(
        "SELECT ",
        job_columns!(),
        ", params FROM jobs JOIN unnest($1::bigint[]) WITH ORDINALITY c (chosen, nth)
            ON num = chosen WHERE coalesce(lane, 0) = 1 ORDER BY nth FOR UPDATE OF jobs SKIP LOCKED"
    );
    let tasks = || seen.tasks.clone();
    let limit = i64::from(seen.wanted);
    let mut batch = if chosen.is_empty() {
        let mut batch = Batch::begin_relaxed();
        batch.add(LOCK_SHARED, values![]);
        batch
    } else {
        Batch::default()
    };
    let rules = batch.add(RULES, values![]);
    // Unit jobs first: rows of `jobs` are locked before rows of `progress`.
    let mut units = Vec::new();
    if seen.units > 0 {
        let starts = vec![heads::START; seen.tasks.len()];
        units.push(batch.add(units_of!("3"), values![tasks(), starts, limit]));
        if seen.rules.is_open() {
            let heads = seen.heads.clone();
            units.push(batch.add(units_of!("1"), values![tasks(), heads, limit]));
        }
        if !chosen.is_empty() {
            units.push(batch.add(CHOSEN, values![chosen.to_vec()]));
        }
    }
    let with_items = (!seen.jobs.is_empty()).then(|| {
        let jobs = || seen.jobs.clone();
        let now = claim.now.as_micros();
        [
            batch.add(PROGRESS, values![jobs()]),
            batch.add(JOBS, values![jobs()]),
            batch.add(
                claim_chunk::DUE_RANGES,
                values![jobs(), now, i64::from(int(RANGES))],
            ),
        ]
    });
    let throttled = throttles::among(&seen.rules, &seen.tasks);
    let throttled: Vec<String> = throttled.into_iter().collect();
    let throttled = (!throttled.is_empty()).then(|| batch.add(throttles::LOCK, values![throttled]));
    let numbers = batch.add(LEASE_IDS, values![limit]);
    let mut answers = session.run(batch).await?;

    if read_rules(&answers.take(rules))? != seen.rules {
        return Ok(None);
    }
    let ids = answers.first(numbers);
    let ids = ids.ok_or_else(|| Error::corrupt("no numbers"))?;
    let mut locked = Locked::new(ids.value(0)?);
    if let Some(throttled) = throttled {
        locked.changes.throttles = throttles::read(&answers.take(throttled))?;
    }
    for place in units {
        for row in answers.take(place) {
            locked.unit(load::job_row(shared, &row)?, row.json(load::JOB_COLUMNS)?);
        }
    }
    if let Some([progress, jobs, ranges]) = with_items {
        for row in answers.take(jobs) {
            locked.job(load::job_row(shared, &row)?, row.json(load::JOB_COLUMNS)?);
        }
        for row in answers.take(progress) {
            let ready =
                row.value::<bool>(26)? || row.maybe_time(27)?.is_some_and(|at| at <= claim.now);
            let (progress, extra) = load::progress_row(&row)?;
            locked.progress(progress, extra, ready);
        }
        for row in answers.take(ranges) {
            locked.range(row.num(0)?, claim_chunk::read_range(&row)?);
        }
        locked.forget_unready();
    }
    Ok(Some(locked))
}

/// Numbers grow, for they are turns too, and none is ever given twice: claims are not flushed, so a
/// crash of the server may set the sequence back. Twenty random digits tell such twins apart.
const LEASE_IDS: &str =
    "SELECT coalesce(array_agg(nextval('lease_id') << 20 | floor(random() * 1048576)::bigint), '{}')
    FROM generate_series(1, $1::bigint)";

impl Chunks {
    /// Reads the items of what was leased, in the transaction that leases them.
    fn add(&self, batch: &mut Batch<'_>) -> usize {
        let (jobs, firsts, lasts) = self.bounds();
        batch.add(claim_chunk::ITEMS, values![jobs, firsts, lasts])
    }
}
