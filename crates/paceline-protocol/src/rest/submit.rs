//! Submissions, read without copying what they hold.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::counts::{MaxFailuresText, WorkerCount};
use super::options::{OptionsRequest, RetryRequest};
use super::text::Text;
use crate::units::{WireDuration, WireSize, WireTime};
use crate::words::{WireJobId, WireJobState, WireOnDuplicate, WirePolicy, WirePriority};

/// A job to submit. Only `task` is required; what is left out comes from the task, then from the
/// configuration.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobRequest<'a> {
    #[serde(borrow)]
    #[schema(value_type = String, example = "predict_race")]
    pub task: Text<'a>,
    /// Given to the handler (or to each call of it), and to the planner. An object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub params: Option<&'a RawValue>,
    /// The units of work. Without this field the task's planner lists them, or the job is a
    /// single call. An empty list is a job with nothing to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<ItemLine<'a>>>,
    /// Skip items whose key already has a succeeded result of the same task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_new: Option<bool>,
    /// Run all items, also when the task's default is `only_new`, and go past the cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<WirePriority>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub queue: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub user: Option<Text<'a>>,
    /// Concurrency key: what the job is about, such as a dealer or a tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub key: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub batch: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    pub labels: Option<BTreeMap<Text<'a>, Text<'a>>>,
    /// Do not start before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_at: Option<WireTime>,
    /// Jobs to wait for.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Vec<AfterRef<'a>>>,
    /// What is asked of them: that all complete (the default), that all end, or that one fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_policy: Option<WirePolicy>,
    /// What becomes of it when a job that has not ended does the same work: it is merged into that
    /// one (the default of tasks that name their identity), refused, or runs as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_duplicate: Option<WireOnDuplicate>,
    /// Be answered by a job of the same task, version, params and items that completed without
    /// failures not longer ago than this. With `force` it runs all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_for: Option<WireDuration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workers: Option<WorkerCount>,
    /// Most items that a worker takes at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub chunk_size: Option<NonZeroU32>,
    /// Items that an asynchronous handler runs at once in one worker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub concurrency: Option<NonZeroU32>,
    /// Resident memory of one worker process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_memory: Option<WireSize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_timeout: Option<WireDuration>,
    /// From the first start to the end, pauses not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<WireDuration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<RetryRequest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_failures: Option<MaxFailuresText>,
}

impl<'a> JobRequest<'a> {
    /// A submission of `task` with nothing else said.
    pub fn new(task: impl Into<Text<'a>>) -> Self {
        JobRequest {
            task: task.into(),
            params: None,
            items: None,
            only_new: None,
            force: None,
            priority: None,
            queue: None,
            user: None,
            key: None,
            batch: None,
            labels: None,
            run_at: None,
            after: None,
            after_policy: None,
            on_duplicate: None,
            cache_for: None,
            workers: None,
            chunk_size: None,
            concurrency: None,
            max_memory: None,
            item_timeout: None,
            timeout: None,
            retry: None,
            max_failures: None,
        }
    }

    /// The options among the fields.
    pub fn options(&self) -> OptionsRequest {
        let forced = (self.force == Some(true)).then_some(false);
        OptionsRequest {
            workers: self.workers,
            chunk_size: self.chunk_size,
            concurrency: self.concurrency,
            max_memory: self.max_memory,
            item_timeout: self.item_timeout,
            timeout: self.timeout,
            retry: self.retry,
            max_failures: self.max_failures,
            only_new: forced.or(self.only_new),
        }
    }
}

/// What a job waits for: a job by its id, all jobs that a batch has at the time of the submission,
/// or a job that stands before this one in the same bulk submission, by its position from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "expected the id of a job, {\"batch\": name} or {\"index\": position}"
)]
#[schema(as = After)]
pub enum AfterRef<'a> {
    #[schema(value_type = String)]
    Job(#[serde(borrow)] Text<'a>),
    Batch {
        #[schema(value_type = String)]
        batch: Text<'a>,
    },
    Index {
        index: usize,
    },
}

/// An item to submit: an element of `items`, or a line of a streamed submission.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewItem)]
pub struct ItemLine<'a> {
    /// What the item is about (a race, a SKU), unique in its job. Without one the item's position
    /// stands in for it, and `only_new` does not know it.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "r1")]
    pub key: Option<Text<'a>>,
    /// Given to the handler as it is; null when left out.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    pub payload: Option<&'a RawValue>,
}

/// Many jobs to submit in one transaction.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkRequest<'a> {
    #[serde(borrow)]
    #[schema(max_items = 10_000)]
    pub jobs: Vec<JobRequest<'a>>,
}

/// What became of the jobs of a bulk submission, in its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkAnswer {
    pub jobs: Vec<SubmittedView>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SubmittedJob)]
pub struct SubmittedView {
    pub id: WireJobId,
    pub state: WireJobState,
    /// The job that does its work, of one that is merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<WireJobId>,
    /// The job whose result answered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached_from: Option<WireJobId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contracts_example_is_read() {
        let text = r#"{"task":"predict_race","params":{"model":"2026-10"},
            "items":[{"key":"r1","payload":{"race_id":1}}],"only_new":true,"force":false,
            "priority":"normal","queue":"default","user":"ana","key":"dealer-7","batch":"nightly",
            "labels":{"team":"a"},"run_at":"2026-12-01T06:00:00Z","after":["x"],
            "after_policy":"completed","on_duplicate":"merge","cache_for":"1h","workers":-1,
            "chunk_size":50,"concurrency":1,"max_memory":"4GiB","item_timeout":"30s",
            "timeout":"72h","retry":{"attempts":3,"base":"1s","factor":2.0,"max":"5m","jitter":true},
            "max_failures":"100%"}"#;
        let job: JobRequest<'_> = serde_json::from_str(text).expect("reads");
        assert_eq!(&*job.task, "predict_race");
        assert_eq!(
            job.params.map(RawValue::get),
            Some(r#"{"model":"2026-10"}"#)
        );
        let again = serde_json::to_string(&job).expect("writes");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&again).expect("json"),
            serde_json::from_str::<serde_json::Value>(text).expect("json")
        );
    }

    #[test]
    fn unknown_fields_are_named() {
        let error = serde_json::from_str::<JobRequest<'_>>(r#"{"task":"x","prio":1}"#)
            .expect_err("unknown field");
        assert!(
            error.to_string().contains("unknown field `prio`"),
            "{error}"
        );
    }

    #[test]
    fn force_wins_over_the_tasks_only_new() {
        let job: JobRequest<'_> =
            serde_json::from_str(r#"{"task":"x","force":true}"#).expect("reads");
        assert_eq!(job.options().only_new, Some(false));
    }
}
