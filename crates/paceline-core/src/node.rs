//! Nodes as people and other nodes see them: what each says of itself, and what follows from that.
//!
//! A node says it to the store every few seconds, so any node can tell of all.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::id::NodeId;
use crate::state::{UnknownWord, words};
use crate::time::Time;
use crate::worker::{WorkerState, WorkerStatus};

words!(
    /// Whether a node takes work.
    NodeState, "node state", {
    Up = "up",
    /// It is to take no new work, may not have heard of that yet, and finishes what it has.
    Draining = "draining",
    /// It takes no new work, and its workers have nothing to do.
    Drained = "drained",
    /// It was not heard of in time: what it had is given to others.
    Silent = "silent",
});

/// What the workers of a pool on a node do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PoolFacts {
    pub name: String,
    pub tasks: Vec<String>,
    /// Workers by what they do.
    pub starting: u32,
    pub idle: u32,
    pub busy: u32,
    pub broken: u32,
    /// Why they are broken.
    pub error: Option<String>,
}

/// What a node says of itself; what it cannot find out is left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeFacts {
    /// Share of all cores that was busy since the last look, 0 to 1.
    pub cpu: Option<f64>,
    pub load: Option<f64>,
    pub cores: Option<u32>,
    pub memory_total: Option<u64>,
    pub memory_available: Option<u64>,
    /// Of the disk that holds the store, or of the node's folder.
    pub disk_total: Option<u64>,
    pub disk_free: Option<u64>,
    pub workers: Vec<WorkerStatus>,
    /// What keeps it from taking more work, in plain words.
    pub gate: Option<String>,
    /// It has heard that it is to take no more, and nothing is in its hands.
    pub is_drained: bool,
}

impl NodeFacts {
    /// Its workers by their pools.
    pub fn pools(&self) -> Vec<PoolFacts> {
        let mut pools: BTreeMap<String, PoolFacts> = BTreeMap::new();
        for worker in &self.workers {
            let pool = pools.entry(worker.pool.clone()).or_insert(PoolFacts {
                name: worker.pool.clone(),
                ..PoolFacts::default()
            });
            for task in &worker.tasks {
                if !pool.tasks.contains(task) {
                    pool.tasks.push(task.clone());
                }
            }
            match worker.state {
                WorkerState::Starting | WorkerState::Recycling => pool.starting += 1,
                WorkerState::Idle => pool.idle += 1,
                WorkerState::Busy => pool.busy += 1,
                WorkerState::Broken => {
                    pool.broken += 1;
                    pool.error = pool.error.take().or(worker.last_error.clone());
                }
                WorkerState::Stopped => {}
            }
        }
        pools.into_values().collect()
    }
}

/// Where a node's facts come from.
pub trait Gauges: Send + Sync + fmt::Debug {
    fn look(&self) -> NodeFacts;
}

/// A node as the others know it.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeSeen {
    pub id: NodeId,
    pub name: String,
    pub pid: u32,
    pub version: String,
    pub started_at: Time,
    /// Believed alive until then.
    pub until: Time,
    /// Somebody asked it to take no more work.
    pub is_drained: bool,
    /// When it last said what it is like.
    pub said_at: Option<Time>,
    pub facts: Option<NodeFacts>,
}

impl NodeSeen {
    pub fn state(&self, now: Time) -> NodeState {
        let rests = |facts: &NodeFacts| {
            let mut workers = facts.workers.iter();
            facts.is_drained && workers.all(|worker| worker.state != WorkerState::Busy)
        };
        if self.until < now {
            NodeState::Silent
        } else if !self.is_drained {
            NodeState::Up
        } else if self.facts.as_ref().is_some_and(rests) {
            NodeState::Drained
        } else {
            NodeState::Draining
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Time = Time::from_micros(1_000_000);

    fn node(worker: WorkerState) -> NodeSeen {
        let worker = WorkerStatus {
            state: worker,
            ..WorkerStatus::starting("races", 0, NOW)
        };
        NodeSeen {
            id: NodeId(1),
            name: "one".to_owned(),
            pid: 1,
            version: "0.1.0".to_owned(),
            started_at: NOW,
            until: NOW + Duration::from_secs(1),
            is_drained: false,
            said_at: None,
            facts: Some(NodeFacts {
                workers: vec![worker],
                is_drained: true,
                ..NodeFacts::default()
            }),
        }
    }

    #[test]
    fn a_node_is_drained_once_it_has_heard_of_it_and_its_workers_have_finished() {
        let drained = |worker| NodeSeen {
            is_drained: true,
            ..node(worker)
        };
        let mut unheard = drained(WorkerState::Idle);
        unheard.facts = Some(NodeFacts::default());
        assert_eq!(unheard.state(NOW), NodeState::Draining);
        assert_eq!(node(WorkerState::Busy).state(NOW), NodeState::Up);
        assert_eq!(drained(WorkerState::Busy).state(NOW), NodeState::Draining);
        assert_eq!(drained(WorkerState::Idle).state(NOW), NodeState::Drained);
    }

    #[test]
    fn pools_are_what_their_workers_say() {
        let worker = |index, state, error: Option<&str>| WorkerStatus {
            state,
            tasks: vec!["predict".to_owned()],
            last_error: error.map(str::to_owned),
            ..WorkerStatus::starting("races", index, NOW)
        };
        let facts = NodeFacts {
            workers: vec![
                worker(0, WorkerState::Idle, None),
                worker(1, WorkerState::Broken, Some("no module")),
                worker(2, WorkerState::Broken, Some("another")),
            ],
            ..NodeFacts::default()
        };
        let races = PoolFacts {
            name: "races".to_owned(),
            tasks: vec!["predict".to_owned()],
            idle: 1,
            broken: 2,
            error: Some("no module".to_owned()),
            ..PoolFacts::default()
        };
        assert_eq!(facts.pools(), [races]);
    }

    #[test]
    fn a_node_that_is_not_heard_of_is_silent_whatever_it_was() {
        let late = NOW + Duration::from_secs(2);
        for is_drained in [false, true] {
            let node = NodeSeen {
                is_drained,
                ..node(WorkerState::Busy)
            };
            assert_eq!(node.state(late), NodeState::Silent);
        }
    }
}
