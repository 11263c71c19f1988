//! The options of a job as JSON that says only what differs from the defaults.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use paceline_core::JobOptions;
use paceline_core::options::MaxFailures;
use paceline_core::retry::RetryPolicy;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::text::to_json;

/// Durations are microseconds.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct OptionsText {
    #[serde(skip_serializing_if = "Option::is_none")]
    workers: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chunk_size: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrency: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_memory: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item_timeout: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry: Option<RetryText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_failures: Option<MaxFailuresText>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    only_new: bool,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct RetryText {
    attempts: u32,
    base: u64,
    factor: f64,
    max: u64,
    jitter: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MaxFailuresText {
    Count(u32),
    Percent(f64),
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// `value`, unless it is the default.
fn unlike<T: PartialEq>(value: T, default: &T) -> Option<T> {
    (value != *default).then_some(value)
}

pub(crate) fn to_text(options: &JobOptions) -> String {
    let default = JobOptions::default();
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
    } = options.clone();
    to_json(&OptionsText {
        workers,
        chunk_size: unlike(chunk_size, &default.chunk_size),
        concurrency: unlike(concurrency, &default.concurrency),
        max_memory,
        item_timeout: item_timeout.map(micros),
        timeout: unlike(timeout, &default.timeout).map(micros),
        retry: unlike(retry, &default.retry).map(retry_text),
        max_failures: unlike(max_failures, &default.max_failures).map(max_failures_text),
        only_new,
    })
}

fn retry_text(retry: RetryPolicy) -> RetryText {
    let RetryPolicy {
        attempts,
        base,
        factor,
        max,
        jitter,
    } = retry;
    RetryText {
        attempts,
        base: micros(base),
        factor,
        max: micros(max),
        jitter,
    }
}

fn max_failures_text(max_failures: MaxFailures) -> MaxFailuresText {
    match max_failures {
        MaxFailures::Count(count) => MaxFailuresText::Count(count),
        MaxFailures::Percent(percent) => MaxFailuresText::Percent(percent),
    }
}

pub(crate) fn from_text(text: &str) -> serde_json::Result<JobOptions> {
    let default = JobOptions::default();
    let OptionsText {
        workers,
        chunk_size,
        concurrency,
        max_memory,
        item_timeout,
        timeout,
        retry,
        max_failures,
        only_new,
    } = serde_json::from_str(text)?;
    Ok(JobOptions {
        workers,
        chunk_size: chunk_size.unwrap_or(default.chunk_size),
        concurrency: concurrency.unwrap_or(default.concurrency),
        max_memory,
        item_timeout: item_timeout.map(Duration::from_micros),
        timeout: timeout.map_or(default.timeout, Duration::from_micros),
        retry: retry.map_or(default.retry, retry_policy),
        max_failures: max_failures.map_or(default.max_failures, |text| match text {
            MaxFailuresText::Count(count) => MaxFailures::Count(count),
            MaxFailuresText::Percent(percent) => MaxFailures::Percent(percent),
        }),
        only_new,
    })
}

fn retry_policy(text: RetryText) -> RetryPolicy {
    let RetryText {
        attempts,
        base,
        factor,
        max,
        jitter,
    } = text;
    RetryPolicy {
        attempts,
        base: Duration::from_micros(base),
        factor,
        max: Duration::from_micros(max),
        jitter,
    }
}

/// Most different options kept parsed; a store sees few.
const KEPT: usize = 1_000;

/// Options that were parsed before, by their text.
#[derive(Debug, Default)]
pub(crate) struct OptionsCache(HashMap<String, Arc<JobOptions>>);

impl OptionsCache {
    pub(crate) fn get(&mut self, text: &str) -> Result<Arc<JobOptions>> {
        if let Some(options) = self.0.get(text) {
            return Ok(options.clone());
        }
        let options = from_text(text)
            .map(Arc::new)
            .map_err(|error| Error::corrupt(format!("options `{text}`: {error}")))?;
        if self.0.len() >= KEPT {
            self.0.clear();
        }
        self.0.insert(text.to_owned(), options.clone());
        Ok(options)
    }
}

/// The options' text of the job before: jobs that are submitted together mostly share them.
#[derive(Default)]
pub(crate) struct LastOptions(Option<(Arc<JobOptions>, String)>);

impl LastOptions {
    pub(crate) fn text(&mut self, options: &Arc<JobOptions>) -> &str {
        let known = matches!(&self.0, Some((last, _)) if Arc::ptr_eq(last, options));
        if !known {
            self.0 = None;
        }
        let (_, text) = self
            .0
            .get_or_insert_with(|| (options.clone(), to_text(options)));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_take_no_room() {
        assert_eq!(to_text(&JobOptions::default()), "{}");
    }

    #[test]
    fn what_is_written_is_read() {
        let options = JobOptions {
            workers: Some(2),
            chunk_size: 7,
            concurrency: 8,
            max_memory: Some(1 << 40),
            item_timeout: Some(Duration::from_millis(1)),
            timeout: Duration::from_secs(5),
            retry: RetryPolicy {
                attempts: 9,
                factor: 1.1,
                ..RetryPolicy::default()
            },
            max_failures: MaxFailures::Percent(0.1),
            only_new: true,
        };
        assert_eq!(from_text(&to_text(&options)).expect("own text"), options);
    }
}
