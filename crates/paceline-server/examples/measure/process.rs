//! What this process has used.

use std::time::{Duration, Instant};

/// Wall and CPU time of `run`.
pub(crate) fn measure(run: impl FnOnce()) -> (Duration, Duration) {
    let (began, cpu) = (Instant::now(), cpu_time());
    run();
    (began.elapsed(), cpu_time().saturating_sub(cpu))
}

pub(crate) fn cpu_time() -> Duration {
    let stat = procfs::process::Process::myself()
        .and_then(|process| process.stat())
        .expect("procfs");
    let ticks = (stat.utime + stat.stime) as f64;
    Duration::from_secs_f64(ticks / procfs::ticks_per_second() as f64)
}

/// KiB of memory that were in use at most since [`forget_peak`].
pub(crate) fn peak_memory() -> u64 {
    let name = "VmHWM:";
    let status = std::fs::read_to_string("/proc/self/status").expect("procfs");
    let line = status.lines().find(|line| line.starts_with(name));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number
        .and_then(|number| number.parse().ok())
        .expect("a number")
}

/// Sets the mark of the most memory back to what is used now.
pub(crate) fn forget_peak() {
    std::fs::write("/proc/self/clear_refs", "5").expect("procfs");
}
