//! The project's own chores, as `cargo run -p xtask -- CHORE`.
//!
//! Owns what other tools cannot check because it is about this project alone. It is part of
//! nothing that is shipped.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};

mod tidy;

const USAGE: &str = "usage: cargo run -p xtask -- tidy
  tidy    checks the project's own rules: imports, sizes, module docs, error pages, links";

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() != Some("tidy") {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    run_tidy().unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::FAILURE
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "as of this run: checkouts may share what they build"
)]
fn run_tidy() -> Result<ExitCode> {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").context("run it as `cargo run -p xtask`")?;
    let root = Path::new(&here)
        .parent()
        .context("xtask lies in the workspace")?;
    let findings = tidy::check(root)?;
    for finding in &findings {
        eprintln!("{finding}");
    }
    if findings.is_empty() {
        println!("tidy: every rule holds");
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("tidy: {} findings", findings.len());
    Ok(ExitCode::FAILURE)
}
