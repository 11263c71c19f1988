//! The one writer: takes commands, runs many of them in one transaction, answers when it is
//! committed.
//!
//! A command may be run a second time when another one of its group failed and the group was
//! rolled back, so a command is a function of the transaction alone.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread::JoinHandle;

use paceline_core::id::EventSeq;
use paceline_core::store::StoreError;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::background;
use crate::context::{Memory, WriteContext};
use crate::counters::{Counters, Sequence};
use crate::error::{Error, Result, explain, repeat};
use crate::hook::Hook;

/// Most commands in one transaction: bounds how long the first one waits for the last.
const GROUP: usize = 256;

/// Whether a verb's effects must survive a loss of power once it returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durable {
    Yes,
    /// They survive the death of the process only.
    No,
}

/// A command of any kind in the writer's queue.
pub(crate) trait Command: Send {
    fn durable(&self) -> Durable;
    /// Runs the verb and keeps its answer.
    fn run(&mut self, context: &mut WriteContext<'_>) -> Result<(), Spoiled>;
    /// Whether the verb ran to its end.
    fn succeeded(&self) -> bool;
    /// Tells the caller: the verb's own answer, or why the transaction failed.
    fn answer(self: Box<Self>, failure: Option<&StoreError>);
}

/// The database cannot write: the whole transaction is lost.
#[derive(Debug)]
pub(crate) struct Spoiled(StoreError);

struct Call<T, F> {
    durable: Durable,
    verb: F,
    outcome: Option<Result<T, StoreError>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Command for Call<T, F>
where
    T: Send,
    F: Fn(&mut WriteContext<'_>) -> Result<T> + Send,
{
    fn durable(&self) -> Durable {
        self.durable
    }

    fn run(&mut self, context: &mut WriteContext<'_>) -> Result<(), Spoiled> {
        let verb = &self.verb;
        match guarded(|| verb(context)) {
            Err(error) if error.spoils_the_transaction() => Err(Spoiled(error.into())),
            outcome => {
                self.outcome = Some(outcome.map_err(StoreError::from));
                Ok(())
            }
        }
    }

    fn succeeded(&self) -> bool {
        matches!(self.outcome, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, failure: Option<&StoreError>) {
        let outcome = match (self.outcome, failure) {
            (Some(Err(error)), _) => Err(error),
            (_, Some(failure)) => Err(repeat(failure)),
            (Some(Ok(value)), None) => Ok(value),
            (None, None) => Err(StoreError::Unavailable("the command was not run".into())),
        };
        // A caller that went away does not want to know.
        let _ = self.answer.send(outcome);
    }
}

/// A panic in a verb is that verb's failure and never the writer's end.
fn guarded<T>(verb: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(verb)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        Err(Error::corrupt(format!(
            "a fault in Paceline itself: {text}"
        )))
    })
}

/// The writing connection and what it remembers.
#[derive(Debug)]
pub(crate) struct WriterState {
    pub(crate) connection: Connection,
    memory: Memory,
    /// All commits survive a loss of power only as far as the system wrote them by itself.
    relaxed: bool,
    synchronous: Option<Durable>,
}

impl WriterState {
    pub(crate) fn new(connection: Connection, relaxed: bool) -> Result<Self> {
        let memory = Memory::load(&connection)?;
        Ok(WriterState {
            connection,
            memory,
            relaxed,
            synchronous: None,
        })
    }

    fn last_event(&self) -> EventSeq {
        EventSeq(self.memory.counters.last(Sequence::Event))
    }

    /// Runs one verb in a transaction of its own. Returns the newest event, if there is a new one.
    pub(crate) fn single<T>(
        &mut self,
        durable: Durable,
        verb: impl FnOnce(&mut WriteContext<'_>) -> Result<T>,
    ) -> Result<(T, Option<EventSeq>), StoreError> {
        let before = self.last_event();
        let counters = self.memory.counters;
        self.begin(durable)?;
        let outcome = guarded(|| verb(&mut self.context())).and_then(|value| {
            self.commit()?;
            Ok(value)
        });
        match outcome {
            Ok(value) => Ok((value, Some(self.last_event()).filter(|last| *last > before))),
            Err(error) => {
                self.roll_back(counters);
                Err(error.into())
            }
        }
    }

    /// Runs a group of commands in one transaction and answers them.
    fn group(&mut self, mut commands: Vec<Box<dyn Command>>, hook: &Hook) {
        let before = self.last_event();
        let counters = self.memory.counters;
        let failure = self.try_group(&mut commands).err();
        if failure.is_some() {
            self.roll_back(counters);
        }
        if self.last_event() > before {
            hook.call(self.last_event());
        }
        for command in commands {
            command.answer(failure.as_ref());
        }
    }

    fn try_group(&mut self, commands: &mut [Box<dyn Command>]) -> Result<(), StoreError> {
        let durable = commands
            .iter()
            .any(|command| command.durable() == Durable::Yes);
        let durable = if durable { Durable::Yes } else { Durable::No };
        let counters = self.memory.counters;
        self.begin(durable)?;
        if !self.run_all(commands)? {
            // Seldom: one was refused. Its traces must go and the others stay.
            self.roll_back(counters);
            self.begin(durable)?;
            self.run_each_guarded(commands)?;
        }
        self.commit().map_err(StoreError::from)
    }

    /// False when a command failed: then the transaction holds its traces.
    fn run_all(&mut self, commands: &mut [Box<dyn Command>]) -> Result<bool, StoreError> {
        for command in commands {
            command
                .run(&mut self.context())
                .map_err(|Spoiled(error)| error)?;
            if !command.succeeded() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn run_each_guarded(&mut self, commands: &mut [Box<dyn Command>]) -> Result<(), StoreError> {
        for command in commands {
            let counters = self.memory.counters;
            self.batch("SAVEPOINT command")?;
            command
                .run(&mut self.context())
                .map_err(|Spoiled(error)| error)?;
            if !command.succeeded() {
                self.batch("ROLLBACK TO command")?;
                // What the commands before counted for statistics is only in memory yet.
                self.memory.counters = counters;
                self.memory.reload_unit_leases(&self.connection);
            }
            self.batch("RELEASE command")?;
        }
        Ok(())
    }

    fn context(&mut self) -> WriteContext<'_> {
        WriteContext {
            connection: &self.connection,
            memory: &mut self.memory,
        }
    }

    fn batch(&self, sql: &str) -> Result<(), StoreError> {
        let run = || self.connection.prepare_cached(sql)?.execute(());
        run().map(|_| ()).map_err(|error| explain(&error))
    }

    fn begin(&mut self, durable: Durable) -> Result<(), StoreError> {
        let durable = if self.relaxed { Durable::No } else { durable };
        if self.synchronous != Some(durable) {
            self.batch(match durable {
                Durable::Yes => "PRAGMA synchronous = FULL",
                Durable::No => "PRAGMA synchronous = NORMAL",
            })?;
            self.synchronous = Some(durable);
        }
        self.batch("BEGIN IMMEDIATE")
    }

    fn commit(&mut self) -> Result<()> {
        self.memory.flush(&self.connection)?;
        self.batch("COMMIT")?;
        self.memory.committed();
        Ok(())
    }

    /// Leaves no transaction open, also when `SQLite` has rolled back by itself, and forgets what
    /// the transaction had taught.
    fn roll_back(&mut self, counters: Counters) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.batch("ROLLBACK")
        {
            tracing::error!(%error, "cannot roll back");
        }
        self.memory.roll_back(&self.connection, counters);
    }

    /// Does a little of what can wait; false when there is nothing left to do.
    pub(crate) fn background(&mut self) -> bool {
        match self.single(Durable::No, background::slice) {
            Ok((more, _)) => more,
            Err(error) => {
                tracing::warn!(%error, "background upkeep failed, it is tried again later");
                false
            }
        }
    }
}

/// The writer thread and its queue.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Command>>>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for dyn Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Command")
    }
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
        let command = Box::new(Call {
            durable,
            verb,
            outcome: None,
            answer,
        });
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

fn serve(mut state: WriterState, commands: &mpsc::Receiver<Box<dyn Command>>, hook: &Hook) {
    let mut more_to_do = true;
    loop {
        let first = if more_to_do {
            match commands.recv_timeout(background::PAUSE) {
                Ok(command) => command,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    more_to_do = state.background();
                    continue;
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
            }
        } else {
            match commands.recv() {
                Ok(command) => command,
                Err(mpsc::RecvError) => return,
            }
        };
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(command) = commands.try_recv()
        {
            group.push(command);
        }
        state.group(group, hook);
        more_to_do = true;
    }
}
