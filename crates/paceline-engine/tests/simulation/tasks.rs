//! The tasks of the simulated world, and the machines that its nodes run on.

use std::collections::BTreeMap;
use std::time::Duration;

use paceline_core::breaker::BreakerPolicy;
use paceline_core::rate::RatePolicy;
use paceline_core::resources::Resources;
use paceline_core::task::Task;
use paceline_core::throttle::ThrottlePolicy;
use paceline_core::{Json, Time};
use paceline_engine::Machine;

pub(crate) const TASKS: [&str; 6] = ["alpha", "beta", "alpha", GREEDY, RATED, FLAKY];

/// Needs the one thing of which a node has one.
pub(crate) const GREEDY: &str = "greedy";
/// Is handed out no faster than [`RATE`], with a [`PAUSE`] between chunks.
pub(crate) const RATED: &str = "rated";
/// Has a [`BREAKER`].
pub(crate) const FLAKY: &str = "flaky";

pub(crate) const RATE: RatePolicy = RatePolicy {
    items: 12,
    period: Duration::from_secs(2),
};
pub(crate) const PAUSE: Duration = Duration::from_millis(80);
pub(crate) const BREAKER: BreakerPolicy = BreakerPolicy {
    failure_rate: 0.4,
    minimum: 5,
    window: Duration::from_secs(20),
    cool_down: Duration::from_secs(2),
    probes: 2,
};

pub(crate) fn machine() -> Machine {
    Machine {
        has: Resources {
            named: BTreeMap::from([("gpu".to_owned(), 1)]),
            ..Resources::unbounded()
        },
        ..Machine::default()
    }
}

/// All tasks, as a worker declares them.
pub(crate) fn declared() -> Vec<Task> {
    ["alpha", "beta", GREEDY, RATED, FLAKY]
        .map(declaration)
        .into()
}

fn declaration(name: &str) -> Task {
    let throttle = match name {
        RATED => ThrottlePolicy {
            rate: Some(RATE),
            pause: Some(PAUSE),
            ..ThrottlePolicy::default()
        },
        FLAKY => ThrottlePolicy {
            breaker: Some(BREAKER),
            ..ThrottlePolicy::default()
        },
        _ => ThrottlePolicy::default(),
    };
    let needs = Resources {
        named: BTreeMap::from([("gpu".to_owned(), u64::from(name == GREEDY))]),
        ..Resources::default()
    };
    Task {
        name: name.to_owned(),
        options: Json::from_checked("{}"),
        params_schema: None,
        has_planner: true,
        throttle,
        needs,
        declared_by: "simulation".to_owned(),
        declared_at: Time::EPOCH,
    }
}
