//! A seeded simulation of whole nodes: engine, workers, people, faults and crashes on a virtual
//! clock, over the real SQL on an in-memory database.
//!
//! Each seed is one history. [`observer`] sees every call to the store at the instant at which it
//! takes effect and checks the invariants there; nodes are killed at arbitrary awaits. A failing
//! run prints its seed; `PACELINE_SIM_SEED=n` runs that one alone, `PACELINE_SIM_SEEDS=n` that
//! many.

mod check;
mod clock;
mod observer;
mod people;
mod script;
mod workers;
mod world;

use world::{Plan, World};

const DEFAULT_SEEDS: u64 = 40;

fn seeds() -> Vec<u64> {
    #[expect(clippy::disallowed_methods, reason = "seeds are named from outside")]
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    match number("PACELINE_SIM_SEED") {
        Some(seed) => vec![seed],
        None => (0..number("PACELINE_SIM_SEEDS").unwrap_or(DEFAULT_SEEDS)).collect(),
    }
}

fn run(seed: u64, plan: Plan) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let story = std::panic::catch_unwind(|| runtime.block_on(World::run(seed, plan)));
    if let Err(panic) = story {
        eprintln!("simulation failed: run it again with PACELINE_SIM_SEED={seed}");
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn quiet_nodes_finish_everything() {
    // Without faults histories differ less: a quarter of the seeds will do.
    for seed in seeds().into_iter().step_by(4) {
        run(seed, Plan::QUIET);
    }
}

#[test]
fn faults_and_crashes_break_no_invariant() {
    for seed in seeds() {
        run(seed, Plan::STORMY);
    }
}

/// The checks can fail: with a store that breaks a promise, some seed must be caught.
#[test]
fn a_broken_promise_is_caught() {
    for sabotage in observer::Sabotage::ALL {
        let caught = (0..60).any(|seed| {
            let plan = Plan::STORMY.breaking(*sabotage);
            std::panic::catch_unwind(|| run(seed, plan)).is_err()
        });
        assert!(caught, "{sabotage:?} went unnoticed");
    }
}
