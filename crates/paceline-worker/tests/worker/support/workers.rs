//! Pools of the test worker.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use paceline_worker::{LeaseSource, PoolConfig, Supervisor, Workers, WorkersConfig};

use super::FakeSource;

pub(crate) fn supervisor() -> Supervisor {
    Supervisor {
        program: PathBuf::from(env!("CARGO_BIN_EXE_paceline-supervise")),
        args: vec![],
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "as of this run: checkouts may share what they build"
)]
fn fixtures() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("tests are run by cargo");
    Path::new(&here).join("tests/fixtures")
}

/// A pool of `fixtures/worker.py` with these arguments.
pub(crate) fn pool(processes: u32, args: &[&str]) -> PoolConfig {
    let script = fixtures().join("worker.py");
    let script = script.to_str().expect("a text path").to_owned();
    let mut command = vec!["python3".to_owned(), "-S".to_owned(), script];
    command.extend(args.iter().map(|arg| (*arg).to_owned()));
    let mut config = PoolConfig::new("pool", command, processes);
    config.grace = Duration::from_secs(1);
    config
}

pub(crate) fn start(source: &Arc<FakeSource>, pool: PoolConfig) -> Workers {
    start_all(source, |config| config.pools.push(pool))
}

pub(crate) fn start_all(
    source: &Arc<FakeSource>,
    fill: impl FnOnce(&mut WorkersConfig),
) -> Workers {
    let mut config = WorkersConfig::new(supervisor());
    fill(&mut config);
    Workers::start(config, Arc::clone(source) as Arc<dyn LeaseSource>)
}
