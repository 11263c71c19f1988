//! Removing jobs, and results of jobs that stay, that are past their time: found by a reader, in
//! the order in which they ended, and removed in steps, so that others can write in between. Each
//! step looks again whether they are.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use paceline_core::JobState;
use paceline_core::Time;
use paceline_core::retention::{Aged, Ended, Pass, Pruned, Reached, Retention};
use rusqlite::Connection;

use crate::context::WriteContext;
use crate::delete;
use crate::error::Result;
use crate::num::JobNum;
use crate::text::{maybe_time, word};

/// Most jobs that are looked for at once.
pub(crate) const FOUND: usize = 100_000;
/// Most jobs that one step removes or looks at.
const JOBS: usize = 1_000;
/// Most items whose results one step removes.
const ITEMS: u32 = 10_000;
/// Most jobs that are remembered because others need them; a whole pass finds the rest again.
const HELD: usize = 10_000;

/// What the clean-ups of this process know.
#[derive(Debug, Default)]
pub(crate) struct Sweeps(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    reached: Reached,
    /// What is past its time and had to stay, with the number of its items.
    held: BTreeMap<(Aged, i64), u32>,
}

impl Sweeps {
    /// The passes to make now, and what had to stay so far.
    pub(crate) fn begin(&self, retention: &Retention, now: Time) -> (Vec<Pass>, Vec<(Aged, Past)>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = std::mem::take(&mut known.held);
        let held = held.into_iter();
        let held = held.map(|((of, job), items)| (of, Past { job, items }));
        (known.reached.passes(retention, now), held.collect())
    }

    pub(crate) fn passed(&self, pass: &Pass) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.reached.passed(pass);
    }

    pub(crate) fn hold(&self, of: Aged, jobs: Vec<Past>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for Past { job, items } in jobs {
            if known.held.len() < HELD {
                known.held.insert((of, job), items);
            }
        }
    }
}

/// A job of which something is past its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Past {
    pub(crate) job: i64,
    pub(crate) items: u32,
}

/// Some of a job's results: those of the items `first` to `last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) past: Past,
    pub(crate) first: u32,
    pub(crate) last: u32,
}

impl Piece {
    /// Whether the job has no more results after these.
    pub(crate) fn is_last(&self) -> bool {
        self.last + 1 >= self.past.items
    }
}

/// What one transaction removes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Jobs(Vec<Past>),
    Results(Vec<Piece>),
}

impl Step {
    pub(crate) const fn of(&self) -> Aged {
        match self {
            Step::Jobs(_) => Aged::Jobs,
            Step::Results(_) => Aged::Results,
        }
    }
}

/// The steps in which it is removed, none of which takes long.
pub(crate) fn steps(of: Aged, past: &[Past]) -> Vec<Step> {
    match of {
        Aged::Jobs => {
            let chunks = past.chunks(JOBS);
            chunks.map(|chunk| Step::Jobs(chunk.to_vec())).collect()
        }
        Aged::Results => slices(past),
    }
}

fn slices(past: &[Past]) -> Vec<Step> {
    let (mut steps, mut pieces, mut items) = (Vec::new(), Vec::new(), 0);
    for &past in past {
        let mut first = 0;
        loop {
            let last = first + (past.items.saturating_sub(first + 1)).min(ITEMS - 1);
            let piece = Piece { past, first, last };
            if !pieces.is_empty() && (items + (last - first + 1) > ITEMS || pieces.len() == JOBS) {
                steps.push(Step::Results(std::mem::take(&mut pieces)));
                items = 0;
            }
            items += last - first + 1;
            pieces.push(piece);
            if piece.is_last() {
                break;
            }
            first = last + 1;
        }
    }
    if !pieces.is_empty() {
        steps.push(Step::Results(pieces));
    }
    steps
}

/// What a look at a pass found, and whether there may be more.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) past: Vec<Past>,
    pub(crate) more: bool,
}

/// Looks at what has come of age.
pub(crate) fn find(connection: &Connection, pass: &Pass, retention: &Retention) -> Result<Found> {
    const SELECT: &str = "SELECT j.num, j.task, j.state, j.finished_at, coalesce(p.total, 1)
        FROM jobs j LEFT JOIN progress p ON p.job = j.num
        WHERE j.finished_at IS NOT NULL AND j.finished_at >= ?1 AND j.finished_at < ?2
            AND (?3 OR coalesce(j.results_swept_at <= j.finished_at, 1))";
    let mut statement = connection.prepare_cached(SELECT)?;
    let range = (pass.from.as_micros(), pass.before.as_micros());
    let mut rows = statement.query((range.0, range.1, pass.of == Aged::Jobs))?;
    let mut found = Found::default();
    while let Some(row) = rows.next()? {
        let ended = Ended {
            task: row.get_ref(1)?.as_str()?,
            state: word(row, 2)?,
            finished_at: Some(Time::from_micros(row.get(3)?)),
        };
        if !pass.takes(retention, &ended) {
            continue;
        }
        if found.past.len() == FOUND {
            found.more = true;
            break;
        }
        found.past.push(Past {
            job: row.get(0)?,
            items: row.get(4)?,
        });
    }
    Ok(found)
}

/// Makes a step. Also tells what had to stay because unfinished jobs need it.
pub(crate) fn take(
    context: &mut WriteContext<'_>,
    step: &Step,
    retention: &Retention,
    now: Time,
) -> Result<(Pruned, Vec<Past>)> {
    let (mut pruned, mut held) = (Pruned::default(), Vec::new());
    match step {
        Step::Jobs(jobs) => {
            for past in jobs {
                let Some(job) = look(context, past.job, (retention, step.of(), now))? else {
                    continue;
                };
                if is_needed(context, past.job, &job)? {
                    held.push(*past);
                    continue;
                }
                delete::remove(context, JobNum(past.job), &job.task)?;
                context.job_moved(Some(job.state), None);
                pruned.count_job(job.state);
            }
        }
        Step::Results(pieces) => {
            for piece in pieces {
                let Some(job) = look(context, piece.past.job, (retention, step.of(), now))? else {
                    continue;
                };
                if is_needed(context, piece.past.job, &job)? {
                    held.push(piece.past);
                    continue;
                }
                pruned.results += remove_results(context, piece, now)?;
            }
        }
    }
    Ok((pruned, held))
}

struct Look {
    task: String,
    state: JobState,
    dependents: bool,
}

/// The job, if it is (still) past its time.
fn look(
    context: &WriteContext<'_>,
    job: i64,
    (retention, of, now): (&Retention, Aged, Time),
) -> Result<Option<Look>> {
    const SELECT: &str =
        "SELECT task, state, dependents IS NOT NULL, finished_at FROM jobs WHERE num = ?1";
    let found = context.find(SELECT, (job,), |row| {
        let look = Look {
            task: row.get(0)?,
            state: word(row, 1)?,
            dependents: row.get(2)?,
        };
        Ok((look, maybe_time(row, 3)?))
    })?;
    Ok(found.and_then(|(look, finished_at)| {
        let ended = Ended {
            task: &look.task,
            state: look.state,
            finished_at,
        };
        retention.is_past(of, &ended, now).then_some(look)
    }))
}

/// Whether an unfinished job depends on this one, whose results it may want, or one whose items come
/// in still; or does the work of this one, which was merged into it.
fn is_needed(context: &WriteContext<'_>, num: i64, job: &Look) -> Result<bool> {
    const NEEDED: &str = "SELECT 1 FROM dependencies d JOIN jobs c ON c.num = d.child
        WHERE d.parent = ?1 AND c.finished_at IS NULL LIMIT 1";
    const WAITS: &str = "SELECT 1 FROM jobs m JOIN jobs s ON s.id = m.merged_into
        WHERE m.num = ?1 AND s.finished_at IS NULL";
    // Of streamed submissions there are few at a time.
    const UPLOADED: &str = "SELECT 1 FROM uploads u JOIN jobs j ON j.num = ?1
        WHERE u.links IS NOT NULL AND (
            EXISTS (SELECT 1 FROM json_each(u.links, '$.jobs')
                WHERE replace(value, '-', '') = lower(hex(j.id)))
            OR EXISTS (SELECT 1 FROM json_each(u.links, '$.batches') WHERE value = j.batch))
        LIMIT 1";
    let there = |sql: &str| Ok(context.find(sql, (num,), |_| Ok(()))?.is_some());
    if job.state == JobState::Merged {
        return there(WAITS);
    }
    Ok((job.dependents && there(NEEDED)?) || there(UPLOADED)?)
}

fn remove_results(context: &WriteContext<'_>, piece: &Piece, now: Time) -> Result<u64> {
    const OF_ITEMS: &str = "UPDATE outcomes SET result = NULL
        WHERE place BETWEEN ?1 AND ?2 AND result IS NOT NULL";
    const OWN: &str = "UPDATE jobs SET result = NULL WHERE num = ?1 AND result IS NOT NULL";
    const EXPIRED: &str = "UPDATE jobs SET results_expired = 1 WHERE num = ?1";
    const SWEPT: &str = "UPDATE jobs SET results_swept_at = ?2 WHERE num = ?1";
    let job = JobNum(piece.past.job);
    let (start, _) = job.places();
    let (first, last) = (i64::from(piece.first), i64::from(piece.last));
    let mut removed = context.execute(OF_ITEMS, (start + first, start + last))?;
    removed += context.execute(OWN, (job,))?;
    if removed > 0 {
        context.execute(EXPIRED, (job,))?;
        context.changed(job);
    }
    if piece.is_last() {
        context.execute(SWEPT, (job, now.as_micros()))?;
    }
    Ok(u64::try_from(removed).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Each item of each job is in exactly one step, whose work is bounded.
        #[test]
        fn steps_are_small_and_leave_nothing_out(items in prop::collection::vec(0_u32..45_000, 0..40)) {
            let past: Vec<Past> = (0..).zip(&items).map(|(job, &items)| Past { job, items }).collect();
            let mut next: BTreeMap<i64, u32> = BTreeMap::new();
            for step in steps(Aged::Results, &past) {
                let Step::Results(pieces) = step else { panic!("results") };
                let work: u32 = pieces.iter().map(|piece| piece.last - piece.first + 1).sum();
                prop_assert!(work <= ITEMS && !pieces.is_empty() && pieces.len() <= JOBS);
                for piece in pieces {
                    let at = next.entry(piece.past.job).or_default();
                    prop_assert_eq!(*at, piece.first);
                    *at = piece.last + 1;
                }
            }
            for past in past {
                prop_assert_eq!(next.get(&past.job), Some(&past.items.max(1)));
            }
        }
    }
}
