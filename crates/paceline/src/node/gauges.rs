//! What this node says of itself: its machine and its workers.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use nix::sys::statvfs::statvfs;
use paceline_core::alert::{Gauges, NodeFacts, PoolFacts};
use paceline_core::worker::{WorkerState, WorkerStatus};
use paceline_server::WorkersView;
use procfs::Current;

pub(super) struct MachineGauges {
    pub(super) workers: WorkersView,
    /// Where the disk is looked at.
    pub(super) folder: PathBuf,
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
            pools: pools((self.workers)()),
        }
    }
}

fn pools(workers: Vec<WorkerStatus>) -> Vec<PoolFacts> {
    let mut pools: BTreeMap<String, PoolFacts> = BTreeMap::new();
    for worker in workers {
        let pool = pools.entry(worker.pool.clone()).or_insert(PoolFacts {
            name: worker.pool,
            ..PoolFacts::default()
        });
        for task in worker.tasks {
            if !pool.tasks.contains(&task) {
                pool.tasks.push(task);
            }
        }
        match worker.state {
            WorkerState::Starting | WorkerState::Recycling => pool.starting += 1,
            WorkerState::Idle => pool.idle += 1,
            WorkerState::Busy => pool.busy += 1,
            WorkerState::Broken => {
                pool.broken += 1;
                pool.error = pool.error.take().or(worker.last_error);
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
        let gauges = MachineGauges {
            workers: Arc::new(move || workers.clone()),
            folder: "/".into(),
        };
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
    }
}
