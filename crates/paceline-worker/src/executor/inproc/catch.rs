//! Keeping a handler's panic its own.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use paceline_core::{ErrorKind, Failure, Json};

pub(super) type CallFuture = Pin<Box<dyn Future<Output = Result<Json, Failure>> + Send>>;

/// Makes a panic of `make`, which builds the future, a failure.
pub(super) fn start(make: impl FnOnce() -> CallFuture) -> Caught {
    match catch_unwind(AssertUnwindSafe(make)) {
        Ok(future) => Caught(Ok(future)),
        Err(panic) => Caught(Err(Some(failure(panic.as_ref())))),
    }
}

/// A handler's future whose panic is a failure. After that it must not be polled again.
pub(super) struct Caught(Result<CallFuture, Option<Failure>>);

impl Future for Caught {
    type Output = Result<Json, Failure>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let future = match &mut self.0 {
            Ok(future) => future,
            Err(failure) => {
                let failure = failure.take();
                return Poll::Ready(Err(failure.unwrap_or_else(gone)));
            }
        };
        // A future that panicked is dropped and never polled again, so what it left half done is
        // seen by nobody.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(poll) => poll,
            Err(panic) => {
                self.0 = Err(None);
                Poll::Ready(Err(failure(panic.as_ref())))
            }
        }
    }
}

fn failure(panic: &(dyn Any + Send)) -> Failure {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let message = text.unwrap_or("(a value that is no text)");
    Failure::new(ErrorKind::Crash, format!("the handler panicked: {message}"))
}

fn gone() -> Failure {
    Failure::new(ErrorKind::Crash, "the handler panicked before")
}
