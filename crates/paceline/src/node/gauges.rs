//! What this node says of itself: its machine and its workers.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use nix::sys::statvfs::statvfs;
use paceline_core::node::{Gauges, NodeFacts};
use paceline_server::WorkersView;
use procfs::{Current, CurrentSI};

pub(super) struct MachineGauges {
    workers: WorkersView,
    /// Where the disk is looked at.
    folder: PathBuf,
    cpu: Mutex<Option<CpuTime>>,
}

/// Time of all cores since the machine started.
#[derive(Clone, Copy, Debug)]
struct CpuTime {
    busy: u64,
    all: u64,
}

impl MachineGauges {
    pub(super) fn new(workers: WorkersView, folder: PathBuf) -> Self {
        MachineGauges {
            workers,
            folder,
            cpu: Mutex::new(CpuTime::read()),
        }
    }

    /// Share of all cores that was busy since the last call.
    fn cpu(&self) -> Option<f64> {
        let now = CpuTime::read()?;
        let mut last = self.cpu.lock().unwrap_or_else(PoisonError::into_inner);
        let share = last.and_then(|last| now.share_since(last));
        *last = Some(now);
        share
    }
}

impl CpuTime {
    fn read() -> Option<Self> {
        let total = procfs::KernelStats::current().ok()?.total;
        let rests = total.idle + total.iowait.unwrap_or(0);
        // Guests' time is part of the user's.
        let busy = total.user
            + total.nice
            + total.system
            + total.irq.unwrap_or(0)
            + total.softirq.unwrap_or(0)
            + total.steal.unwrap_or(0);
        Some(CpuTime {
            busy,
            all: busy + rests,
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "a share needs no exact times")]
    fn share_since(self, last: Self) -> Option<f64> {
        let all = self.all.checked_sub(last.all).filter(|all| *all > 0)?;
        let busy = self.busy.saturating_sub(last.busy);
        Some((busy as f64 / all as f64).min(1.0))
    }
}

impl fmt::Debug for MachineGauges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MachineGauges")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Gauges for MachineGauges {
    fn look(&self) -> NodeFacts {
        let memory = procfs::Meminfo::current().ok();
        let disk = statvfs(&self.folder).ok();
        let bytes = |blocks: u64| disk.map(|disk| blocks.saturating_mul(disk.fragment_size()));
        NodeFacts {
            cpu: self.cpu(),
            load: procfs::LoadAverage::current()
                .ok()
                .map(|load| f64::from(load.one)),
            cores: std::thread::available_parallelism()
                .ok()
                .and_then(|cores| u32::try_from(cores.get()).ok()),
            memory_total: memory.as_ref().map(|memory| memory.mem_total),
            memory_available: memory.as_ref().and_then(|memory| memory.mem_available),
            disk_total: disk.and_then(|disk| bytes(disk.blocks())),
            disk_free: disk.and_then(|disk| bytes(disk.blocks_available())),
            workers: (self.workers)(),
            gate: None,
            is_drained: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use paceline_core::Time;
    use paceline_core::worker::WorkerStatus;

    use super::*;

    #[test]
    fn the_machine_and_the_workers_are_looked_at() {
        let workers = vec![WorkerStatus::starting("races", 0, Time::EPOCH)];
        let seen = workers.clone();
        let gauges = MachineGauges::new(Arc::new(move || seen.clone()), "/".into());
        let facts = gauges.look();
        assert!(facts.memory_total > facts.memory_available, "{facts:?}");
        assert!(facts.disk_total > facts.disk_free, "{facts:?}");
        assert_eq!(facts.workers, workers);
    }

    #[test]
    fn the_share_of_busy_cores_is_that_since_the_last_look() {
        let at = |busy, all| CpuTime { busy, all };
        assert_eq!(at(30, 140).share_since(at(10, 100)), Some(0.5));
        assert_eq!(at(30, 140).share_since(at(30, 140)), None, "no time passed");
        assert_eq!(
            at(0, 10).share_since(at(10, 100)),
            None,
            "the machine slept"
        );
    }
}
