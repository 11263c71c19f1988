//! Batches: jobs that belong together, with joint progress.
//!
//! Owns what is said of a batch as a whole ([`BatchStatus`]) and the verbs of a store about batches
//! ([`BatchStore`]). A batch is there from the first job on that names it, or since somebody made it
//! with a reason; it is complete whenever none of its jobs is unfinished.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::query::{Cursor, Page};
use crate::state::JobState;
use crate::store::Result;
use crate::time::Time;

/// A batch as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pub name: String,
    /// Why these jobs are run.
    pub reason: Option<String>,
    pub created_at: Time,
    /// When the last of its jobs ended; `None` while one is unfinished, or before there is one.
    pub completed_at: Option<Time>,
}

/// Items of all its jobs by their end. A job without items counts as one, and so does one whose
/// items are not listed yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchItems {
    pub total: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub skipped: u64,
    pub cancelled: u64,
    /// Of running jobs without items, and those in workers' hands.
    pub running: u64,
}

/// A batch with what its jobs have come to.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchStatus {
    pub batch: Batch,
    /// All its jobs by state, those that were merged among them.
    pub jobs: BTreeMap<JobState, u64>,
    pub items: BatchItems,
    /// When the first of its jobs started, of those that have.
    pub started_at: Option<Time>,
}

impl BatchItems {
    pub fn done(&self) -> u64 {
        self.succeeded + self.failed + self.skipped + self.cancelled
    }

    pub fn remaining(&self) -> u64 {
        self.total.saturating_sub(self.done())
    }
}

impl BatchStatus {
    pub fn unfinished(&self) -> u64 {
        let unfinished = self.jobs.iter().filter(|(state, _)| !state.is_terminal());
        unfinished.map(|(_, count)| count).sum()
    }

    /// Done items of all items, 0 to 100; 100 only when no job is unfinished.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a percentage needs no exact counts"
    )]
    pub fn percent(&self) -> f64 {
        let is_over = self.unfinished() == 0 && !self.jobs.is_empty();
        if is_over {
            return 100.0;
        }
        if self.items.total == 0 {
            return 0.0;
        }
        let percent = self.items.done() as f64 * 100.0 / self.items.total as f64;
        percent.min(99.9)
    }

    /// Seconds until all is done at the pace since the first job started; `None` when that is not
    /// known.
    #[expect(clippy::cast_precision_loss, reason = "it is an estimate")]
    pub fn eta_seconds(&self, now: Time) -> Option<f64> {
        if self.unfinished() == 0 {
            return self.batch.completed_at.map(|_| 0.0);
        }
        let passed = now.since(self.started_at?).as_secs_f64();
        let run = (self.items.succeeded + self.items.failed) as f64;
        let known = passed > 0.0 && run > 0.0;
        known.then(|| self.items.remaining() as f64 * passed / run)
    }
}

/// A page of batches, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchQuery {
    pub limit: u32,
    pub cursor: Option<Cursor>,
}

/// The part of [`crate::store::Store`] that knows batches.
#[async_trait]
pub trait BatchStore {
    /// Makes a batch before it has jobs, or gives a reason to one that has none. Durable.
    /// [`crate::store::StoreError::NameTaken`] when it has one.
    async fn add_batch(&self, batch: Batch, now: Time) -> Result<()>;

    async fn batch(&self, name: &str) -> Result<Option<BatchStatus>>;

    async fn batches(&self, query: BatchQuery) -> Result<Page<BatchStatus>>;
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn status(jobs: &[(JobState, u64)], items: BatchItems) -> BatchStatus {
        BatchStatus {
            batch: Batch {
                name: "nightly".to_owned(),
                reason: None,
                created_at: Time::EPOCH,
                completed_at: None,
            },
            jobs: jobs.iter().copied().collect(),
            items,
            started_at: Some(Time::EPOCH),
        }
    }

    #[test]
    fn progress_is_that_of_all_items() {
        let items = BatchItems {
            total: 200,
            succeeded: 40,
            failed: 10,
            ..BatchItems::default()
        };
        let running = status(&[(JobState::Running, 2), (JobState::Completed, 1)], items);
        let now = Time::EPOCH + Duration::from_secs(10);
        assert_eq!((running.unfinished(), running.percent()), (2, 25.0));
        assert_eq!(running.eta_seconds(now), Some(30.0));
        assert_eq!(running.eta_seconds(Time::EPOCH), None);
    }

    #[test]
    fn only_a_batch_without_unfinished_jobs_is_at_a_hundred() {
        let all = BatchItems {
            total: 5,
            succeeded: 5,
            ..BatchItems::default()
        };
        let percent = |jobs: &[(JobState, u64)], items| status(jobs, items).percent().to_string();
        assert_eq!(percent(&[(JobState::Paused, 1)], all), "99.9");
        assert_eq!(percent(&[(JobState::Completed, 1)], all), "100");
        let nothing = BatchItems::default();
        assert_eq!(percent(&[], nothing), "0");
        assert_eq!(percent(&[(JobState::Merged, 3)], nothing), "100");
        assert_eq!(percent(&[(JobState::Pending, 1)], nothing), "0");
    }

    proptest! {
        /// However jobs and items stand: progress is between nothing and all, all is said when no
        /// job is left and not before, and an item more that is done takes nothing back.
        #[test]
        fn progress_is_whole_at_the_end_and_never_goes_back(
            jobs in prop::collection::btree_map(prop::sample::select(JobState::ALL.to_vec()), 1_u64..50, 0..5),
            counts in prop::array::uniform5(0_u64..1_000),
            seconds in 0_u64..100_000,
        ) {
            let [succeeded, failed, skipped, cancelled, left] = counts;
            let items = BatchItems {
                total: succeeded + failed + skipped + cancelled + left,
                succeeded,
                failed,
                skipped,
                cancelled,
                running: 0,
            };
            let jobs: Vec<_> = jobs.into_iter().collect();
            let is_over = !jobs.is_empty() && jobs.iter().all(|(state, _)| state.is_terminal());
            let before = status(&jobs, items);
            prop_assert!((0.0..=100.0).contains(&before.percent()));
            prop_assert_eq!(before.percent() >= 100.0, is_over);
            prop_assert_eq!(items.done() + items.remaining(), items.total);
            let now = Time::EPOCH + Duration::from_secs(seconds);
            prop_assert!(before.eta_seconds(now).is_none_or(|eta| eta >= 0.0));
            if left > 0 {
                let more = BatchItems { succeeded: succeeded + 1, ..items };
                prop_assert!(status(&jobs, more).percent() >= before.percent());
            }
        }
    }
}
