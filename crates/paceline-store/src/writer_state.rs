//! The writing connection: transactions of one command or of many, and what is done when they fail.

use std::sync::Arc;

use paceline_core::id::EventSeq;
use paceline_core::store::StoreError;
use rusqlite::Connection;

use crate::background;
use crate::catalogue_shared::SharedCatalogue;
use crate::command::{Command, Durable, Spoiled, guarded};
use crate::context::{Memory, WriteContext};
use crate::counters::{Counters, Sequence};
use crate::error::{Result, explain};
use crate::hook::Hook;

/// The writing connection and what it remembers.
#[derive(Debug)]
pub(crate) struct WriterState {
    pub(crate) connection: Connection,
    memory: Memory,
    /// All commits survive a loss of power only as far as the system wrote them by itself.
    relaxed: bool,
    synchronous: Option<Durable>,
    catalogue: Arc<SharedCatalogue>,
}

impl WriterState {
    pub(crate) fn new(
        connection: Connection,
        relaxed: bool,
        catalogue: Arc<SharedCatalogue>,
    ) -> Result<Self> {
        let memory = Memory::load(&connection)?;
        Ok(WriterState {
            connection,
            memory,
            relaxed,
            synchronous: None,
            catalogue,
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
    pub(crate) fn group(&mut self, mut commands: Vec<Box<dyn Command>>, hook: &Hook) {
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
                self.memory.roll_back_command(&self.connection);
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
        self.catalogue.changed(self.memory.changed.get_mut());
        if self.memory.texts_changed.take() {
            self.catalogue.searches.forget();
        }
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
