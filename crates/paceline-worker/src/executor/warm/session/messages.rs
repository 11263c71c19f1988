//! What the process says.

use paceline_core::LeaseId;
use paceline_core::item::Outcome;
use paceline_core::lease::{Release, ReportBody};
use paceline_protocol::worker::{LeaseEnd, MAX_LINE_BYTES, PlannedItem, WorkerMessage};
use tokio::time::Instant;

use super::super::process::Breach;
use super::{Cause, Session};
use crate::executor::held::{Held, PLANNED_AT_ONCE};
use crate::notes::Progress;
use crate::pace::Pace;

impl Session {
    /// Takes in all whole lines that were read.
    pub(super) fn take_lines(&mut self, pace: &mut Pace, now: Instant) {
        if matches!(self.killed, Some((Cause::Breach(_), _))) {
            self.process.lines.clear();
            return;
        }
        let mut lines = std::mem::take(&mut self.process.lines);
        let ended = loop {
            match lines.next(MAX_LINE_BYTES) {
                Ok(None) => break Ok(()),
                Err(error) => break Err(error.into()),
                Ok(Some(line)) => {
                    if let Err(breach) = self.take_line(line, pace, now) {
                        break Err(breach);
                    }
                }
            }
        };
        self.process.lines = lines;
        if let Err(breach) = ended {
            self.process.lines.clear();
            self.kill(Cause::Breach(breach), now);
        }
    }

    fn take_line(&mut self, line: &[u8], pace: &mut Pace, now: Instant) -> Result<(), Breach> {
        match WorkerMessage::parse(line)? {
            WorkerMessage::Item { lease, report } => {
                let held = self.held(lease)?;
                held.end_item(report, now).map_err(said)?;
            }
            WorkerMessage::Start { lease, seq } => {
                self.held(lease)?.start(seq, now).map_err(said)?;
            }
            WorkerMessage::Done { lease, end } => self.done(lease, end, pace, now)?,
            WorkerMessage::Planned { lease, items } => self.planned(lease, items)?,
            WorkerMessage::Progress {
                lease,
                fraction,
                stage,
                message,
            } => {
                let progress = Progress {
                    fraction,
                    stage,
                    message,
                };
                let job = self.held(lease)?.lease.job;
                self.pool.host.notes.progress(job, progress);
            }
            WorkerMessage::Log { lease, level, text } => {
                let job = self.held(lease)?.lease.job;
                for line in text.lines() {
                    self.pool.host.notes.log(job, &self.worker, level, line);
                }
            }
            WorkerMessage::Heartbeat => {}
            WorkerMessage::Ready(_) => return Err(Breach::Said("it said `ready` twice".into())),
            WorkerMessage::Unknown(kind) => {
                tracing::debug!(worker = &*self.worker, kind, "unknown message ignored");
            }
        }
        Ok(())
    }

    fn held(&mut self, lease: LeaseId) -> Result<&mut Held, Breach> {
        let held = self.sent.iter_mut().find(|held| held.lease.id == lease);
        held.ok_or_else(|| not_held(lease))
    }

    fn planned(&mut self, lease: LeaseId, items: Vec<PlannedItem<'_>>) -> Result<(), Breach> {
        let held = self.held(lease)?;
        if !held.is_plan() {
            return Err(Breach::Said(format!(
                "it planned items for lease {lease}, which is no plan"
            )));
        }
        if held.revoked.is_some() {
            return Ok(());
        }
        held.planned
            .extend(items.into_iter().map(PlannedItem::into_item));
        let mut reports = vec![];
        while held.planned.len() >= PLANNED_AT_ONCE {
            let rest = held.planned.split_off(PLANNED_AT_ONCE);
            let batch = std::mem::replace(&mut held.planned, rest);
            reports.push(held.report(ReportBody::Planned(batch)));
        }
        for report in reports {
            self.reporter.push(report);
        }
        Ok(())
    }

    /// Takes the lease that the process is through with; `None` when it had been taken back.
    fn take_done(&mut self, lease: LeaseId) -> Result<Option<Held>, Breach> {
        let place = self.sent.iter().position(|held| held.lease.id == lease);
        match place {
            Some(0) => Ok(self.sent.pop_front()),
            Some(place) if self.sent[place].revoked.is_some() => {
                self.sent.remove(place);
                Ok(None)
            }
            Some(_) | None => Err(not_held(lease)),
        }
    }

    /// The process is through with its current lease.
    fn done(
        &mut self,
        lease: LeaseId,
        end: LeaseEnd,
        pace: &mut Pace,
        now: Instant,
    ) -> Result<(), Breach> {
        let Some(mut held) = self.take_done(lease)? else {
            return Ok(());
        };
        self.leases_ended += 1;
        if let Some(next) = self.sent.front_mut() {
            next.becomes_current(now);
        }
        observe(pace, &held);
        self.status
            .add_items(u64::try_from(held.ended_count).unwrap_or(0));
        if held.is_plan() {
            self.plan_done(held, end);
            return Ok(());
        }
        match end {
            LeaseEnd::Failed(failure) => held.end_rest(&Outcome::Failed(failure), now),
            LeaseEnd::Finished if !held.left().is_empty() && held.revoked.is_none() => {
                let said = format!(
                    "it ended lease {lease} without a result of item {}",
                    held.left()[0]
                );
                // Back to where the blame is found.
                self.sent.push_front(held);
                return Err(Breach::Said(said));
            }
            LeaseEnd::Finished | LeaseEnd::Cancelled | LeaseEnd::Stopped => {}
        }
        self.reporter.extend(held.into_end(Release::Normal));
        Ok(())
    }

    fn plan_done(&mut self, mut held: Held, end: LeaseEnd) {
        if held.revoked.is_some() {
            return;
        }
        let body = match end {
            LeaseEnd::Finished => ReportBody::PlanDone,
            LeaseEnd::Failed(failure) => ReportBody::PlanFailed(failure),
            LeaseEnd::Cancelled | LeaseEnd::Stopped => ReportBody::HandBack,
        };
        if matches!(body, ReportBody::PlanDone) && !held.planned.is_empty() {
            let rest = std::mem::take(&mut held.planned);
            self.reporter.push(held.report(ReportBody::Planned(rest)));
        }
        self.reporter.push(held.report(body));
    }
}

/// By the handlers' own times: those of the node also count what waits in pipes.
fn observe(pace: &mut Pace, held: &Held) {
    let at_once = held.concurrency().min(held.ended_count).max(1);
    let at_once = u32::try_from(at_once).unwrap_or(u32::MAX);
    pace.observe(
        &held.lease.task,
        held.ended_count,
        held.ended_time / at_once,
    );
}

fn not_held(lease: LeaseId) -> Breach {
    Breach::Said(format!("it spoke of lease {lease}, which it does not hold"))
}

fn said(error: impl std::fmt::Display) -> Breach {
    Breach::Said(error.to_string())
}
