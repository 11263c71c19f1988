//! A clean-up from its beginning to its end, in steps, so that others can write in between.

use std::sync::Arc;
use std::time::Instant;

use paceline_core::Time;
use paceline_core::retention::{Aged, Pass, Pruned, Retention};
use paceline_core::store::Result;

use crate::buckets;
use crate::command::Durable;
use crate::context::WriteContext;
use crate::prune;
use crate::sqlite::{Backend, SqliteStore, locked};
use crate::sweep::{self, Past};

impl SqliteStore {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a clean-up takes is a matter of real time"
    )]
    pub(crate) async fn clean_up(&self, retention: Retention, now: Time) -> Result<Pruned> {
        let started = Instant::now();
        let retention = Arc::new(retention);
        let (passes, held) = self.sweeps.begin(&retention, now);
        let mut pruned = Pruned::default();
        for of in [Aged::Jobs, Aged::Results] {
            let held = held.iter().filter(|(held_of, _)| *held_of == of);
            let held: Vec<Past> = held.map(|(_, past)| *past).collect();
            pruned.add(self.remove(of, &held, &retention, now).await?);
        }
        for pass in passes {
            pruned.add(self.sweep(pass, &retention, now).await?);
            self.sweeps.passed(&pass);
        }
        pruned.events += self.forget_events(&retention, now).await?;
        let kept = retention.task_history;
        let tidy = move |context: &mut WriteContext<'_>| buckets::tidy(context, kept, now);
        while self.write(Durable::No, tidy).await? {}
        self.write(Durable::No, move |context| {
            prune::finish(context, pruned, &retention, started.elapsed(), now)
        })
        .await?;
        if let Backend::Inline(state) = &self.backend {
            while locked(state).background() {}
        }
        Ok(pruned)
    }

    async fn sweep(&self, pass: Pass, retention: &Arc<Retention>, now: Time) -> Result<Pruned> {
        let mut pruned = Pruned::default();
        loop {
            let kept = Arc::clone(retention);
            let find = move |connection: &_| sweep::find(connection, &pass, &kept);
            let found = self.read(find).await?;
            let removed = self.remove(pass.of, &found.past, retention, now).await?;
            pruned.add(removed);
            // Where all that was found had to stay, a next look would find the same.
            if !found.more || removed == Pruned::default() {
                return Ok(pruned);
            }
        }
    }

    async fn remove(
        &self,
        of: Aged,
        past: &[Past],
        retention: &Arc<Retention>,
        now: Time,
    ) -> Result<Pruned> {
        let mut pruned = Pruned::default();
        for step in sweep::steps(of, past) {
            let kept = Arc::clone(retention);
            let take =
                move |context: &mut WriteContext<'_>| sweep::take(context, &step, &kept, now);
            let (removed, held) = self.write(Durable::No, take).await?;
            pruned.add(removed);
            self.sweeps.hold(of, held);
        }
        Ok(pruned)
    }

    async fn forget_events(&self, retention: &Arc<Retention>, now: Time) -> Result<u64> {
        let mut events = 0;
        loop {
            let kept = Arc::clone(retention);
            let step = move |context: &mut WriteContext<'_>| prune::step(context, &kept, now);
            let (some, more) = self.write(Durable::No, step).await?;
            events += some;
            if !more {
                return Ok(events);
            }
        }
    }
}
