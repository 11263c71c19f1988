//! One slot of in-process handlers: many leases at once, one call after the other.
//!
//! A call that is ready at once costs no wait and no timer. Between short bouts of calls the slot
//! looks after everything else: leases that came, reports that are through, signals, the stop.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use paceline_core::item::{ItemReport, Outcome};
use paceline_core::lease::{
    Lease, LeaseReport, LeaseSignal, LeasedItem, LeasedWork, Release, ReportBody,
};
use paceline_core::store::Offer;
use paceline_core::worker::WorkerState;
use paceline_core::{ErrorKind, Failure, Json, LeaseId};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::call::Call;
use super::catch::Caught;
use super::handlers::Handlers;
use crate::asking::Asking;
use crate::executor::held::{Held, hand_back, no_planner};
use crate::host::Host;
use crate::pace::{LOW_WATER, Pace};
use crate::reporter::Reporter;
use crate::signals::{Missed, Signals};
use crate::status::StatusCell;
use crate::words;

/// Most leases at once.
const MOST_LEASES: usize = 500;
/// Reports that may wait while one is on its way.
const MOST_REPORTS: usize = 2_000;
/// Calls follow each other for so long before the slot looks around.
const BOUT: Duration = Duration::from_millis(2);
/// Results of a chunk are reported at latest after this, though it goes on.
const PART_AFTER: Duration = Duration::from_millis(250);
/// How long a cancelled handler may go on.
const GRACE: Duration = Duration::from_secs(10);

type Answer = Result<Json, Failure>;

pub(super) struct HandlerSlot {
    handlers: Arc<Handlers>,
    host: Host,
    worker: Arc<str>,
    status: StatusCell,
    tasks: Vec<String>,
    signals: Signals,
    reporter: Reporter,
    pace: Pace,
    queue: VecDeque<Lease>,
    asking: Asking,
    /// The lease that runs now, and since when it is not wanted any more.
    current: Option<LeaseId>,
    revoked: Option<Instant>,
    /// Given to the calls; replaced once it was used.
    cancel: CancellationToken,
}

impl HandlerSlot {
    pub(super) fn new(handlers: Arc<Handlers>, host: Host, status: StatusCell) -> Self {
        HandlerSlot {
            worker: status.get().name.into(),
            status,
            tasks: handlers.names(),
            handlers,
            signals: Signals::of(&host.source),
            reporter: Reporter::new(Arc::clone(&host.source)).with_room(MOST_REPORTS),
            host,
            pace: Pace::default(),
            queue: VecDeque::new(),
            asking: Asking::default(),
            current: None,
            revoked: None,
            cancel: CancellationToken::new(),
        }
    }

    pub(super) async fn run(mut self) {
        self.status.set_tasks(&self.tasks);
        while !self.host.stop.is_ordered() {
            self.ask();
            self.look_around().await;
            self.bout().await;
            tokio::task::yield_now().await;
        }
        self.asking.withdraw();
        for lease in self.queue.drain(..) {
            self.reporter.push(hand_back(&lease));
        }
        self.reporter.drain().await;
        self.status.set_gone(WorkerState::Stopped, None);
    }

    fn ask(&mut self) {
        let held = self.pace.leases(self.queue.len());
        let short = self.queue.is_empty() || held.is_some_and(|held| held < LOW_WATER);
        if self.asking.is_taken() || !short || self.reporter.is_full() {
            return;
        }
        let room = u32::try_from(MOST_LEASES - self.queue.len().min(MOST_LEASES - 1));
        let offer = Offer {
            tasks: self.tasks.clone(),
            leases: self
                .pace
                .leases_to_fill(held.unwrap_or_default(), room.unwrap_or(1)),
            workers: self.handlers.slots,
        };
        self.asking.ask(&self.host.source, offer);
    }

    /// Takes in what has happened; waits for something only when there is nothing to run.
    async fn look_around(&mut self) {
        let may_run = !self.queue.is_empty() && !self.reporter.is_full();
        if !may_run {
            self.status.set_work(None);
        }
        tokio::select! {
            biased;
            () = self.host.stop.ordered() => {}
            leases = self.asking.answer() => self.queue.extend(leases),
            signal = self.signals.next() => self.take_signal(signal),
            lost = self.reporter.turn(), if !self.reporter.is_idle() => self.lose(&lost),
            () = std::future::ready(()), if may_run => {}
        }
    }

    /// Runs leases for a short while.
    async fn bout(&mut self) {
        let began = Instant::now();
        let mut ended = 0;
        while !self.reporter.is_full() && !self.host.stop.is_ordered() && began.elapsed() < BOUT {
            let Some(lease) = self.queue.pop_front() else {
                break;
            };
            if ended == 0 {
                self.status.set_work(Some(&lease));
            }
            ended += self.run_lease(lease).await;
        }
        self.status.add_items(ended);
    }

    /// How many items ended.
    async fn run_lease(&mut self, lease: Lease) -> u64 {
        (self.current, self.revoked) = (Some(lease.id), None);
        let ended = match lease.work {
            LeasedWork::Unit => self.run_unit(lease).await,
            LeasedWork::Chunk(_) => self.run_chunk(lease).await,
            LeasedWork::Plan => {
                self.reporter.push(no_planner(&lease));
                0
            }
        };
        self.current = None;
        if self.revoked.take().is_some() {
            self.cancel = CancellationToken::new();
        }
        ended
    }

    async fn run_unit(&mut self, lease: Lease) -> u64 {
        let began = Instant::now();
        let outcome = self.call(&lease, None, None).await;
        let duration = began.elapsed();
        self.pace.observe(&lease.task, 1, duration);
        if self.revoked.is_some() {
            return 0;
        }
        self.reporter.push(LeaseReport {
            lease: lease.id,
            job: lease.job,
            body: match outcome {
                Some(outcome) => ReportBody::Unit { outcome, duration },
                None => ReportBody::HandBack,
            },
        });
        1
    }

    async fn run_chunk(&mut self, lease: Lease) -> u64 {
        let LeasedWork::Chunk(items) = &lease.work else {
            return 0;
        };
        let chunk_began = Instant::now();
        let mut held = Held::new(lease.clone(), chunk_began);
        let (mut ended, mut looked) = (0, chunk_began);
        for item in items {
            if self.host.stop.is_ordered() || self.revoked.is_some() {
                break;
            }
            let began = Instant::now();
            let Some(outcome) = self.call(&lease, Some(item), Some(&mut held)).await else {
                break;
            };
            let now = Instant::now();
            let (seq, duration) = (item.seq, now - began);
            // Each item of the lease ends once, so it is held.
            let _ = held.end_item(
                ItemReport {
                    seq,
                    outcome,
                    duration,
                },
                now,
            );
            ended += 1;
            if looked.elapsed() >= BOUT {
                looked = now;
                let part = part_due(Some(&held)).filter(|at| *at <= now);
                let part = part.filter(|_| self.reporter.is_idle());
                self.reporter.extend(part.map(|_| held.take_part()));
                self.glance().await;
            }
        }
        self.pace.observe(&lease.task, ended, chunk_began.elapsed());
        held.revoked = self.revoked;
        if let Some(report) = held.into_end(Release::Normal) {
            self.reporter.push(report);
        }
        u64::try_from(ended).unwrap_or(0)
    }

    /// `None` when the outcome is not wanted any more, or did not come before the node's end.
    async fn call(
        &mut self,
        lease: &Lease,
        item: Option<&LeasedItem>,
        held: Option<&mut Held>,
    ) -> Option<Outcome> {
        let call = Call {
            job: lease.job,
            params: lease.params.clone(),
            attempt: item.map_or(lease.attempt, |item| item.attempt),
            item: item.cloned(),
            cancelled: self.cancel.clone(),
            notes: Arc::clone(&self.host.notes),
            worker: Arc::clone(&self.worker),
        };
        let Some(mut answer) = self.handlers.call(&lease.task, call) else {
            let message = format!("no handler for task `{}` here", lease.task);
            return Some(Outcome::Failed(Failure::new(ErrorKind::Handler, message)));
        };
        let answer = match once(&mut answer).await {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => self.wait(answer, lease.options.item_timeout, held).await,
        };
        answer.map(|answer| match answer {
            Ok(result) => Outcome::Succeeded(result),
            Err(failure) => Outcome::Failed(failure),
        })
    }

    /// Waits for a call that was not ready at once, and looks after everything else meanwhile.
    async fn wait(
        &mut self,
        mut answer: Caught,
        timeout: Option<Duration>,
        mut held: Option<&mut Held>,
    ) -> Option<Answer> {
        let deadline = timeout.map(|timeout| (Instant::now() + timeout, timeout));
        loop {
            let part = part_due(held.as_deref()).filter(|_| self.reporter.is_idle());
            let until = [
                deadline.map(|(at, _)| at),
                self.revoked.map(|since| since + GRACE),
                self.host.stop.deadline(),
                part,
            ];
            let until = until.into_iter().flatten().min();
            tokio::select! {
                biased;
                answer = &mut answer => return Some(answer),
                signal = self.signals.next() => self.take_signal(signal),
                lost = self.reporter.turn(), if !self.reporter.is_idle() => self.lose(&lost),
                () = self.host.stop.ordered(), if !self.host.stop.is_ordered() => {}
                () = at(until) => {
                    let now = Instant::now();
                    if let Some((at, after)) = deadline && at <= now {
                        return Some(Err(too_long(after)));
                    }
                    if part.is_some_and(|at| at <= now) {
                        self.reporter.extend(held.as_mut().map(|held| held.take_part()));
                    } else {
                        // The grace of a cancel, or the node's, is over: the call is dropped.
                        return None;
                    }
                }
            }
        }
    }

    /// Takes in what has happened to what is held, without a wait.
    async fn glance(&mut self) {
        tokio::select! {
            biased;
            signal = self.signals.next() => self.take_signal(signal),
            lost = self.reporter.turn(), if !self.reporter.is_idle() => self.lose(&lost),
            () = std::future::ready(()) => {}
        }
        tokio::task::yield_now().await;
    }

    fn take_signal(&mut self, signal: Result<LeaseSignal, Missed>) {
        match signal {
            Ok(LeaseSignal::Revoked(lease)) => self.lose(&[lease]),
            Ok(LeaseSignal::Recalled(lease)) => {
                if let Some(index) = self.queue.iter().position(|queued| queued.id == lease) {
                    let lease = self.queue.remove(index);
                    self.reporter.extend(lease.as_ref().map(hand_back));
                }
            }
            // What is lost shows in the answers to its reports, soon enough for short work.
            Err(Missed) => {}
        }
    }

    fn lose(&mut self, leases: &[LeaseId]) {
        for lease in leases {
            if self.current == Some(*lease) {
                self.revoked.get_or_insert_with(Instant::now);
                self.cancel.cancel();
            } else {
                self.queue.retain(|queued| queued.id != *lease);
            }
        }
    }
}

/// One look at the call, without a wait.
async fn once(answer: &mut Caught) -> Poll<Answer> {
    let mut answer = Pin::new(answer);
    std::future::poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await
}

async fn at(until: Option<Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}

fn part_due(held: Option<&Held>) -> Option<Instant> {
    held.and_then(Held::ended_since)
        .map(|since| since + PART_AFTER)
}

fn too_long(after: Duration) -> Failure {
    let message = format!("took longer than {}", words::time(after));
    Failure::new(ErrorKind::Timeout, message)
}
