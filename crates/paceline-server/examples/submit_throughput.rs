//! Measures what the API costs: reading bulk submissions with and without the store, streaming a
//! million items, and small requests on many connections.
//!
//! `cargo run --release -p paceline-server --example submit_throughput [FOLDER]`. The callers run
//! in the same process, as bare as can be; CPU figures are of the whole process.

#![expect(
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a measurement reads the clock, and rounds"
)]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use paceline_core::admission::Limits;
use paceline_core::clock::Clock;
use paceline_core::store::{NodeInfo, Store};
use paceline_core::task::Task;
use paceline_core::{Json, Time};
use paceline_engine::Engine;
use paceline_server::{AppState, ServerOptions};
use paceline_store::SqliteStore;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

const ROUNDS: usize = 5;
const BULK: u32 = 10_000;
const STREAMED: u32 = 1_000_000;

fn main() {
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let temporary = tempfile::TempDir::new().expect("a folder");
    let folder = folder.unwrap_or_else(|| temporary.path().to_owned());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let address = runtime.block_on(start(&folder));
    let call = |request: &[u8]| Connection::open(address).call(request);

    let refused = bulk(BULK, true);
    best(
        "bulk: read and settle 10,000 jobs, then refuse them",
        BULK,
        || {
            assert_eq!(call(&refused), 422);
        },
    );
    let accepted = bulk(BULK, false);
    best("bulk: submit 10,000 jobs", BULK, || {
        assert_eq!(call(&accepted), 201);
    });
    stream(address);
    connections(
        address,
        "GET /health",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        200,
    );
    let job = post("/api/v1/jobs", "application/json", "{\"task\":\"t\"}");
    connections(address, "POST one job", &job, 201);
}

async fn start(folder: &std::path::Path) -> SocketAddr {
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
    tokio::spawn(async move {
        let _engine = engine;
        paceline_server::serve(state, listener, CancellationToken::new()).await
    });
    address
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

fn post(path: &str, content_type: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A bulk submission; with `refused` its last job names a task that nobody declares.
fn bulk(count: u32, refused: bool) -> Vec<u8> {
    let mut body = String::from("{\"jobs\":[");
    for n in 1..count {
        let params = format_args!("{{\"n\":{n},\"name\":\"job {n}\"}}");
        let _ = write!(body, "{{\"task\":\"t\",\"params\":{params}}},");
    }
    let last = if refused { "x" } else { "t" };
    let _ = write!(body, "{{\"task\":\"{last}\"}}]}}");
    post("/api/v1/jobs/bulk", "application/json", &body)
}

fn best(what: &str, count: u32, mut run: impl FnMut()) {
    run();
    let measured = (0..ROUNDS).map(|_| measure(&mut run));
    let (wall, cpu) = measured.min().expect("rounds");
    let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(count);
    println!(
        "{what}: {:.2} µs wall, {:.2} µs CPU each",
        each(wall),
        each(cpu)
    );
}

fn measure(run: impl FnOnce()) -> (Duration, Duration) {
    let (began, cpu) = (Instant::now(), cpu_time());
    run();
    (began.elapsed(), cpu_time().saturating_sub(cpu))
}

fn stream(address: SocketAddr) {
    let mut body = String::from("{\"task\":\"t\"}\n");
    for n in 0..STREAMED {
        let _ = writeln!(
            body,
            "{{\"key\":\"race-{n}\",\"payload\":{{\"race_id\":{n},\"distance\":1200.5}}}}"
        );
    }
    let request = post("/api/v1/jobs", "application/x-ndjson", &body);
    drop(body);
    // The mark is set back to what is used now: making the body has raised it.
    std::fs::write("/proc/self/clear_refs", "5").expect("procfs");
    let before = memory("VmHWM:");
    let (wall, cpu) = measure(|| assert_eq!(Connection::open(address).call(&request), 201));
    let rate = f64::from(STREAMED) / wall.as_secs_f64();
    let grown = memory("VmHWM:").saturating_sub(before) >> 10;
    let cpu = cpu.as_secs_f64() * 1e6 / f64::from(STREAMED);
    println!(
        "stream: 1,000,000 items in {wall:.2?}, {rate:.0}/s, {cpu:.2} µs CPU each, peak memory +{grown} MiB"
    );
}

/// The same request over and over on 64 connections.
fn connections(address: SocketAddr, what: &str, request: &[u8], status: u16) {
    const CONNECTIONS: u32 = 64;
    const EACH: u32 = 300;
    let (wall, cpu) = measure(|| {
        std::thread::scope(|scope| {
            for _ in 0..CONNECTIONS {
                scope.spawn(|| {
                    let mut connection = Connection::open(address);
                    for _ in 0..EACH {
                        assert_eq!(connection.call(request), status);
                    }
                });
            }
        });
    });
    let count = f64::from(CONNECTIONS * EACH);
    let rate = count / wall.as_secs_f64();
    let cpu = cpu.as_secs_f64() * 1e6 / count;
    println!("{what} on 64 connections: {rate:.0}/s, {cpu:.1} µs CPU each");
}

struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("connects");
        stream.set_nodelay(true).expect("set");
        Connection(BufReader::new(stream))
    }

    /// Sends a request and reads its answer; returns the status.
    fn call(&mut self, request: &[u8]) -> u16 {
        self.0.get_mut().write_all(request).expect("sent");
        let (mut status, mut length) = (0, 0);
        for line in 0.. {
            let mut text = String::new();
            self.0.read_line(&mut text).expect("an answer");
            let text = text.trim_end();
            if line == 0 {
                status = text[9..12].parse().expect("a status");
            } else if text.is_empty() {
                break;
            } else if let Some(value) = text.to_ascii_lowercase().strip_prefix("content-length: ") {
                length = value.parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("a body");
        status
    }
}

fn cpu_time() -> Duration {
    let stat = procfs::process::Process::myself()
        .and_then(|process| process.stat())
        .expect("procfs");
    let ticks = (stat.utime + stat.stime) as f64;
    Duration::from_secs_f64(ticks / procfs::ticks_per_second() as f64)
}

/// KiB of memory, by its name in the process' status.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("procfs");
    let line = status.lines().find(|line| line.starts_with(name));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number
        .and_then(|number| number.parse().ok())
        .expect("a number")
}
