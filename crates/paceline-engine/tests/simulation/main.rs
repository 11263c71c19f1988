//! A seeded simulation of whole nodes: engines, workers, people, faults and crashes on a virtual
//! clock, over the real SQL on an in-memory database.
//!
//! Each seed is one history. [`observed`] sees every call to the store at the instant at which it
//! takes effect and checks the invariants there, against a model that knows nothing of the code
//! that decides; nodes come and go, are killed at arbitrary awaits and cut off from the store. A
//! failing run prints its seed; `PACELINE_SIM_SEED=n` runs that one alone, `PACELINE_SIM_SEEDS=n`
//! that many from `PACELINE_SIM_FROM` on. `make simulate` runs ten thousand.

mod check;
mod clock;
mod drafts;
mod known;
mod model;
mod nodes;
mod observed;
mod observer;
mod panics;
mod people;
mod reach;
mod rules;
mod sabotage;
mod script;
mod settle;
mod start;
mod tasks;
mod throttle;
mod workers;
mod world;

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use sabotage::Sabotage;
use world::{Plan, World};

/// Seeds that a test of each kind of history runs if nobody says otherwise.
const DEFAULT_SEEDS: u64 = 40;
/// Seeds of which each is run twice.
const REPEATED: u64 = 4;
/// Seeds within which a broken rule must have been noticed.
const NOTICED_WITHIN: u64 = 100;

fn seeds() -> Range<u64> {
    #[expect(clippy::disallowed_methods, reason = "seeds are named from outside")]
    let number = |name| std::env::var(name).ok()?.parse::<u64>().ok();
    if let Some(seed) = number("PACELINE_SIM_SEED") {
        return seed..seed + 1;
    }
    let from = number("PACELINE_SIM_FROM").unwrap_or(0);
    from..from + number("PACELINE_SIM_SEEDS").unwrap_or(DEFAULT_SEEDS)
}

/// One history; returns what failed in it.
fn run(seed: u64, plan: Plan) -> Result<(), String> {
    tell(seed, plan).map(|_| ())
}

/// One history; returns what was told in it, if the plan wants that, or what failed.
fn tell(seed: u64, plan: Plan) -> Result<Vec<String>, String> {
    let mut told = Vec::new();
    panics::watch(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        told = runtime.block_on(World::run(seed, plan));
    })?;
    Ok(told)
}

/// Runs all seeds on all processors, up to the first that fails.
fn run_all(seeds: Range<u64>, plan: Plan) {
    let next = AtomicU64::new(seeds.start);
    let failed = Mutex::new(None);
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            if let Err(why) = run(seed, plan) {
                next.store(seeds.end, Ordering::Relaxed);
                *failed.lock().expect("nobody panics") = Some((seed, why));
            }
        }
    };
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(work);
        }
    });
    if let Some((seed, why)) = failed.into_inner().expect("nobody panics") {
        panic!("seed {seed} fails; run it again with PACELINE_SIM_SEED={seed}\n{why}");
    }
}

#[test]
fn quiet_nodes_finish_everything() {
    // Without faults histories differ less: a quarter of the seeds will do.
    let Range { start, end } = seeds();
    run_all(start..start + (end - start).div_ceil(4), Plan::QUIET);
}

#[test]
fn faults_and_crashes_break_no_invariant() {
    run_all(seeds(), Plan::STORMY);
}

/// Each of these has failed once, for a fault of its own.
#[test]
fn histories_that_failed_once_hold() {
    for seed in [10, 468, 587, 3301, 7574] {
        run_all(seed..seed + 1, Plan::STORMY);
    }
}

/// What a seed prints when it fails can be looked at again: it is one history, whatever else runs.
#[test]
fn a_seed_is_one_history() {
    let range = seeds();
    let most = range.start + REPEATED.min(range.end - range.start);
    for seed in range.start..most {
        let once = tell(seed, Plan::STORMY.recording()).expect("it holds");
        let again = tell(seed, Plan::STORMY.recording()).expect("it holds");
        let differs = once
            .iter()
            .zip(&again)
            .position(|(one, other)| one != other);
        if let Some(at) = differs {
            panic!(
                "seed {seed} differs at event {at}: {:?} and {:?}",
                once[at], again[at]
            );
        }
        assert_eq!(once.len(), again.len(), "seed {seed}");
    }
}

/// With a rule switched off, some history must break the invariant that it keeps.
fn is_noticed(sabotage: Sabotage, by: &str) {
    let plan = Plan::STORMY.breaking(sabotage);
    let from = sabotage.seldom_before();
    let noticed = (from..from + NOTICED_WITHIN).find_map(|seed| {
        let why = run(seed, plan).err()?;
        why.contains(&format!("{by}: ")).then_some((seed, why))
    });
    let Some((seed, why)) = noticed else {
        panic!("{sabotage:?} went unnoticed by {by}");
    };
    println!("{sabotage:?}, seed {seed}: {why}");
}

#[test]
fn each_broken_rule_is_noticed() {
    for number in 1..=12 {
        let by = number.to_string();
        let is_covered = Sabotage::ALL.iter().any(|(_, of)| *of == by);
        assert!(is_covered, "nothing breaks invariant {number}");
    }
    for (sabotage, by) in Sabotage::ALL {
        is_noticed(*sabotage, by);
    }
}
