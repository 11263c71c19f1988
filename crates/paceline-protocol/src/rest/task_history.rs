//! How jobs of a task ran over time.

use std::time::Duration;

use paceline_core::task_history::{Bucket, Ended, Window};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::units::WireTime;

/// How jobs of the task ran over time, whether they are there still or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaskHistory)]
pub struct TaskHistoryView {
    pub task: String,
    /// Length of each bucket.
    pub bucket_seconds: u64,
    /// All of the window without a gap, the oldest first. The last one goes on.
    pub buckets: Vec<BucketView>,
}

/// What ended in a bucket of time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaskHistoryBucket)]
pub struct BucketView {
    /// Where it begins; days begin at midnight in UTC.
    pub at: WireTime,
    pub jobs: JobsEndedView,
    pub items: ItemsEndedView,
}

/// Jobs that completed or failed; times are from start to end, null where none ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = JobsEnded)]
pub struct JobsEndedView {
    pub completed: u64,
    pub failed: u64,
    /// Completed of all that ended, 0 to 1.
    pub success_rate: Option<f64>,
    pub p50_seconds: Option<f64>,
    pub p95_seconds: Option<f64>,
    pub p99_seconds: Option<f64>,
}

/// Items (and jobs without items) that succeeded or failed for good; times are of those that
/// succeeded, null where none did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ItemsEnded)]
pub struct ItemsEndedView {
    pub succeeded: u64,
    pub failed: u64,
    /// Succeeded of all that ended, 0 to 1.
    pub success_rate: Option<f64>,
    pub p50_ms: Option<f64>,
    pub p95_ms: Option<f64>,
    pub p99_ms: Option<f64>,
}

impl TaskHistoryView {
    /// All buckets of the window, of which these are not empty.
    pub fn of(task: String, window: &Window, found: Vec<Bucket>) -> Self {
        let all = window.fill(found).into_iter();
        TaskHistoryView {
            task,
            bucket_seconds: window.bucket.as_secs(),
            buckets: all.map(BucketView::from).collect(),
        }
    }
}

impl From<Bucket> for BucketView {
    fn from(bucket: Bucket) -> Self {
        let Bucket { at, jobs, items } = bucket;
        BucketView {
            at: WireTime(at),
            jobs: jobs.into(),
            items: items.into(),
        }
    }
}

impl From<Ended> for JobsEndedView {
    fn from(ended: Ended) -> Self {
        let Ended {
            succeeded,
            failed,
            p50,
            p95,
            p99,
        } = ended;
        let seconds = |time: Option<Duration>| time.map(|time| time.as_secs_f64());
        JobsEndedView {
            completed: succeeded,
            failed,
            success_rate: share(succeeded, failed),
            p50_seconds: seconds(p50),
            p95_seconds: seconds(p95),
            p99_seconds: seconds(p99),
        }
    }
}

impl From<Ended> for ItemsEndedView {
    fn from(ended: Ended) -> Self {
        let Ended {
            succeeded,
            failed,
            p50,
            p95,
            p99,
        } = ended;
        let millis = |time: Option<Duration>| time.map(|time| time.as_secs_f64() * 1000.0);
        ItemsEndedView {
            succeeded,
            failed,
            success_rate: share(succeeded, failed),
            p50_ms: millis(p50),
            p95_ms: millis(p95),
            p99_ms: millis(p99),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no exact counts")]
fn share(good: u64, bad: u64) -> Option<f64> {
    let all = good + bad;
    (all > 0).then(|| good as f64 / all as f64)
}
