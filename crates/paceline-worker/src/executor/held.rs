//! A lease while a worker runs it: what of it has ended, and what runs now.

use std::collections::VecDeque;
use std::time::Duration;

use paceline_core::item::{ItemReport, NewItem, Outcome};
use paceline_core::lease::{Lease, LeaseReport, LeasedWork, Release, ReportBody};
use paceline_core::{ErrorKind, Failure, Seq};
use paceline_protocol::worker::MAX_LINE_BYTES;
use tokio::time::Instant;

/// Items that a planner's report carries at most.
pub(crate) const PLANNED_AT_ONCE: usize = 1_000;

#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) lease: Lease,
    /// Items without an end yet, in the order in which they run. A single-unit job is item 0.
    left: VecDeque<Seq>,
    /// Items that the worker said it is on, since when.
    started: Vec<(Seq, Instant)>,
    /// Ended, and not reported yet.
    ended: Vec<ItemReport>,
    /// When the oldest of `ended` came.
    ended_since: Option<Instant>,
    /// How many items ended in all, and the time that their handlers took.
    pub(crate) ended_count: usize,
    pub(crate) ended_time: Duration,
    pub(crate) planned: Vec<NewItem>,
    /// The worker's last sign on this lease, or when it became the current one.
    pub(crate) last_sign: Instant,
    /// When it was sent, or became the first of those that were.
    pub(crate) current_since: Instant,
    /// Since when its work is not wanted any more. Nothing of it is reported from then on.
    pub(crate) revoked: Option<Instant>,
}

/// The worker spoke of an item that is not, or no longer, in the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it spoke of item {0}, which it does not hold")]
pub(crate) struct NotHeld(Seq);

impl Held {
    pub(crate) fn new(lease: Lease, now: Instant) -> Self {
        let left = match &lease.work {
            LeasedWork::Unit => VecDeque::from([Seq(0)]),
            LeasedWork::Plan => VecDeque::new(),
            LeasedWork::Chunk(items) => items.iter().map(|item| item.seq).collect(),
        };
        Held {
            lease,
            left,
            started: vec![],
            ended: vec![],
            ended_since: None,
            ended_count: 0,
            ended_time: Duration::ZERO,
            planned: vec![],
            last_sign: now,
            current_since: now,
            revoked: None,
        }
    }

    pub(crate) fn is_plan(&self) -> bool {
        matches!(self.lease.work, LeasedWork::Plan)
    }

    /// Items without an end.
    pub(crate) fn left(&self) -> &VecDeque<Seq> {
        &self.left
    }

    /// Items that are known to run now, since when.
    pub(crate) fn started(&self) -> &[(Seq, Instant)] {
        &self.started
    }

    /// How many of its items run at once.
    pub(crate) fn concurrency(&self) -> usize {
        usize::try_from(self.lease.options.concurrency.max(1)).unwrap_or(usize::MAX)
    }

    /// What was sent before it is through.
    pub(crate) fn becomes_current(&mut self, now: Instant) {
        self.last_sign = now;
        self.current_since = now;
    }

    /// Time so far counts for nothing: the node made the worker wait.
    pub(crate) fn excuse(&mut self, now: Instant) {
        self.last_sign = now;
        for (_, since) in &mut self.started {
            *since = now;
        }
    }

    pub(crate) fn start(&mut self, seq: Seq, now: Instant) -> Result<(), NotHeld> {
        if !self.left.contains(&seq) {
            return Err(NotHeld(seq));
        }
        if self.concurrency() == 1 {
            self.started.clear();
        }
        self.started.push((seq, now));
        self.last_sign = now;
        Ok(())
    }

    pub(crate) fn end_item(&mut self, report: ItemReport, now: Instant) -> Result<(), NotHeld> {
        // Items end in order, but for those that ran at once.
        if self.left.front() == Some(&report.seq) {
            self.left.pop_front();
        } else {
            let found = self.left.iter().position(|seq| *seq == report.seq);
            self.left.remove(found.ok_or(NotHeld(report.seq))?);
        }
        if !self.started.is_empty() {
            self.started.retain(|(seq, _)| *seq != report.seq);
        }
        self.last_sign = now;
        self.ended_since.get_or_insert(now);
        self.ended_count += 1;
        self.ended_time += report.duration;
        self.ended.push(report);
        Ok(())
    }

    /// When results that have waited since then must be reported, whether or not the chunk ends.
    pub(crate) fn ended_since(&self) -> Option<Instant> {
        let unit = matches!(self.lease.work, LeasedWork::Unit);
        self.ended_since.filter(|_| !unit && self.revoked.is_none())
    }

    /// A report of what has ended, while the rest goes on.
    pub(crate) fn take_part(&mut self) -> LeaseReport {
        self.ended_since = None;
        let items = std::mem::take(&mut self.ended);
        self.report(ReportBody::Chunk {
            items,
            release: None,
        })
    }

    /// The report that ends the lease; `None` when it was revoked. What has no end goes back.
    pub(crate) fn into_end(mut self, release: Release) -> Option<LeaseReport> {
        if self.revoked.is_some() {
            return None;
        }
        let body = match &self.lease.work {
            LeasedWork::Chunk(_) => ReportBody::Chunk {
                items: std::mem::take(&mut self.ended),
                release: Some(release),
            },
            LeasedWork::Unit => match self.ended.pop() {
                Some(ItemReport {
                    outcome, duration, ..
                }) => ReportBody::Unit { outcome, duration },
                None => ReportBody::HandBack,
            },
            LeasedWork::Plan => ReportBody::HandBack,
        };
        Some(self.report(body))
    }

    /// Everything that has no end yet ends like this.
    pub(crate) fn end_rest(&mut self, outcome: &Outcome, now: Instant) {
        for seq in self.left.clone() {
            let report = ItemReport {
                seq,
                outcome: outcome.clone(),
                duration: Duration::ZERO,
            };
            // Only items that are left are given, so each is held.
            let _ = self.end_item(report, now);
        }
    }

    pub(crate) fn report(&self, body: ReportBody) -> LeaseReport {
        LeaseReport {
            lease: self.lease.id,
            job: self.lease.job,
            body,
        }
    }

    /// How long the item that runs now has taken at least.
    pub(crate) fn current_takes(&self, now: Instant) -> Duration {
        let since = self.started.iter().map(|(_, since)| *since).min();
        now.saturating_duration_since(since.unwrap_or(self.last_sign))
    }
}

/// The report that gives back a lease whose work was not begun.
pub(crate) fn hand_back(lease: &Lease) -> LeaseReport {
    let body = match lease.work {
        LeasedWork::Chunk(_) => ReportBody::Chunk {
            items: vec![],
            release: Some(Release::Normal),
        },
        LeasedWork::Unit | LeasedWork::Plan => ReportBody::HandBack,
    };
    LeaseReport {
        lease: lease.id,
        job: lease.job,
        body,
    }
}

/// The report on a lease that no message can carry: its items one by one may fit; what does not
/// even then never will.
pub(crate) fn too_large(lease: Lease) -> LeaseReport {
    let megabytes = MAX_LINE_BYTES >> 20;
    let message =
        format!("its params and payload are more than {megabytes} MiB; submit smaller ones");
    let failure = Failure::new(ErrorKind::Handler, message).permanent();
    let one_by_one = matches!(&lease.work, LeasedWork::Chunk(items) if items.len() > 1);
    let mut held = Held::new(lease, Instant::now());
    if held.is_plan() {
        return held.report(ReportBody::PlanFailed(failure));
    }
    let release = if one_by_one {
        Release::Suspect
    } else {
        held.end_rest(&Outcome::Failed(failure), Instant::now());
        Release::Normal
    };
    let nothing = hand_back(&held.lease);
    held.into_end(release).unwrap_or(nothing)
}

/// The report on a plan for an executor that cannot plan. Only a task that once had a planner is
/// ever asked for one.
pub(crate) fn no_planner(lease: &Lease) -> LeaseReport {
    let failure = Failure::new(
        ErrorKind::Handler,
        "this task has no planner here; submit its items",
    );
    LeaseReport {
        lease: lease.id,
        job: lease.job,
        body: ReportBody::PlanFailed(failure.permanent()),
    }
}
