//! The engine as its users see it: the API submits and controls, workers lease and report.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use paceline_core::clock::Clock;
use paceline_core::dice::Dice;
use paceline_core::event::EventKind;
use paceline_core::id::EventSeq;
use paceline_core::lease::{Lease, LeaseReport, LeaseSignal, Note, ReportAnswer};
use paceline_core::limits::{Hold, LimitName, Setting};
use paceline_core::query::Selector;
use paceline_core::resources::{Resources, Room};
use paceline_core::schedule::{Fired, Schedule};
use paceline_core::scope::{Kind, Scope};
use paceline_core::store::{Action, Controlled, Offer, Store, StoreError, Submitted};
use paceline_core::task::Task;
use paceline_core::{Job, JobId, JobState, Json, LeaseId, NewJob, NodeId, Time, UploadId};
use tokio::sync::{Notify, broadcast, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;
use crate::capacity::Capacity;
use crate::dispatch::{Ask, Granted};
use crate::feed::EventFeed;
use crate::hold_back::hold_back;
use crate::outstanding::Outstanding;
use crate::schedules::{JobMaker, RunError};

/// The node is stopping: no more leases are given, or no more reports taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the node is stopping")]
pub struct Stopping;

/// What the loops and all handles share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) node: NodeId,
    pub(crate) dice: Mutex<Dice>,
    /// Something may have become available.
    pub(crate) work: Notify,
    /// A schedule may be due earlier than was thought.
    pub(crate) schedules: Notify,
    pub(crate) newest: watch::Sender<EventSeq>,
    pub(crate) signals: broadcast::Sender<LeaseSignal>,
    /// Something was committed while leases were on their way here.
    pub(crate) overtaken: Notify,
    pub(crate) outstanding: Outstanding,
    /// Makes the jobs of schedules; they wait for it.
    pub(crate) maker: OnceLock<Arc<dyn JobMaker>>,
    pub(crate) capacity: Capacity,
    /// How often this node was asked by way of itself to take no more work, or to take it again: a
    /// heartbeat that was on its way meanwhile may not know of that.
    pub(crate) drains: AtomicU64,
    /// A worker of this node has declared a task with a breaker.
    pub(crate) breaker_declared: Notify,
    /// No new leases; reports are still taken.
    pub(crate) stop_leasing: CancellationToken,
    /// Everything ends.
    pub(crate) stop: CancellationToken,
}

impl Shared {
    /// It has heard that it is to take no more work, and has none.
    pub(crate) fn is_drained(&self) -> bool {
        self.capacity.is_drained() && self.outstanding.is_empty()
    }

    pub(crate) fn set_drained(&self, drained: bool) {
        if self.capacity.set_drained(drained) {
            tracing::info!(drained, "asked to take no more work, or to take it again");
            self.work.notify_one();
        }
    }

    pub(crate) fn roll(&self) -> u64 {
        self.dice
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next_u64()
    }

    pub(crate) fn random_bytes(&self) -> [u8; 10] {
        let mut bytes = [0; 10];
        let (first, second) = (self.roll(), self.roll());
        bytes[..8].copy_from_slice(&first.to_le_bytes());
        bytes[8..].copy_from_slice(&second.to_le_bytes()[..2]);
        bytes
    }

    /// Records reports; while the store cannot write it waits, and loses nothing.
    pub(crate) async fn report(
        &self,
        reports: Vec<LeaseReport>,
    ) -> Result<Vec<ReportAnswer>, Stopping> {
        let mut backoff = Backoff::new();
        loop {
            let now = self.clock.now();
            let recorded = async {
                hold_back(self, &reports, now).await?;
                self.store.report(reports.clone(), self.roll(), now).await
            };
            match recorded.await {
                Ok(answers) => {
                    self.outstanding.settle(&reports, &answers);
                    self.work.notify_one();
                    return Ok(answers);
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot record results yet; they are kept and tried again");
                }
            }
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return Err(Stopping),
                () = backoff.pause() => {}
            }
        }
    }

    pub(crate) async fn hold(&self, hold: Hold, now: Time) -> Result<(), StoreError> {
        let scope = hold.scope.clone();
        self.store.hold(hold, now).await?;
        if scope.kind == Kind::Task {
            self.recall(|job| job.task == scope.name).await?;
        }
        self.work.notify_one();
        Ok(())
    }

    /// Calls back what was handed out of some jobs. The last word on which those are is the
    /// store's: a filter may have matched any.
    pub(crate) async fn recall(&self, is_held: impl Fn(&Job) -> bool) -> Result<(), StoreError> {
        let mut held = std::collections::BTreeSet::new();
        for id in self.outstanding.jobs() {
            let job = self.store.job(id).await?;
            if job.is_some_and(|job| is_held(&job)) {
                held.insert(id);
            }
        }
        self.call_back(self.outstanding.of(|job| held.contains(&job)));
        Ok(())
    }

    pub(crate) fn call_back(&self, leases: Vec<LeaseId>) {
        for lease in leases {
            let _ = self.signals.send(LeaseSignal::Recalled(lease));
        }
    }

    /// What is free for workers, and what the tasks of this node need.
    pub(crate) fn room(&self) -> Room {
        let needs = self.capacity.needs();
        let free = if needs.is_empty() {
            Resources::default()
        } else {
            self.capacity.free(&self.outstanding.used())
        };
        Room { free, needs }
    }

    pub(crate) fn revoke(&self, leases: impl IntoIterator<Item = LeaseId>) {
        let leases: Vec<_> = leases.into_iter().collect();
        self.outstanding.revoke(&leases);
        for lease in leases {
            let _ = self.signals.send(LeaseSignal::Revoked(lease));
        }
    }
}

/// A way into a running engine. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(crate) shared: Arc<Shared>,
    pub(crate) asks: mpsc::Sender<Ask>,
    pub(crate) feed: EventFeed,
}

impl Handle {
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.shared.store
    }

    pub fn now(&self) -> Time {
        self.shared.clock.now()
    }

    pub fn node(&self) -> NodeId {
        self.shared.node
    }

    /// Ten random bytes, for names and ids.
    pub fn random_bytes(&self) -> [u8; 10] {
        self.shared.random_bytes()
    }

    pub fn new_id(&self) -> JobId {
        JobId::new(self.now(), self.random_bytes())
    }

    pub fn events(&self) -> EventFeed {
        self.feed.clone()
    }

    /// The number of the newest event, as it grows.
    pub fn newest_event(&self) -> watch::Receiver<EventSeq> {
        self.shared.newest.subscribe()
    }

    // ---- for the API ------------------------------------------------------------------------

    /// See [`Store::submit`]. Durable when it returns.
    pub async fn submit(&self, jobs: Vec<NewJob>) -> Result<Vec<Submitted>, StoreError> {
        let submitted = self.shared.store.submit(jobs, self.now()).await?;
        self.shared.work.notify_one();
        Ok(submitted)
    }

    /// See [`Store::finish_upload`].
    pub async fn finish_upload(&self, upload: UploadId) -> Result<Submitted, StoreError> {
        let submitted = self.shared.store.finish_upload(upload, self.now()).await?;
        self.shared.work.notify_one();
        Ok(submitted)
    }

    /// See [`Store::control`]. Workers on what was cancelled are told before this returns; of
    /// what was paused, leases that were handed out but have not started are called back.
    pub async fn control(
        &self,
        selector: Selector,
        action: Action,
        dry_run: bool,
    ) -> Result<Controlled, StoreError> {
        let pauses = matches!(action, Action::Pause) && !dry_run;
        let controlled = self
            .shared
            .store
            .control(selector, action, dry_run, self.now())
            .await?;
        self.shared
            .revoke(controlled.revoked.iter().map(|(_, lease)| *lease));
        if pauses {
            self.shared
                .recall(|job| job.state == JobState::Paused)
                .await?;
        }
        self.shared.work.notify_one();
        Ok(controlled)
    }

    /// See [`Store::set_limits`].
    pub async fn set_limits(&self, changes: Vec<(LimitName, Setting)>) -> Result<(), StoreError> {
        self.shared.store.set_limits(changes, self.now()).await?;
        self.shared.work.notify_one();
        Ok(())
    }

    /// See [`Store::hold`]. Leases of a task that this node handed out and that have not started
    /// are called back.
    pub async fn hold(&self, hold: Hold) -> Result<(), StoreError> {
        self.shared.hold(hold, self.now()).await
    }

    /// See [`Store::lift`].
    pub async fn lift(&self, scope: Scope) -> Result<bool, StoreError> {
        let lifted = self.shared.store.lift(scope, self.now()).await?;
        self.shared.work.notify_one();
        Ok(lifted)
    }

    /// Lets schedules run here from now on, with jobs that `maker` makes. The first one stays.
    pub fn run_schedules_with(&self, maker: Arc<dyn JobMaker>) {
        if self.shared.maker.set(maker).is_ok() {
            self.shared.schedules.notify_one();
        }
    }

    /// Looks at schedules soon: one of them was changed.
    pub fn schedules_changed(&self) {
        self.shared.schedules.notify_one();
    }

    /// Runs a schedule now, paused or not.
    pub async fn run_schedule(&self, schedule: Schedule) -> Result<Fired, RunError> {
        self.shared.run_by_hand(schedule).await
    }

    /// See [`Store::reset_breaker`].
    pub async fn reset_breaker(&self, task: &str) -> Result<bool, StoreError> {
        let store = &self.shared.store;
        let reset = store.reset_breaker(task.to_owned(), self.now()).await?;
        self.shared.work.notify_one();
        Ok(reset)
    }

    /// The job once it has ended, or as it is after `timeout`; `None` when there is none.
    pub async fn wait(&self, id: JobId, timeout: Duration) -> Result<Option<Job>, StoreError> {
        let deadline = tokio::time::Instant::now() + timeout;
        let newest = self.shared.store.last_event().await?;
        let mut events = std::pin::pin!(self.feed.subscribe(newest));
        loop {
            let job = self.shared.store.job(id).await?;
            let over = job.as_ref().is_none_or(|job| job.state.is_terminal());
            if over || !self.news_of(id, &mut events, deadline).await {
                return Ok(job);
            }
        }
    }

    /// Waits for an event that may have ended the job; false at the deadline.
    async fn news_of(
        &self,
        id: JobId,
        events: &mut (impl futures::Stream<Item = Arc<paceline_core::event::EventRecord>> + Unpin),
        deadline: tokio::time::Instant,
    ) -> bool {
        let ended = async {
            while let Some(event) = events.next().await {
                let gone = event.kind == EventKind::Deleted;
                let ended = event.state.is_some_and(JobState::is_terminal);
                if event.job == Some(id) && (gone || ended) {
                    return true;
                }
            }
            false
        };
        tokio::select! {
            biased;
            ended = ended => ended,
            () = tokio::time::sleep_until(deadline) => false,
            () = self.shared.stop.cancelled() => false,
        }
    }

    /// What this node has, and what of it is used.
    pub fn resources(&self) -> (Resources, Resources) {
        let has = self.shared.capacity.machine().has.clone();
        (has, self.shared.outstanding.used())
    }

    /// Asks a node to take no more work, or to take it again; another one than this hears of it
    /// within a few seconds. False when there is no such node.
    pub async fn drain(&self, node: NodeId, drained: bool) -> Result<bool, StoreError> {
        let now = self.shared.clock.now();
        let known = self.shared.store.watch().drain(node, drained, now).await?;
        if known && node == self.shared.node {
            self.shared.drains.fetch_add(1, Ordering::SeqCst);
            self.shared.set_drained(drained);
        }
        Ok(known)
    }

    /// This node has heard that it is to take no more work, and has none.
    pub fn is_drained(&self) -> bool {
        self.shared.is_drained()
    }

    /// The gate of this node's machine that is shut.
    pub fn machine_gate(&self) -> Option<String> {
        self.shared.capacity.machine_gate()
    }

    /// The gate that keeps this node from taking more work, if one is shut.
    pub fn gate(&self) -> Option<String> {
        self.shared.capacity.gate()
    }

    /// What this node lacks for one more worker to run the task, in plain words.
    pub fn lacks_for(&self, task: &str) -> Option<String> {
        let needs = self.shared.capacity.needs();
        let used = self.shared.outstanding.used();
        self.shared.capacity.lacks(needs.get(task)?, &used)
    }

    /// Tasks of this node's workers that need more than it has at all, with what it lacks.
    pub fn never_run(&self) -> Vec<(String, String)> {
        let needs = self.shared.capacity.needs().into_iter();
        let lack = |(task, need): (String, Resources)| {
            let lack = self.shared.capacity.machine().has.lacks(&need)?;
            Some((task, lack.ever()))
        };
        needs.filter_map(lack).collect()
    }

    // ---- for workers ------------------------------------------------------------------------

    /// Waits until there is work for the offer. Dropping the call leases nothing.
    pub async fn lease(&self, offer: Offer) -> Result<Vec<Lease>, Stopping> {
        loop {
            let leases = self.ask(offer.clone()).await?;
            if !leases.is_empty() {
                return Ok(leases);
            }
        }
    }

    async fn ask(&self, offer: Offer) -> Result<Vec<Lease>, Stopping> {
        let (reply, granted) = oneshot::channel();
        self.asks
            .send(Ask { offer, reply })
            .await
            .map_err(|_| Stopping)?;
        tokio::select! {
           biased;
            granted = granted => granted.map(Granted::take).map_err(|_| Stopping),
            () = self.shared.stop_leasing.cancelled() => Err(Stopping),
        }
    }

    /// Records reports; returns once they are durable. See [`Store::report`].
    pub async fn report(&self, reports: Vec<LeaseReport>) -> Result<Vec<ReportAnswer>, Stopping> {
        self.shared.report(reports).await
    }

    /// Passes news on; lost when the store cannot write.
    pub async fn note(&self, notes: Vec<Note>) {
        if let Err(error) = self.shared.store.note(notes, self.now()).await {
            tracing::warn!(%error, "progress or log lines were lost");
        }
    }

    /// What happens to leases from outside.
    pub fn signals(&self) -> broadcast::Receiver<LeaseSignal> {
        self.shared.signals.subscribe()
    }

    /// Makes tasks known; waits while the store cannot write.
    pub async fn declare(&self, tasks: Vec<Task>) -> Result<(), Stopping> {
        self.shared.capacity.declare(&tasks);
        if tasks.iter().any(|task| task.throttle.breaker.is_some()) {
            self.shared.breaker_declared.notify_one();
        }
        let mut backoff = Backoff::new();
        while let Err(error) = self.shared.store.declare_tasks(tasks.clone()).await {
            tracing::warn!(%error, "cannot record the tasks of a worker yet");
            tokio::select! {
                biased;
                () = self.shared.stop.cancelled() => return Err(Stopping),
                () = backoff.pause() => {}
            }
        }
        self.shared.work.notify_one();
        Ok(())
    }

    /// Records an event that belongs to no job.
    pub async fn event(&self, kind: EventKind, data: Json) {
        if let Err(error) = self.shared.store.record_event(kind, data, self.now()).await {
            tracing::warn!(%error, %kind, "an event was lost");
        }
    }
}
