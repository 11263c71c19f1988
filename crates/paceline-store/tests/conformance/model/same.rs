//! The promise that makes a simulation repeatable: of one seed, the store in memory and the one in
//! a file tell the same history, word by word.

use crate::backends::{Opened, run, sqlite_file, sqlite_in_memory};
use crate::model::{Model, STEPS};
use std::cell::RefCell;
use std::rc::Rc;

/// All events and the jobs and items at the end of one seed's history.
fn history<Opening: Future<Output = Opened>>(open: fn() -> Opening, seed: u64) -> String {
    let told = Rc::new(RefCell::new(String::new()));
    let into = Rc::clone(&told);
    run(open, |s| async move {
        let mut model = Model::new(s, seed);
        for _ in 0..STEPS {
            model.step().await;
        }
        let events = model.s.events_after(paceline_core::id::EventSeq(0)).await;
        *into.borrow_mut() = format!("{events:#?}\n{:#?}", model.s.snapshot().await);
    });
    told.take()
}

#[test]
fn a_seed_tells_the_same_history_in_memory_and_in_a_file() {
    for seed in 1_000..1_004 {
        let first = history(sqlite_in_memory, seed);
        let again = history(sqlite_in_memory, seed);
        let in_file = history(sqlite_file, seed);
        for other in [&again, &in_file] {
            let differs = first.lines().zip(other.lines()).find(|(a, b)| a != b);
            assert_eq!(differs, None, "seed {seed}");
            assert_eq!(first.len(), other.len(), "seed {seed}");
        }
    }
}
