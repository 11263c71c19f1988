//! What this node says of itself: its machine and its workers.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use nix::sys::statvfs::statvfs;
use paceline_core::node::{Gauges, NodeFacts, PoolFacts};
use paceline_core::worker::{WorkerState, WorkerStatus};
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
        let workers = (self.workers)();
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
            pools: pools(&workers),
            workers,
            gate: None,
            is_drained: false,
        }
    }
}

fn pools(workers: &[WorkerStatus]) -> Vec<PoolFacts> {
    let mut pools: BTreeMap<String, PoolFacts> = BTreeMap::new();
    for worker in workers {
        let pool = pools.entry(worker.pool.clone()).or_insert(PoolFacts {
            name: worker.pool.clone(),
            ..PoolFacts::default()
        });
        for task in &worker.tasks {
            if !pool.tasks.contains(task) {
                pool.tasks.push(task.clone());
            }
        }
        match worker.state {
            WorkerState::Starting | WorkerState::Recycling => pool.starting += 1,
            WorkerState::Idle => pool.idle += 1,
            WorkerState::Busy => pool.busy += 1,
            WorkerState::Broken => {
                pool.broken += 1;
                pool.error = pool.error.take().or(worker.last_error.clone());
            }
            WorkerState::Stopped => {}
        }
    }
    pools.into_values().collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use paceline_core::Time;

    use super::*;

    #[test]
    fn the_machine_and_the_workers_are_looked_at() {
        let worker = |state, error: Option<&str>| WorkerStatus {
            name: "races/0".to_owned(),
            pool: "races".to_owned(),
            state,
            pid: None,
            tasks: vec!["predict".to_owned()],
            job: None,
            chunk_items: None,
            items_done: 0,
            memory_bytes: None,
            since: Time::EPOCH,
            last_error: error.map(str::to_owned),
        };
        let workers = vec![
            worker(WorkerState::Idle, None),
            worker(WorkerState::Broken, Some("no module")),
            worker(WorkerState::Broken, Some("another")),
        ];
        let gauges = MachineGauges::new(Arc::new(move || workers.clone()), "/".into());
        let facts = gauges.look();
        assert!(facts.memory_total > facts.memory_available, "{facts:?}");
        assert!(facts.disk_total > facts.disk_free, "{facts:?}");
        let races = PoolFacts {
            name: "races".to_owned(),
            tasks: vec!["predict".to_owned()],
            idle: 1,
            broken: 2,
            error: Some("no module".to_owned()),
            ..PoolFacts::default()
        };
        assert_eq!(facts.pools, [races]);
        assert_eq!(facts.workers.len(), 3);
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
