//! `Idempotency-Key`: the same key and the same request get the first answer, for a day.
//!
//! Before anything is submitted under a key, a *reservation* is stored: the seed from which the
//! ids of the jobs are made. If the node dies between the submission and the storing of its
//! answer, a repeated request finds the reservation, makes the same ids, and sees by them whether
//! the jobs are there already. So a key never submits twice, and never loses a submission.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use axum::http::HeaderMap;
use paceline_core::{JobId, Time};
use paceline_engine::Handle;
use paceline_protocol::problem::Code;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::OwnedMutexGuard;

use crate::problem::{Refusal, Result};
use crate::state::AppState;

const REMEMBERED: Duration = Duration::from_hours(24);
const LONGEST: usize = 255;

/// Where the ids of new jobs come from.
pub(crate) enum Ids {
    Random(Handle),
    /// From a stored seed: the same ids each time.
    Reserved {
        reservation: Reservation,
        next: u64,
    },
}

impl Ids {
    pub(crate) fn next(&mut self) -> JobId {
        match self {
            Ids::Random(engine) => engine.new_id(),
            Ids::Reserved { reservation, next } => {
                *next += 1;
                reservation.id(*next - 1)
            }
        }
    }
}

/// A seed of ids, stored before the jobs.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Reservation {
    seed: [u8; 10],
    at_micros: i64,
}

impl Reservation {
    fn id(&self, index: u64) -> JobId {
        let digest = Sha256::new()
            .chain_update(self.seed)
            .chain_update(index.to_le_bytes())
            .finalize();
        let mut random = [0; 10];
        random.copy_from_slice(&digest[..10]);
        JobId::new(Time::from_micros(self.at_micros), random)
    }

    /// The ids of the jobs made from it, from the first on.
    pub(crate) fn ids(self) -> Ids {
        Ids::Reserved {
            reservation: self,
            next: 0,
        }
    }

    /// The id of the first job made from it.
    pub(crate) fn first(&self) -> JobId {
        self.id(0)
    }
}

/// An answer as it is kept and given again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The job that was created, when it was one.
    pub(crate) job: Option<String>,
    pub(crate) body: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Reserved(Reservation),
    Answered(Answer),
}

/// What is known of a key when a request brings it.
pub(crate) enum Found {
    /// This request was answered already, if its hash is the same.
    Answered(Vec<u8>, Answer),
    /// A submission began under the key, with this hash, and it is not known how it ended.
    Reserved(Vec<u8>, Reservation),
    Nothing,
}

/// One request's hold on a key: others that bring the same key wait until it is dropped.
pub(crate) struct Hold {
    key: String,
    _lock: OwnedMutexGuard<()>,
}

/// Keys that requests hold now.
#[derive(Debug, Default)]
pub(crate) struct KeyLocks(Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>);

impl KeyLocks {
    async fn lock(&self, key: &str) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            locks.retain(|_, lock| lock.strong_count() > 0);
            let known = locks.get(key).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let lock = Arc::default();
                locks.insert(key.to_owned(), Arc::downgrade(&lock));
                lock
            })
        };
        lock.lock_owned().await
    }
}

/// Takes hold of the request's key; `None` when it brings none.
pub(crate) async fn hold(
    state: &AppState,
    headers: &HeaderMap,
    route: &str,
) -> Result<Option<Hold>> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > LONGEST {
        return Err(Refusal::field(
            Code::InvalidField,
            "Idempotency-Key",
            format!("must be 1 to {LONGEST} visible ASCII characters"),
        ));
    }
    let key = format!("{route} {key}");
    let lock = state.keys.lock(&key).await;
    Ok(Some(Hold { key, _lock: lock }))
}

impl Hold {
    pub(crate) async fn look_up(&self, state: &AppState) -> Result<Found> {
        let now = state.engine.now();
        let Some((hash, text)) = state.engine.store().recall(&self.key, now).await? else {
            return Ok(Found::Nothing);
        };
        Ok(match serde_json::from_str(&text) {
            Ok(Kept::Answered(answer)) => Found::Answered(hash, answer),
            Ok(Kept::Reserved(reservation)) => Found::Reserved(hash, reservation),
            Err(error) => {
                tracing::warn!(%error, key = self.key, "a remembered answer is unreadable and ignored");
                Found::Nothing
            }
        })
    }

    /// Stores a new seed of ids, before anything is submitted. Tells whether it is the first under
    /// its key: another node may have been quicker, and then it is to be looked up again.
    pub(crate) async fn reserve(
        &self,
        state: &AppState,
        hash: &[u8],
        reservation: Reservation,
    ) -> Result<bool> {
        let text = written(&Kept::Reserved(reservation))?;
        let now = state.engine.now();
        let (store, until) = (state.engine.store(), now + REMEMBERED);
        Ok(store
            .remember_first(&self.key, hash.to_vec(), text, until, now)
            .await?)
    }

    /// Stores the answer, which later requests with the key get.
    pub(crate) async fn answer(&self, state: &AppState, hash: &[u8], answer: Answer) -> Result<()> {
        self.keep(state, hash, &Kept::Answered(answer), REMEMBERED)
            .await
    }

    /// Frees the key if nothing came of the request. When the store failed that is not known, for
    /// the answer may have got lost on its way: who repeats the request finds the reservation.
    pub(crate) async fn forget_after(
        &self,
        refusal: &Refusal,
        state: &AppState,
        hash: &[u8],
        reservation: Reservation,
    ) {
        if refusal.problem().status < 500 {
            self.forget(state, hash, reservation).await;
        }
    }

    async fn forget(&self, state: &AppState, hash: &[u8], reservation: Reservation) {
        let kept = Kept::Reserved(reservation);
        if let Err(refusal) = self.keep(state, hash, &kept, Duration::ZERO).await {
            tracing::warn!(?refusal, "an idempotency key could not be freed");
        }
    }

    async fn keep(&self, state: &AppState, hash: &[u8], kept: &Kept, time: Duration) -> Result<()> {
        let text = written(kept)?;
        let until = state.engine.now() + time;
        let store = state.engine.store();
        Ok(store
            .remember(&self.key, hash.to_vec(), text, until)
            .await?)
    }
}

fn written(kept: &Kept) -> Result<String> {
    serde_json::to_string(kept).map_err(|error| Refusal::new(Code::Internal, error.to_string()))
}

/// A seed for the ids of this request's jobs.
pub(crate) fn new_reservation(engine: &Handle) -> Reservation {
    Reservation {
        seed: engine.random_bytes(),
        at_micros: engine.now().as_micros(),
    }
}

/// The refusal of a key that came with another request before.
pub(crate) fn reused() -> Refusal {
    Refusal::new(
        Code::IdempotencyKeyReused,
        "this Idempotency-Key came with a different request before; use a new key for each request",
    )
}

/// What a request is recognised by.
pub(crate) fn hash_of(body: &[u8]) -> Vec<u8> {
    Sha256::digest(body).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reservation_gives_the_same_ids_again() {
        let reservation = Reservation {
            seed: *b"0123456789",
            at_micros: 1_764_000_000_000_000,
        };
        let text = serde_json::to_string(&Kept::Reserved(reservation)).expect("writes");
        let Ok(Kept::Reserved(again)) = serde_json::from_str(&text) else {
            panic!("not read back: {text}");
        };
        assert_eq!(again.id(7), reservation.id(7));
        assert_ne!(reservation.id(0), reservation.id(1));
    }

    #[tokio::test]
    async fn a_key_has_one_holder() {
        let locks = KeyLocks::default();
        let first = locks.lock("k").await;
        assert!(futures::FutureExt::now_or_never(locks.lock("k")).is_none());
        assert!(futures::FutureExt::now_or_never(locks.lock("other")).is_some());
        drop(first);
        assert!(futures::FutureExt::now_or_never(locks.lock("k")).is_some());
    }
}
