//! Failed checks, wherever they happen: in a node's loop, in a worker, in a task that nobody waits
//! for any more. The first one of a history is kept, and ends it.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    static FIRST: RefCell<Option<String>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// Runs a history on this thread; returns what failed.
pub(crate) fn watch(history: impl FnOnce()) -> Result<(), String> {
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if WATCHED.get() {
                FIRST.with_borrow_mut(|first| {
                    first.get_or_insert_with(|| info.to_string());
                });
            } else {
                usual(info);
            }
        }));
    });
    FIRST.set(None);
    WATCHED.set(true);
    let ended = panic::catch_unwind(AssertUnwindSafe(history));
    WATCHED.set(false);
    match (FIRST.take(), ended) {
        (Some(first), _) => Err(first),
        (None, Ok(())) => Ok(()),
        (None, Err(_)) => Err("it panicked".to_owned()),
    }
}

/// Ends the history if something has failed.
pub(crate) fn pass_on() {
    let failed = FIRST.with_borrow(Option::is_some);
    assert!(!failed, "a check has failed");
}
