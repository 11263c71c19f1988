//! What the node watches while the process works: deadlines, cancels, memory, results that wait.

use std::time::Duration;

use paceline_protocol::worker::NodeMessage;
use tokio::time::Instant;

use super::{Cause, Phase, Session};
use crate::executor::held::Held;
use crate::tree::Meter;
use crate::words;

/// Results are reported at latest after this, though their chunk goes on. Each report costs a
/// flush, and a core that a handler could have.
const PART_AFTER: Duration = Duration::from_millis(500);
const SAMPLE_EVERY: Duration = Duration::from_millis(500);
/// The same once the process uses more than half of what it may.
const SAMPLE_OFTEN: Duration = Duration::from_millis(125);
/// How long a worker that gathers messages may keep a sign of life to itself.
const GATHERING: Duration = Duration::from_secs(1);

/// What the process and all below it hold, looked at from time to time.
#[derive(Debug)]
pub(super) struct Memory {
    meter: Meter,
    sampled: Option<Instant>,
    used: u64,
}

impl Memory {
    pub(super) fn of(root_pid: u32) -> Self {
        Memory {
            meter: Meter::new(root_pid),
            sampled: None,
            used: 0,
        }
    }
}

impl Session {
    /// Ends the process when a time is over: an item's, a cancel's, its own.
    pub(super) fn check_times(&mut self, now: Instant) {
        let full = self.is_full();
        if full || std::mem::replace(&mut self.was_full, full) {
            // The process waits, or waited, for us; that is not its items' fault.
            if let Some(current) = self.sent.front_mut() {
                current.excuse(now);
            }
            self.was_full = full;
        } else if self.item_deadline().is_some_and(|at| at <= now) {
            let after = self
                .sent
                .front()
                .and_then(|held| held.lease.options.item_timeout);
            self.kill(Cause::TimedOut(after.unwrap_or_default()), now);
        }
        if self.cancel_deadline().is_some_and(|at| at <= now) {
            self.kill(Cause::Unheeded, now);
        }
        if let Phase::Leaving { until, .. } = self.phase
            && until <= now
        {
            self.kill(Cause::Overstayed, now);
        }
    }

    pub(super) fn next_check(&self) -> Option<Instant> {
        let leave = match self.phase {
            Phase::Leaving { until, .. } => Some(until),
            Phase::Serving | Phase::Recycling { .. } => None,
        };
        let item = self.item_deadline().filter(|_| !self.is_full());
        [item, self.cancel_deadline(), leave]
            .into_iter()
            .flatten()
            .min()
    }

    /// When the item that runs now has had its time.
    fn item_deadline(&self) -> Option<Instant> {
        let current = self.sent.front().filter(|held| !held.is_plan())?;
        let timeout = current.lease.options.item_timeout?;
        // Of items that run at once, the SDK keeps the time; this is for when it cannot.
        let patience = if current.concurrency() > 1 {
            self.pool.config.grace
        } else {
            Duration::ZERO
        };
        let started = current.started().iter().map(|(_, since)| *since).min();
        let since = match started {
            Some(since) => since,
            None if current.left().is_empty() => return None,
            None if self.buffered => current.last_sign + GATHERING,
            None => current.last_sign,
        };
        Some(since + timeout + patience)
    }

    /// When a handler that was told to stop has had its grace.
    fn cancel_deadline(&self) -> Option<Instant> {
        let current = self.sent.front()?;
        let since = current.revoked?.max(current.current_since);
        Some(since + self.pool.config.grace)
    }

    /// Looks at the memory of the process while it works.
    pub(super) fn sample_memory(&mut self, now: Instant) {
        if self.next_sample(now).is_none_or(|at| at > now) {
            return;
        }
        self.memory.sampled = Some(now);
        let reading = self.memory.meter.read();
        let used = reading.memory_bytes;
        self.memory.used = used;
        self.status.set_memory(used);
        if let Some(current) = self.sent.front() {
            let board = &self.pool.host.notes.usage;
            board.sample(current.lease.job, &self.worker, used, reading.cpu);
            self.check_memory(used, now);
        }
    }

    pub(super) fn next_sample(&self, now: Instant) -> Option<Instant> {
        let Some(sampled) = self.memory.sampled else {
            // The first look, when the process is ready, tells what loading took.
            return Some(now);
        };
        let near = self
            .memory_cap()
            .is_some_and(|cap| self.memory.used > cap / 2);
        let pause = if near { SAMPLE_OFTEN } else { SAMPLE_EVERY };
        (!self.sent.is_empty()).then_some(sampled + pause)
    }

    fn check_memory(&mut self, used: u64, now: Instant) {
        let Some(cap) = self.memory_cap() else {
            return;
        };
        if used > cap.saturating_add(cap / 2) {
            self.kill(Cause::Memory { used, cap }, now);
        } else if used > cap {
            let (used, cap) = (words::size(used), words::size(cap));
            self.recycle(format!("used {used}, cap {cap}: replaced after its chunk"));
        }
    }

    /// The tighter of the pool's and the job's.
    fn memory_cap(&self) -> Option<u64> {
        let job = self
            .sent
            .front()
            .and_then(|held| held.lease.options.max_memory);
        [self.pool.config.max_memory, job]
            .into_iter()
            .flatten()
            .min()
    }

    /// Begins nothing more with this process.
    pub(super) fn recycle(&mut self, why: String) {
        if self.phase == Phase::Serving {
            self.asking.withdraw();
            self.hand_back_unsent();
            self.phase = Phase::Recycling { why };
        }
    }

    /// The node stops: the current item is finished, everything else goes back. What was sent is
    /// given back by the process itself, since it may have begun more than it has told so far.
    pub(super) fn begin_stop(&mut self, now: Instant) {
        let until = self
            .pool
            .host
            .stop
            .deadline()
            .unwrap_or(now + self.pool.config.grace);
        self.asking.withdraw();
        self.hand_back_unsent();
        self.process.say(&NodeMessage::Stop);
        self.phase = Phase::Leaving { why: None, until };
    }

    /// A process that is to be replaced leaves once it has nothing to do.
    pub(super) fn leave_when_through(&mut self, now: Instant) {
        if let Phase::Recycling { why } = &self.phase
            && self.sent.is_empty()
        {
            let until = now + self.pool.config.grace;
            self.phase = Phase::Leaving {
                why: Some(why.clone()),
                until,
            };
            self.process.say(&NodeMessage::Stop);
        }
    }

    /// Reports results that have waited long, while their chunk goes on.
    pub(super) fn report_parts(&mut self, now: Instant) {
        if self.next_part().is_none_or(|at| at > now) {
            return;
        }
        let waiting = self
            .sent
            .iter_mut()
            .filter(|held| held.ended_since().is_some());
        let parts: Vec<_> = waiting.map(Held::take_part).collect();
        for part in parts {
            self.reporter.push(part);
        }
    }

    /// Not before an earlier report is through: meanwhile more results gather.
    pub(super) fn next_part(&self) -> Option<Instant> {
        if !self.reporter.is_idle() {
            return None;
        }
        let oldest = self.sent.iter().filter_map(Held::ended_since).min();
        oldest.map(|since| since + PART_AFTER)
    }
}
