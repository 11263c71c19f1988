//! Commands in the writer's queue: a verb with its params, and whoever waits for its answer.
//!
//! A command may be run a second time when another one of its group failed and the group was
//! rolled back, so a verb is a function of the transaction alone.

use std::panic::{AssertUnwindSafe, catch_unwind};

use paceline_core::store::StoreError;
use tokio::sync::oneshot;

use crate::context::WriteContext;
use crate::error::{Error, Result, repeat};

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
pub(crate) struct Spoiled(pub(crate) StoreError);

pub(crate) struct Call<T, F> {
    durable: Durable,
    verb: F,
    outcome: Option<Result<T, StoreError>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Call<T, F> {
    pub(crate) fn new(
        durable: Durable,
        verb: F,
        answer: oneshot::Sender<Result<T, StoreError>>,
    ) -> Self {
        Call {
            durable,
            verb,
            outcome: None,
            answer,
        }
    }
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
pub(crate) fn guarded<T>(verb: impl FnOnce() -> Result<T>) -> Result<T> {
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

impl std::fmt::Debug for dyn Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Command")
    }
}
