//! Every process below a process: finding them, and ending those below this one.

use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use tokio::time::Instant;

/// A process that cannot be killed (another user's, or stuck in the kernel) is given up after this.
const GIVE_UP: Duration = Duration::from_secs(5);

/// Kills all processes below this one and waits for their end. `on_end` is told of each.
///
/// Only works for a subreaper: a grandchild whose parent dies becomes its child, so killing the
/// children again and again reaches everything. `wait` blocks until a child may have ended, at
/// most a few milliseconds.
pub(super) fn kill_all(mut on_end: impl FnMut(WaitStatus), mut wait: impl FnMut()) {
    let start = Instant::now();
    while start.elapsed() < GIVE_UP {
        for child in children_of(Pid::this()) {
            // A child that has just ended is no error, one that may not be killed is given up.
            let _ = kill(child, Signal::SIGKILL);
        }
        match reap(&mut on_end) {
            Reaped::Some => {}
            Reaped::NoneYet => wait(),
            Reaped::NoChildren => return,
        }
    }
}

/// What a look at the ended children found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reaped {
    Some,
    NoneYet,
    NoChildren,
}

/// Takes in all children that have ended so far.
pub(super) fn reap(on_end: &mut impl FnMut(WaitStatus)) -> Reaped {
    let mut reaped = Reaped::NoneYet;
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => return reaped,
            Ok(status) => {
                on_end(status);
                reaped = Reaped::Some;
            }
            Err(Errno::EINTR) => {}
            Err(_) => return Reaped::NoChildren,
        }
    }
}

fn children_of(parent: Pid) -> Vec<Pid> {
    let list = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
    match list {
        Ok(list) => pids(&list),
        // The kernel was built without that file.
        Err(_) => search_children_of(parent),
    }
}

fn pids(list: &str) -> Vec<Pid> {
    let numbers = list.split_ascii_whitespace();
    numbers
        .filter_map(|pid| pid.parse().ok().map(Pid::from_raw))
        .collect()
}

fn search_children_of(parent: Pid) -> Vec<Pid> {
    let Ok(processes) = procfs::process::all_processes() else {
        return vec![];
    };
    let stats = processes
        .flatten()
        .filter_map(|process| process.stat().ok());
    stats
        .filter(|stat| stat.ppid == parent.as_raw())
        .map(|stat| Pid::from_raw(stat.pid))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn both_ways_find_the_same_children() {
        let mut child = Command::new("sleep").arg("60").spawn().expect("sleep");
        let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
        let found = search_children_of(Pid::this()).contains(&pid);
        child.kill().expect("killed");
        child.wait().expect("ended");
        assert!(found);
        assert_eq!(pids("12 345 "), [12, 345].map(Pid::from_raw));
    }
}
