//! One simulated history: nodes that come and go over one store.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use paceline_core::clock::Clock;
use paceline_core::dice::Dice;
use paceline_core::limits::Limits;
use paceline_core::store::{NodeInfo, Store};
use paceline_engine::{Engine, Handle, Options};
use paceline_store::SqliteStore;
use tokio::task::JoinSet;

use crate::check::Checks;
use crate::clock::VirtualClock;
use crate::drafts::{Drafts, Maker};
use crate::nodes::Nodes;
use crate::observer::{Core, Faults, Observer};
use crate::panics;
use crate::people::Person;
use crate::sabotage::Sabotage;
use crate::tasks;
use crate::workers::Worker;

/// How rough a history is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    faults: Faults,
    /// Before one act of people in so many something befalls a node; 0 is never.
    troubles: u64,
    deadliness: u64,
    acts: u32,
    sabotage: Option<Sabotage>,
    /// What is told is kept.
    records: bool,
}

impl Plan {
    pub(crate) const QUIET: Plan = Plan {
        faults: Faults::NONE,
        troubles: 0,
        deadliness: 0,
        acts: 25,
        sabotage: None,
        records: false,
    };
    pub(crate) const STORMY: Plan = Plan {
        faults: Faults::SOME,
        troubles: 5,
        deadliness: 12,
        acts: 40,
        sabotage: None,
        records: false,
    };

    pub(crate) fn breaking(self, sabotage: Sabotage) -> Plan {
        Plan {
            sabotage: Some(sabotage),
            ..self
        }
    }

    pub(crate) fn recording(self) -> Plan {
        Plan {
            records: true,
            ..self
        }
    }
}

/// A node process: dropping it is `kill -9`.
pub(crate) struct Node {
    pub(crate) engine: Engine,
    pub(crate) workers: JoinSet<()>,
    pub(crate) observer: Arc<Observer>,
}

pub(crate) struct World {
    pub(crate) core: Arc<Core>,
    pub(crate) checks: Arc<Mutex<Checks>>,
    pub(crate) nodes: Vec<Node>,
    dice: Dice,
    plan: Plan,
    limits: Limits,
    /// Most nodes at once.
    most: usize,
}

impl World {
    /// Returns what was told, if the plan wants it.
    pub(crate) async fn run(seed: u64, plan: Plan) -> Vec<String> {
        let mut dice = Dice::new(seed);
        let checks = Arc::new(Mutex::new(Checks::default()));
        let store = SqliteStore::in_memory_inline().expect("an in-memory store");
        let most = 1 + usize::try_from(dice.next_u64() % 3).expect("small");
        let limits = match dice.next_u64() % 3 {
            0 => Limits::NONE,
            1 => Limits::default(),
            _ => Limits {
                jobs_per_key: Some(1),
                ..Limits::general(Some(2), Some(1))
            },
        };
        let core = Core {
            nodes: Nodes::new(Arc::new(store), most > 1),
            checks: Arc::clone(&checks),
            clock: Arc::new(VirtualClock::new()),
            faults: plan.faults,
            sabotage: plan.sabotage,
            dice: Mutex::new(Dice::new(dice.next_u64())),
            calm: false.into(),
            seen: Mutex::default(),
            told: plan.records.then(Mutex::default),
        };
        let mut world = World {
            core: Arc::new(core),
            checks,
            nodes: Vec::new(),
            dice,
            plan,
            limits,
            most,
        };
        world.live().await;
        world.settle().await;
        let told = world.core.told.as_ref();
        told.map_or_else(Vec::new, |told| {
            std::mem::take(&mut *told.lock().expect("nobody panics"))
        })
    }

    fn once_in(&mut self, number: u64) -> bool {
        number > 0 && self.dice.next_u64().is_multiple_of(number)
    }

    fn any_node(&mut self) -> usize {
        usize::try_from(self.dice.next_u64()).unwrap_or_default() % self.nodes.len()
    }

    pub(crate) fn any_handle(&mut self) -> Handle {
        let node = self.any_node();
        self.nodes[node].engine.handle().clone()
    }

    /// People act, nodes come and go.
    async fn live(&mut self) {
        let mut person = Person {
            drafts: Drafts(Dice::new(self.dice.next_u64())),
            checks: Arc::clone(&self.checks),
        };
        for _ in 0..self.most {
            self.start_node().await;
        }
        for _ in 0..self.plan.acts {
            let pause = Duration::from_micros(self.dice.next_u64() % 1_500_000);
            tokio::time::sleep(pause).await;
            if self.once_in(self.plan.troubles) {
                self.trouble().await;
            }
            person.act(&self.any_handle()).await;
            panics::pass_on();
        }
    }

    /// A node is killed, stops, is cut off, hears again, or a new one comes.
    async fn trouble(&mut self) {
        let index = self.any_node();
        match self.dice.next_u64() % 6 {
            0..3 => drop(self.nodes.swap_remove(index)),
            3 => self.nodes.swap_remove(index).stop().await,
            4 => self.nodes[index].observer.cut(true),
            _ => self.nodes[index].observer.cut(false),
        }
        let comes = self.once_in(2);
        if self.nodes.is_empty() || (comes && self.nodes.len() < self.most) {
            tokio::time::sleep(Duration::from_millis(self.dice.next_u64() % 3_000)).await;
            self.start_node().await;
        }
    }

    async fn start_node(&mut self) {
        let observer = Arc::new(Observer::new(Arc::clone(&self.core)));
        let options = Options {
            limits: self.limits.clone(),
            machine: tasks::machine(),
            ..Options::default()
        };
        let engine = loop {
            let info = NodeInfo {
                name: "sim".to_owned(),
                pid: 1,
                version: "0".to_owned(),
            };
            let clock = Arc::clone(&self.core.clock) as Arc<dyn Clock>;
            let store = Arc::clone(&observer) as Arc<dyn Store>;
            let seed = self.dice.next_u64();
            // Registering may meet a fault: a process supervisor would start the node again.
            match Engine::start(store, clock, info, options.clone(), seed).await {
                Ok(engine) => break engine,
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        };
        let maker = Maker {
            drafts: Mutex::new(Drafts(Dice::new(self.dice.next_u64()))),
            clock: Arc::clone(&self.core.clock),
        };
        engine.handle().run_schedules_with(Arc::new(maker));
        let mut workers = JoinSet::new();
        let count = 1 + u32::try_from(self.dice.next_u64() % 3).expect("small");
        for _ in 0..count {
            let worker = Worker {
                engine: engine.handle().clone(),
                dice: Dice::new(self.dice.next_u64()),
                workers: count,
                deadliness: self.plan.deadliness,
                checks: Arc::clone(&self.checks),
            };
            workers.spawn(worker.run());
        }
        self.nodes.push(Node {
            engine,
            workers,
            observer,
        });
    }
}

impl Node {
    /// Ends in order, if the store answers.
    async fn stop(self) {
        let Node {
            engine,
            mut workers,
            ..
        } = self;
        engine.stop_leasing();
        let ended = async {
            while let Some(ended) = workers.join_next().await {
                ended.expect("workers end well");
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(5), ended).await;
        drop(workers);
        let _ = engine.stop().await;
    }
}
