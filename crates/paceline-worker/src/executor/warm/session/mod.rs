//! The life of one ready process: leases in, results out, until it ends.
//!
//! One task, one loop. Each turn first acts on the time ([`Session::act`]), then waits for the
//! next event: bytes of the process, leases, signals, a finished report, the order to stop, or
//! the next moment at which there is something to do. Nothing in it blocks, so a deadline is kept
//! however busy the process or the store is.

mod ending;
mod messages;
mod supply;
mod watch;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use paceline_core::LeaseId;
use paceline_core::lease::{Lease, LeaseSignal};
use tokio::time::Instant;

use self::ending::Cause;
pub(super) use self::ending::Ended;
use self::watch::Memory;
use super::pool::{PoolShared, Renewals};
use super::process::{Sign, WorkerProcess};
use crate::asking::Asking;
use crate::executor::held::Held;
use crate::pace::Pace;
use crate::reporter::Reporter;
use crate::signals::{Missed, Signals};
use crate::status::StatusCell;

/// A process that was killed and whose output does not end is given up after this.
const GIVE_UP: Duration = Duration::from_secs(5);
/// The output of a process that has ended ends with it.
const LAST_WORDS: Duration = Duration::from_millis(500);

pub(super) struct Session {
    pool: Arc<PoolShared>,
    worker: Arc<str>,
    status: StatusCell,
    process: WorkerProcess,
    tasks: Vec<String>,
    /// The process gathers messages; see the protocol's `ready`.
    buffered: bool,
    pid: u32,
    signals: Signals,
    /// Says when, and why, the process is to be replaced.
    renewals: Renewals,
    reporter: Reporter,
    phase: Phase,
    asking: Asking,
    /// Leases that the process does not know of yet.
    queue: VecDeque<Lease>,
    /// Leases that the process knows of, the current one first.
    sent: VecDeque<Held>,
    memory: Memory,
    /// The process had to wait for its reports at the last look.
    was_full: bool,
    /// What is shown as current.
    shown: Option<LeaseId>,
    /// Why and when the process was killed.
    killed: Option<(Cause, Instant)>,
    /// When the process ended; what it wrote before may still be on its way.
    exited: Option<Instant>,
    leases_ended: u64,
    closed: bool,
}

/// What the session is up to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    Serving,
    /// Finishes what was sent, then the process is replaced.
    Recycling {
        why: String,
    },
    /// The process was asked to exit; it is killed at that time.
    Leaving {
        why: Option<String>,
        until: Instant,
    },
}

enum Event {
    Stop,
    Signal(Result<LeaseSignal, Missed>),
    Lost(Vec<LeaseId>),
    Renew(Arc<str>),
    Leases(Vec<Lease>),
    Sign(Sign),
    Time,
}

impl Session {
    pub(super) fn new(
        pool: Arc<PoolShared>,
        worker: Arc<str>,
        status: StatusCell,
        process: WorkerProcess,
        renewals: Renewals,
    ) -> Self {
        Session {
            signals: Signals::of(&pool.host.source),
            reporter: Reporter::new(Arc::clone(&pool.host.source)),
            renewals,
            pool,
            worker,
            status,
            tasks: vec![],
            buffered: false,
            pid: 0,
            phase: Phase::Serving,
            asking: Asking::default(),
            queue: VecDeque::new(),
            sent: VecDeque::new(),
            memory: Memory::of(process.root_pid()),
            was_full: false,
            shown: None,
            killed: None,
            exited: None,
            leases_ended: 0,
            closed: false,
            process,
        }
    }

    /// What the process said of itself.
    pub(super) fn with(mut self, tasks: Vec<String>, buffered: bool, pid: u32) -> Self {
        (self.tasks, self.buffered, self.pid) = (tasks, buffered, pid);
        self
    }

    /// Runs leases until the process has ended.
    pub(super) async fn serve(mut self, pace: &mut Pace) -> Ended {
        while !self.closed {
            let now = Instant::now();
            self.act(pace, now);
            let until = self.next_moment(pace, now);
            let event = self.next_event(until).await;
            self.take(event, pace, Instant::now());
        }
        self.conclude().await
    }

    /// Does what is due.
    fn act(&mut self, pace: &Pace, now: Instant) {
        if let Some(until) = self.last_words_until() {
            self.closed = now >= until;
            return;
        }
        self.check_times(now);
        self.sample_memory(now);
        if self.killed.is_some() {
            return;
        }
        self.report_parts(now);
        self.send(pace, now);
        self.ask(pace, now);
        self.leave_when_through(now);
        self.show_current();
    }

    /// The next time at which [`Session::act`] has something to do; at most far in the future.
    fn next_moment(&self, pace: &Pace, now: Instant) -> Instant {
        const LONG: Duration = Duration::from_hours(1);
        if let Some(until) = self.last_words_until() {
            return until;
        }
        let moments = [
            self.next_check(),
            self.next_sample(now),
            self.next_part(),
            self.next_supply(pace, now),
        ];
        let next = moments.into_iter().flatten().min();
        next.unwrap_or(now + LONG)
    }

    /// Until when to wait for the output of a dead process to end. Something that escaped its
    /// supervisor might hold it open for ever.
    fn last_words_until(&self) -> Option<Instant> {
        let killed = self.killed.as_ref().map(|(_, since)| *since + GIVE_UP);
        let exited = self.exited.map(|since| since + LAST_WORDS);
        [killed, exited].into_iter().flatten().min()
    }

    async fn next_event(&mut self, until: Instant) -> Event {
        let full = self.is_full();
        tokio::select! {
            biased;
            () = self.pool.host.stop.ordered(), if !matches!(self.phase, Phase::Leaving { why: None, .. }) => Event::Stop,
            // Before the leases: a process with old code must not begin another.
            why = renewal(&mut self.renewals), if self.phase == Phase::Serving => Event::Renew(why),
            // Before the signals: a lease comes before its revocation.
            leases = self.asking.answer() => Event::Leases(leases),
            signal = self.signals.next() => Event::Signal(signal),
            lost = self.reporter.turn(), if !self.reporter.is_idle() => Event::Lost(lost),
            sign = self.process.sign(!full, self.exited.is_some()) => Event::Sign(sign),
            () = tokio::time::sleep_until(until) => Event::Time,
        }
    }

    fn take(&mut self, event: Event, pace: &mut Pace, now: Instant) {
        match event {
            Event::Stop => self.begin_stop(now),
            Event::Signal(signal) => self.take_signal(signal, now),
            Event::Lost(leases) => {
                for lease in leases {
                    self.revoke(lease, "it was given to another worker", now);
                }
            }
            Event::Renew(why) => self.recycle(format!("is replaced: {why}")),
            Event::Leases(leases) => self.queue.extend(leases),
            Event::Sign(Sign::Output) => self.take_lines(pace, now),
            Event::Sign(Sign::OutputEnded) => self.closed = true,
            Event::Sign(Sign::Ended) => self.exited = Some(now),
            Event::Time if self.killed.is_none() => self.hand_back_if_late(pace, now),
            Event::Time => {}
        }
    }

    fn take_signal(&mut self, signal: Result<LeaseSignal, Missed>, now: Instant) {
        match signal {
            Ok(LeaseSignal::Revoked(lease)) => self.revoke(lease, "cancelled", now),
            Ok(LeaseSignal::Recalled(lease)) => self.recall(lease, now),
            Err(Missed) => self.ask_what_is_lost(),
        }
    }

    /// So much waits to be reported that the process must wait as well.
    fn is_full(&self) -> bool {
        self.reporter.is_full() && self.killed.is_none() && self.exited.is_none()
    }

    fn kill(&mut self, cause: Cause, now: Instant) {
        if self.killed.is_none() {
            self.process.kill();
            self.asking.withdraw();
            self.killed = Some((cause, now));
        }
    }

    /// Shows what runs now, and makes its job the owner of what the process prints.
    fn show_current(&mut self) {
        let lease = self.sent.front().map(|held| &held.lease);
        let id = lease.map(|lease| lease.id);
        if id != self.shown {
            self.shown = id;
            self.process.stderr.set_job(lease.map(|lease| lease.job));
            self.status.set_work(lease);
        }
    }
}

/// The next order to replace the process; never, once the pool is gone. Cancel-safe.
async fn renewal(renewals: &mut Renewals) -> Arc<str> {
    match renewals.changed().await {
        Ok(()) => Arc::clone(&renewals.borrow_and_update()),
        Err(_) => std::future::pending().await,
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("worker", &self.worker)
            .field("phase", &self.phase)
            .field("sent", &self.sent.len())
            .field("queue", &self.queue.len())
            .finish_non_exhaustive()
    }
}
