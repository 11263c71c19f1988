//! A bare supervisor, for programs and tests that have no binary of their own to execute again.

use std::process::ExitCode;

fn main() -> ExitCode {
    paceline_worker::supervise::supervise_main(std::env::args_os().skip(1))
}
