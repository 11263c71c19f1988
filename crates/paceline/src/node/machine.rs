//! What the machine has for workers, and how loaded it is.

use std::collections::BTreeMap;

use paceline_core::resources::{Gates, Measured, Resources};
use paceline_engine::Machine;
use procfs::Current;

use crate::config::NodeSettings;

/// The machine as the configuration says; what it does not say is detected.
pub(super) fn machine(settings: &NodeSettings) -> Machine {
    let NodeSettings {
        milli_cpus,
        memory,
        resources,
        max_load,
        min_free_memory,
        lost_after: _,
    } = settings;
    let detected = detected();
    Machine {
        has: Resources {
            milli_cpus: milli_cpus.unwrap_or(detected.milli_cpus),
            memory: memory.unwrap_or(detected.memory),
            named: resources.clone(),
        },
        gates: Gates {
            max_load: *max_load,
            min_free_memory: *min_free_memory,
        },
        measure,
    }
}

/// What cannot be read bounds nothing.
fn detected() -> Resources {
    let memory = procfs::Meminfo::current().ok();
    Resources {
        milli_cpus: cpus().map_or(u64::MAX, |cpus| u64::from(cpus) * 1000),
        memory: memory.map_or(u64::MAX, |memory| memory.mem_total),
        named: BTreeMap::new(),
    }
}

fn cpus() -> Option<u32> {
    let cpus = std::thread::available_parallelism().ok()?;
    u32::try_from(cpus.get()).ok()
}

fn measure() -> Option<Measured> {
    let load = procfs::LoadAverage::current().ok()?;
    let memory = procfs::Meminfo::current().ok()?;
    Some(Measured {
        load: f64::from(load.one),
        cpus: cpus()?,
        free_memory: memory.mem_available?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_is_measured() {
        let has = detected();
        assert!(has.milli_cpus >= 1000 && has.memory < u64::MAX, "{has:?}");
        let measured = measure().expect("procfs");
        assert!(measured.free_memory <= has.memory, "{measured:?}");
    }
}
