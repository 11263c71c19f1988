//! What a node spends on an item that does nothing: leasing, framing, parsing and reporting.
//!
//! `noop_throughput warm SUPERVISOR WORKER.py [ITEMS]` runs chunks of 50 on two Python workers,
//! `noop_throughput inproc [JOBS]` single-unit jobs on two in-process slots. The source is in
//! memory, so no store is measured. Prints items a second and the node's own CPU time an item.
//!
//! `noop_throughput nap SUPERVISOR WORKER.py MILLISECONDS [ITEMS]` runs items of that length and
//! prints which share of the two workers' time went into items: gaps between chunks and an uneven
//! end are what is missing.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use paceline_core::event::EventKind;
use paceline_core::lease::{
    Lease, LeaseReport, LeaseSignal, LeasedItem, LeasedWork, Note, ReportAnswer, ReportBody,
};
use paceline_core::store::Offer;
use paceline_core::task::Task;
use paceline_core::{JobId, JobOptions, Json, LeaseId, Seq, Time};
use paceline_worker::{
    Handlers, LeaseSource, PoolConfig, Stopping, Supervisor, Workers, WorkersConfig,
};
use tokio::sync::{Notify, broadcast};
use tokio::time::Instant;

const CHUNK: u32 = 50;

#[tokio::main]
async fn main() -> Result<(), String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let (chunks, config, total) = match args.as_slice() {
        ["warm", supervisor, worker, rest @ ..] => {
            let total = number(rest, 2_000_000)?;
            (true, warm(supervisor, worker, 0), total)
        }
        ["nap", supervisor, worker, nap, rest @ ..] => {
            let nap = number(&[nap], 1)?;
            return balance(warm(supervisor, worker, nap), number(rest, 1_000)?).await;
        }
        ["inproc", rest @ ..] => (false, inproc(), number(rest, 2_000_000)?),
        _ => {
            return Err(
                "usage: noop_throughput warm SUPERVISOR WORKER.py [ITEMS] | inproc [JOBS]".into(),
            );
        }
    };
    let source = Arc::new(Endless::new(chunks, total));
    let workers = Workers::start(config, Arc::clone(&source) as Arc<dyn LeaseSource>);
    // The first tenth is for warming up: processes start, the pace is learned.
    source.wait_for(total / 10).await;
    let (began, cpu) = (Instant::now(), own_cpu());
    source.wait_for(total).await;
    let (wall, cpu) = (began.elapsed(), own_cpu().saturating_sub(cpu));
    print(total - total / 10, wall, cpu, &source);
    workers.stop(Duration::from_secs(5)).await;
    Ok(())
}

/// Runs a short job again and again: first to warm up, then to measure.
async fn balance(config: WorkersConfig, items: u64) -> Result<(), String> {
    let source = Arc::new(Endless::new(true, 0));
    let workers = Workers::start(config, Arc::clone(&source) as Arc<dyn LeaseSource>);
    for round in 0..6 {
        let busy = source.busy_micros.load(Ordering::Relaxed);
        let began = Instant::now();
        source.add(items);
        source.wait_for(u64::MAX).await;
        let busy = source.busy_micros.load(Ordering::Relaxed) - busy;
        let (busy, wall) = (Duration::from_micros(busy), began.elapsed());
        let share = 100.0 * busy.as_secs_f64() / (2.0 * wall.as_secs_f64());
        let remark = if round == 0 {
            " (with the start of the workers)"
        } else {
            ""
        };
        println!("{items} items: {busy:.2?} of work in {wall:.3?}, {share:.1} %{remark}");
    }
    workers.stop(Duration::from_secs(5)).await;
    Ok(())
}

fn number(rest: &[&str], default: u64) -> Result<u64, String> {
    match rest.first() {
        None => Ok(default),
        Some(text) => text
            .parse()
            .map_err(|_| format!("`{text}` is not a number")),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few milliseconds")]
fn warm(supervisor: &str, worker: &str, nap_ms: u64) -> WorkersConfig {
    let mut config = WorkersConfig::new(Supervisor {
        program: PathBuf::from(supervisor),
        args: vec![],
    });
    let nap = (nap_ms as f64 / 1000.0).to_string();
    let command = ["python3", "-S", worker, &nap];
    let command = command.map(str::to_owned).to_vec();
    config.pools.push(PoolConfig::new("noop", command, 2));
    config
}

fn inproc() -> WorkersConfig {
    let mut config = WorkersConfig::new(Supervisor {
        program: PathBuf::new(),
        args: vec![],
    });
    let handlers = Handlers::new("app", 2).task("noop", |_| async { Ok(Json::null()) });
    config.handlers.push(handlers);
    config
}

fn own_cpu() -> Duration {
    let micros = getrusage(UsageWho::RUSAGE_SELF).map_or(0, |usage| {
        (usage.user_time() + usage.system_time()).num_microseconds()
    });
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn print(items: u64, wall: Duration, cpu: Duration, source: &Endless) {
    let rate = items as f64 / wall.as_secs_f64();
    let each = cpu.as_secs_f64() * 1e6 / items as f64;
    println!("{items} items in {wall:.2?}: {rate:.0} items/s, {each:.2} µs of node CPU an item");
    let (asks, reports) = (&source.asks, &source.reports);
    println!(
        "{} calls for leases, {} reports",
        asks.load(Ordering::Relaxed),
        reports.load(Ordering::Relaxed)
    );
}

/// Gives out a fixed number of items, and counts what comes back.
#[derive(Debug)]
struct Endless {
    chunks: bool,
    total: AtomicU64,
    /// Time that items took.
    busy_micros: AtomicU64,
    work: Notify,
    /// Items without an end, by lease.
    held: Mutex<HashMap<LeaseId, u64>>,
    given: AtomicU64,
    done: AtomicU64,
    last_lease: AtomicU64,
    asks: AtomicU64,
    reports: AtomicU64,
    progress: Notify,
    signals: broadcast::Sender<LeaseSignal>,
    options: Arc<JobOptions>,
    items: Vec<LeasedItem>,
}

impl Endless {
    fn new(chunks: bool, total: u64) -> Self {
        let items = (0..CHUNK).map(|seq| LeasedItem {
            seq: Seq(seq),
            key: Some(format!("item-{seq}")),
            payload: Json::from_checked(seq.to_string()),
            attempt: 1,
        });
        Endless {
            chunks,
            total: AtomicU64::new(total - total % u64::from(CHUNK)),
            busy_micros: AtomicU64::new(0),
            work: Notify::new(),
            held: Mutex::default(),
            given: AtomicU64::new(0),
            done: AtomicU64::new(0),
            last_lease: AtomicU64::new(0),
            asks: AtomicU64::new(0),
            reports: AtomicU64::new(0),
            progress: Notify::new(),
            signals: broadcast::channel(16).0,
            options: Arc::new(JobOptions::default()),
            items: items.collect(),
        }
    }

    async fn wait_for(&self, items: u64) {
        let items = items.min(self.total.load(Ordering::Relaxed));
        while self.done.load(Ordering::Relaxed) < items {
            self.progress.notified().await;
        }
    }

    fn add(&self, items: u64) {
        self.total.fetch_add(items, Ordering::Relaxed);
        self.work.notify_waiters();
    }

    fn lease_one(&self, workers: u32) -> Option<Lease> {
        let total = self.total.load(Ordering::Relaxed);
        let take = |given: u64| {
            let left = u32::try_from(total - given).unwrap_or(u32::MAX);
            let size = if self.chunks { CHUNK } else { 1 };
            let size = paceline_core::chunk::size(left, workers, size);
            (left > 0).then_some(given + u64::from(size))
        };
        let before = self
            .given
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .ok()?;
        let size = usize::try_from(take(before)? - before).unwrap_or(0);
        let number = self.last_lease.fetch_add(1, Ordering::Relaxed);
        let work = if self.chunks {
            LeasedWork::Chunk(self.items[..size].to_vec())
        } else {
            LeasedWork::Unit
        };
        let id = LeaseId(i64::try_from(number).unwrap_or(0));
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert(id, size as u64);
        Some(Lease {
            id,
            job: JobId::from_bytes([7; 16]),
            task: "noop".into(),
            params: Json::empty_object(),
            options: Arc::clone(&self.options),
            attempt: 1,
            time_left: Duration::from_hours(1),
            work,
            parents: Vec::new(),
        })
    }
}

impl Endless {
    /// Items that a report ended. What a lease gives back is given out again.
    fn settle(&self, report: &LeaseReport) -> u64 {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let left = held.remove(&report.lease).unwrap_or(0);
        let (ended, over) = match &report.body {
            ReportBody::Chunk { items, release } => {
                let busy = items.iter().map(|item| item.duration).sum::<Duration>();
                let busy = u64::try_from(busy.as_micros()).unwrap_or(0);
                self.busy_micros.fetch_add(busy, Ordering::Relaxed);
                (items.len() as u64, release.is_some())
            }
            ReportBody::Unit { .. } => (1, true),
            ReportBody::HandBack
            | ReportBody::Planned(_)
            | ReportBody::PlanDone
            | ReportBody::PlanFailed(_) => (0, true),
        };
        let left = left.saturating_sub(ended);
        if !over {
            held.insert(report.lease, left);
        } else if left > 0 {
            self.given.fetch_sub(left, Ordering::Relaxed);
            self.work.notify_waiters();
        }
        ended
    }
}

#[async_trait]
impl LeaseSource for Endless {
    async fn lease(&self, offer: Offer) -> Result<Vec<Lease>, Stopping> {
        self.asks.fetch_add(1, Ordering::Relaxed);
        loop {
            let mut added = std::pin::pin!(self.work.notified());
            added.as_mut().enable();
            let leases = (0..offer.leases).map_while(|_| self.lease_one(offer.workers));
            let leases: Vec<Lease> = leases.collect();
            if !leases.is_empty() {
                return Ok(leases);
            }
            added.await;
        }
    }

    async fn report(&self, reports: Vec<LeaseReport>) -> Result<Vec<ReportAnswer>, Stopping> {
        // About what a durable write takes.
        tokio::time::sleep(Duration::from_millis(2)).await;
        self.reports.fetch_add(1, Ordering::Relaxed);
        let done: u64 = reports.iter().map(|report| self.settle(report)).sum();
        self.done.fetch_add(done, Ordering::Relaxed);
        self.progress.notify_one();
        Ok(vec![ReportAnswer::Accepted; reports.len()])
    }

    async fn note(&self, _notes: Vec<Note>) {}

    fn signals(&self) -> broadcast::Receiver<LeaseSignal> {
        self.signals.subscribe()
    }

    async fn declare(&self, _tasks: Vec<Task>) -> Result<(), Stopping> {
        Ok(())
    }

    async fn event(&self, _kind: EventKind, _data: Json) {}

    fn now(&self) -> Time {
        Time::EPOCH
    }
}
