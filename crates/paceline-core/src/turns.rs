//! Whose turn it is: the order in which running jobs are given free workers.
//!
//! Work that came back from a worker or a node that was lost has waited for its turn once, so it
//! goes before all that nobody has begun. That is no more than was out, and it is limited in how
//! often: what loses its worker each time takes its turn like others.

use std::cmp::Reverse;

use crate::state::Priority;

/// How often in a row work may go first because it came back.
pub const MOST_RETURNS: u32 = 3;

/// Whether work goes first that has come back for the `returns`th time without anything of it
/// having been recorded in between.
pub const fn goes_first(returns: u32) -> bool {
    returns <= MOST_RETURNS
}

/// What the order depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contender<Id> {
    pub id: Id,
    /// It has work that came back and goes first.
    pub returned: bool,
    pub priority: Priority,
    /// Chunks of the job that workers hold now.
    pub leased: u32,
    /// Most chunks at once; `None` is no limit.
    pub workers: Option<u32>,
    /// When the job was last given a chunk: any number that grows.
    pub last_served: i64,
}

/// Picks the job that is served next: one whose work came back, then the most urgent, among equals
/// the one with the fewest chunks in work, then the one that was served longest ago.
pub fn next<Id>(contenders: &[Contender<Id>]) -> Option<usize> {
    contenders
        .iter()
        .enumerate()
        .filter(|(_, job)| job.workers.is_none_or(|most| job.leased < most))
        .min_by_key(|(_, job)| {
            let urgency = Reverse((job.returned, job.priority));
            (urgency, job.leased, job.last_served)
        })
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn contender(id: u8, priority: Priority) -> Contender<u8> {
        Contender {
            id,
            returned: false,
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

    #[test]
    fn a_full_job_goes_first_only_when_it_has_room() {
        let mut jobs = [contender(1, Priority::Low), contender(2, Priority::Urgent)];
        jobs[0] = Contender {
            returned: true,
            leased: 1,
            workers: Some(1),
            ..jobs[0].clone()
        };
        assert_eq!(serve(&mut jobs, 1), [2]);
        jobs[0].leased = 0;
        assert_eq!(serve(&mut jobs, 1), [1]);
    }

    fn any_contender() -> impl Strategy<Value = Contender<u8>> {
        let priority = prop::sample::select(Priority::ALL);
        let any = (any::<u8>(), any::<bool>(), priority, 0..4u32, 0..9i64);
        any.prop_map(|(id, returned, priority, leased, last_served)| Contender {
            id,
            returned,
            priority,
            leased,
            workers: Some(3),
            last_served,
        })
    }

    proptest! {
        #[test]
        fn work_that_came_back_goes_before_all_that_is_new(jobs in prop::collection::vec(any_contender(), 0..9)) {
            let may = |job: &&Contender<u8>| job.leased < 3;
            let came_back = jobs.iter().filter(may).any(|job| job.returned);
            let next = next(&jobs).map(|index| &jobs[index]);
            prop_assert_eq!(next.is_some(), jobs.iter().any(|job| may(&job)));
            prop_assert_eq!(next.is_some_and(|job| job.returned), came_back);
        }

        /// Work that loses its worker each time, and comes back at once, holds up nobody for long.
        #[test]
        fn what_always_comes_back_starves_nobody(others in 1u8..9, priority in prop::sample::select(Priority::ALL)) {
            let mut jobs: Vec<_> = (0..=others).map(|id| contender(id, priority)).collect();
            let (mut returns, mut served) = (0, std::collections::BTreeSet::new());
            let turns = i64::from(others) + i64::from(MOST_RETURNS) + 1;
            for turn in 1..=turns {
                let index = next(&jobs).expect("somebody");
                jobs[index].last_served = turn;
                served.insert(jobs[index].id);
                if index == 0 {
                    returns += 1;
                    jobs[0].returned = goes_first(returns);
                }
            }
            prop_assert_eq!(served.len(), usize::from(others) + 1);
        }

        #[test]
        fn among_equals_nobody_is_served_twice_before_another_once(count in 1u8..10) {
            let mut jobs: Vec<_> = (0..count).map(|id| contender(id, Priority::Normal)).collect();
            let mut served = serve(&mut jobs, i64::from(count));
            served.sort_unstable();
            prop_assert_eq!(served, (0..count).collect::<Vec<_>>());
        }
    }
}
