//! What this node has for its workers, what its tasks need, and the gates that keep it from taking
//! more work before the machine suffers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use paceline_core::resources::{Gates, Measured, Resources};
use paceline_core::task::Task;
use tokio::time::Instant;

/// The machine that a node runs on, as far as its workers are concerned.
#[derive(Clone, Debug)]
pub struct Machine {
    pub has: Resources,
    pub gates: Gates,
    /// Measures the machine now; `None` when the system does not tell.
    pub measure: fn() -> Option<Measured>,
}

impl Default for Machine {
    /// Bounds nothing.
    fn default() -> Self {
        Machine {
            has: Resources::unbounded(),
            gates: Gates::default(),
            measure: || None,
        }
    }
}

/// What was measured is good for as long.
const GOOD_FOR: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(crate) struct Capacity {
    machine: Machine,
    /// Of tasks that need something.
    needs: Mutex<BTreeMap<String, Resources>>,
    /// Somebody asked this node to take no more work.
    drained: AtomicBool,
    /// When the gates were looked at, and which was shut.
    gate: Mutex<Option<(Instant, Option<String>)>>,
}

impl Capacity {
    pub(crate) fn new(machine: Machine) -> Self {
        Capacity {
            machine,
            needs: Mutex::default(),
            drained: AtomicBool::new(false),
            gate: Mutex::default(),
        }
    }

    pub(crate) fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Learns what tasks need as this node's workers declare them.
    pub(crate) fn declare(&self, tasks: &[Task]) {
        let mut needs = self.needs.lock().unwrap_or_else(PoisonError::into_inner);
        for task in tasks {
            if task.needs.is_none() {
                needs.remove(&task.name);
            } else {
                needs.insert(task.name.clone(), task.needs.clone());
            }
        }
    }

    pub(crate) fn needs(&self) -> BTreeMap<String, Resources> {
        let needs = self.needs.lock().unwrap_or_else(PoisonError::into_inner);
        needs.clone()
    }

    pub(crate) fn free(&self, used: &Resources) -> Resources {
        let mut free = self.machine.has.clone();
        free.subtract(used);
        free
    }

    /// What is lacking, in plain words: at all, or for now.
    pub(crate) fn lacks(&self, need: &Resources, used: &Resources) -> Option<String> {
        if let Some(lack) = self.machine.has.lacks(need) {
            return Some(lack.ever());
        }
        self.free(used).lacks(need).map(|lack| lack.now())
    }

    /// Learns whether the node is to take no more work. Returns whether that is news.
    pub(crate) fn set_drained(&self, drained: bool) -> bool {
        self.drained.swap(drained, Ordering::Relaxed) != drained
    }

    pub(crate) fn is_drained(&self) -> bool {
        self.drained.load(Ordering::Relaxed)
    }

    /// What keeps the node from taking more work, in plain words.
    pub(crate) fn gate(&self) -> Option<String> {
        if self.is_drained() {
            return Some("this node is drained".to_owned());
        }
        self.machine_gate()
    }

    /// The gate of the machine that is shut, in plain words.
    pub(crate) fn machine_gate(&self) -> Option<String> {
        if self.machine.gates == Gates::default() {
            return None;
        }
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some((looked, shut)) = &*gate
            && now.duration_since(*looked) < GOOD_FOR
        {
            return shut.clone();
        }
        let measured = (self.machine.measure)();
        let shut = measured.and_then(|measured| self.machine.gates.shut(&measured));
        *gate = Some((now, shut.clone()));
        shut
    }
}
