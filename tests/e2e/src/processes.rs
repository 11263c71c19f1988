//! What runs on the machine, as `/proc` tells it.

use std::fs;
use std::time::{Duration, Instant};

/// A process that a node left or holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    pub pid: u32,
    pub command: String,
}

/// Processes whose environment holds `NAME=value` of `marker`, zombies not counted. Children
/// inherit it, whatever session or parent they have chosen.
pub fn marked(marker: &str) -> Vec<Process> {
    let entries = fs::read_dir("/proc").expect("/proc is readable");
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| inspect(pid, marker))
        .collect()
}

fn inspect(pid: u32, marker: &str) -> Option<Process> {
    // A process that ends while it is looked at is not there.
    let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
    let is_marked = environment
        .split(|byte| *byte == 0)
        .any(|variable| variable == marker.as_bytes());
    if !is_marked || is_zombie(pid) {
        return None;
    }
    let command = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    Some(Process {
        pid,
        command: String::from_utf8_lossy(&command).replace('\0', " "),
    })
}

fn is_zombie(pid: u32) -> bool {
    status_line(pid, "State:").is_none_or(|state| state.starts_with('Z'))
}

fn status_line(pid: u32, name: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().to_owned())
}

/// Waits until no marked process is left.
///
/// # Panics
/// When one is left after `most`; it is named.
pub async fn none_left(marker: &str, most: Duration) -> Duration {
    let start = Instant::now();
    loop {
        let left = marked(marker);
        if left.is_empty() {
            return start.elapsed();
        }
        assert!(
            start.elapsed() < most,
            "left behind after {most:?}: {left:?}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Resident memory in bytes, and the most that it ever was.
pub fn memory(pid: u32) -> (u64, u64) {
    let bytes = |name| {
        let line = status_line(pid, name).expect("the process runs");
        let kib: u64 = line
            .split_whitespace()
            .next()
            .and_then(|number| number.parse().ok())
            .expect("a number of kB");
        kib * 1024
    };
    (bytes("VmRSS:"), bytes("VmHWM:"))
}
