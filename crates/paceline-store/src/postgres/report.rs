//! Recording what workers say of their leases.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use paceline_core::event::EventKind;
use paceline_core::item::Outcome;
use paceline_core::job::JobKind;
use paceline_core::lease::{LeaseReport, ReportAnswer, ReportBody};
use paceline_core::store::StoreError;
use paceline_core::{JobId, Seq, Time};
use uuid::Uuid;

use super::changes::Changes;
use super::connect::Shared;
use super::entry::Entry;
use super::error::{Error, Result};
use super::flush;
use super::items_write::clean;
use super::load::{self, Entries, Which};
use super::row::{Columns, int, uuid};
use super::session::{Answers, Batch, values};
use super::transact::retrying;
use super::{report_chunk, report_plan, report_unit, throttles};
use crate::leases::Back;
use crate::num::JobNum;

/// One call of `report`.
#[derive(Clone, Debug)]
pub(crate) struct Reports {
    pub(crate) all: Arc<Vec<LeaseReport>>,
    pub(crate) seed: u64,
    pub(crate) now: Time,
}

/// Takes some calls in one transaction.
pub(crate) async fn report(
    shared: &Shared,
    calls: Vec<Reports>,
) -> Result<Vec<Result<Vec<ReportAnswer>, StoreError>>> {
    let answers = retrying(|| take(shared, &calls)).await?;
    Ok(answers.into_iter().map(Ok).collect())
}

async fn take(shared: &Shared, calls: &[Reports]) -> Result<Vec<Vec<ReportAnswer>>> {
    let all = || calls.iter().flat_map(|call| call.all.iter());
    if all().next().is_none() {
        return Ok(calls.iter().map(|_| Vec::new()).collect());
    }
    let mut session = shared.pools.writer().await?;
    let mut batch = Batch::begin();
    let which = Which::seen(shared, all().map(|report| report.job));
    let jobs = load::add(&mut batch, &which);
    let asked = Asked::new(all());
    let places = asked.add(&mut batch);
    let mut answers = session.run(batch).await?;
    let entries = load::read(shared, &mut answers, jobs)?;
    let mut run = Run {
        nums: entries
            .values()
            .map(|entry| (entry.job.id, entry.job.num))
            .collect(),
        known: Asked::read(&mut answers, places)?,
        entries,
        changes: Changes::default(),
    };
    let throttled = shared.throttled.of(&run.entries);
    if !throttled.is_empty() {
        let rows = session.list(throttles::LOCK, values![throttled]).await?;
        run.changes.throttles = throttles::read(&rows)?;
    }
    let mut answers = Vec::with_capacity(calls.len());
    for call in calls {
        let mut of_call = Vec::with_capacity(call.all.len());
        for report in call.all.iter() {
            of_call.push(run.one(report, call.seed, call.now)?);
        }
        run.changes.settle_throttles(call.now);
        answers.push(of_call);
    }
    let Run {
        entries, changes, ..
    } = run;
    flush::commit(shared, &mut session, Batch::default(), entries, changes).await?;
    Ok(answers)
}

/// One transaction's reports on their way.
struct Run {
    entries: Entries,
    nums: HashMap<JobId, JobNum>,
    known: Known,
    changes: Changes,
}

impl Run {
    fn one(&mut self, report: &LeaseReport, seed: u64, now: Time) -> Result<ReportAnswer> {
        let num = self.nums.get(&report.job);
        let Some(entry) = num.and_then(|num| self.entries.get_mut(num)) else {
            return Ok(ReportAnswer::Lost);
        };
        let changes = &mut self.changes;
        if entry.job.kind == JobKind::Unit {
            return report_unit::report(changes, entry, report, seed, now);
        }
        let Some(held) = entry.leases.get(&report.lease) else {
            return Ok(ReportAnswer::Lost);
        };
        let turn = Turn {
            lease: report.lease,
            known: &self.known,
            seed,
            now,
        };
        match (&report.body, held.ranges.is_some()) {
            (ReportBody::Chunk { items, release }, true) => {
                report_chunk::report(changes, entry, &turn, items, *release)
            }
            (ReportBody::HandBack, _) => {
                super::ending::take_back(changes, entry, report.lease, Back::default());
                entry.progressed(now);
                if entry.has_all_back() {
                    // It makes room for others, on other nodes too.
                    entry.tell(changes, EventKind::Progress, now);
                }
                Ok(ReportAnswer::Accepted)
            }
            (ReportBody::Planned(items), false) => {
                report_plan::planned(changes, entry, &turn, items)
            }
            (ReportBody::PlanDone, false) => report_plan::done(changes, entry, &turn),
            (ReportBody::PlanFailed(failure), false) => {
                report_plan::failed(changes, entry, &turn, failure)
            }
            // A report that does not fit its lease is not the holder's.
            (
                ReportBody::Chunk { .. }
                | ReportBody::Unit { .. }
                | ReportBody::Planned(_)
                | ReportBody::PlanDone
                | ReportBody::PlanFailed(_),
                _,
            ) => Ok(ReportAnswer::Lost),
        }
    }
}

/// A report on a lease that is there.
pub(crate) struct Turn<'a> {
    pub(crate) lease: paceline_core::LeaseId,
    pub(crate) known: &'a Known,
    pub(crate) seed: u64,
    pub(crate) now: Time,
}

/// What the tables know of items that are reported.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Attempts that ended, of the items that had any.
    pub(crate) attempts: HashMap<(JobNum, Seq), u32>,
    /// The keys of items that failed, of those that have one.
    pub(crate) keys: HashMap<(JobNum, Seq), String>,
    /// Where listed keys are already.
    pub(crate) listed: HashMap<(JobNum, String), u32>,
    /// Listed keys that have a succeeded result of the same task.
    pub(crate) succeeded: HashSet<(JobNum, String)>,
    /// Items that were skipped as they were listed.
    pub(crate) skipped: HashMap<JobNum, Vec<Seq>>,
}

/// What is asked of the tables about the items of some reports.
#[derive(Debug, Default)]
struct Asked {
    items: (Vec<Uuid>, Vec<i32>),
    failed: (Vec<Uuid>, Vec<i32>),
    keys: (Vec<Uuid>, Vec<String>),
    done: Vec<Uuid>,
}

const ATTEMPTS: &str = "SELECT o.job, o.seq, o.attempts
    FROM unnest($1::uuid[], $2::integer[]) n (id, seq)
    JOIN jobs j ON j.id = n.id JOIN outcomes o ON o.job = j.num AND o.seq = n.seq";
const KEYS: &str = "SELECT i.job, i.seq, i.key FROM unnest($1::uuid[], $2::integer[]) n (id, seq)
    JOIN jobs j ON j.id = n.id JOIN items i ON i.job = j.num AND i.seq = n.seq
    WHERE i.key IS NOT NULL";
const LISTED: &str = "SELECT i.job, i.key, i.seq FROM unnest($1::uuid[], $2::text[]) n (id, key)
    JOIN jobs j ON j.id = n.id
    JOIN items i ON i.job = j.num AND md5(i.key) = md5(n.key) AND i.key IS NOT NULL";
const SUCCEEDED: &str = "SELECT j.num, n.key FROM unnest($1::uuid[], $2::text[]) n (id, key)
    JOIN jobs j ON j.id = n.id
    JOIN successes s ON s.task = j.task AND s.key = md5(n.key)::uuid
    WHERE EXISTS (SELECT 1 FROM jobs WHERE num = s.job)";
const SKIPPED: &str = "SELECT o.job, o.seq FROM jobs j JOIN outcomes o ON o.job = j.num
    WHERE j.id = ANY($1) AND o.state = 'skipped' AND o.state <> 'succeeded' ORDER BY o.job, o.seq";

impl Asked {
    fn new<'a>(reports: impl Iterator<Item = &'a LeaseReport>) -> Self {
        let mut asked = Asked::default();
        for report in reports {
            let id = uuid(report.job);
            match &report.body {
                ReportBody::Chunk { items, .. } => {
                    for item in items {
                        asked.items.0.push(id);
                        asked.items.1.push(int(item.seq.0));
                        if let Outcome::Failed(_) = item.outcome {
                            asked.failed.0.push(id);
                            asked.failed.1.push(int(item.seq.0));
                        }
                    }
                }
                ReportBody::Planned(items) => {
                    for key in items.iter().filter_map(|item| item.key.as_deref()) {
                        asked.keys.0.push(id);
                        asked.keys.1.push(clean(key));
                    }
                }
                ReportBody::PlanDone => asked.done.push(id),
                ReportBody::Unit { .. } | ReportBody::HandBack | ReportBody::PlanFailed(_) => {}
            }
        }
        asked
    }

    fn add(&self, batch: &mut Batch<'_>) -> [Option<usize>; 5] {
        let Asked {
            items,
            failed,
            keys,
            done,
        } = self;
        let items = (!items.0.is_empty())
            .then(|| batch.add(ATTEMPTS, values![items.0.clone(), items.1.clone()]));
        let failed = (!failed.0.is_empty())
            .then(|| batch.add(KEYS, values![failed.0.clone(), failed.1.clone()]));
        let by_key = [LISTED, SUCCEEDED].map(|sql| {
            let values = || values![keys.0.clone(), keys.1.clone()];
            (!keys.0.is_empty()).then(|| batch.add(sql, values()))
        });
        let done = (!done.is_empty()).then(|| batch.add(SKIPPED, values![done.clone()]));
        [items, failed, by_key[0], by_key[1], done]
    }

    fn read(answers: &mut Answers, places: [Option<usize>; 5]) -> Result<Known> {
        let mut take = |place: Option<usize>| place.map_or_else(Vec::new, |at| answers.take(at));
        let [items, failed, listed, succeeded, skipped] = places;
        let mut known = Known::default();
        for row in take(items) {
            let item = (row.num(0)?, Seq(row.count(1)?));
            known.attempts.insert(item, row.count(2)?);
        }
        for row in take(failed) {
            let item = (row.num(0)?, Seq(row.count(1)?));
            known.keys.insert(item, row.text(2)?);
        }
        for row in take(listed) {
            known
                .listed
                .insert((row.num(0)?, row.text(1)?), row.count(2)?);
        }
        for row in take(succeeded) {
            known.succeeded.insert((row.num(0)?, row.text(1)?));
        }
        for row in take(skipped) {
            let of_job = known.skipped.entry(row.num(0)?).or_default();
            of_job.push(Seq(row.count(1)?));
        }
        Ok(known)
    }
}

/// An entry that the caller knows to have a lease.
pub(crate) fn vanished(entry: &Entry) -> Error {
    Error::corrupt(format!("a lease of job {} vanished", entry.job.id))
}
