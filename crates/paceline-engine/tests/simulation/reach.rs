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
/// An answer of the store that takes longer is trouble.
const SLOW: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
pub(crate) struct Reach {
    cancelled: HashMap<LeaseId, Cancelled>,
    /// When each node last failed to ask the store for its leases, or was slow in it.
    trouble: HashMap<NodeId, Instant>,
    /// Since when nodes wait for an answer to that.
    asking: HashMap<NodeId, Vec<Instant>>,
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

    /// A node asks the store for its leases.
    pub(crate) fn asks(&mut self, node: NodeId) -> Instant {
        let now = Instant::now();
        self.asking.entry(node).or_default().push(now);
        now
    }

    /// … and has reached it, or not.
    pub(crate) fn asked(&mut self, node: NodeId, since: Instant) {
        let asking = self.asking.entry(node).or_default();
        if let Some(index) = asking.iter().position(|begun| *begun == since) {
            asking.swap_remove(index);
        }
        if since.elapsed() > SLOW {
            self.trouble(node);
        }
    }

    fn is_in_trouble(&self, node: NodeId, since: Instant) -> bool {
        let last = self.trouble.get(&node);
        let mut asking = self.asking.get(&node).into_iter().flatten();
        last.is_some_and(|last| *last + REACHES >= since)
            || asking.any(|begun| begun.elapsed() > SLOW)
    }

    fn most(&self, cancelled: Cancelled) -> Duration {
        let is_far = cancelled.holder != cancelled.by;
        if is_far && self.is_in_trouble(cancelled.holder, cancelled.at) {
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
