//! The end of a process: what it was on is charged, everything else goes back.

use std::collections::VecDeque;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use nix::sys::signal::Signal;
use paceline_core::event::EventKind;
use paceline_core::item::{ItemReport, Outcome};
use paceline_core::lease::{Lease, LogLevel, Release, ReportBody};
use paceline_core::{ErrorKind, Failure, JobId, Json};
use tokio::time::Instant;

use super::super::blame::{self, Blame};
use super::super::process::{Breach, Death};
use super::{Phase, Session};
use crate::executor::held::{Held, hand_back};
use crate::reporter::Reporter;
use crate::words;

/// Why the node killed the process.
#[derive(Debug)]
pub(super) enum Cause {
    /// An item took longer than this.
    TimedOut(Duration),
    Memory {
        used: u64,
        cap: u64,
    },
    Breach(Breach),
    /// A cancelled handler did not stop within its grace.
    Unheeded,
    /// It did not exit in time when asked to.
    Overstayed,
}

/// What is left of a session.
#[derive(Debug)]
pub(in super::super) struct Ended {
    /// Why the process is gone.
    pub(in super::super) why: String,
    /// The last lines that it printed.
    pub(in super::super) stderr: Option<String>,
    /// It did something before it ended, or was asked to end.
    pub(in super::super) worked: bool,
    /// Reports that are not through yet.
    pub(in super::super) reports: Reporter,
}

impl Session {
    /// The process has ended, or was given up: settles all its leases.
    pub(super) async fn conclude(self) -> Ended {
        let died = self.killed.as_ref().map(|(_, since)| *since);
        let died = died.or(self.exited).unwrap_or_else(Instant::now);
        let within_line = !self.process.lines.rest().is_empty();
        let was_asked_to_go = matches!(self.phase, Phase::Leaving { .. });
        let worked = self.leases_ended > 0 || !self.sent.is_empty() || was_asked_to_go;
        let mut end = Settlement {
            killed: self.killed.map(|(cause, _)| cause),
            phase: self.phase,
            buffered: self.buffered,
            within_line,
            death: self.process.end().await,
            reporter: self.reporter,
        };
        let why = end.why(&self.worker);
        let charged = end.settle(self.sent, &self.queue, &why, died);
        let host = &self.pool.host;
        if let Some(job) = charged {
            host.notes.log(job, &self.worker, LogLevel::Error, &why);
        }
        if !end.in_order() {
            tracing::warn!(worker = &*self.worker, "{why}");
            let data = end.event(&self.worker, self.pid, &why, charged);
            host.source.event(EventKind::WorkerDied, data).await;
        }
        Ended {
            why,
            stderr: end.death.stderr,
            worked,
            reports: end.reporter,
        }
    }
}

/// The facts of an end, and the reports that follow from them.
struct Settlement {
    killed: Option<Cause>,
    phase: Phase,
    buffered: bool,
    /// Its output ended in the middle of a line.
    within_line: bool,
    death: Death,
    reporter: Reporter,
}

impl Settlement {
    /// Reports on all leases; the job that the death was charged to, if any.
    fn settle(
        &mut self,
        sent: VecDeque<Held>,
        queue: &VecDeque<Lease>,
        why: &str,
        died: Instant,
    ) -> Option<JobId> {
        let mut sent = sent.into_iter();
        let current = sent.next();
        let charged = current.and_then(|held| self.settle_current(held, why, died));
        // What was sent behind it was not begun.
        for held in sent {
            self.release(held, Release::Normal);
        }
        self.reporter.extend(queue.iter().map(hand_back));
        charged
    }

    fn event(&self, worker: &str, pid: u32, why: &str, charged: Option<JobId>) -> Json {
        let data = serde_json::json!({
            "worker": worker,
            "pid": pid,
            "reason": why,
            "job": charged.map(|job| job.to_string()),
            "stderr": self.death.stderr,
        });
        Json::from_checked(data.to_string())
    }

    /// One sentence on why the process is gone.
    fn why(&self, worker: &str) -> String {
        let what = match &self.killed {
            Some(Cause::TimedOut(after)) => {
                format!(
                    "was stopped: an item took longer than {}",
                    words::time(*after)
                )
            }
            Some(Cause::Memory { used, cap }) => {
                format!(
                    "was stopped: it used {}, cap {}",
                    words::size(*used),
                    words::size(*cap)
                )
            }
            Some(Cause::Breach(breach)) => breach.to_string(),
            Some(Cause::Unheeded) => "was stopped: its handler did not heed a cancel".into(),
            Some(Cause::Overstayed) => "was stopped: it did not exit when asked to".into(),
            None => match &self.phase {
                Phase::Leaving { why: Some(why), .. } => why.clone(),
                Phase::Leaving { why: None, .. } if self.in_order() => "stopped".into(),
                Phase::Serving | Phase::Recycling { .. } | Phase::Leaving { .. } => self.ended(),
            },
        };
        format!("worker {worker} {what}")
    }

    /// How it ended by itself.
    fn ended(&self) -> String {
        if self.within_line && self.exited_well() {
            Breach::HalfLine.to_string()
        } else {
            words::ended(self.death.status)
        }
    }

    fn exited_well(&self) -> bool {
        self.death.status.is_some_and(|status| status.success())
    }

    /// Whoever stops the whole node may well send all its processes the same signal.
    fn was_terminated(&self) -> bool {
        let signal = self.death.status.and_then(|status| status.signal());
        signal == Some(Signal::SIGTERM as i32)
    }

    /// The end was asked for, and nobody is charged with it.
    fn in_order(&self) -> bool {
        match &self.killed {
            Some(Cause::Unheeded | Cause::Overstayed) => true,
            Some(Cause::TimedOut(_) | Cause::Memory { .. } | Cause::Breach(_)) => false,
            None => match self.phase {
                Phase::Leaving { .. } => self.exited_well() || self.was_terminated(),
                Phase::Serving | Phase::Recycling { .. } => false,
            },
        }
    }

    /// Ends the lease that was current; its job, if something of it was charged.
    fn settle_current(&mut self, mut held: Held, why: &str, died: Instant) -> Option<JobId> {
        if self.in_order() || held.revoked.is_some() {
            self.release(held, Release::Normal);
            return None;
        }
        let job = held.lease.job;
        match blame::find(&held, self.buffered, died) {
            Blame::Item(seq) => {
                let report = ItemReport {
                    seq,
                    outcome: Outcome::Failed(self.failure(why)),
                    duration: held.current_takes(died),
                };
                // Blame falls only on items that are left, so the item is held.
                let _ = held.end_item(report, died);
                self.release(held, Release::Normal);
                Some(job)
            }
            Blame::Planner => {
                let failed = ReportBody::PlanFailed(self.failure(why));
                self.reporter.push(held.report(failed));
                Some(job)
            }
            Blame::Nobody => {
                self.release(held, Release::Normal);
                None
            }
            Blame::Unknown => {
                self.release(held, Release::Suspect);
                None
            }
        }
    }

    fn failure(&self, why: &str) -> Failure {
        let kind = match &self.killed {
            Some(Cause::TimedOut(_)) => ErrorKind::Timeout,
            Some(Cause::Memory { .. }) => ErrorKind::Memory,
            Some(Cause::Breach(_) | Cause::Unheeded | Cause::Overstayed) | None => ErrorKind::Crash,
        };
        let mut failure = Failure::new(kind, self.message(why));
        let stderr = self.death.stderr.as_deref();
        failure.error.traceback = stderr.map(|lines| format!("last lines of stderr:\n{lines}"));
        failure
    }

    /// As it is shown at the item: without the worker's name, so that equal failures look equal.
    fn message(&self, why: &str) -> String {
        match &self.killed {
            Some(Cause::TimedOut(after)) => format!("took longer than {}", words::time(*after)),
            Some(Cause::Memory { used, cap }) => {
                format!("used {}, cap {}", words::size(*used), words::size(*cap))
            }
            Some(Cause::Breach(breach)) => format!("the worker {breach}"),
            Some(Cause::Unheeded | Cause::Overstayed) => why.to_owned(),
            None => format!("the worker {}", self.ended()),
        }
    }

    fn release(&mut self, held: Held, how: Release) {
        if let Some(report) = held.into_end(how) {
            self.reporter.push(report);
        }
    }
}
