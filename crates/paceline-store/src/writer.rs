//! The one thread that writes: takes commands, runs many of them in one transaction, and does
//! upkeep when none come.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Instant;

use paceline_core::store::StoreError;
use tokio::sync::oneshot;

use crate::background;
use crate::command::{Call, Command, Durable};
use crate::context::WriteContext;
use crate::error::Result;
use crate::hook::Hook;
use crate::writer_state::WriterState;

/// Most commands in one transaction: bounds how long the first one waits for the last.
const GROUP: usize = 256;

/// The writer thread and its queue.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Command>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(state: WriterState, hook: Hook) -> std::io::Result<Self> {
        let (queue, commands) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || serve(state, &commands, &hook))?;
        Ok(Writer {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Runs a verb in the next transaction and returns once that is committed.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        durable: Durable,
        verb: impl Fn(&mut WriteContext<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let gone = || StoreError::Unavailable("the store is closed".into());
        let (answer, outcome) = oneshot::channel();
        let command = Box::new(Call::new(durable, verb, answer));
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        queue.send(command).map_err(|_| gone())?;
        outcome.await.map_err(|_| gone())?
    }
}

impl Drop for Writer {
    /// Ends the thread once it has run what is queued.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer thread panicked");
        }
    }
}

/// Runs commands as they come, and what can wait when none come.
fn serve(mut state: WriterState, commands: &mpsc::Receiver<Box<dyn Command>>, hook: &Hook) {
    let mut pause = Some(background::AFTER_CALLS);
    let mut last_slice = now();
    loop {
        let next = match pause {
            Some(pause) => commands.recv_timeout(pause),
            None => commands.recv().map_err(RecvTimeoutError::from),
        };
        match next {
            Ok(first) => {
                state.group(gather(first, commands), hook);
                pause = Some(background::AFTER_CALLS);
                if now().duration_since(last_slice) < background::AT_LEAST_EVERY {
                    continue;
                }
                state.background();
            }
            Err(RecvTimeoutError::Timeout) => {
                pause = state.background().then_some(background::BETWEEN);
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
        last_slice = now();
    }
}

/// What is queued behind the first command, as far as it fits into one transaction.
fn gather(
    first: Box<dyn Command>,
    commands: &mpsc::Receiver<Box<dyn Command>>,
) -> Vec<Box<dyn Command>> {
    let mut group = vec![first];
    while group.len() < GROUP
        && let Ok(command) = commands.try_recv()
    {
        group.push(command);
    }
    group
}

#[expect(
    clippy::disallowed_methods,
    reason = "only when upkeep is done depends on it"
)]
fn now() -> Instant {
    Instant::now()
}
