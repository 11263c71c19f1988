//! What only a database file can show: that it outlives its process, whatever ends that, and that
//! it refuses what would damage it. What every store does is in the conformance suite.

mod backup;
#[cfg(target_os = "linux")]
mod full_disk;
mod kill;
mod many_callers;
mod open;
mod reopen;
mod search;
mod shell;
mod support;
mod tidy;
mod views;
