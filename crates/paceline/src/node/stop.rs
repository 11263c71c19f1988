//! Stopping a node: work in flight ends or goes back, then the doors close.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

use super::start::Node;
use crate::exit::{CliError, Context, Exit, Result};

/// Runs the node until it is told to stop, then stops it cleanly within `grace`. A second signal
/// ends it at once, as a crash would: what was acknowledged is safe, the rest goes back later.
pub(crate) async fn run_until_stopped(node: Node, mut signals: Signals, grace: Duration) -> Result {
    signals.next().await;
    tracing::info!("stopping: items in flight get {grace:?} to end");
    tokio::select! {
        stopped = node.stop(grace) => stopped,
        () = signals.next() => {
            tracing::warn!("stopped at once; what was in flight runs again after the next start");
            Err(CliError::Silent(Exit::Interrupted))
        }
    }
}

impl Node {
    /// Gives no more work out, lets items in flight end, and closes.
    pub(crate) async fn stop(self, grace: Duration) -> Result {
        self.engine.stop_leasing();
        self.pools.stop(grace).await;
        self.stop_server.cancel();
        if let Some(server) = self.server {
            match server.await {
                Ok(served) => served.context(|| "the API ended badly".to_owned())?,
                Err(error) => {
                    return Err(CliError::failed(format!("the API ended badly: {error}")));
                }
            }
        }
        self.engine
            .stop()
            .await
            .context(|| "the node could not sign off".to_owned())
    }
}

/// What asks a node to stop: Ctrl-C, SIGTERM, and for some the end of standard input.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// Resolves when standard input has ended; `None` when that says nothing (any more).
    input: Option<JoinHandle<()>>,
}

impl Signals {
    pub(crate) fn listen(until_stdin_closes: bool) -> Result<Self> {
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            input: until_stdin_closes.then(|| tokio::task::spawn_blocking(end_of_input)),
        })
    }

    async fn next(&mut self) {
        let Signals {
            interrupt,
            terminate,
            input,
        } = self;
        let ended = async {
            match input {
                Some(reading) => drop(reading.await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            () = ended => self.input = None,
        }
    }
}

/// Reads standard input to its end, whatever comes.
fn end_of_input() {
    // An input that cannot be read has ended as well.
    let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
}
