//! Throttles as the texts that columns hold: what a task declares, and what is remembered of it.

use std::collections::BTreeMap;
use std::time::Duration;

use paceline_core::Time;
use paceline_core::breaker::{Breaker, BreakerPolicy, BreakerState, Change, Ends};
use paceline_core::event::EventKind;
use paceline_core::rate::{Rate, RatePolicy};
use paceline_core::resources::Resources;
use paceline_core::throttle::{Throttle, ThrottlePolicy};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::rules_text::{in_words, json_of};
use crate::text::to_json;

/// Durations and times are microseconds.
#[derive(Serialize, Deserialize)]
struct PolicyText {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    breaker: Option<BreakerPolicyText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rate: Option<RatePolicyText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pause: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct BreakerPolicyText {
    failure_rate: f64,
    minimum: u32,
    window: u64,
    cool_down: u64,
    probes: u32,
}

#[derive(Serialize, Deserialize)]
struct RatePolicyText {
    items: u32,
    period: u64,
}

#[derive(Serialize, Deserialize)]
struct StateText {
    breaker: BreakerText,
    before: EndsText,
    now: EndsText,
    since: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    handed_out: Vec<(i64, u32)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BreakerText {
    Closed,
    Open {
        until: i64,
    },
    HalfOpen {
        handed_out: u32,
        succeeded: u32,
        until: i64,
    },
}

/// Succeeded and failed.
type EndsText = (u32, u32);

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

pub(crate) fn policy_text(policy: &ThrottlePolicy) -> String {
    let ThrottlePolicy {
        breaker,
        rate,
        pause,
    } = *policy;
    let breaker = breaker.map(|policy| {
        let BreakerPolicy {
            failure_rate,
            minimum,
            window,
            cool_down,
            probes,
        } = policy;
        BreakerPolicyText {
            failure_rate,
            minimum,
            window: micros(window),
            cool_down: micros(cool_down),
            probes,
        }
    });
    let rate = rate.map(|RatePolicy { items, period }| RatePolicyText {
        items,
        period: micros(period),
    });
    to_json(&PolicyText {
        breaker,
        rate,
        pause: pause.map(micros),
    })
}

pub(crate) fn policy(text: &str) -> serde_json::Result<ThrottlePolicy> {
    let PolicyText {
        breaker,
        rate,
        pause,
    } = serde_json::from_str(text)?;
    Ok(ThrottlePolicy {
        breaker: breaker.map(|text| BreakerPolicy {
            failure_rate: text.failure_rate,
            minimum: text.minimum,
            window: Duration::from_micros(text.window),
            cool_down: Duration::from_micros(text.cool_down),
            probes: text.probes,
        }),
        rate: rate.map(|text| RatePolicy {
            items: text.items,
            period: Duration::from_micros(text.period),
        }),
        pause: pause.map(Duration::from_micros),
    })
}

pub(crate) fn state_text(throttle: &Throttle) -> String {
    let Throttle {
        breaker,
        rate,
        last,
    } = throttle;
    let Breaker {
        state,
        before,
        now,
        since,
    } = *breaker;
    let ends = |Ends { succeeded, failed }: Ends| (succeeded, failed);
    let Rate { handed_out } = rate;
    to_json(&StateText {
        breaker: match state {
            BreakerState::Closed => BreakerText::Closed,
            BreakerState::Open { until } => BreakerText::Open {
                until: until.as_micros(),
            },
            BreakerState::HalfOpen {
                handed_out,
                succeeded,
                until,
            } => BreakerText::HalfOpen {
                handed_out,
                succeeded,
                until: until.as_micros(),
            },
        },
        before: ends(before),
        now: ends(now),
        since: since.as_micros(),
        handed_out: handed_out
            .iter()
            .map(|(at, items)| (at.as_micros(), *items))
            .collect(),
        last: last.map(Time::as_micros),
    })
}

pub(crate) fn state(text: &str) -> serde_json::Result<Throttle> {
    let text: StateText = serde_json::from_str(text)?;
    let ends = |(succeeded, failed): EndsText| Ends { succeeded, failed };
    let handed_out = text.handed_out.into_iter();
    let handed_out = handed_out.map(|(at, items)| (Time::from_micros(at), items));
    Ok(Throttle {
        breaker: Breaker {
            state: match text.breaker {
                BreakerText::Closed => BreakerState::Closed,
                BreakerText::Open { until } => BreakerState::Open {
                    until: Time::from_micros(until),
                },
                BreakerText::HalfOpen {
                    handed_out,
                    succeeded,
                    until,
                } => BreakerState::HalfOpen {
                    handed_out,
                    succeeded,
                    until: Time::from_micros(until),
                },
            },
            before: ends(text.before),
            now: ends(text.now),
            since: Time::from_micros(text.since),
        },
        rate: Rate {
            handed_out: handed_out.collect(),
        },
        last: text.last.map(Time::from_micros),
    })
}

#[derive(Serialize, Deserialize)]
struct NeedsText {
    #[serde(default)]
    milli_cpus: u64,
    #[serde(default)]
    memory: u64,
    #[serde(default)]
    named: BTreeMap<String, u64>,
}

/// `None` when a task needs nothing.
pub(crate) fn needs_text(needs: &Resources) -> Option<String> {
    let Resources {
        milli_cpus,
        memory,
        named,
    } = needs.clone();
    let text = NeedsText {
        milli_cpus,
        memory,
        named,
    };
    (!needs.is_none()).then(|| to_json(&text))
}

pub(crate) fn needs(text: Option<&str>) -> serde_json::Result<Resources> {
    let Some(text) = text else {
        return Ok(Resources::default());
    };
    let NeedsText {
        milli_cpus,
        memory,
        named,
    } = serde_json::from_str(text)?;
    Ok(Resources {
        milli_cpus,
        memory,
        named,
    })
}

/// The event that tells of a breaker's change.
pub(crate) fn change_event(task: &str, change: Change) -> (EventKind, paceline_core::Json) {
    let (kind, data): (EventKind, Value) = match change {
        Change::Opened { ends, until } => {
            let Ends { succeeded, failed } = ends;
            let until = in_words(until);
            let data =
                json!({"task": task, "succeeded": succeeded, "failed": failed, "until": until});
            (EventKind::BreakerOpened, data)
        }
        Change::Probing => (EventKind::BreakerHalfOpen, json!({"task": task})),
        Change::Closed => (EventKind::BreakerClosed, json!({"task": task})),
    };
    (kind, json_of(&data))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_policy_that_is_written_is_read() {
        let all = ThrottlePolicy {
            breaker: Some(BreakerPolicy {
                failure_rate: 0.3,
                ..BreakerPolicy::default()
            }),
            rate: Some(RatePolicy {
                items: 60,
                period: Duration::from_mins(1),
            }),
            pause: Some(Duration::from_millis(500)),
        };
        for policy_written in [all, ThrottlePolicy::default()] {
            let text = policy_text(&policy_written);
            assert_eq!(policy(&text).expect("own text"), policy_written, "{text}");
        }
    }

    #[test]
    fn a_state_that_is_written_is_read() {
        let half_open = BreakerState::HalfOpen {
            handed_out: 2,
            succeeded: 1,
            until: at(7),
        };
        for breaker in [
            BreakerState::Closed,
            BreakerState::Open { until: at(5) },
            half_open,
        ] {
            let throttle = Throttle {
                breaker: Breaker {
                    state: breaker,
                    before: Ends {
                        succeeded: 1,
                        failed: 2,
                    },
                    since: at(3),
                    ..Breaker::default()
                },
                rate: Rate {
                    handed_out: vec![(at(1), 3), (at(2), 4)],
                },
                last: Some(at(2)),
            };
            let text = state_text(&throttle);
            assert_eq!(state(&text).expect("own text"), throttle, "{text}");
        }
    }

    #[test]
    fn needs_that_are_written_are_read() {
        let some = Resources {
            milli_cpus: 1_500,
            memory: 1 << 30,
            named: BTreeMap::from([("gpu".to_owned(), 1)]),
        };
        for written in [some, Resources::default()] {
            let text = needs_text(&written);
            assert_eq!(needs(text.as_deref()).expect("own text"), written);
        }
    }
}
