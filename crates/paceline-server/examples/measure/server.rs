//! A server with one task, `t`, in this process.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use paceline_core::clock::Clock;
use paceline_core::limits::Limits;
use paceline_core::resources::Resources;
use paceline_core::store::{NodeInfo, Store};
use paceline_core::task::Task;
use paceline_core::throttle::ThrottlePolicy;
use paceline_core::{Json, Time};
use paceline_engine::{Engine, Handle};
use paceline_server::{AppState, ServerOptions};
use paceline_store::SqliteStore;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) engine: Handle,
}

pub(crate) async fn start(folder: &Path) -> Server {
    let path = folder.join("throughput.db");
    let store: Arc<dyn Store> =
        Arc::new(SqliteStore::open(&path, paceline_store::Options::default()).expect("a store"));
    let node = NodeInfo {
        name: "bench".to_owned(),
        pid: std::process::id(),
        version: "0".to_owned(),
    };
    let options = paceline_engine::Options {
        limits: Limits::NONE,
        ..paceline_engine::Options::default()
    };
    let engine = Engine::start(store, Arc::new(RealClock), node, options, 1)
        .await
        .expect("an engine");
    let task = Task {
        name: "t".to_owned(),
        options: Json::empty_object(),
        params_schema: None,
        has_planner: false,
        throttle: ThrottlePolicy::default(),
        needs: Resources::default(),
        declared_by: "bench".to_owned(),
        declared_at: Time::EPOCH,
    };
    engine.handle().declare(vec![task]).await.expect("declared");
    let state = AppState::new(
        engine.handle().clone(),
        ServerOptions::new("0"),
        Arc::new(Vec::new),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let handle = engine.handle().clone();
    tokio::spawn(async move {
        let _engine = engine;
        paceline_server::serve(state, listener, CancellationToken::new()).await
    });
    Server {
        address,
        engine: handle,
    }
}

#[derive(Debug)]
struct RealClock;

impl Clock for RealClock {
    fn now(&self) -> Time {
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Time::from_micros(i64::try_from(since.as_micros()).unwrap_or(0))
    }
}
