//! The hook that is called after commits, which the engine sets.

use std::sync::{Arc, Mutex, PoisonError};

use paceline_core::id::EventSeq;
use paceline_core::store::CommitHook;

#[derive(Clone, Default)]
pub(crate) struct Hook(Arc<Mutex<Option<CommitHook>>>);

impl Hook {
    pub(crate) fn set(&self, hook: CommitHook) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(hook);
    }

    /// Tells that `newest` is committed.
    pub(crate) fn call(&self, newest: EventSeq) {
        let hook = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(hook) = hook {
            hook(newest);
        }
    }
}

impl std::fmt::Debug for Hook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hook")
    }
}
