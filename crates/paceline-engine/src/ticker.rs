//! What time moves: due jobs, schedules, time-outs, the node's heartbeat, dead nodes.

use std::sync::Arc;
use std::time::Duration;

use paceline_core::Time;
use paceline_core::store::StoreError;
use tokio::time::Instant;

use crate::engine::Options;
use crate::handle::Shared;

pub(crate) struct Ticker {
    shared: Arc<Shared>,
    options: Options,
    next_heartbeat: Instant,
    healthy: bool,
}

impl Ticker {
    pub(crate) fn new(shared: Arc<Shared>, options: Options) -> Self {
        let now = Instant::now();
        Ticker {
            shared,
            options,
            next_heartbeat: now,
            healthy: true,
        }
    }

    pub(crate) async fn run(mut self) {
        loop {
            let next_due = match self.upkeep().await {
                Ok(next_due) => next_due,
                Err(error) => {
                    self.complain(&error);
                    None
                }
            };
            tokio::select! {
                biased;
                () = self.shared.stop.cancelled() => return,
                () = tokio::time::sleep(self.pause(next_due)) => {}
                () = self.shared.schedules.notified() => {}
            }
        }
    }

    fn pause(&self, next_due: Option<Time>) -> Duration {
        let until_due =
            next_due.map_or(self.options.tick, |due| due.since(self.shared.clock.now()));
        until_due.clamp(Duration::from_millis(5), self.options.tick)
    }

    async fn upkeep(&mut self) -> Result<Option<Time>, StoreError> {
        if Instant::now() >= self.next_heartbeat {
            self.shared.heartbeat(self.options.node_timeout).await?;
            self.next_heartbeat = Instant::now() + self.options.node_timeout / 3;
        }
        let ticked = self.shared.store.tick(self.shared.clock.now()).await?;
        self.shared
            .revoke(ticked.revoked.iter().map(|(_, lease)| *lease));
        if ticked.due > 0 || ticked.freed || ticked.recovered > 0 || !ticked.timed_out.is_empty() {
            self.shared.work.notify_one();
        }
        let next_run = self.shared.run_schedules().await?;
        self.healthy = true;
        Ok(ticked.next_due.into_iter().chain(next_run).min())
    }

    /// Says once that the store is away, not at every tick.
    fn complain(&mut self, error: &StoreError) {
        if self.healthy {
            tracing::error!(%error, "upkeep failed; trying again every tick");
        }
        self.healthy = false;
    }
}
