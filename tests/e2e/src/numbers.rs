//! The arithmetic that handlers do, done again to check their results; and figures to print.

use std::time::Duration;

/// The number of primes below `limit`.
pub fn primes_below(limit: usize) -> u64 {
    let mut composite = vec![false; limit];
    let mut count = 0;
    for number in 2..limit {
        if !composite[number] {
            count += 1;
            (number * number..limit)
                .step_by(number)
                .for_each(|multiple| composite[multiple] = true);
        }
    }
    count
}

/// The middle one, the later of two.
///
/// # Panics
/// When there is none.
pub fn median(durations: &[Duration]) -> Duration {
    let mut sorted = durations.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2]
}

/// `median 0.310 s, worst 0.520 s of 20` durations.
///
/// # Panics
/// When there are none.
pub fn summary(durations: &[Duration]) -> String {
    let worst = durations.iter().max().expect("something was measured");
    format!(
        "median {:.3} s, worst {:.3} s of {}",
        median(durations).as_secs_f64(),
        worst.as_secs_f64(),
        durations.len()
    )
}

#[cfg(test)]
mod tests {
    use super::primes_below;

    #[test]
    fn primes_are_counted_right() {
        assert_eq!(
            (primes_below(2), primes_below(30), primes_below(1_000)),
            (0, 10, 168)
        );
    }
}
