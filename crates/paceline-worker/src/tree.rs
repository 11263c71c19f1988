//! Memory and CPU time of a process and all below it, from the kernel's own tables.

use std::time::Duration;

use procfs::process::{Process, Stat};

/// Watches the tree below one supervisor.
#[derive(Debug)]
pub(crate) struct Meter {
    root: u32,
    /// CPU time that was told of. Only more than that is news: a look that misses a process, for
    /// the tables change while they are read, must not make its time count twice.
    told: Duration,
}

/// A look at a tree of processes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Resident memory; pages that several processes share count once for each.
    pub(crate) memory_bytes: u64,
    /// CPU time since the last look, that of children that have ended included.
    pub(crate) cpu: Duration,
}

impl Meter {
    /// Watches everything below the supervisor `root`; the supervisor's own few hundred kilobytes
    /// are left out.
    pub(crate) fn new(root: u32) -> Self {
        Meter {
            root,
            told: Duration::ZERO,
        }
    }

    /// Nothing, when the tree is gone.
    pub(crate) fn read(&mut self) -> Reading {
        let mut sum = measure(self.root);
        let used = sum.cpu;
        sum.cpu = used.saturating_sub(self.told);
        self.told = self.told.max(used);
        sum
    }
}

/// All that the tree holds now and has used so far.
fn measure(root: u32) -> Reading {
    let mut sum = Reading::default();
    let Some(root) = i32::try_from(root).ok().and_then(look) else {
        return sum;
    };
    sum.cpu += ticks(root.stat.cutime) + ticks(root.stat.cstime);
    let mut pending = root.children;
    while let Some(pid) = pending.pop() {
        // A process that ended since then is in its parent's account already.
        if let Some(process) = look(pid) {
            sum.add(&process.stat);
            pending.extend(process.children);
        }
    }
    sum
}

impl Reading {
    fn add(&mut self, stat: &Stat) {
        self.memory_bytes += stat.rss * procfs::page_size();
        self.cpu += ticks(stat.utime) + ticks(stat.stime);
        self.cpu += ticks(stat.cutime) + ticks(stat.cstime);
    }
}

struct Look {
    stat: Stat,
    children: Vec<i32>,
}

fn look(pid: i32) -> Option<Look> {
    let process = Process::new(pid).ok()?;
    let stat = process.stat().ok()?;
    let mut children = vec![];
    // Each thread has its own list of the children that it made.
    for task in process.tasks().ok()?.flatten() {
        let made = task.children().unwrap_or_default();
        children.extend(made.iter().filter_map(|pid| i32::try_from(*pid).ok()));
    }
    Some(Look { stat, children })
}

fn ticks(ticks: impl TryInto<u64>) -> Duration {
    let ticks = ticks.try_into().unwrap_or(0);
    Duration::from_millis(ticks * 1000 / procfs::ticks_per_second().max(1))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use tokio::time::Instant;

    use super::*;

    #[test]
    fn finds_what_a_child_holds_and_uses() {
        let mut child = Command::new("sh")
            .args(["-c", "while :; do :; done"])
            .spawn()
            .expect("a shell");
        let mut meter = Meter::new(std::process::id());
        let (mut memory, mut cpu) = (0, Duration::ZERO);
        let began = Instant::now();
        while (memory < 100_000 || cpu.is_zero()) && began.elapsed() < Duration::from_secs(10) {
            let reading = meter.read();
            memory = memory.max(reading.memory_bytes);
            cpu += reading.cpu;
        }
        child.kill().expect("killed");
        child.wait().expect("ended");
        assert!(
            memory >= 100_000 && !cpu.is_zero(),
            "{memory} bytes, {cpu:?}"
        );
        // Other tests have children too, but none of them ran for this long.
        assert!(
            cpu <= began.elapsed() * 2 + Duration::from_millis(20),
            "{cpu:?}"
        );
    }

    #[test]
    fn a_tree_that_is_gone_holds_nothing() {
        assert_eq!(Meter::new(u32::MAX).read(), Reading::default());
    }
}
