//! A server in this process, and callers that check what they are told.

mod answer;
mod faulty;
mod sse;
mod worker;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use paceline_core::clock::Clock;
use paceline_core::limits::Limits;
use paceline_core::store::{NodeInfo, Store};
use paceline_core::task::Task;
use paceline_core::worker::{WorkerState, WorkerStatus};
use paceline_core::{Json, Time};
use paceline_engine::{Engine, Machine};
use paceline_protocol::rest::ThrottleRequest;
use paceline_server::{AppState, ServerOptions};
use paceline_store::SqliteStore;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) use answer::Answer;
pub(crate) use faulty::Faulty;
pub(crate) use sse::{Sent, Stream};
pub(crate) use worker::{fail, succeed};

#[derive(Debug)]
struct RealClock;

impl Clock for RealClock {
    fn now(&self) -> Time {
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .expect("after 1970");
        Time::from_micros(i64::try_from(since.as_micros()).expect("before 294247"))
    }
}

/// How a server is set up.
pub(crate) struct Setup {
    pub(crate) options: ServerOptions,
    pub(crate) limits: Limits,
    pub(crate) machine: Machine,
    pub(crate) first_prune: Duration,
    pub(crate) seed: u64,
}

impl Default for Setup {
    fn default() -> Self {
        Setup {
            options: ServerOptions::new("1.2.3"),
            limits: Limits::NONE,
            machine: Machine::default(),
            first_prune: paceline_engine::Options::default().first_prune,
            seed: 7,
        }
    }
}

pub(crate) struct Server {
    pub(crate) engine: Engine,
    pub(crate) faulty: Arc<Faulty>,
    pub(crate) client: reqwest::Client,
    pub(crate) address: SocketAddr,
    pub(crate) workers: Arc<Mutex<Vec<WorkerStatus>>>,
    pub(crate) stop: CancellationToken,
    pub(crate) serving: JoinHandle<()>,
    document: Arc<Value>,
    folder: TempDir,
}

impl Server {
    pub(crate) async fn start() -> Server {
        Server::start_with(Setup::default()).await
    }

    pub(crate) async fn start_with(setup: Setup) -> Server {
        let folder = TempDir::new().expect("a folder");
        Server::start_in(folder, setup).await
    }

    pub(crate) async fn start_in(folder: TempDir, setup: Setup) -> Server {
        let store = open(&folder.path().join("store.db"));
        Server::start_on(Arc::new(Faulty::new(store)), folder, setup).await
    }

    /// Another server with an engine of its own on the same store, as on another node.
    pub(crate) async fn start_beside(&self) -> Server {
        let folder = TempDir::new().expect("a folder");
        Server::start_on(self.faulty.clone(), folder, Setup::default()).await
    }

    async fn start_on(faulty: Arc<Faulty>, folder: TempDir, setup: Setup) -> Server {
        let store: Arc<dyn Store> = faulty.clone();
        let node = NodeInfo {
            name: "test".to_owned(),
            pid: std::process::id(),
            version: setup.options.version.clone(),
        };
        let options = paceline_engine::Options {
            limits: setup.limits,
            machine: setup.machine,
            first_prune: setup.first_prune,
            ..paceline_engine::Options::default()
        };
        let engine = Engine::start(store, Arc::new(RealClock), node, options, setup.seed)
            .await
            .expect("an engine");
        let workers = Arc::<Mutex<Vec<WorkerStatus>>>::default();
        let seen = Arc::clone(&workers);
        let view = Arc::new(move || seen.lock().expect("not poisoned").clone());
        let document = paceline_server::document(&setup.options.version);
        let state = AppState::new(engine.handle().clone(), setup.options, view);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let stop = CancellationToken::new();
        let serving = tokio::spawn({
            let stop = stop.clone();
            async move {
                paceline_server::serve(state, listener, stop)
                    .await
                    .expect("serves");
            }
        });
        Server {
            engine,
            faulty,
            client: reqwest::Client::new(),
            address,
            workers,
            stop,
            serving,
            document: Arc::new(serde_json::to_value(document).expect("a document")),
            folder,
        }
    }

    /// Stops the server and its engine, and leaves the store's folder.
    pub(crate) async fn end(self) -> TempDir {
        self.stop.cancel();
        self.serving.await.expect("served");
        self.engine.stop().await.expect("stops");
        self.folder
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    // ---- tasks and workers --------------------------------------------------------------------

    pub(crate) async fn declare(&self, name: &str) {
        self.declare_with(name, &serde_json::json!({}), None, false)
            .await;
    }

    pub(crate) async fn declare_with(
        &self,
        name: &str,
        options: &Value,
        schema: Option<Value>,
        has_planner: bool,
    ) {
        let options = Json::from_checked(options.to_string());
        let enforced = ThrottleRequest::of(&options).expect("good options");
        let task = Task {
            name: name.to_owned(),
            options,
            params_schema: schema.map(|schema| Json::from_checked(schema.to_string())),
            has_planner,
            throttle: enforced.policy(),
            needs: enforced.needs(),
            declared_by: "tests".to_owned(),
            declared_at: self.engine.handle().now(),
        };
        self.engine
            .handle()
            .declare(vec![task])
            .await
            .expect("declared");
    }

    /// Shows a worker, whether or not one is there.
    pub(crate) fn show_worker(&self, state: WorkerState, tasks: &[&str]) {
        let mut workers = self.workers.lock().expect("not poisoned");
        let status = WorkerStatus {
            name: format!("pool/{}", workers.len()),
            pool: "pool".to_owned(),
            state,
            pid: Some(1),
            tasks: tasks.iter().map(|&task| task.to_owned()).collect(),
            job: None,
            chunk_items: None,
            items_done: 17,
            memory_bytes: Some(1 << 20),
            since: self.engine.handle().now(),
            last_error: None,
        };
        workers.push(status);
    }

    // ---- calls --------------------------------------------------------------------------------

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, |request| request).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, |request| request.json(body))
            .await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::PUT, path, |request| request.json(body))
            .await
    }

    /// Without a body.
    pub(crate) async fn act(&self, path: &str) -> Answer {
        self.call(Method::POST, path, |request| request).await
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        with: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Answer {
        let request = with(self.client.request(method.clone(), self.url(path)));
        let response = request.send().await.expect("an answer");
        let answer = Answer::read(response).await;
        self.check_documented(&method, path, &answer);
        answer
    }

    /// Submits a job and returns its id.
    pub(crate) async fn submit(&self, job: &Value) -> String {
        let job = self.post("/api/v1/jobs", job).await.ok(201);
        job["id"].as_str().expect("an id").to_owned()
    }

    /// The job once it is in `state`.
    pub(crate) async fn until(&self, id: &str, state: &str) -> Value {
        until(&format!("{id} is {state}"), async || {
            let job = self.get(&format!("/api/v1/jobs/{id}")).await.ok(200);
            (job["state"] == state).then_some(job)
        })
        .await
    }

    fn check_documented(&self, method: &Method, path: &str, answer: &Answer) {
        let path = path.split('?').next().unwrap_or_default();
        let paths = self.document["paths"].as_object().expect("paths");
        let documented = paths.iter().find_map(|(template, operations)| {
            let operation = &operations[method.as_str().to_lowercase()];
            (matches(template, path) && operation.is_object()).then_some(operation)
        });
        // Of addresses and methods that are none the document has nothing to say.
        let Some(operation) = documented.filter(|_| answer.status != 405) else {
            return;
        };
        let status = answer.status.to_string();
        let response = &operation["responses"][&status];
        assert!(
            response.is_object(),
            "{method} {path} answered {status}, which its document does not name: {}",
            answer.text
        );
    }
}

fn open(path: &Path) -> Arc<dyn Store> {
    let options = paceline_store::Options {
        durability: paceline_store::Durability::Relaxed,
        ..paceline_store::Options::default()
    };
    Arc::new(SqliteStore::open(path, options).expect("a store"))
}

fn matches(template: &str, path: &str) -> bool {
    let (mut left, mut right) = (template.split('/'), path.split('/'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(part), Some(word)) if part == word || part.starts_with('{') => {}
            _ => return false,
        }
    }
}

/// Asks again until there is an answer; fails after a long time.
pub(crate) async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "not in time: {what}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
