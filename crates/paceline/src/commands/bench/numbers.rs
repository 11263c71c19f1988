//! Medians and percentiles.

/// The middle value; of an even number the mean of the two in the middle. 0 of nothing.
pub(super) fn median(values: &[f64]) -> f64 {
    let sorted = sorted(values);
    match sorted.len() {
        0 => 0.0,
        count if count % 2 == 1 => sorted[count / 2],
        count => f64::midpoint(sorted[count / 2 - 1], sorted[count / 2]),
    }
}

/// The smallest value that `percent` of all are not above. 0 of nothing.
pub(super) fn percentile(values: &[f64], percent: usize) -> f64 {
    let sorted = sorted(values);
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

pub(super) fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// A count as a float; counts here are far below 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts and bytes far below 2^53"
)]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(left: f64, right: f64) {
        assert!((left - right).abs() < 1e-9, "{left} is not {right}");
    }

    #[test]
    fn the_middle_and_the_ends() {
        near(median(&[3.0, 1.0, 2.0]), 2.0);
        near(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        near(median(&[]), 0.0);
        let hundred: Vec<f64> = (1..=100_u32).rev().map(f64::from).collect();
        near(percentile(&hundred, 50), 50.0);
        near(percentile(&hundred, 99), 99.0);
        near(percentile(&[7.0], 99), 7.0);
        near(largest(&hundred), 100.0);
    }
}
