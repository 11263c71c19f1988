//! The options of a job: as submissions, tasks and the configuration give them (all optional),
//! and as a job shows them (all settled).

use std::num::NonZeroU32;
use std::time::Duration;

use paceline_core::JobOptions;
use paceline_core::retry::RetryPolicy;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::counts::{MaxFailuresText, WorkerCount};
use crate::problem::FieldError;
use crate::units::{WireDuration, WireSize};

/// Options that are given; what is `None` comes from the next source.
///
/// Unknown fields are ignored here, because a worker of a newer version may declare more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OptionsRequest {
    pub workers: Option<WorkerCount>,
    pub chunk_size: Option<NonZeroU32>,
    pub concurrency: Option<NonZeroU32>,
    pub max_memory: Option<WireSize>,
    pub item_timeout: Option<WireDuration>,
    pub timeout: Option<WireDuration>,
    pub retry: Option<RetryRequest>,
    pub max_failures: Option<MaxFailuresText>,
    pub only_new: Option<bool>,
}

impl OptionsRequest {
    /// These options where given, else `defaults`.
    pub fn over(&self, defaults: &JobOptions) -> JobOptions {
        JobOptions {
            workers: self.workers.map_or(defaults.workers, |count| count.0),
            chunk_size: self.chunk_size.map_or(defaults.chunk_size, NonZeroU32::get),
            concurrency: self
                .concurrency
                .map_or(defaults.concurrency, NonZeroU32::get),
            max_memory: self.max_memory.map(|size| size.0).or(defaults.max_memory),
            item_timeout: self
                .item_timeout
                .map(|duration| duration.0)
                .or(defaults.item_timeout),
            timeout: self.timeout.map_or(defaults.timeout, |duration| duration.0),
            retry: self
                .retry
                .map_or(defaults.retry, |retry| retry.over(&defaults.retry)),
            max_failures: self
                .max_failures
                .map_or(defaults.max_failures, |most| most.0),
            only_new: self.only_new.unwrap_or(defaults.only_new),
        }
    }

    pub fn is_empty(&self) -> bool {
        *self == OptionsRequest::default()
    }

    /// Values that are well-formed but make no sense.
    pub fn faults(&self) -> Vec<FieldError> {
        let zero = |given: Option<WireDuration>| given == Some(WireDuration(Duration::ZERO));
        let mut faults = Vec::new();
        let mut fault = |field: &str, message: &str| faults.push(FieldError::new(field, message));
        if zero(self.item_timeout) {
            fault("item_timeout", "give more than nothing, or leave it out");
        }
        if zero(self.timeout) {
            fault("timeout", "give more than nothing, or leave it out");
        }
        if self.max_memory == Some(WireSize(0)) {
            fault("max_memory", "give more than nothing, or leave it out");
        }
        if let Some(retry) = self.retry
            && retry
                .factor
                .is_some_and(|factor| !(1.0..=1000.0).contains(&factor))
        {
            fault(
                "retry.factor",
                "waits must not shrink: give 1 or more, at most 1000",
            );
        }
        faults
    }
}

/// When failed attempts are tried again; what is `None` comes from the next source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryRequest {
    /// Attempts in all, the first one included.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub attempts: Option<NonZeroU32>,
    /// Wait after the first failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<WireDuration>,
    /// Each further wait is this many times as long.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub factor: Option<f64>,
    /// Longest wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<WireDuration>,
    /// Spread each wait over its upper half.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jitter: Option<bool>,
}

impl RetryRequest {
    fn over(self, defaults: &RetryPolicy) -> RetryPolicy {
        RetryPolicy {
            attempts: self.attempts.map_or(defaults.attempts, NonZeroU32::get),
            base: self.base.map_or(defaults.base, |duration| duration.0),
            factor: self.factor.unwrap_or(defaults.factor),
            max: self.max.map_or(defaults.max, |duration| duration.0),
            jitter: self.jitter.unwrap_or(defaults.jitter),
        }
    }
}

/// The settled options of a job.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = JobOptions)]
pub struct OptionsView {
    /// Most workers at once; -1 is as many as there are.
    pub workers: WorkerCount,
    pub chunk_size: u32,
    pub concurrency: u32,
    pub max_memory: Option<WireSize>,
    pub item_timeout: Option<WireDuration>,
    pub timeout: WireDuration,
    pub retry: RetryView,
    pub max_failures: MaxFailuresText,
    pub only_new: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Retry)]
pub struct RetryView {
    pub attempts: u32,
    pub base: WireDuration,
    pub factor: f64,
    pub max: WireDuration,
    pub jitter: bool,
}

impl From<&JobOptions> for OptionsView {
    fn from(options: &JobOptions) -> Self {
        let JobOptions {
            workers,
            chunk_size,
            concurrency,
            max_memory,
            item_timeout,
            timeout,
            retry,
            max_failures,
            only_new,
        } = *options;
        OptionsView {
            workers: WorkerCount(workers),
            chunk_size,
            concurrency,
            max_memory: max_memory.map(WireSize),
            item_timeout: item_timeout.map(WireDuration),
            timeout: WireDuration(timeout),
            retry: RetryView::from(&retry),
            max_failures: MaxFailuresText(max_failures),
            only_new,
        }
    }
}

impl From<&RetryPolicy> for RetryView {
    fn from(policy: &RetryPolicy) -> Self {
        let RetryPolicy {
            attempts,
            base,
            factor,
            max,
            jitter,
        } = *policy;
        RetryView {
            attempts,
            base: WireDuration(base),
            factor,
            max: WireDuration(max),
            jitter,
        }
    }
}

#[cfg(test)]
mod tests {
    use paceline_core::options::MaxFailures;

    use super::*;

    #[test]
    fn given_options_win_over_defaults() {
        let text = r#"{"chunk_size":7,"retry":{"attempts":1},"max_failures":"5%","workers":-1,"identity":["a"]}"#;
        let given: OptionsRequest = serde_json::from_str(text).expect("reads");
        let defaults = JobOptions {
            workers: Some(2),
            ..JobOptions::default()
        };
        let settled = given.over(&defaults);
        let expected = JobOptions {
            chunk_size: 7,
            workers: None,
            max_failures: MaxFailures::Percent(5.0),
            retry: RetryPolicy {
                attempts: 1,
                ..defaults.retry
            },
            ..defaults
        };
        assert_eq!(settled, expected);
    }

    #[test]
    fn a_job_shows_options_that_can_be_submitted_again() {
        let options = JobOptions {
            max_memory: Some(4 << 30),
            item_timeout: Some(Duration::from_millis(1500)),
            max_failures: MaxFailures::Count(3),
            workers: Some(2),
            ..JobOptions::default()
        };
        let json = serde_json::to_string(&OptionsView::from(&options)).expect("writes");
        let given: OptionsRequest = serde_json::from_str(&json).expect("reads");
        assert_eq!(given.over(&JobOptions::default()), options);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            r#"{"workers":0}"#,
            r#"{"workers":-2}"#,
            r#"{"chunk_size":0}"#,
            r#"{"max_failures":"120%"}"#,
            r#"{"max_failures":-1}"#,
            r#"{"retry":{"tries":1}}"#,
        ] {
            assert!(
                serde_json::from_str::<OptionsRequest>(text).is_err(),
                "{text}"
            );
        }
        let zero: OptionsRequest =
            serde_json::from_str(r#"{"timeout":0,"retry":{"factor":0.5}}"#).expect("reads");
        let fields: Vec<_> = zero.faults().into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["timeout", "retry.factor"]);
    }
}
