//! Telling the engine of commits, this node's and others'.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use paceline_core::id::EventSeq;
use paceline_core::store::CommitHook;

use crate::hook::Hook;

#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    hook: Hook,
    newest: Arc<AtomicI64>,
}

impl Told {
    pub(crate) fn set(&self, hook: CommitHook) {
        self.hook.set(hook);
    }

    /// Tells that `newest` is committed, unless that or a newer one was told before.
    pub(crate) fn tell(&self, newest: EventSeq) {
        if self.newest.fetch_max(newest.0, Ordering::SeqCst) < newest.0 {
            self.hook.call(newest);
        }
    }

    /// Tells what the table says, also if it is less than before: a crash of the server undoes
    /// commits that were not flushed, and later events take their numbers.
    pub(crate) fn found(&self, newest: EventSeq) {
        if self.newest.swap(newest.0, Ordering::SeqCst) != newest.0 {
            self.hook.call(newest);
        }
    }
}
