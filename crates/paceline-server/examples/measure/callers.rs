//! Callers that submit.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::process;

const ROUNDS: usize = 5;
const BULK: u32 = 10_000;
const STREAMED: u32 = 1_000_000;

pub(crate) fn measure(address: SocketAddr) {
    let call = |request: &[u8]| Connection::open(address).call(request);
    let refused = bulk(BULK, true);
    best(
        "bulk: read and settle 10,000 jobs, then refuse them",
        || {
            assert_eq!(call(&refused), 422);
        },
    );
    let accepted = bulk(BULK, false);
    best("bulk: submit 10,000 jobs", || {
        assert_eq!(call(&accepted), 201);
    });
    stream(address);
    let health = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    connections(address, "GET /health", health, 200);
    let job = post("/api/v1/jobs", "application/json", "{\"task\":\"t\"}");
    connections(address, "POST one job", &job, 201);
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

fn best(what: &str, mut run: impl FnMut()) {
    run();
    let measured = (0..ROUNDS).map(|_| process::measure(&mut run));
    let (wall, cpu) = measured.min().expect("rounds");
    let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(BULK);
    println!(
        "{what}: {:.2} µs wall, {:.2} µs CPU each",
        each(wall),
        each(cpu)
    );
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
    process::forget_peak();
    let before = process::peak_memory();
    let (wall, cpu) =
        process::measure(|| assert_eq!(Connection::open(address).call(&request), 201));
    let rate = f64::from(STREAMED) / wall.as_secs_f64();
    let grown = process::peak_memory().saturating_sub(before) >> 10;
    let cpu = cpu.as_secs_f64() * 1e6 / f64::from(STREAMED);
    println!(
        "stream: 1,000,000 items in {wall:.2?}, {rate:.0}/s, {cpu:.2} µs CPU each, peak memory +{grown} MiB"
    );
}

/// The same request over and over on 64 connections.
fn connections(address: SocketAddr, what: &str, request: &[u8], status: u16) {
    const CONNECTIONS: u32 = 64;
    const EACH: u32 = 300;
    let (wall, cpu) = process::measure(|| {
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
