//! One slot of a command task: lease, run, report, for as long as the node runs.

use std::io;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use paceline_core::item::{ItemReport, Outcome};
use paceline_core::lease::{Lease, LeaseSignal, LeasedItem, LeasedWork, Release};
use paceline_core::store::Offer;
use paceline_core::worker::WorkerState;
use paceline_core::{ErrorKind, Failure, Seq};
use tokio::time::Instant;

use super::process::{Audience, CommandProcess};
use super::template::{Unfilled, Values};
use super::watched::{Ending, Watched};
use crate::config::CommandConfig;
use crate::executor::held::{Held, no_planner};
use crate::host::Host;
use crate::reporter::Reporter;
use crate::signals::{Missed, Signals};
use crate::status::StatusCell;
use crate::supervise::CommandLine;
use crate::tree::Reading;

/// Results are reported at latest after this, though their chunk goes on.
const PART_AFTER: Duration = Duration::from_millis(250);

#[derive(Debug)]
pub(super) struct CommandSlot {
    config: Arc<CommandConfig>,
    host: Host,
    worker: Arc<str>,
    status: StatusCell,
    signals: Signals,
    reporter: Reporter,
}

impl CommandSlot {
    pub(super) fn new(config: Arc<CommandConfig>, host: Host, status: StatusCell) -> Self {
        CommandSlot {
            config,
            worker: status.get().name.into(),
            status,
            signals: Signals::of(&host.source),
            reporter: Reporter::new(Arc::clone(&host.source)),
            host,
        }
    }

    pub(super) async fn run(mut self) {
        self.status
            .set_tasks(std::slice::from_ref(&self.config.task));
        while let Some(lease) = self.next_lease().await {
            self.status.set_work(Some(&lease));
            self.run_lease(lease).await;
            self.status.set_work(None);
        }
        self.reporter.drain().await;
        self.status.set_gone(WorkerState::Stopped, None);
    }

    /// `None` when the node stops.
    async fn next_lease(&mut self) -> Option<Lease> {
        let offer = Offer {
            tasks: vec![self.config.task.clone()],
            leases: 1,
            workers: self.config.processes,
        };
        let source = Arc::clone(&self.host.source);
        let mut asking = std::pin::pin!(source.lease(offer));
        loop {
            tokio::select! {
                biased;
                () = self.host.stop.ordered() => return None,
                leases = &mut asking => return leases.ok()?.pop(),
                // Nothing is held, so there is nothing to revoke.
                _ = self.signals.next() => {}
                _ = self.reporter.turn(), if !self.reporter.is_idle() => {}
            }
        }
    }

    async fn run_lease(&mut self, lease: Lease) {
        let mut held = Held::new(lease.clone(), Instant::now());
        match &lease.work {
            LeasedWork::Unit => {
                self.run_item(&mut held, &lease, None).await;
            }
            LeasedWork::Chunk(items) => {
                for item in items {
                    if !self.run_item(&mut held, &lease, Some(item)).await {
                        break;
                    }
                }
            }
            LeasedWork::Plan => {
                self.reporter.push(no_planner(&lease));
                return;
            }
        }
        if let Some(report) = held.into_end(Release::Normal) {
            self.reporter.push(report);
        }
    }

    /// Runs one process; false when nothing more of the lease may begin.
    async fn run_item(
        &mut self,
        held: &mut Held,
        lease: &Lease,
        item: Option<&LeasedItem>,
    ) -> bool {
        if self.host.stop.is_ordered() || held.revoked.is_some() {
            return false;
        }
        let began = Instant::now();
        let outcome = match self.command_line(lease, item) {
            Ok(line) => self.run_process(held, lease, item, &line).await,
            Err(error) => {
                let failure = Failure::new(ErrorKind::Handler, error.to_string());
                Some(Outcome::Failed(failure.permanent()))
            }
        };
        let Some(outcome) = outcome else {
            return false;
        };
        let report = ItemReport {
            seq: item.map_or(Seq(0), |item| item.seq),
            outcome,
            duration: began.elapsed(),
        };
        // Each item of the lease ends once, so it is held.
        let _ = held.end_item(report, Instant::now());
        self.status.add_items(1);
        true
    }

    fn command_line(
        &self,
        lease: &Lease,
        item: Option<&LeasedItem>,
    ) -> Result<CommandLine, Unfilled> {
        let values = Values::new(lease, item);
        let mut env = self.config.env.clone();
        env.extend(values.environment()?);
        Ok(CommandLine {
            command: values.fill(&self.config.command)?,
            cwd: self.config.cwd.clone(),
            env,
            data_limit: None,
            stdin: false,
        })
    }

    /// The outcome; `None` when nobody wants it any more.
    async fn run_process(
        &mut self,
        held: &mut Held,
        lease: &Lease,
        item: Option<&LeasedItem>,
        line: &CommandLine,
    ) -> Option<Outcome> {
        let audience = Audience {
            notes: Arc::clone(&self.host.notes),
            worker: Arc::clone(&self.worker),
            job: lease.job,
            is_unit: item.is_none(),
        };
        let process = match CommandProcess::start(&self.host, line, audience) {
            Ok(process) => process,
            Err(error) => {
                let failure = Failure::new(ErrorKind::Handler, error.to_string());
                return Some(Outcome::Failed(failure));
            }
        };
        let mut watched = Watched::new(process, lease.options.item_timeout);
        self.status.set_pid(Some(watched.pid()));
        let status = self.watch(held, &mut watched).await;
        self.status.set_pid(None);
        watched.outcome(status).await
    }

    /// Looks after a process, and everything else, until it has ended.
    async fn watch(&mut self, held: &mut Held, watched: &mut Watched) -> io::Result<ExitStatus> {
        loop {
            let part = part_due(held).filter(|_| self.reporter.is_idle());
            let until = watched.next_moment(part, self.host.stop.deadline());
            tokio::select! {
                biased;
                status = watched.ended() => return status,
                signal = self.signals.next() => self.take_signal(signal, held, watched),
                lost = self.reporter.turn(), if !self.reporter.is_idle() => {
                    if lost.contains(&held.lease.id) {
                        self.revoke(held, watched);
                    }
                }
                // Only to learn of the deadline.
                () = self.host.stop.ordered(), if !self.host.stop.is_ordered() => {}
                () = tokio::time::sleep_until(until) => self.on_time(held, watched),
            }
        }
    }

    fn take_signal(
        &mut self,
        signal: Result<LeaseSignal, Missed>,
        held: &mut Held,
        watched: &mut Watched,
    ) {
        match signal {
            Ok(LeaseSignal::Revoked(lease)) if lease == held.lease.id => {
                self.revoke(held, watched);
            }
            // What has started is finished; other leases are others' business.
            Ok(LeaseSignal::Revoked(_) | LeaseSignal::Recalled(_)) => {}
            Err(Missed) => {
                // Whether the lease is still ours is in the answer to a report.
                if matches!(held.lease.work, LeasedWork::Chunk(_)) {
                    self.reporter.push(held.take_part());
                }
            }
        }
    }

    fn revoke(&self, held: &mut Held, watched: &mut Watched) {
        held.revoked.get_or_insert_with(Instant::now);
        watched.end(Ending::Unwanted, self.config.grace);
    }

    fn on_time(&mut self, held: &mut Held, watched: &mut Watched) {
        let now = Instant::now();
        if self.host.stop.deadline().is_some_and(|at| at <= now) {
            watched.end(Ending::Unwanted, Duration::ZERO);
        }
        watched.check_times(now, self.config.grace);
        if let Some(reading) = watched.sample(now) {
            self.take_reading(reading, held, watched);
        }
        if part_due(held).is_some_and(|at| at <= now) && self.reporter.is_idle() {
            self.reporter.push(held.take_part());
        }
    }

    fn take_reading(&self, reading: Reading, held: &Held, watched: &mut Watched) {
        let used = reading.memory_bytes;
        self.status.set_memory(used);
        let board = &self.host.notes.usage;
        board.sample(held.lease.job, &self.worker, used, reading.cpu);
        if let Some(cap) = held.lease.options.max_memory
            && used > cap
        {
            watched.end(Ending::Memory { used, cap }, Duration::ZERO);
        }
    }
}

fn part_due(held: &Held) -> Option<Instant> {
    held.ended_since().map(|since| since + PART_AFTER)
}
