//! Breakers, rates and needs of tasks: as declarations give them, and as they are shown.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use paceline_core::breaker::{BreakerPolicy, BreakerState, Ends};
use paceline_core::rate::RatePolicy;
use paceline_core::resources::Resources;
use paceline_core::throttle::{TaskThrottle, ThrottlePolicy};
use paceline_core::{Json, Time};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use crate::problem::FieldError;
use crate::units::{WireDuration, WireSize, WireTime, parse_duration};

/// What of a declaration's options throttles the task, and what its workers need.
///
/// Unknown fields are ignored here: they are the options of jobs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ThrottleRequest {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaker: Option<BreakerRequest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<RateText>,
    /// Least time between two chunks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<WireDuration>,
    /// Processors; half of one is 0.5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpus: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<WireSize>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resources: BTreeMap<String, u64>,
}

/// A breaker; what is `None` is as usual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakerRequest {
    /// The share of failed attempts that opens it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<NonZeroU32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<WireDuration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cool_down: Option<WireDuration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probes: Option<NonZeroU32>,
}

/// Items in a period: `60/1m`, `10/s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateText(pub RatePolicy);

impl ThrottleRequest {
    /// Reads the options of a declaration.
    pub fn of(options: &Json) -> serde_json::Result<Self> {
        serde_json::from_str(options.as_str())
    }

    pub fn policy(&self) -> ThrottlePolicy {
        ThrottlePolicy {
            breaker: self.breaker.map(BreakerRequest::policy),
            rate: self.rate.map(|rate| rate.0),
            pause: self.delay.map(|delay| delay.0),
        }
    }

    pub fn needs(&self) -> Resources {
        Resources {
            milli_cpus: self.cpus.map_or(0, millis),
            memory: self.memory.map_or(0, |size| size.0),
            named: self.resources.clone(),
        }
    }

    /// Values that are well-formed but make no sense.
    pub fn faults(&self) -> Vec<FieldError> {
        let zero = |given: Option<WireDuration>| given == Some(WireDuration(Duration::ZERO));
        let nothing = "give more than nothing, or leave it out";
        let mut faults = Vec::new();
        let mut fault = |field: &str, message: &str| faults.push(FieldError::new(field, message));
        if let Some(breaker) = self.breaker {
            if breaker.rate.is_some_and(|rate| !is_share(rate)) {
                fault(
                    "breaker.rate",
                    "give a share above 0 and at most 1, such as 0.5",
                );
            }
            if zero(breaker.window) {
                fault("breaker.window", nothing);
            }
            if zero(breaker.cool_down) {
                fault("breaker.cool_down", nothing);
            }
        }
        if zero(self.delay) {
            fault("delay", nothing);
        }
        if self
            .cpus
            .is_some_and(|cpus| !(0.0..=MOST_CPUS).contains(&cpus))
        {
            fault("cpus", "give the number of processors, such as 2 or 0.5");
        }
        faults
    }
}

const MOST_CPUS: f64 = 100_000.0;

fn is_share(rate: f64) -> bool {
    rate > 0.0 && rate <= 1.0
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what fits"
)]
fn millis(cpus: f64) -> u64 {
    (cpus.clamp(0.0, MOST_CPUS) * 1000.0).round() as u64
}

impl BreakerRequest {
    fn policy(self) -> BreakerPolicy {
        let usual = BreakerPolicy::default();
        BreakerPolicy {
            failure_rate: self.rate.unwrap_or(usual.failure_rate),
            minimum: self.minimum.map_or(usual.minimum, NonZeroU32::get),
            window: self.window.map_or(usual.window, |time| time.0),
            cool_down: self.cool_down.map_or(usual.cool_down, |time| time.0),
            probes: self.probes.map_or(usual.probes, NonZeroU32::get),
        }
    }
}

impl FromStr for RateText {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(items, period)| {
            let items: u32 = items.trim().parse().ok().filter(|items| *items > 0)?;
            let period = period.trim();
            let starts_with_unit = period.starts_with(|c: char| c.is_ascii_alphabetic());
            let period = if starts_with_unit {
                parse_duration(&format!("1{period}"))
            } else {
                parse_duration(period)
            };
            let period = period.ok().filter(|period| *period > Duration::ZERO)?;
            Some(RateText(RatePolicy { items, period }))
        });
        parsed.ok_or_else(|| {
            format!("`{text}` is no rate; write items and a period, such as \"60/1m\" or \"10/s\"")
        })
    }
}

impl fmt::Display for RateText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RatePolicy { items, period } = self.0;
        write!(f, "{items}/{}", WireDuration(period))
    }
}

impl Serialize for RateText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RateText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Where a breaker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BreakerStateName {
    Closed,
    /// The task's work waits.
    Open,
    /// Some of it is tried.
    HalfOpen,
}

impl fmt::Display for BreakerStateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BreakerStateName::Closed => "closed",
            BreakerStateName::Open => "open",
            BreakerStateName::HalfOpen => "half-open",
        })
    }
}

/// A task's breaker: after too many failures its work waits instead of failing too.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Breaker)]
pub struct BreakerView {
    pub state: BreakerStateName,
    /// Until then nothing is tried; null unless it is open.
    pub until: Option<WireTime>,
    /// Attempts in the window that succeeded, or of the probes when it is half-open.
    pub succeeded: u32,
    pub failed: u32,
    /// The share of failed attempts that opens it.
    pub rate: f64,
    /// Fewer attempts in the window say nothing.
    pub minimum: u32,
    pub window: WireDuration,
    pub cool_down: WireDuration,
    /// Items that must succeed after the cool-down to close it.
    pub probes: u32,
}

/// The breaker of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaskBreaker)]
pub struct TaskBreakerView {
    pub task: String,
    pub breaker: BreakerView,
}

/// Most items of a task in any period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Rate)]
pub struct RateView {
    pub items: u32,
    pub period: WireDuration,
    /// Items that may be handed out now.
    pub left: u32,
}

/// What one worker needs of its node while it runs the task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Needs)]
pub struct NeedsView {
    pub cpus: f64,
    pub memory: WireSize,
    /// Resources with names of their own.
    pub resources: BTreeMap<String, u64>,
}

impl BreakerView {
    /// `None` when the task has none.
    pub fn of(throttle: &TaskThrottle, now: Time) -> Option<Self> {
        let policy = throttle.policy.breaker?;
        let breaker = &throttle.throttle.breaker;
        let Ends { succeeded, failed } = breaker.counted(&policy, now);
        let (state, until, succeeded) = match breaker.state {
            BreakerState::Closed => (BreakerStateName::Closed, None, succeeded),
            BreakerState::Open { until } => (BreakerStateName::Open, Some(until), succeeded),
            BreakerState::HalfOpen { succeeded, .. } => {
                (BreakerStateName::HalfOpen, None, succeeded)
            }
        };
        Some(BreakerView {
            state,
            until: until.map(WireTime),
            succeeded,
            failed,
            rate: policy.failure_rate,
            minimum: policy.minimum,
            window: WireDuration(policy.window),
            cool_down: WireDuration(policy.cool_down),
            probes: policy.probes,
        })
    }
}

impl RateView {
    /// `None` when the task has none.
    pub fn of(throttle: &TaskThrottle, now: Time) -> Option<Self> {
        let policy = throttle.policy.rate?;
        Some(RateView {
            items: policy.items,
            period: WireDuration(policy.period),
            left: throttle.throttle.rate.allows(&policy, now),
        })
    }
}

impl NeedsView {
    /// `None` when it is nothing.
    #[expect(clippy::cast_precision_loss, reason = "processors are few")]
    pub fn of(needs: &Resources) -> Option<Self> {
        (!needs.is_none()).then(|| NeedsView {
            cpus: needs.milli_cpus as f64 / 1000.0,
            memory: WireSize(needs.memory),
            resources: needs.named.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> ThrottleRequest {
        ThrottleRequest::of(&Json::from_checked(text)).expect("reads")
    }

    #[test]
    fn a_declaration_says_what_throttles_it() {
        let text = r#"{"chunk_size": 7, "breaker": {"rate": 0.3, "cool_down": "5s"},
            "rate": "60/1m", "delay": "500ms", "cpus": 1.5, "memory": "1GiB",
            "resources": {"gpu": 1}}"#;
        let request = read(text);
        assert_eq!(request.faults(), []);
        let policy = request.policy();
        let breaker = BreakerPolicy {
            failure_rate: 0.3,
            cool_down: Duration::from_secs(5),
            ..BreakerPolicy::default()
        };
        let rate = RatePolicy {
            items: 60,
            period: Duration::from_mins(1),
        };
        assert_eq!((policy.breaker, policy.rate), (Some(breaker), Some(rate)));
        assert_eq!(policy.pause, Some(Duration::from_millis(500)));
        let needs = request.needs();
        assert_eq!((needs.milli_cpus, needs.memory), (1_500, 1 << 30));
        let again = serde_json::to_string(&request).expect("writes");
        assert_eq!(read(&again), request);
    }

    #[test]
    fn nothing_is_throttled_that_does_not_say_so() {
        let request = read(r#"{"chunk_size": 7}"#);
        assert!(request.policy().is_none() && request.needs().is_none());
    }

    #[test]
    fn rates_are_items_in_a_period() {
        for (text, written) in [
            ("10/s", "10/1s"),
            (" 60 / 1m", "60/1m"),
            ("5/0.5s", "5/500ms"),
        ] {
            let rate: RateText = text.parse().expect("a rate");
            assert_eq!(rate.to_string(), written);
        }
        for text in ["60", "0/s", "60/", "60/0s", "-1/s", "x/s", "60/fortnight"] {
            assert!(text.parse::<RateText>().is_err(), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let fields = |text: &str| -> Vec<String> {
            let faults = read(text).faults().into_iter();
            faults.map(|fault| fault.field).collect()
        };
        let breaker = r#"{"breaker": {"rate": 1.5, "window": 0}, "delay": 0, "cpus": -1}"#;
        let expected = ["breaker.rate", "breaker.window", "delay", "cpus"];
        assert_eq!(fields(breaker), expected);
    }
}
