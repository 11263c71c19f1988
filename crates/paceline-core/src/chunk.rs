//! How large the next chunk of a job is.

/// The number of items to lease next, at least 1 and at most `chunk_size`.
///
/// Guided self-scheduling (C. Polychronopoulos and D. Kuck, 1987): each chunk is a share of what
/// remains, so chunks are large while there is much to do and small at the end, when an uneven
/// split would leave workers idle. `remaining` counts items that are neither leased nor done;
/// `workers` is how many may work on the job.
pub fn size(remaining: u32, workers: u32, chunk_size: u32) -> u32 {
    let share = remaining.div_ceil(workers.max(1).saturating_mul(2));
    share.clamp(1, chunk_size.max(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn always_between_one_and_the_configured_size(remaining: u32, workers: u32, chunk_size in 1u32..10_000) {
            let size = size(remaining, workers, chunk_size);
            prop_assert!((1..=chunk_size).contains(&size));
        }

        #[test]
        fn no_chunk_is_more_than_its_workers_share(remaining in 1u32..1_000_000, workers in 1u32..64) {
            prop_assert!(size(remaining, workers, u32::MAX) <= remaining.div_ceil(workers));
        }
    }

    #[test]
    fn shrinks_towards_the_end() {
        let mut remaining = 1000;
        let mut sizes = vec![];
        while remaining > 0 {
            let next = size(remaining, 2, 50).min(remaining);
            sizes.push(next);
            remaining -= next;
        }
        assert_eq!(sizes[..10], [50; 10]);
        assert_eq!(sizes.last(), Some(&1));
        assert!(sizes.len() < 60);
    }
}
