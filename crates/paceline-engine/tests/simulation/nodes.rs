//! Many nodes over a database that is made for one.
//!
//! With PostgreSQL nodes share a store; what its SQL does for them is the conformance suite's and
//! the end-to-end tests' to prove. Here it is the engines that are to bear each other, so the one
//! SQLite database treats them as PostgreSQL does: a node that registers takes nothing from
//! others, leases of nodes that were not heard of go back at the next tick, and all nodes hear of
//! all commits.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use paceline_core::store::{CommitHook, NodeInfo, Result, Store};
use paceline_core::{NodeId, Time};

/// Numbers that the database itself gives to no node.
const FIRST: i64 = 1_000;

#[derive(Debug)]
pub(crate) struct Nodes {
    pub(crate) store: Arc<dyn Store>,
    shared: bool,
    known: Mutex<Known>,
    hooks: Arc<Mutex<Hooks>>,
}

#[derive(Debug, Default)]
struct Known {
    last: i64,
    /// Until when a node is believed alive.
    until: BTreeMap<NodeId, Time>,
}

#[derive(Default)]
struct Hooks(Vec<CommitHook>);

impl std::fmt::Debug for Hooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} hooks", self.0.len())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Nodes {
    /// `shared` by many nodes, or used by one after the other.
    pub(crate) fn new(store: Arc<dyn Store>, shared: bool) -> Self {
        let hooks: Arc<Mutex<Hooks>> = Arc::default();
        let all = Arc::clone(&hooks);
        store.on_commit(Arc::new(move |newest| {
            lock(&all).0.iter().for_each(|hook| hook(newest));
        }));
        Nodes {
            store,
            shared,
            known: Mutex::default(),
            hooks,
        }
    }

    pub(crate) fn on_commit(&self, hook: CommitHook) {
        let mut hooks = lock(&self.hooks);
        if !self.shared {
            hooks.0.clear();
        }
        hooks.0.push(hook);
    }

    /// Registers a node. Tells whether all leases are taken back by it.
    pub(crate) async fn register(
        &self,
        node: NodeInfo,
        until: Time,
        now: Time,
    ) -> Result<(NodeId, bool)> {
        if !self.shared {
            return Ok((self.store.register_node(node, until, now).await?, true));
        }
        let mut known = lock(&self.known);
        known.last += 1;
        let id = NodeId(FIRST + known.last);
        known.until.insert(id, until);
        Ok((id, false))
    }

    pub(crate) fn heard_of(&self, node: NodeId, until: Time) {
        lock(&self.known).until.insert(node, until);
    }

    /// A node has leased work. One that was buried, and dies before it is heard of again, holds it
    /// under a name that nobody knows: it is taken back as that of the dead.
    pub(crate) fn leased(&self, node: NodeId, now: Time) {
        if self.shared {
            lock(&self.known).until.entry(node).or_insert(now);
        }
    }

    pub(crate) fn forget(&self, node: NodeId) {
        lock(&self.known).until.remove(&node);
    }

    /// Takes back what nodes hold that were not heard of; returns those nodes.
    pub(crate) async fn bury(&self, now: Time) -> Result<Vec<NodeId>> {
        let dead: Vec<NodeId> = {
            let known = lock(&self.known);
            let dead = known.until.iter().filter(|(_, until)| **until < now);
            dead.map(|(node, _)| *node).collect()
        };
        for node in &dead {
            self.store.remove_node(*node, now).await?;
            self.forget(*node);
        }
        Ok(dead)
    }
}
