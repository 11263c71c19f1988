//! Whose turn it is: the order in which running jobs are given free workers.

use crate::state::Priority;

/// What the order depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contender<Id> {
    pub id: Id,
    pub priority: Priority,
    /// Chunks of the job that workers hold now.
    pub leased: u32,
    /// Most chunks at once; `None` is no limit.
    pub workers: Option<u32>,
    /// When the job was last given a chunk: any number that grows.
    pub last_served: i64,
}

/// Picks the job that is served next: the most urgent, among equals the one with the fewest
/// chunks in work, then the one that was served longest ago.
pub fn next<Id>(contenders: &[Contender<Id>]) -> Option<usize> {
    contenders
        .iter()
        .enumerate()
        .filter(|(_, job)| job.workers.is_none_or(|most| job.leased < most))
        .min_by_key(|(_, job)| (std::cmp::Reverse(job.priority), job.leased, job.last_served))
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn contender(id: u8, priority: Priority) -> Contender<u8> {
        Contender {
            id,
            priority,
            leased: 0,
            workers: None,
            last_served: 0,
        }
    }

    fn serve(jobs: &mut [Contender<u8>], turns: i64) -> Vec<u8> {
        (1..=turns)
            .filter_map(|turn| {
                let index = next(jobs)?;
                jobs[index].last_served = turn;
                Some(jobs[index].id)
            })
            .collect()
    }

    #[test]
    fn equals_take_turns() {
        let mut jobs = [
            contender(1, Priority::Normal),
            contender(2, Priority::Normal),
        ];
        assert_eq!(serve(&mut jobs, 4), [1, 2, 1, 2]);
    }

    #[test]
    fn the_urgent_goes_first() {
        let mut jobs = [contender(1, Priority::Normal), contender(2, Priority::High)];
        assert_eq!(serve(&mut jobs, 3), [2, 2, 2]);
    }

    #[test]
    fn a_full_job_lets_others_pass() {
        let mut jobs = [contender(1, Priority::Urgent), contender(2, Priority::Low)];
        jobs[0] = Contender {
            leased: 2,
            workers: Some(2),
            ..jobs[0].clone()
        };
        assert_eq!(serve(&mut jobs, 1), [2]);
    }

    proptest! {
        #[test]
        fn among_equals_nobody_is_served_twice_before_another_once(count in 1u8..10) {
            let mut jobs: Vec<_> = (0..count).map(|id| contender(id, Priority::Normal)).collect();
            let mut served = serve(&mut jobs, i64::from(count));
            served.sort_unstable();
            prop_assert_eq!(served, (0..count).collect::<Vec<_>>());
        }
    }
}
