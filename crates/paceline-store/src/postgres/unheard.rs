//! Leases whose claim may have been committed without anyone hearing of it.

use std::sync::{Mutex, PoisonError};

#[derive(Debug, Default)]
pub(crate) struct Unheard(Mutex<Vec<i64>>);

impl Unheard {
    pub(crate) fn add(&self, leases: &[i64]) {
        let mut unheard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        unheard.extend_from_slice(leases);
    }

    pub(crate) fn take(&self) -> Vec<i64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Remembers the leases if the claim ends, in whatever way, before it is heard.
    pub(crate) fn watch(&self, leases: Vec<i64>) -> Watch<'_> {
        Watch {
            unheard: self,
            leases,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Watch<'a> {
    unheard: &'a Unheard,
    leases: Vec<i64>,
}

impl Watch<'_> {
    pub(crate) fn heard(mut self) {
        self.leases.clear();
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if !self.leases.is_empty() {
            self.unheard.add(&self.leases);
        }
    }
}
