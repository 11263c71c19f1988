//! Jobs that the tests submit, and what must be true of them in the end.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use paceline_e2e::api::{progress, state, text};
use paceline_e2e::numbers::primes_below;
use paceline_e2e::{Api, Journal};
use rand::Rng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

/// What no job of these tests should take, on the busiest machine.
pub(crate) const LONG: Duration = Duration::from_mins(3);

/// A job whose items count primes: some milliseconds each, results that can be checked.
pub(crate) struct Primes {
    /// Key and limit of each item.
    limits: HashMap<String, usize>,
    pub(crate) job: Value,
}

impl Primes {
    pub(crate) fn new(count: usize, dice: &mut StdRng) -> Self {
        let chosen: Vec<(String, usize)> = (0..count)
            .map(|number| (format!("p{number}"), dice.random_range(40_000..120_000)))
            .collect();
        let items: Vec<Value> = chosen
            .iter()
            .map(|(key, limit)| json!({"key": key, "payload": {"key": key, "limit": limit}}))
            .collect();
        Primes {
            limits: chosen.into_iter().collect(),
            job: json!({"task": "primes", "items": items}),
        }
    }

    /// Checks that every item is recorded once, succeeded, with the right result, and that the
    /// job's counters say the same.
    pub(crate) async fn check(&self, api: &Api, id: &str) {
        let job = api.job(id).await;
        assert_eq!(state(&job), "completed", "{job}");
        let items = api.items(id).await;
        assert_eq!(items.len(), self.limits.len());
        let keys: HashSet<String> = items.iter().map(|item| text(item, "key")).collect();
        assert_eq!(keys.len(), items.len(), "a key is recorded twice");
        for item in &items {
            self.check_item(item);
        }
        assert_eq!(
            progress(&job, "succeeded"),
            self.limits.len() as u64,
            "{job}"
        );
        assert_eq!(
            progress(&job, "failed") + progress(&job, "remaining"),
            0,
            "{job}"
        );
    }

    fn check_item(&self, item: &Value) {
        assert_eq!(item["state"], "succeeded", "{item}");
        let limit = self.limits[&text(item, "key")];
        assert_eq!(item["result"]["primes"], primes_below(limit), "{item}");
    }
}

/// Items of `task` named `{prefix}0`, `{prefix}1`, …, each with its key in its payload.
pub(crate) fn items(prefix: &str, count: usize, payload: &Value) -> Vec<Value> {
    (0..count)
        .map(|number| {
            let key = format!("{prefix}{number}");
            let mut payload = payload.clone();
            payload["key"] = key.clone().into();
            json!({"key": key, "payload": payload})
        })
        .collect()
}

/// Items that sleep.
pub(crate) fn naps(prefix: &str, count: usize, seconds: f64) -> Vec<Value> {
    items(prefix, count, &json!({"seconds": seconds}))
}

/// Seconds since 1970, as journals have them.
pub(crate) fn now() -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("after 1970").as_secs_f64()
}

/// Waits until a handler has started `count` items in all.
pub(crate) async fn started(journal: &Journal, count: usize) {
    paceline_e2e::wait::until_true(format!("{count} items to start"), LONG, || {
        journal.starts().len() >= count
    })
    .await;
}
