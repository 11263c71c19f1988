//! How jobs of each task ran: counts and durations, kept in memory and written with each commit.
//!
//! Durations are kept as histograms with steps of 5 %, which fade: the far past weighs less.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use paceline_core::task::TaskHistory;
use rusqlite::Connection;

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

    pub(crate) fn add(&mut self, duration: Duration) {
        *self.steps.entry(step(duration)).or_default() += 1;
        self.count += 1;
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
    changed: bool,
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
    ) -> Result<()> {
        self.of(connection, task)?.items.add(duration);
        Ok(())
    }

    /// A unit job completed; it is an item too.
    pub(crate) fn unit_succeeded(
        &mut self,
        connection: &Connection,
        task: &str,
        unit: Duration,
        job: Duration,
    ) -> Result<()> {
        let statistics = self.of(connection, task)?;
        statistics.completed += 1;
        statistics.items.add(unit);
        statistics.jobs.add(job);
        Ok(())
    }

    /// A job ended by itself; `duration` is from its start to its end.
    pub(crate) fn job_ended(
        &mut self,
        connection: &Connection,
        task: &str,
        completed: bool,
        duration: Option<Duration>,
    ) -> Result<()> {
        let statistics = self.of(connection, task)?;
        if completed {
            statistics.completed += 1;
        } else {
            statistics.failed += 1;
        }
        if let Some(duration) = duration {
            statistics.jobs.add(duration);
        }
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
        }
        Ok(())
    }

    pub(crate) fn written(&mut self) {
        self.0
            .values_mut()
            .for_each(|statistics| statistics.changed = false);
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
            histogram.add(Duration::from_millis(millis));
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
        (0..5_000).for_each(|_| histogram.add(Duration::from_secs(1)));
        (0..3_000).for_each(|_| histogram.add(Duration::from_secs(100)));
        let median = histogram.quantile(0.5).expect("not empty").as_secs();
        assert!((95..=105).contains(&median), "{median}");
    }
}
