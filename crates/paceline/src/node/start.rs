//! Starting a node: as little as possible before it listens, the workers after.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use paceline_core::outbox::Courier;
use paceline_core::store::{NodeInfo, Store};
use paceline_engine::{Engine, Notifications, Watching};
use paceline_server::{AppState, ServerOptions, WorkersView};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::bench_handlers::bench_handlers;
use super::bind::listen;
use super::gauges::MachineGauges;
use super::greeting::Greeting;
use super::local_source::LocalSource;
use super::machine::machine;
use super::open_store;
use super::pools::{Plan, Pools};
use crate::clock::SystemClock;
use crate::config::{NotifySettings, Settings};
use crate::exit::{CliError, Result};

/// How often a node looks at itself and at what waits.
const WATCH_EVERY: Duration = Duration::from_secs(10);

/// A running node.
#[derive(Debug)]
pub(crate) struct Node {
    pub(super) engine: Engine,
    pub(super) pools: Arc<Pools>,
    pub(super) server: Option<JoinHandle<Result<(), paceline_server::ServeError>>>,
    pub(super) stop_server: CancellationToken,
    /// Makes the jobs of schedules, also where nothing listens.
    pub(super) _state: AppState,
}

impl Node {
    /// Starts everything. The node answers when this returns; its workers are still loading.
    pub(crate) async fn start(settings: Settings, parts: Parts) -> Result<(Node, Greeting)> {
        // The address first: who finds it taken must not have touched the store.
        let listener = if parts.api {
            Some(listen(settings.bind).await?)
        } else {
            None
        };
        let store = open_store::open(&settings.store).await?;
        let mut engine = start_engine(store, &settings).await?;
        let (pools, tasks) = if parts.workers {
            (settings.pools, settings.tasks)
        } else {
            (Vec::new(), Vec::new())
        };
        let url = listener.as_ref().map(url).transpose()?;
        let greeting = Greeting::new(url, &settings.store.location, &pools, &tasks);
        let plan = Plan {
            pools,
            tasks,
            handlers: if parts.bench_handlers {
                vec![bench_handlers()]
            } else {
                Vec::new()
            },
            grace: settings.grace,
            reload: parts.reload,
            fallback: settings.store.location.folder().to_owned(),
        };
        let pools = Pools::start(plan, Arc::new(LocalSource(engine.handle().clone())));
        let stop_server = CancellationToken::new();
        let folder = settings.store.location.folder().to_owned();
        let courier = tell(&mut engine, settings.notify, pools.view(), folder)?;
        let options = ServerOptions {
            defaults: settings.defaults,
            shutdown_grace: settings.grace,
            courier: Some(courier),
            ..ServerOptions::new(env!("CARGO_PKG_VERSION"))
        };
        let state = AppState::new(engine.handle().clone(), options, pools.view());
        let server = listener.map(|listener| {
            let serving = paceline_server::serve(state.clone(), listener, stop_server.clone());
            tokio::spawn(serving)
        });
        let node = Node {
            engine,
            pools,
            server,
            stop_server,
            _state: state,
        };
        Ok((node, greeting))
    }
}

/// Which parts of a node run.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each part is there or is not"
)]
pub(crate) struct Parts {
    pub(crate) api: bool,
    pub(crate) workers: bool,
    /// Replace workers when their code changes.
    pub(crate) reload: bool,
    /// Handlers inside the process that do nothing, for measuring.
    pub(crate) bench_handlers: bool,
}

/// Lets the node tell people of what happens, and watch over all. Returns who carries messages.
fn tell(
    engine: &mut Engine,
    settings: NotifySettings,
    workers: WorkersView,
    folder: PathBuf,
) -> Result<Arc<dyn Courier>> {
    let NotifySettings {
        subscriptions,
        secrets,
        mail,
        allowed,
        thresholds,
    } = settings;
    let courier = paceline_notify::Post::new(allowed, mail, secrets, Arc::new(SystemClock))
        .map_err(|error| CliError::failed(error.to_string()))?;
    let courier: Arc<dyn Courier> = Arc::new(courier);
    engine.notify(Notifications {
        subscriptions,
        courier: Arc::clone(&courier),
        retries: paceline_core::notify::RETRIES,
    });
    engine.watch(Watching {
        gauges: Arc::new(MachineGauges::new(workers, folder)),
        thresholds,
        every: WATCH_EVERY,
    });
    Ok(courier)
}

async fn start_engine(store: Arc<dyn Store>, settings: &Settings) -> Result<Engine> {
    let options = paceline_engine::Options {
        limits: settings.limits.clone(),
        retention: settings.retention.clone(),
        machine: machine(&settings.node),
        node_timeout: settings.node.lost_after,
        ..paceline_engine::Options::default()
    };
    let info = NodeInfo {
        name: host_name(),
        pid: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    Engine::start(store, Arc::new(SystemClock), info, options, seed())
        .await
        .map_err(|error| open_store::refused(&settings.store.location, &error))
}

#[expect(
    clippy::disallowed_methods,
    reason = "where the node starts is the one source of chance"
)]
fn seed() -> u64 {
    rand::random()
}

fn host_name() -> String {
    ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .iter()
        .find_map(|file| std::fs::read_to_string(file).ok())
        .map_or_else(|| "localhost".to_owned(), |name| name.trim().to_owned())
}

fn url(listener: &TcpListener) -> Result<String> {
    let address = listener.local_addr()?;
    Ok(format!("http://{address}"))
}
