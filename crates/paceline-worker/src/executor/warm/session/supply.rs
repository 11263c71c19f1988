//! Keeping the process in work, without hoarding.
//!
//! A little work is held ready on the node's side, and shortly before the process is through the
//! next lease lies in the pipe already. What was not begun goes back at once when it cannot be
//! begun soon.

use std::time::Duration;

use paceline_core::LeaseId;
use paceline_core::lease::{Lease, LeasedWork, ReportBody};
use paceline_core::store::Offer;
use paceline_protocol::worker::{MAX_LINE_BYTES, NodeMessage, RunJob};
use tokio::time::Instant;

use super::{Phase, Session};
use crate::executor::held::{Held, hand_back, too_large};
use crate::pace::{LOW_WATER, Pace, late_after};

/// Most leases of one process.
const MOST_LEASES: usize = 64;
/// The next lease is sent ahead when the process has less than this to do.
const SEND_AHEAD: Duration = Duration::from_millis(10);

impl Session {
    /// Asks for more leases when what is held is short.
    pub(super) fn ask(&mut self, pace: &Pace, now: Instant) {
        if self.asking.is_taken() || self.next_ask(pace, now).is_none_or(|at| at > now) {
            return;
        }
        let held = self.work_held(pace, now).unwrap_or_default();
        let room = MOST_LEASES.saturating_sub(self.queue.len() + self.sent.len());
        let room = u32::try_from(room).unwrap_or(u32::MAX);
        let offer = Offer {
            tasks: self.tasks.clone(),
            leases: pace.leases_to_fill(held, room),
            workers: self.pool.config.processes,
        };
        self.asking.ask(&self.pool.host.source, offer);
    }

    /// When to ask for more; `None` as long as things stay as they are.
    fn next_ask(&self, pace: &Pace, now: Instant) -> Option<Instant> {
        let held = self.queue.len() + self.sent.len();
        if self.phase != Phase::Serving || held >= MOST_LEASES || self.reporter.is_full() {
            return None;
        }
        let Some(current) = self.sent.front() else {
            return (held == 0).then_some(now);
        };
        let ahead = pace.may_ask_ahead_of(&current.lease.task) && !self.is_late(pace, now);
        let work = self.work_held(pace, now).filter(|_| ahead)?;
        Some(now + work.saturating_sub(LOW_WATER))
    }

    /// Sends leases until the process has enough to do.
    pub(super) fn send(&mut self, pace: &Pace, now: Instant) {
        while self.next_send(pace, now).is_some_and(|at| at <= now) {
            let Some(lease) = self.queue.pop_front() else {
                return;
            };
            self.send_one(lease, now);
        }
    }

    fn next_send(&self, pace: &Pace, now: Instant) -> Option<Instant> {
        let next = self.queue.front()?;
        if self.phase != Phase::Serving {
            return None;
        }
        let Some(current) = self.sent.front() else {
            return Some(now);
        };
        let alone = current.is_plan() || matches!(next.work, LeasedWork::Plan);
        if alone || !pace.may_ask_ahead_of(&next.task) || self.is_late(pace, now) {
            return None;
        }
        Some(now + self.work_sent(pace, now)?.saturating_sub(SEND_AHEAD))
    }

    fn send_one(&mut self, lease: Lease, now: Instant) {
        let mut line = Vec::with_capacity(1024);
        message(&lease).write_line(&mut line);
        if line.len() > MAX_LINE_BYTES {
            self.reporter.push(too_large(lease));
            return;
        }
        self.process.say_line(line);
        self.sent.push_back(Held::new(lease, now));
    }

    /// When [`Session::ask`], [`Session::send`] or [`Session::hand_back_if_late`] is due.
    pub(super) fn next_supply(&self, pace: &Pace, now: Instant) -> Option<Instant> {
        let ask = self.next_ask(pace, now).filter(|_| !self.asking.is_taken());
        let late = self.late_at(pace).filter(|_| self.has_unstarted());
        [ask, self.next_send(pace, now), late]
            .into_iter()
            .flatten()
            .min()
    }

    /// What waits behind an item that takes unusually long is better run by others.
    ///
    /// Only to be asked when the process has said nothing that is not yet read: a node that was
    /// itself held up must not take its own delay for the item's.
    pub(super) fn hand_back_if_late(&mut self, pace: &Pace, now: Instant) {
        if self.is_late(pace, now) {
            self.asking.withdraw();
            self.hand_back_unstarted(now);
        }
    }

    /// Whether there is, or may come, something to hand back.
    fn has_unstarted(&self) -> bool {
        let mut behind = self.sent.iter().skip(1);
        self.asking.is_taken()
            || !self.queue.is_empty()
            || behind.any(|held| held.revoked.is_none())
    }

    fn is_late(&self, pace: &Pace, now: Instant) -> bool {
        self.late_at(pace).is_some_and(|at| at <= now)
    }

    fn late_at(&self, pace: &Pace) -> Option<Instant> {
        let current = self.sent.front()?;
        let item = pace.item(&current.lease.task)?;
        Some(current.last_sign + late_after(item))
    }

    /// Gives back what the process does not know of.
    pub(super) fn hand_back_unsent(&mut self) {
        for lease in self.queue.drain(..) {
            self.reporter.push(hand_back(&lease));
        }
    }

    /// Gives back everything that the process has not begun.
    fn hand_back_unstarted(&mut self, now: Instant) {
        self.hand_back_unsent();
        for index in 1..self.sent.len() {
            self.take_from_process(index, now);
        }
    }

    /// Gives back a lease that lies in the pipe; should the process begin it all the same, then
    /// what it says of it counts for nothing.
    fn take_from_process(&mut self, index: usize, now: Instant) {
        let held = &mut self.sent[index];
        if held.revoked.is_some() {
            return;
        }
        held.revoked = Some(now);
        let (lease, reason) = (held.lease.id, "given to another worker");
        self.reporter.push(hand_back(&held.lease));
        self.process.say(&NodeMessage::Cancel { lease, reason });
    }

    /// The lease is gone: its work must stop and nothing of it be reported.
    pub(super) fn revoke(&mut self, lease: LeaseId, reason: &str, now: Instant) {
        self.queue.retain(|queued| queued.id != lease);
        let held = self.sent.iter_mut().find(|held| held.lease.id == lease);
        if let Some(held) = held.filter(|held| held.revoked.is_none()) {
            held.revoked = Some(now);
            self.process.say(&NodeMessage::Cancel { lease, reason });
        }
    }

    /// The job was paused: what was not begun goes back, what runs is finished.
    pub(super) fn recall(&mut self, lease: LeaseId, now: Instant) {
        if let Some(index) = self.queue.iter().position(|queued| queued.id == lease) {
            let lease = self.queue.remove(index);
            if let Some(lease) = lease {
                self.reporter.push(hand_back(&lease));
            }
        } else if let Some(index @ 1..) = self.sent.iter().position(|held| held.lease.id == lease) {
            self.take_from_process(index, now);
        }
    }

    /// Signals were missed: an empty report on each chunk tells whether it is still ours.
    pub(super) fn ask_what_is_lost(&mut self) {
        let held = self.sent.iter().filter(|held| held.revoked.is_none());
        let leases = held.map(|held| &held.lease).chain(&self.queue);
        let chunks = leases.filter(|lease| matches!(lease.work, LeasedWork::Chunk(_)));
        for lease in chunks {
            let mut report = hand_back(lease);
            report.body = ReportBody::Chunk {
                items: vec![],
                release: None,
            };
            self.reporter.push(report);
        }
    }

    /// Work that the process and the queue hold; `None` when its pace is not known.
    fn work_held(&self, pace: &Pace, now: Instant) -> Option<Duration> {
        let queued = self
            .queue
            .iter()
            .map(|lease| pace.items(&lease.task, items_of(lease)));
        let queued = queued.sum::<Option<Duration>>()?;
        Some(queued + self.work_sent(pace, now)?)
    }

    /// Work that the process holds.
    fn work_sent(&self, pace: &Pace, now: Instant) -> Option<Duration> {
        let mut sum = Duration::ZERO;
        for (index, held) in self.sent.iter().enumerate() {
            let work = pace.items(&held.lease.task, held.left().len())?;
            let spent = if index == 0 {
                held.current_takes(now).min(pace.item(&held.lease.task)?)
            } else {
                Duration::ZERO
            };
            sum += work.saturating_sub(spent);
        }
        Some(sum)
    }
}

fn items_of(lease: &Lease) -> usize {
    match &lease.work {
        LeasedWork::Chunk(items) => items.len(),
        LeasedWork::Unit | LeasedWork::Plan => 1,
    }
}

fn message(lease: &Lease) -> NodeMessage<'_> {
    let items = match &lease.work {
        LeasedWork::Plan => {
            return NodeMessage::Plan {
                lease: lease.id,
                job: RunJob::from(lease),
            };
        }
        LeasedWork::Unit => None,
        LeasedWork::Chunk(items) => Some(items.as_slice()),
    };
    NodeMessage::Run {
        lease: lease.id,
        job: RunJob::from(lease),
        item_timeout: lease.options.item_timeout,
        concurrency: lease.options.concurrency,
        items,
    }
}
