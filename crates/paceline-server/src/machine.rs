//! What the operating system says about this machine and this process.

use paceline_protocol::rest::MachineView;
use procfs::Current;

/// The machine as it is now; what cannot be read is left out.
pub(crate) fn machine() -> MachineView {
    let memory = procfs::Meminfo::current().ok();
    let process = process();
    MachineView {
        cores: std::thread::available_parallelism()
            .ok()
            .and_then(|cores| u32::try_from(cores.get()).ok()),
        load: procfs::LoadAverage::current()
            .ok()
            .map(|load| f64::from(load.one)),
        memory_total_bytes: memory.as_ref().map(|memory| memory.mem_total),
        memory_available_bytes: memory.as_ref().and_then(|memory| memory.mem_available),
        process_memory_bytes: process.map(|process| process.memory_bytes),
        process_cpu_seconds: process.map(|process| process.cpu_seconds),
    }
}

/// Resident memory and CPU time of this process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process {
    pub(crate) memory_bytes: u64,
    pub(crate) cpu_seconds: f64,
}

pub(crate) fn process() -> Option<Process> {
    let stat = procfs::process::Process::myself().ok()?.stat().ok()?;
    let ticks = u32::try_from(stat.utime + stat.stime).ok()?;
    let per_second = u32::try_from(procfs::ticks_per_second()).ok()?;
    Some(Process {
        memory_bytes: stat.rss * procfs::page_size(),
        cpu_seconds: f64::from(ticks) / f64::from(per_second.max(1)),
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn this_process_uses_memory() {
        let process = super::process().expect("procfs");
        assert!(process.memory_bytes > 1 << 20, "{process:?}");
    }
}
