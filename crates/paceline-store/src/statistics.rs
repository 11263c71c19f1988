//! How jobs of each task ran: counts and durations, kept in memory and written with each commit.
//!
//! Durations are kept as histograms with steps of 5 %, which fade: the far past weighs less.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use paceline_core::Time;
use paceline_core::task::TaskHistory;
use paceline_core::task_history::{SHORT, begin};
use rusqlite::Connection;

use crate::buckets::{self, Counted};
use crate::context::find;
use crate::error::{Error, Result};
use crate::text::{json, to_json};

/// One step of a histogram is longer than the one before by this factor.
const STEP: f64 = 1.05;
/// When a histogram holds this many, all its counts are halved.
pub(crate) const FULL: u32 = 2_000;

/// Durations by logarithmic step.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Histogram {
    steps: BTreeMap<u32, u32>,
    count: u32,
}

impl Histogram {
    pub(crate) fn of(steps: BTreeMap<u32, u32>) -> Self {
        let count = steps.values().sum();
        Histogram { steps, count }
    }

    pub(crate) fn steps(&self) -> &BTreeMap<u32, u32> {
        &self.steps
    }

    pub(crate) fn count(&mut self, step: u32) {
        *self.steps.entry(step).or_default() += 1;
        self.count += 1;
    }

    pub(crate) fn merge(&mut self, other: &Histogram) {
        for (&step, &count) in &other.steps {
            *self.steps.entry(step).or_default() += count;
        }
        self.count += other.count;
    }

    /// Counts one more, and lets the far past fade.
    fn add(&mut self, step: u32) {
        self.count(step);
        if self.count >= FULL {
            let halves = self.steps.iter().map(|(&step, &count)| (step, count / 2));
            *self = Histogram::of(halves.filter(|&(_, count)| count > 0).collect());
        }
    }

    pub(crate) fn mean(&self) -> Option<Duration> {
        let weighed =
            |(&step, &count): (&u32, &u32)| duration(step).as_secs_f64() * f64::from(count);
        let sum: f64 = self.steps.iter().map(weighed).sum();
        (self.count > 0).then(|| Duration::from_secs_f64(sum / f64::from(self.count)))
    }

    /// The duration that a share of all (0 to 1) does not exceed.
    pub(crate) fn quantile(&self, share: f64) -> Option<Duration> {
        let mut left = share * f64::from(self.count);
        for (&step, &count) in &self.steps {
            left -= f64::from(count);
            if left <= 0.0 {
                return Some(duration(step));
            }
        }
        None
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the logarithm of a duration in microseconds is small and not negative"
)]
pub(crate) fn step(duration: Duration) -> u32 {
    ((duration.as_secs_f64() * 1e6).max(1.0).ln() / STEP.ln()).round() as u32
}

fn duration(step: u32) -> Duration {
    Duration::from_secs_f64(STEP.powf(f64::from(step)) / 1e6)
}

#[derive(Clone, Debug, Default)]
struct TaskStatistics {
    completed: i64,
    failed: i64,
    items: Histogram,
    jobs: Histogram,
    /// By where they begin: those of this transaction, and the last one before.
    buckets: BTreeMap<Time, KnownBucket>,
    changed: bool,
}

#[derive(Clone, Debug)]
struct KnownBucket {
    counted: Counted,
    changed: bool,
}

impl TaskStatistics {
    /// The bucket of what ends now.
    fn bucket(&mut self, connection: &Connection, task: &str, now: Time) -> Result<&mut Counted> {
        let at = begin(now, SHORT);
        let bucket = match self.buckets.entry(at) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(KnownBucket {
                counted: buckets::load(connection, task, at)?.unwrap_or_default(),
                changed: true,
            }),
        };
        bucket.changed = true;
        Ok(&mut bucket.counted)
    }
}

/// The tasks that were touched since the start.
#[derive(Debug, Default)]
pub(crate) struct Statistics(HashMap<String, TaskStatistics>);

impl Statistics {
    pub(crate) fn item_succeeded(
        &mut self,
        connection: &Connection,
        task: &str,
        duration: Duration,
        now: Time,
    ) -> Result<()> {
        let step = step(duration);
        let statistics = self.of(connection, task)?;
        statistics.items.add(step);
        statistics.bucket(connection, task, now)?.item(step);
        Ok(())
    }

    /// An item, or a job without items, failed for good.
    pub(crate) fn item_failed(
        &mut self,
        connection: &Connection,
        task: &str,
        now: Time,
    ) -> Result<()> {
        let statistics = self.of(connection, task)?;
        statistics.bucket(connection, task, now)?.items_failed += 1;
        Ok(())
    }

    /// A unit job completed; it is an item too.
    pub(crate) fn unit_succeeded(
        &mut self,
        connection: &Connection,
        task: &str,
        (unit, job): (Duration, Duration),
        now: Time,
    ) -> Result<()> {
        let (unit, job) = (step(unit), step(job));
        let statistics = self.of(connection, task)?;
        statistics.completed += 1;
        statistics.items.add(unit);
        statistics.jobs.add(job);
        let bucket = statistics.bucket(connection, task, now)?;
        bucket.item(unit);
        bucket.job(true, Some(job));
        Ok(())
    }

    /// A job ended by itself; `duration` is from its start to its end.
    pub(crate) fn job_ended(
        &mut self,
        connection: &Connection,
        task: &str,
        completed: bool,
        duration: Option<Duration>,
        now: Time,
    ) -> Result<()> {
        let step = duration.map(step);
        let statistics = self.of(connection, task)?;
        if completed {
            statistics.completed += 1;
        } else {
            statistics.failed += 1;
        }
        if let Some(step) = step {
            statistics.jobs.add(step);
        }
        let bucket = statistics.bucket(connection, task, now)?;
        bucket.job(completed, step);
        Ok(())
    }

    fn of(&mut self, connection: &Connection, task: &str) -> Result<&mut TaskStatistics> {
        if !self.0.contains_key(task) {
            let stored = load(connection, task)?.unwrap_or_default();
            self.0.insert(task.to_owned(), stored);
        }
        let statistics = self.0.get_mut(task);
        let statistics = statistics.ok_or_else(|| Error::corrupt("statistics vanished"))?;
        statistics.changed = true;
        Ok(statistics)
    }

    /// Drops what was counted since the last commit; it is read anew when it is next needed.
    pub(crate) fn forget(&mut self) {
        self.0.retain(|_, statistics| !statistics.changed);
    }

    pub(crate) fn write(&self, connection: &Connection) -> Result<()> {
        const UPSERT: &str = "INSERT OR REPLACE INTO task_statistics
            (task, completed, failed, item_durations, job_durations) VALUES (?1, ?2, ?3, ?4, ?5)";
        for (task, statistics) in self.0.iter().filter(|(_, statistics)| statistics.changed) {
            connection.prepare_cached(UPSERT)?.execute((
                task,
                statistics.completed,
                statistics.failed,
                to_json(&statistics.items.steps),
                to_json(&statistics.jobs.steps),
            ))?;
            let changed = statistics.buckets.iter().filter(|(_, known)| known.changed);
            for (&at, known) in changed {
                buckets::write(connection, task, at, &known.counted)?;
            }
        }
        Ok(())
    }

    pub(crate) fn written(&mut self) {
        for statistics in self.0.values_mut().filter(|of_task| of_task.changed) {
            statistics.changed = false;
            while statistics.buckets.len() > 1 {
                statistics.buckets.pop_first();
            }
            for known in statistics.buckets.values_mut() {
                known.changed = false;
            }
        }
    }

    /// Rows of buckets were put together: what is known of them may be in another row by now.
    pub(crate) fn buckets_gathered(&mut self) {
        for statistics in self.0.values_mut() {
            statistics.buckets.retain(|_, known| known.changed);
        }
    }
}

fn load(connection: &Connection, task: &str) -> Result<Option<TaskStatistics>> {
    const SELECT: &str = "SELECT completed, failed, item_durations, job_durations
        FROM task_statistics WHERE task = ?1";
    find(connection, SELECT, (task,), |row| {
        Ok(TaskStatistics {
            completed: row.get(0)?,
            failed: row.get(1)?,
            items: Histogram::of(json(row, 2)?),
            jobs: Histogram::of(json(row, 3)?),
            buckets: BTreeMap::new(),
            changed: false,
        })
    })
}

/// How jobs of a task ran so far.
pub(crate) fn history(connection: &Connection, task: &str) -> Result<TaskHistory> {
    let statistics = load(connection, task)?.unwrap_or_default();
    let count = |count| u64::try_from(count).unwrap_or(0);
    let counts = (count(statistics.completed), count(statistics.failed));
    Ok(history_of(counts, &statistics.items, &statistics.jobs))
}

/// What is told of jobs that so many completed and failed of, and of their durations.
pub(crate) fn history_of(
    (completed, failed): (u64, u64),
    items: &Histogram,
    jobs: &Histogram,
) -> TaskHistory {
    TaskHistory {
        completed,
        failed,
        items: items.count.into(),
        item_mean: items.mean(),
        item_p25: items.quantile(0.25),
        item_p50: items.quantile(0.5),
        item_p75: items.quantile(0.75),
        jobs: jobs.count.into(),
        job_p10: jobs.quantile(0.1),
        job_p50: jobs.quantile(0.5),
        job_p90: jobs.quantile(0.9),
        job_p95: jobs.quantile(0.95),
        job_p99: jobs.quantile(0.99),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_a_step() {
        let mut histogram = Histogram::default();
        for millis in 1..=1_000 {
            histogram.add(step(Duration::from_millis(millis)));
        }
        let near = |share: f64, expected: f64| {
            let found = histogram.quantile(share).expect("not empty").as_secs_f64();
            assert!(
                (found / expected - 1.0).abs() < 0.06,
                "{found} for {expected}"
            );
        };
        near(0.5, 0.5);
        near(0.95, 0.95);
        let mean = histogram.mean().expect("not empty").as_secs_f64();
        assert!((mean / 0.5 - 1.0).abs() < 0.03, "{mean}");
        assert_eq!(Histogram::default().quantile(0.5), None);
    }

    #[test]
    fn the_far_past_fades() {
        let mut histogram = Histogram::default();
        (0..5_000).for_each(|_| histogram.add(step(Duration::from_secs(1))));
        (0..3_000).for_each(|_| histogram.add(step(Duration::from_secs(100))));
        let median = histogram.quantile(0.5).expect("not empty").as_secs();
        assert!((95..=105).contains(&median), "{median}");
    }
}
