//! CPU time and memory of the node and of the processes that it started, as the kernel counts.

use std::collections::HashMap;

use procfs::process::{Process, Stat, all_processes};

use super::numbers::float;

/// A process and all below it, by its id.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tree(pub(super) u32);

impl Tree {
    /// CPU seconds used so far, by processes that have ended too.
    pub(super) fn cpu(self) -> f64 {
        let root = stat(self.0);
        let ended = root.as_ref().map_or(0.0, |root| {
            let ticks = u64::try_from(root.cutime + root.cstime).unwrap_or(0);
            float(ticks) / float(procfs::ticks_per_second().max(1))
        });
        let now = Cpu::read(self.0);
        now.node + now.workers + ended
    }
}

/// CPU seconds used so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cpu {
    /// Of the node's own process.
    pub(super) node: f64,
    /// Of all that it started and that is there now.
    pub(super) workers: f64,
}

impl Cpu {
    pub(super) fn read(pid: u32) -> Self {
        let below = descendants(pid);
        Cpu {
            node: stat(pid).as_ref().map_or(0.0, seconds),
            workers: below.iter().map(seconds).sum(),
        }
    }

    pub(super) fn since(self, before: Cpu) -> Cpu {
        Cpu {
            node: self.node - before.node,
            workers: self.workers - before.workers,
        }
    }
}

/// Resident memory of one process, in MiB: now, and the most it ever was.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Memory {
    pub(super) now: f64,
    pub(super) peak: f64,
}

impl Memory {
    pub(super) fn read(pid: u32) -> Self {
        let status = process(pid).and_then(|process| process.status().ok());
        let mebibytes = |kibibytes: Option<u64>| float(kibibytes.unwrap_or(0)) / 1024.0;
        status.map_or_else(Memory::default, |status| Memory {
            now: mebibytes(status.vmrss),
            peak: mebibytes(status.vmhwm),
        })
    }
}

fn process(pid: u32) -> Option<Process> {
    Process::new(i32::try_from(pid).ok()?).ok()
}

fn stat(pid: u32) -> Option<Stat> {
    process(pid)?.stat().ok()
}

fn seconds(stat: &Stat) -> f64 {
    float(stat.utime + stat.stime) / float(procfs::ticks_per_second().max(1))
}

fn descendants(pid: u32) -> Vec<Stat> {
    let Ok(processes) = all_processes() else {
        return Vec::new();
    };
    let stats = processes
        .flatten()
        .filter_map(|process| process.stat().ok());
    let mut children: HashMap<i32, Vec<Stat>> = HashMap::new();
    for stat in stats {
        children.entry(stat.ppid).or_default().push(stat);
    }
    let mut found = Vec::new();
    let mut parents = vec![i32::try_from(pid).unwrap_or(0)];
    while let Some(parent) = parents.pop() {
        let Some(below) = children.remove(&parent) else {
            continue;
        };
        parents.extend(below.iter().map(|stat| stat.pid));
        found.extend(below);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_memory_and_has_a_past() {
        let memory = Memory::read(std::process::id());
        assert!(memory.now > 0.5 && memory.peak >= memory.now, "{memory:?}");
        let cpu = Cpu::read(std::process::id());
        assert!(
            cpu.node >= 0.0 && cpu.since(cpu).node.abs() < 1e-9,
            "{cpu:?}"
        );
    }
}
