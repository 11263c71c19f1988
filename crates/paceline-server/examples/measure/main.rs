//! Measures what the API costs: reading bulk submissions with and without the store, streaming a
//! million items, small requests on many connections, and a thousand listeners.
//!
//! `cargo run --release -p paceline-server --example measure [FOLDER]`. The callers run in the
//! same process, as bare as can be; CPU figures are of the whole process.

#![expect(
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a measurement reads the clock, and rounds"
)]

mod callers;
mod listeners;
mod process;
mod server;

use std::path::PathBuf;

fn main() {
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let temporary = tempfile::TempDir::new().expect("a folder");
    let folder = folder.unwrap_or_else(|| temporary.path().to_owned());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = runtime.block_on(server::start(&folder));
    runtime.block_on(listeners::measure(&server));
    callers::measure(server.address);
}
