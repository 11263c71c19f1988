//! What the commit hook is told.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use paceline_core::id::EventSeq;

use super::Case;

/// Longer than any store takes to call its hook.
const PATIENCE: Duration = Duration::from_secs(10);

/// Collects the numbers that the hook is called with, of what happens from now on.
pub(crate) struct Ear(Arc<Mutex<Vec<EventSeq>>>);

impl Case {
    pub(crate) async fn listen(&self) -> Ear {
        // A store may answer before it tells: what was told late is not meant.
        let before = self.last_event().await;
        let heard: Arc<Mutex<Vec<EventSeq>>> = Arc::default();
        let into = Arc::clone(&heard);
        self.store.on_commit(Arc::new(move |newest| {
            let mut heard = into.lock().unwrap_or_else(PoisonError::into_inner);
            heard.extend((newest > before).then_some(newest));
        }));
        Ear(heard)
    }
}

impl Ear {
    pub(crate) fn heard(&self) -> Vec<EventSeq> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits until the last that was heard is `newest`: a store may answer before it tells.
    pub(crate) async fn hears(&self, newest: EventSeq) {
        let heard = async {
            while self.heard().last() != Some(&newest) {
                tokio::task::yield_now().await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, heard).await;
        assert!(
            in_time.is_ok(),
            "{newest:?} was not told, only {:?}",
            self.heard()
        );
    }
}
