//! Answers of the store that may be a few seconds old: figures that are asked for often, and
//! whose last digit matters to nobody.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use paceline_core::Time;
use tokio::time::Instant;

/// A value counts as true for so many times as long as it took to ask for it: figures that cost
/// much are asked for more seldom, and take a twentieth of the store's time at most.
const TIMES_ITS_COST: u32 = 20;

/// Values with the time from which and for how long they count as true.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    fresh: Duration,
    known: Mutex<HashMap<K, (Time, Duration, V)>>,
}

impl<K: Eq + Hash, V: Clone> Cache<K, V> {
    /// Values count as true for `fresh` at least.
    pub(crate) fn new(fresh: Duration) -> Self {
        Cache {
            fresh,
            known: Mutex::default(),
        }
    }

    /// The value of `key`, asked for when it is not known or too old. Two callers may ask at the
    /// same time.
    pub(crate) async fn get<E>(
        &self,
        key: K,
        now: Time,
        ask: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        let known = self.lock().get(&key).cloned();
        if let Some((at, fresh, value)) = known
            && now.since(at) < fresh
        {
            return Ok(value);
        }
        self.renew(key, now, ask).await
    }

    /// The value of `key`, asked for whatever is known.
    pub(crate) async fn renew<E>(
        &self,
        key: K,
        now: Time,
        ask: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        let asked = Instant::now();
        let value = ask.await?;
        let fresh = self.fresh.max(asked.elapsed() * TIMES_ITS_COST);
        self.lock().insert(key, (now, fresh, value.clone()));
        Ok(value)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<K, (Time, Duration, V)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn old_values_are_asked_for_again() {
        let cache = Cache::new(Duration::from_secs(5));
        let ask = async |now: i64, value: u8| {
            let now = Time::from_micros(now * 1_000_000);
            let asked = async move { Ok::<_, ()>(value) };
            cache.get("k", now, asked).await.expect("a value")
        };
        assert_eq!(ask(10, 1).await, 1);
        assert_eq!(ask(14, 2).await, 1);
        assert_eq!(ask(15, 3).await, 3);
        let asked = async { Ok::<_, ()>(4) };
        let renewed = cache.renew("k", Time::from_micros(15_000_000), asked).await;
        assert_eq!(renewed, Ok(4));
        assert_eq!(ask(15, 5).await, 4);
    }

    #[tokio::test(start_paused = true)]
    async fn what_costs_much_is_asked_for_more_seldom() {
        let cache = Cache::new(Duration::from_secs(1));
        let ask = async |now: i64, value: u8| {
            let asked = async move {
                tokio::time::sleep(Duration::from_millis(150)).await;
                Ok::<_, ()>(value)
            };
            let now = Time::from_micros(now * 1_000_000);
            cache.get("k", now, asked).await.expect("a value")
        };
        assert_eq!(ask(10, 1).await, 1);
        assert_eq!(ask(12, 2).await, 1);
        assert_eq!(ask(13, 3).await, 3);
    }
}
