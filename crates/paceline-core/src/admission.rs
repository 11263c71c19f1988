//! Which pending jobs may start: the one place that decides on limits.

use std::collections::HashMap;

use crate::state::Priority;

/// Most running jobs at once; `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub jobs: Option<u32>,
    pub jobs_per_user: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            jobs: Some(10),
            jobs_per_user: Some(3),
        }
    }
}

impl Limits {
    pub const NONE: Limits = Limits {
        jobs: None,
        jobs_per_user: None,
    };

    /// Whether jobs may start without being counted.
    pub fn is_none(&self) -> bool {
        self.jobs.is_none() && self.jobs_per_user.is_none()
    }
}

/// Running jobs, counted as the limits need them.
#[derive(Clone, Debug, Default)]
pub struct Occupied {
    pub jobs: u32,
    pub by_user: HashMap<String, u32>,
}

impl Occupied {
    pub fn add(&mut self, user: Option<&str>) {
        self.jobs += 1;
        if let Some(user) = user {
            *self.by_user.entry(user.to_owned()).or_default() += 1;
        }
    }

    fn of(&self, user: &str) -> u32 {
        self.by_user.get(user).copied().unwrap_or(0)
    }
}

/// A pending job that asks to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate<Id> {
    pub id: Id,
    pub priority: Priority,
    pub user: Option<String>,
}

/// The rule that holds a job, in plain words, as `waiting_for` shows it.
pub type Reason = String;

impl Limits {
    /// The first limit that keeps a job of `user` from starting now.
    pub fn holds(&self, user: Option<&str>, occupied: &Occupied) -> Option<Reason> {
        if let Some(most) = self.jobs
            && occupied.jobs >= most
        {
            return Some(format!("limit: {}/{most} jobs are running", occupied.jobs));
        }
        let (Some(most), Some(user)) = (self.jobs_per_user, user) else {
            return None;
        };
        let running = occupied.of(user);
        (running >= most).then(|| format!("limit: {running}/{most} jobs of {user} are running"))
    }
}

/// Chooses who starts now: the most urgent first; among equals the user with the fewest running
/// jobs, then the order of `candidates` (oldest first). Returns indices into `candidates`.
pub fn choose<Id>(
    candidates: &[Candidate<Id>],
    limits: &Limits,
    occupied: &mut Occupied,
) -> Vec<usize> {
    let mut waiting: Vec<usize> = (0..candidates.len()).collect();
    let mut chosen = Vec::new();
    if limits.is_none() {
        waiting.sort_by_key(|&index| std::cmp::Reverse(candidates[index].priority));
        return waiting;
    }
    while let Some(position) = best(&waiting, candidates, limits, occupied) {
        let index = waiting.remove(position);
        occupied.add(candidates[index].user.as_deref());
        chosen.push(index);
    }
    chosen
}

fn best<Id>(
    waiting: &[usize],
    candidates: &[Candidate<Id>],
    limits: &Limits,
    occupied: &Occupied,
) -> Option<usize> {
    waiting
        .iter()
        .enumerate()
        .filter(|&(_, &index)| {
            limits
                .holds(candidates[index].user.as_deref(), occupied)
                .is_none()
        })
        .min_by_key(|&(_, &index)| {
            let candidate = &candidates[index];
            let running = candidate
                .user
                .as_deref()
                .map_or(0, |user| occupied.of(user));
            (std::cmp::Reverse(candidate.priority), running, index)
        })
        .map(|(position, _)| position)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn candidate(id: usize, user: &str) -> Candidate<usize> {
        Candidate {
            id,
            priority: Priority::Normal,
            user: Some(user.to_owned()),
        }
    }

    #[test]
    fn users_take_turns_and_stay_in_their_limits() {
        let waiting: Vec<_> = ["ana", "ana", "ana", "ben"]
            .into_iter()
            .enumerate()
            .map(|(id, user)| candidate(id, user))
            .collect();
        let limits = Limits {
            jobs: Some(4),
            jobs_per_user: Some(2),
        };
        let mut occupied = Occupied::default();
        assert_eq!(choose(&waiting, &limits, &mut occupied), [0, 3, 1]);
        assert_eq!(
            limits.holds(Some("ana"), &occupied).expect("held"),
            "limit: 2/2 jobs of ana are running"
        );
    }

    proptest! {
        #[test]
        fn no_limit_is_ever_exceeded(
            users in prop::collection::vec(0u8..4, 0..40), jobs in 0u32..12, per_user in 0u32..5, running in 0u32..6,
        ) {
            let waiting: Vec<_> = users.iter().enumerate().map(|(id, user)| candidate(id, &user.to_string())).collect();
            let limits = Limits { jobs: Some(jobs), jobs_per_user: Some(per_user) };
            let mut occupied = Occupied::default();
            (0..running).for_each(|_| occupied.add(Some("0")));
            let before = occupied.clone();
            let chosen = choose(&waiting, &limits, &mut occupied);
            prop_assert!(before.jobs + u32::try_from(chosen.len()).expect("small") <= jobs.max(before.jobs));
            for (user, count) in &occupied.by_user {
                prop_assert!(*count <= per_user.max(before.of(user)));
            }
            // Nothing that could start is left waiting.
            for (index, candidate) in waiting.iter().enumerate() {
                prop_assert!(chosen.contains(&index) || limits.holds(candidate.user.as_deref(), &occupied).is_some());
            }
        }
    }
}
