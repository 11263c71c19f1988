//! A relay of TCP connections: into a network namespace, or to a server that can be cut off or
//! slowed down.
//!
//! It listens on the loopback of the tests. While it is cut, bytes wait in both directions and
//! nobody is told: as on a network that drops every packet. While it is slow, they come late.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

use nix::sched::{CloneFlags, setns};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::watch;

/// Where a relay leads to.
#[derive(Clone, Debug)]
pub enum Target {
    /// An address as seen from within a network namespace.
    Within(PathBuf, SocketAddr),
    /// A Unix socket.
    Socket(PathBuf),
}

/// The URL of the store in this schema of a server of the tests, reached over TCP.
pub fn store_url(server: SocketAddr, schema: &str) -> String {
    format!("postgres://postgres@{server}/postgres?sslmode=disable&schema={schema}")
}

/// A running relay; it ends with the value.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    line: watch::Sender<Line>,
}

/// How bytes get through.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    cut: bool,
    /// What one way takes.
    delay: Duration,
}

impl Relay {
    /// # Panics
    /// When there is no free port, or the namespace cannot be entered.
    pub fn start(target: Target) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (line, seen) = watch::channel(Line::default());
        // A thread belongs to one namespace: this one listens outside and connects inside.
        std::thread::spawn(move || {
            if let Target::Within(namespace, _) = &target {
                let namespace = File::open(namespace).expect("a namespace");
                setns(namespace, CloneFlags::CLONE_NEWNET).expect("entered");
            }
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(serve(listener, target, seen));
        });
        Relay { address, line }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets nothing through any more, or again.
    pub fn set_cut(&self, cut: bool) {
        self.line.send_modify(|line| line.cut = cut);
    }

    /// Lets everything take so long each way, until another is said.
    pub fn set_delay(&self, delay: Duration) {
        self.line.send_modify(|line| line.delay = delay);
    }
}

/// Takes connections until the relay is dropped.
async fn serve(listener: TcpListener, target: Target, line: watch::Receiver<Line>) {
    listener.set_nonblocking(true).expect("a socket");
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
    let mut over = line.clone();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    tokio::spawn(connect(stream, target.clone(), line.clone()));
                }
            }
            changed = over.changed() => if changed.is_err() { return },
        }
    }
}

/// Whatever fails here looks to the client like a server that hangs up.
async fn connect(stream: TcpStream, target: Target, mut line: watch::Receiver<Line>) {
    if line.wait_for(|line| !line.cut).await.is_err() {
        return;
    }
    match target {
        Target::Within(_, address) => {
            if let Ok(server) = TcpStream::connect(address).await {
                let (from_server, to_server) = server.into_split();
                join(stream, from_server, to_server, line).await;
            }
        }
        Target::Socket(path) => {
            if let Ok(server) = UnixStream::connect(path).await {
                let (from_server, to_server) = server.into_split();
                join(stream, from_server, to_server, line).await;
            }
        }
    }
}

async fn join(
    client: TcpStream,
    from_server: impl AsyncRead + Unpin,
    to_server: impl AsyncWrite + Unpin,
    line: watch::Receiver<Line>,
) {
    let (from_client, to_client) = client.into_split();
    tokio::join!(
        pump(from_client, to_server, line.clone()),
        pump(from_server, to_client, line),
    );
}

/// Carries bytes one way until an end is closed.
async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut line: watch::Receiver<Line>,
) {
    let mut bytes = vec![0; 64 << 10];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let delay = line.borrow().delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if line.wait_for(|line| !line.cut).await.is_err()
            || to.write_all(&bytes[..count]).await.is_err()
        {
            break;
        }
    }
    // The other way may have something to say still.
    to.shutdown().await.ok();
}
