//! Cancels, and how soon they reach the handlers (10).

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use paceline_core::{LeaseId, NodeId};
use tokio::time::Instant;

use crate::check::{Checks, lock};

/// The longest that a handler may run on after its job's cancel was acknowledged.
const REACHES: Duration = Duration::from_secs(1);
/// … when another node acknowledged it, and this one could not ask the store meanwhile.
const REACHES_IN_TROUBLE: Duration = Duration::from_secs(20);

#[derive(Debug, Default)]
pub(crate) struct Reach {
    cancelled: HashMap<LeaseId, Cancelled>,
    /// When each node last failed to ask the store for its leases, or was slow in it.
    trouble: HashMap<NodeId, Instant>,
}

/// A lease that a cancel ended.
#[derive(Clone, Copy, Debug)]
struct Cancelled {
    at: Instant,
    holder: NodeId,
    by: NodeId,
}

impl Reach {
    pub(crate) fn cancelled(&mut self, lease: LeaseId, holder: NodeId, by: NodeId) {
        let at = Instant::now();
        self.cancelled.insert(lease, Cancelled { at, holder, by });
    }

    pub(crate) fn trouble(&mut self, node: NodeId) {
        self.trouble.insert(node, Instant::now());
    }

    fn most(&self, cancelled: Cancelled) -> Duration {
        let trouble = self.trouble.get(&cancelled.holder);
        let is_far = cancelled.holder != cancelled.by;
        if is_far && trouble.is_some_and(|last| *last + REACHES >= cancelled.at) {
            REACHES_IN_TROUBLE
        } else {
            REACHES
        }
    }
}

/// A handler at work; ends when it is dropped.
pub(crate) struct Execution {
    lease: LeaseId,
    begun: Instant,
    checks: Arc<Mutex<Checks>>,
}

impl Execution {
    pub(crate) fn new(lease: LeaseId, checks: &Arc<Mutex<Checks>>) -> Self {
        Execution {
            lease,
            begun: Instant::now(),
            checks: Arc::clone(checks),
        }
    }
}

impl Drop for Execution {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let checks = lock(&self.checks);
        if let Some(cancelled) = checks.reach.cancelled.get(&self.lease) {
            let ran_on = cancelled.at.max(self.begun).elapsed();
            let most = checks.reach.most(*cancelled);
            assert!(
                ran_on <= most,
                "10: a cancel reached its handler after {ran_on:?} ({cancelled:?})"
            );
        }
    }
}
