//! Watching over all: says how this node is and writes it down, finds alerts, tells of runs that
//! take long, and removes old notifications.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use paceline_core::JobState;
use paceline_core::admission::NEXT_IN_LINE;
use paceline_core::alert::{self, Thresholds, Waiting};
use paceline_core::node::{Gauges, NodeFacts};
use paceline_core::notify::{EVERYBODY, long_after};
use paceline_core::sample::{Finished, SystemSample};
use paceline_core::store::StoreError;
use tokio::time::Instant;

use crate::handle::Shared;

/// Runs that one look considers.
const RUNS: u32 = 1_000;
/// How long notifications and settled messages are kept, and how many in each list.
const KEPT: Duration = Duration::from_hours(24 * 30);
const MOST: u32 = 1_000;
const TIDY_EVERY: Duration = Duration::from_mins(10);
/// How often a node says how it is, at least: others show it to people.
const SAY_EVERY: Duration = Duration::from_secs(3);
/// How long is kept how nodes were.
pub const SAMPLES_KEPT: Duration = Duration::from_hours(24);

/// How often this node looks, at what, and what it minds.
#[derive(Clone, Debug)]
pub struct Watching {
    pub gauges: Arc<dyn Gauges>,
    pub thresholds: Thresholds,
    pub every: Duration,
}

pub(crate) struct Watcher {
    shared: Arc<Shared>,
    watching: Watching,
    next_look: Instant,
    next_tidy: Instant,
    finished: Finished,
    /// Until when it is written down what was finished.
    covered: Instant,
    healthy: bool,
}

impl Watcher {
    pub(crate) fn new(shared: Arc<Shared>, watching: Watching) -> Self {
        Watcher {
            shared,
            watching,
            next_look: Instant::now(),
            next_tidy: Instant::now(),
            finished: Finished::default(),
            covered: Instant::now(),
            healthy: true,
        }
    }

    pub(crate) async fn run(mut self) {
        loop {
            match self.look().await {
                Ok(()) => self.healthy = true,
                Err(error) if self.healthy => {
                    tracing::warn!(%error, "cannot watch over things; trying again");
                    self.healthy = false;
                }
                Err(_) => {}
            }
            tokio::select! {
                biased;
                () = self.shared.stop.cancelled() => return,
                () = tokio::time::sleep_until(self.next_look.min(Instant::now() + SAY_EVERY)) => {}
            }
        }
    }

    async fn look(&mut self) -> Result<(), StoreError> {
        let mut facts = self.watching.gauges.look();
        facts.gate = self.shared.capacity.machine_gate();
        facts.is_drained = self.shared.is_drained();
        self.say(facts.clone()).await?;
        if Instant::now() < self.next_look {
            return Ok(());
        }
        // On time the next time too, unless it is long past.
        self.next_look = (self.next_look + self.watching.every).max(Instant::now());
        self.write_down(&facts).await?;
        self.alerts().await?;
        self.long_runs().await?;
        if Instant::now() >= self.next_tidy {
            self.next_tidy = Instant::now() + TIDY_EVERY;
            self.tidy().await?;
        }
        Ok(())
    }

    async fn say(&self, facts: NodeFacts) -> Result<(), StoreError> {
        let now = self.shared.clock.now();
        let watch = self.shared.store.watch();
        watch.say(self.shared.node, facts, now).await
    }

    async fn tidy(&self) -> Result<(), StoreError> {
        let now = self.shared.clock.now();
        self.shared
            .store
            .outbox()
            .tidy(now - KEPT, MOST, now)
            .await?;
        let watch = self.shared.store.watch();
        watch.forget_samples(now - SAMPLES_KEPT).await
    }

    async fn write_down(&mut self, facts: &NodeFacts) -> Result<(), StoreError> {
        let counts = self.shared.store.counts().await?;
        let count = |state| counts.get(&state).copied().unwrap_or(0);
        let now = self.shared.clock.now();
        let covered = std::mem::replace(&mut self.covered, Instant::now());
        let sample = SystemSample {
            pending: count(JobState::Pending),
            running: count(JobState::Running),
            finished: self.finished.since_last(&facts.workers),
            covers: covered.elapsed(),
            ..SystemSample::new(self.shared.node, now, facts)
        };
        self.shared.store.watch().sample(sample).await
    }

    async fn alerts(&self) -> Result<(), StoreError> {
        let now = self.shared.clock.now();
        let thresholds = &self.watching.thresholds;
        let watch = self.shared.store.watch();
        let seen = watch.seen(now - thresholds.failure_window, now).await?;
        let waiting = self.held_by_nothing(seen.waiting).await?;
        let findings = alert::find(&seen.nodes, &waiting, &seen.ended, thresholds, now);
        watch.settle_alerts(findings, now).await?;
        Ok(())
    }

    /// Those that no rule holds back.
    async fn held_by_nothing(&self, mut waiting: Vec<Waiting>) -> Result<Vec<Waiting>, StoreError> {
        if waiting.is_empty() {
            return Ok(waiting);
        }
        let jobs: Vec<_> = waiting.iter().map(|one| one.job).collect();
        let now = self.shared.clock.now();
        let held = self.shared.store.waiting_for(&jobs, now).await?;
        let is_held = |one: &Waiting| {
            let mut reasons = held.iter().filter(|(job, _)| *job == one.job);
            reasons.any(|(_, why)| why.iter().any(|why| why != NEXT_IN_LINE))
        };
        waiting.retain(|one| !is_held(one));
        Ok(waiting)
    }

    async fn long_runs(&self) -> Result<(), StoreError> {
        let now = self.shared.clock.now();
        let watch = self.shared.store.watch();
        let mut runs = watch.long_runs(now, RUNS).await?;
        if runs.is_empty() {
            return Ok(());
        }
        let preferences = self.shared.store.outbox().preferences().await?;
        let mut histories = HashMap::new();
        for run in &runs {
            if !histories.contains_key(&run.task) {
                let history = self.shared.store.history(&run.task).await?;
                histories.insert(run.task.clone(), history);
            }
        }
        runs.retain(|run| {
            let user = run.user.as_deref().unwrap_or(EVERYBODY);
            histories.get(&run.task).is_some_and(|history| {
                now.since(run.started_at) >= long_after(preferences.get(user), history)
            })
        });
        watch.tell_long(runs, now).await?;
        Ok(())
    }
}
