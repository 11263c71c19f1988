//! Starting and stopping the engine.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use paceline_core::clock::Clock;
use paceline_core::dice::Dice;
use paceline_core::limits::Limits;
use paceline_core::store::{NodeInfo, Retention, Store, StoreError};
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::breakers;
use crate::capacity::{Capacity, Machine};
use crate::cleaner;
use crate::dispatch::Dispatcher;
use crate::feed::EventFeed;
use crate::handle::{Handle, Shared};
use crate::losses;
use crate::notifier::{Carrying, Hearing, Notifications};
use crate::outstanding::Outstanding;
use crate::ticker::Ticker;
use crate::watcher::{Watcher, Watching};

/// Signals that a worker may be behind. What it misses it learns from its next report.
const SIGNALS: usize = 4096;

#[derive(Clone, Debug)]
pub struct Options {
    /// What holds where nothing else was set.
    pub limits: Limits,
    pub retention: Retention,
    /// What there is for workers.
    pub machine: Machine,
    /// Longest pause between two looks at what is due.
    pub tick: Duration,
    /// A node that was not heard of for this long is taken as dead.
    pub node_timeout: Duration,
    pub first_prune: Duration,
    pub prune_every: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            limits: Limits::default(),
            retention: Retention::default(),
            machine: Machine::default(),
            tick: Duration::from_secs(1),
            node_timeout: Duration::from_secs(10),
            // At the start there is more urgent work than cleaning.
            first_prune: Duration::from_secs(5),
            prune_every: Duration::from_mins(10),
        }
    }
}

/// Longest that a node tries to sign off from a store that does not answer. What it holds goes back
/// all the same, once it was not heard of for long enough.
const SIGN_OFF: Duration = Duration::from_secs(10);

/// A running engine. Dropping it ends its loops at once, as a crash would; [`Engine::stop`] ends
/// them in order.
#[derive(Debug)]
pub struct Engine {
    handle: Handle,
    loops: JoinSet<()>,
}

impl Engine {
    /// Registers the node, takes back what earlier ones left, and starts the loops. `seed` feeds
    /// all randomness.
    pub async fn start(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        node: NodeInfo,
        options: Options,
        seed: u64,
    ) -> Result<Engine, StoreError> {
        let now = clock.now();
        let node = store
            .register_node(node, now + options.node_timeout, now)
            .await?;
        store.configure(options.limits.clone(), now).await?;
        let newest = watch::Sender::new(store.last_event().await?);
        let shared = Arc::new(Shared {
            store: Arc::clone(&store),
            clock,
            node,
            dice: Mutex::new(Dice::new(seed)),
            work: Notify::new(),
            schedules: Notify::new(),
            newest,
            signals: broadcast::channel(SIGNALS).0,
            overtaken: Notify::new(),
            outstanding: Outstanding::default(),
            maker: OnceLock::new(),
            capacity: Capacity::new(options.machine.clone()),
            drains: AtomicU64::new(0),
            breaker_declared: Notify::new(),
            stop_leasing: CancellationToken::new(),
            stop: CancellationToken::new(),
        });
        wake_on_commit(&shared);
        let (asks, asked) = mpsc::channel(1024);
        let feed = EventFeed::new(store);
        let mut loops = JoinSet::new();
        loops.spawn(Dispatcher::new(Arc::clone(&shared), asked).run());
        loops.spawn(losses::watch(Arc::clone(&shared), options.node_timeout));
        loops.spawn(cleaner::clean(Arc::clone(&shared), options.clone()));
        loops.spawn(Ticker::new(Arc::clone(&shared), options).run());
        loops.spawn(
            feed.clone()
                .run(shared.newest.subscribe(), shared.stop.clone()),
        );
        shared.work.notify_one();
        let handle = Handle { shared, asks, feed };
        loops.spawn(breakers::watch(handle.clone()));
        Ok(Engine { handle, loops })
    }

    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Lets this node tell people of what happens.
    pub fn notify(&mut self, notifications: Notifications) {
        let shared = &self.handle.shared;
        let posted = Arc::new(Notify::new());
        let hearing = Hearing::new(
            Arc::clone(shared),
            notifications.clone(),
            Arc::clone(&posted),
        );
        let carrying = Carrying::new(Arc::clone(shared), notifications, posted);
        self.loops.spawn(hearing.run());
        self.loops.spawn(carrying.run());
    }

    /// Lets this node watch over all: alerts, and runs that take long.
    pub fn watch(&mut self, watching: Watching) {
        let watcher = Watcher::new(Arc::clone(&self.handle.shared), watching);
        self.loops.spawn(watcher.run());
    }

    /// Gives no more leases. Workers see it and stop; their reports are still taken.
    pub fn stop_leasing(&self) {
        self.handle.shared.stop_leasing.cancel();
    }

    /// Ends the loops and the node; leases that are still out go back to their jobs.
    pub async fn stop(mut self) -> Result<(), StoreError> {
        self.stop_leasing();
        let shared = &self.handle.shared;
        shared.stop.cancel();
        let sign_off = async {
            while self.loops.join_next().await.is_some() {}
            let now = shared.clock.now();
            shared.store.remove_node(shared.node, now).await
        };
        let late = || Err(StoreError::Unavailable("it did not answer in time".into()));
        tokio::time::timeout(SIGN_OFF, sign_off)
            .await
            .unwrap_or_else(|_| late())
    }
}

/// The hook holds the engine weakly: a store may outlive it, and serve the next.
fn wake_on_commit(shared: &Arc<Shared>) {
    let engine = Arc::downgrade(shared);
    shared.store.on_commit(Arc::new(move |newest| {
        let Some(engine) = engine.upgrade() else {
            return;
        };
        let news = engine
            .newest
            .send_if_modified(|known| std::mem::replace(known, newest) != newest);
        if news {
            engine.work.notify_one();
        }
    }));
}
