//! Chance that can be repeated: each random test prints its seed, and takes one given to it.

use rand::SeedableRng;
use rand::rngs::StdRng;

/// Names the seed to repeat.
pub const VARIABLE: &str = "PACELINE_E2E_SEED";

/// Dice from [`VARIABLE`], else from a fresh seed, which is printed.
///
/// # Panics
/// When the variable holds no number.
pub fn dice(test: &str) -> StdRng {
    let seed = match std::env::var(VARIABLE) {
        Ok(given) => given.parse().expect("the seed is a number"),
        Err(_) => rand::random(),
    };
    println!("{test}: repeat with {VARIABLE}={seed}");
    StdRng::seed_from_u64(seed)
}
