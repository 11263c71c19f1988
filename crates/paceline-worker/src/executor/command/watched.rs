//! A command's process while it runs: when it must be looked after, and how it is ended.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use paceline_core::ErrorKind;
use paceline_core::item::Outcome;
use tokio::time::Instant;

use super::process::CommandProcess;
use crate::tree::{Meter, Reading};
use crate::words;

const SAMPLE_EVERY: Duration = Duration::from_millis(250);

/// Why a process is being ended before its time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ending {
    TimedOut(Duration),
    Memory {
        used: u64,
        cap: u64,
    },
    /// Cancelled, or the node stops: nobody waits for the outcome.
    Unwanted,
}

/// A process that runs, and when it must be looked after.
#[derive(Debug)]
pub(super) struct Watched {
    process: CommandProcess,
    deadline: Option<(Instant, Duration)>,
    /// Asked to terminate; killed at that time.
    kill_at: Option<Instant>,
    killed: bool,
    ending: Option<Ending>,
    sample_at: Instant,
    meter: Meter,
}

impl Watched {
    pub(super) fn new(process: CommandProcess, timeout: Option<Duration>) -> Self {
        let now = Instant::now();
        let meter = Meter::new(process.supervised.pid());
        Watched {
            process,
            deadline: timeout.map(|timeout| (now + timeout, timeout)),
            kill_at: None,
            killed: false,
            ending: None,
            sample_at: now + SAMPLE_EVERY,
            meter,
        }
    }

    pub(super) fn pid(&self) -> u32 {
        self.process.supervised.pid()
    }

    /// Waits until it has ended. Cancel-safe.
    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.process.supervised.wait().await
    }

    /// What its end means; `None` when nobody wants to know any more.
    pub(super) async fn outcome(self, status: io::Result<ExitStatus>) -> Option<Outcome> {
        let (kind, message) = match self.ending {
            None => return Some(self.process.outcome(status).await),
            Some(Ending::Unwanted) => return None,
            Some(Ending::TimedOut(after)) => {
                let message = format!("took longer than {}", words::time(after));
                (ErrorKind::Timeout, message)
            }
            Some(Ending::Memory { used, cap }) => {
                let message = format!("used {}, cap {}", words::size(used), words::size(cap));
                (ErrorKind::Memory, message)
            }
        };
        Some(self.process.failure(kind, message).await)
    }

    /// Ends what has had its time.
    pub(super) fn check_times(&mut self, now: Instant, grace: Duration) {
        if self.kill_at.is_some_and(|at| at <= now) {
            self.kill();
        }
        if let Some((at, after)) = self.deadline
            && at <= now
        {
            self.end(Ending::TimedOut(after), grace);
        }
    }

    /// A look at its memory, when one is due.
    pub(super) fn sample(&mut self, now: Instant) -> Option<Reading> {
        // What is left of a killed tree says nothing of its work.
        if self.killed || self.sample_at > now {
            return None;
        }
        self.sample_at = now + SAMPLE_EVERY;
        Some(self.meter.read())
    }

    /// Asks the process to terminate and kills it after `grace`. The first reason counts.
    pub(super) fn end(&mut self, why: Ending, grace: Duration) {
        self.deadline = None;
        if grace.is_zero() {
            self.kill();
        } else if self.ending.is_none() {
            self.process.supervised.terminate();
            self.kill_at = Some(Instant::now() + grace);
        }
        self.ending.get_or_insert(why);
    }

    fn kill(&mut self) {
        self.process.supervised.kill();
        (self.killed, self.kill_at) = (true, None);
    }

    /// When to look again; `part` is when results should be reported, `stop` the node's end.
    pub(super) fn next_moment(&self, part: Option<Instant>, stop: Option<Instant>) -> Instant {
        const LONG: Duration = Duration::from_hours(1);
        let deadline = self.deadline.map(|(at, _)| at);
        let stop = stop.filter(|_| !self.killed);
        let sample = (!self.killed).then_some(self.sample_at);
        let moments = [deadline, self.kill_at, part, stop, sample];
        let next = moments.into_iter().flatten().min();
        next.unwrap_or_else(|| Instant::now() + LONG)
    }
}
