//! One simulated history: nodes that come and go over one store.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use paceline_core::clock::Clock;
use paceline_core::dice::Dice;
use paceline_core::limits::Limits;
use paceline_core::query::{ItemQuery, Selector};
use paceline_core::state::ItemState;
use paceline_core::store::{Action, NodeInfo, Store};
use paceline_core::{Job, JobId, JobState};
use paceline_engine::{Engine, Options};
use paceline_store::SqliteStore;
use tokio::task::JoinSet;

use crate::check::{Checks, lock};
use crate::clock::VirtualClock;
use crate::observer::{Faults, Observer, Sabotage};
use crate::people::Person;
use crate::workers::Worker;

/// How rough a history is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    faults: Faults,
    /// One act of people in so many is followed by a crash; 0 is never.
    crashes: u64,
    deadliness: u64,
    acts: u32,
    sabotage: Option<Sabotage>,
}

impl Plan {
    pub(crate) const QUIET: Plan = Plan {
        faults: Faults::NONE,
        crashes: 0,
        deadliness: 0,
        acts: 25,
        sabotage: None,
    };
    pub(crate) const STORMY: Plan = Plan {
        faults: Faults::SOME,
        crashes: 6,
        deadliness: 12,
        acts: 40,
        sabotage: None,
    };

    pub(crate) fn breaking(self, sabotage: Sabotage) -> Plan {
        Plan {
            sabotage: Some(sabotage),
            ..self
        }
    }
}

/// A node process: dropping it is `kill -9`.
struct Node {
    engine: Engine,
    workers: JoinSet<()>,
}

pub(crate) struct World {
    observer: Arc<Observer>,
    clock: Arc<VirtualClock>,
    checks: Arc<Mutex<Checks>>,
    dice: Dice,
    plan: Plan,
    limits: Limits,
}

impl World {
    pub(crate) async fn run(seed: u64, plan: Plan) {
        let mut dice = Dice::new(seed);
        let checks = Arc::new(Mutex::new(Checks::default()));
        let store = SqliteStore::in_memory_inline().expect("an in-memory store");
        let faults = Dice::new(dice.next_u64());
        let observer = Arc::new(Observer::new(
            Arc::new(store),
            Arc::clone(&checks),
            plan.faults,
            plan.sabotage,
            faults,
        ));
        let limits = match dice.next_u64() % 3 {
            0 => Limits::NONE,
            1 => Limits::default(),
            _ => Limits {
                jobs_per_key: Some(1),
                ..Limits::general(Some(2), Some(1))
            },
        };
        let clock = Arc::new(VirtualClock::new());
        let mut world = World {
            observer,
            clock,
            checks,
            dice,
            plan,
            limits,
        };
        let node = world.live().await;
        world.settle(node).await;
    }

    /// People act, nodes crash and start again.
    async fn live(&mut self) -> Node {
        let mut person = Person {
            dice: Dice::new(self.dice.next_u64()),
            checks: Arc::clone(&self.checks),
        };
        let mut node = self.start_node().await;
        for _ in 0..self.plan.acts {
            let pause = Duration::from_micros(self.dice.next_u64() % 1_500_000);
            tokio::time::sleep(pause).await;
            if self.plan.crashes > 0 && self.dice.next_u64().is_multiple_of(self.plan.crashes) {
                node = self.crash_and_restart(node).await;
            }
            person.act(&node.engine.handle().clone()).await;
        }
        node
    }

    async fn crash_and_restart(&mut self, node: Node) -> Node {
        drop(node);
        lock(&self.checks).crashes += 1;
        tokio::time::sleep(Duration::from_millis(self.dice.next_u64() % 3_000)).await;
        self.start_node().await
    }

    async fn start_node(&mut self) -> Node {
        let store: Arc<dyn Store> = Arc::clone(&self.observer) as Arc<dyn Store>;
        let options = Options {
            limits: self.limits.clone(),
            ..Options::default()
        };
        let engine = loop {
            let info = NodeInfo {
                name: "sim".to_owned(),
                pid: 1,
                version: "0".to_owned(),
            };
            let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
            // Registering may meet a fault: a process supervisor would start the node again.
            match Engine::start(
                Arc::clone(&store),
                clock,
                info,
                options.clone(),
                self.dice.next_u64(),
            )
            .await
            {
                Ok(engine) => break engine,
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        };
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
        Node { engine, workers }
    }

    /// The storm is over: everything that was held is let go, and must come to an end.
    async fn settle(&mut self, node: Node) {
        self.observer.calm();
        let jobs: Vec<JobId> = lock(&self.checks).kept().collect();
        let handle = node.engine.handle().clone();
        handle
            .control(Selector::Ids(jobs.clone()), Action::Resume, false)
            .await
            .expect("a calm store");
        for id in jobs {
            let job = handle
                .wait(id, Duration::from_mins(30))
                .await
                .expect("a calm store");
            let job = job.unwrap_or_else(|| panic!("the acknowledged job {id} is gone"));
            assert!(
                job.state.is_terminal(),
                "{id} is still {} after half an hour: {job:?}",
                job.state
            );
            self.check_items(&job).await;
        }
        let Node {
            engine,
            mut workers,
        } = node;
        engine.stop_leasing();
        while let Some(ended) = workers.join_next().await {
            ended.expect("workers end well");
        }
        engine.stop().await.expect("a clean stop");
        self.observer.check_replay().await;
    }

    /// Every item has one end, and the counters count them.
    async fn check_items(&self, job: &Job) {
        let query = ItemQuery {
            state: None,
            after: None,
            limit: 10_000,
        };
        let items = self
            .observer
            .items(job.id, query)
            .await
            .expect("a calm store");
        let count = |state| {
            u32::try_from(items.iter().filter(|item| item.state == state).count()).expect("small")
        };
        if job.kind != paceline_core::job::JobKind::Unit {
            let counters = job.counters;
            assert_eq!(
                counters.succeeded,
                count(ItemState::Succeeded),
                "succeeded of {}",
                job.id
            );
            assert_eq!(
                counters.failed,
                count(ItemState::Failed),
                "failed of {}",
                job.id
            );
            assert_eq!(
                counters.skipped,
                count(ItemState::Skipped),
                "skipped of {}",
                job.id
            );
            assert_eq!(
                counters.cancelled,
                count(ItemState::Cancelled),
                "cancelled of {}",
                job.id
            );
            assert_eq!(counters.total as usize, items.len(), "total of {}", job.id);
            assert_eq!(
                (counters.running, counters.remaining()),
                (0, 0),
                "left of {}",
                job.id
            );
            let recorded = lock(&self.checks).recorded_of(job.id);
            assert_eq!(
                recorded, counters.succeeded as usize,
                "recorded of {}",
                job.id
            );
        }
        if job.state == JobState::Completed {
            assert!(items.iter().all(|item| item.state.is_terminal()));
        }
    }
}
