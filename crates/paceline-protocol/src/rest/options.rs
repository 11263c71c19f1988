//! The options of a job: as submissions, tasks and the configuration give them (all optional),
//! and as a job shows them (all settled).

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use paceline_core::JobOptions;
use paceline_core::options::MaxFailures;
use paceline_core::retry::RetryPolicy;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, SchemaType};
use utoipa::openapi::{RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

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

/// A number of workers: 1 or more, or -1 (`None`) for as many as there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerCount(pub Option<u32>);

impl Serialize for WorkerCount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0.map_or(-1, i64::from))
    }
}

impl<'de> Deserialize<'de> for WorkerCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let count = i64::deserialize(deserializer)?;
        match u32::try_from(count) {
            Ok(1..) => Ok(WorkerCount(u32::try_from(count).ok())),
            Err(_) if count == -1 => Ok(WorkerCount(None)),
            _ => Err(de::Error::custom(format_args!(
                "{count} workers: give 1 or more, or -1 for as many as there are"
            ))),
        }
    }
}

impl PartialSchema for WorkerCount {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .minimum(Some(-1))
            .description(Some("Most workers at once; -1 is as many as there are."))
            .into()
    }
}

impl ToSchema for WorkerCount {
    fn name() -> Cow<'static, str> {
        "WorkerCount".into()
    }
}

/// How many failed items a job bears: a number, or a share such as `"10%"`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaxFailuresText(pub MaxFailures);

const MAX_FAILURES: &str = "a number of items, or a share such as \"10%\"";

impl FromStr for MaxFailuresText {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let share = text.trim().strip_suffix('%').map(str::trim);
        let limit = match share {
            Some(share) => share.parse().ok().map(MaxFailures::Percent),
            None => text.trim().parse().ok().map(MaxFailures::Count),
        };
        match limit {
            Some(MaxFailures::Percent(share)) if !(0.0..=100.0).contains(&share) => None,
            limit => limit,
        }
        .map(MaxFailuresText)
        .ok_or_else(|| format!("`{text}` is not {MAX_FAILURES} (0% to 100%)"))
    }
}

impl Serialize for MaxFailuresText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            MaxFailures::Count(most) => serializer.serialize_u32(most),
            MaxFailures::Percent(share) => serializer.collect_str(&format_args!("{share}%")),
        }
    }
}

impl<'de> Deserialize<'de> for MaxFailuresText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Limit;
        impl Visitor<'_> for Limit {
            type Value = MaxFailuresText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(MAX_FAILURES)
            }
            fn visit_u64<E: de::Error>(self, most: u64) -> Result<MaxFailuresText, E> {
                // More than any job can have is the same as no limit.
                let most = u32::try_from(most).unwrap_or(u32::MAX);
                Ok(MaxFailuresText(MaxFailures::Count(most)))
            }
            fn visit_i64<E: de::Error>(self, most: i64) -> Result<MaxFailuresText, E> {
                let most = u64::try_from(most)
                    .map_err(|_| E::custom(format_args!("{most} is not {MAX_FAILURES}")))?;
                self.visit_u64(most)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<MaxFailuresText, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Limit)
    }
}

impl PartialSchema for MaxFailuresText {
    fn schema() -> RefOr<Schema> {
        let count = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .minimum(Some(0));
        let share = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
        AnyOfBuilder::new()
            .item(count)
            .item(share)
            .description(Some(
                "How many failed items a job bears: a number, or a share such as `\"10%\"`.",
            ))
            .examples(["100%"])
            .into()
    }
}

impl ToSchema for MaxFailuresText {
    fn name() -> Cow<'static, str> {
        "MaxFailures".into()
    }
}

#[cfg(test)]
mod tests {
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
