//! Which pending jobs may start: the one place that decides on limits and holds.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::limits::{Occupied, Rules};
use crate::line::Place;
use crate::scope::{Kind, Names, Scope};
use crate::time::Time;

pub use crate::limits::Limits;

/// A pending job that asks to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate<Id> {
    pub id: Id,
    pub place: Place,
    pub user: Option<String>,
    pub task: String,
    pub queue: String,
    pub key: Option<String>,
}

impl<Id> Candidate<Id> {
    pub fn names(&self) -> Names<'_> {
        Names {
            user: self.user.as_deref(),
            task: &self.task,
            queue: &self.queue,
            key: self.key.as_deref(),
        }
    }
}

/// The rule that holds a job, in plain words, as `waiting_for` shows it.
pub type Reason = String;

/// What is said of a job that no rule holds: it only waits until those before it are served.
pub const NEXT_IN_LINE: &str = "waits for its turn";

/// What became of the candidates, as indices of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Who starts, in the order of the choice.
    pub chosen: Vec<usize>,
    /// Who cannot start before something changes in a scope.
    pub held: Vec<(usize, Scope)>,
}

/// Chooses who starts now: who counts as most urgent first; among equals whose user has the fewest
/// running jobs, then who stands further ahead in line, then the order of `candidates`.
pub fn choose<Id>(
    candidates: &[Candidate<Id>],
    rules: &Rules,
    occupied: &mut Occupied,
    now: Time,
) -> Choice {
    let turn = |index: usize, occupied: &Occupied| {
        let candidate = &candidates[index];
        let user = candidate.names().of(Kind::User);
        let running = user.map_or(0, |user| occupied.of(Kind::User, user));
        let urgency = candidate.place.counts_as(now);
        Reverse((Reverse(urgency), running, candidate.place, index))
    };
    let mut waiting: BinaryHeap<_> = (0..candidates.len())
        .map(|index| turn(index, occupied))
        .collect();
    let mut choice = Choice::default();
    while let Some(Reverse((_, counted, _, index))) = waiting.pop() {
        // Starts only ever put a user further back, so who is first by what counts now is first.
        let again = turn(index, occupied);
        if again.0.1 != counted {
            waiting.push(again);
            continue;
        }
        let names = candidates[index].names();
        if let Some((kind, name)) = rules.held_by(names, occupied, now) {
            choice.held.push((index, Scope::new(kind, name)));
        } else if rules.room_for_all(occupied) != Some(0) {
            occupied.add(names);
            choice.chosen.push(index);
        }
    }
    choice
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::limits::Hold;
    use crate::state::Priority;

    const NOW: Time = Time::from_micros(1_795_342_530_000_000);

    fn candidate(id: usize, user: &str) -> Candidate<usize> {
        Candidate {
            id,
            place: Place::new(NOW, Priority::Normal),
            user: Some(user.to_owned()),
            task: "sync".to_owned(),
            queue: "default".to_owned(),
            key: None,
        }
    }

    fn rules(limits: Limits) -> Rules {
        Rules::new(limits, [])
    }

    #[test]
    fn users_take_turns_and_stay_in_their_limits() {
        let waiting: Vec<_> = ["ana", "ana", "ana", "ben"]
            .into_iter()
            .enumerate()
            .map(|(id, user)| candidate(id, user))
            .collect();
        let rules = rules(Limits {
            jobs: Some(4),
            jobs_per_user: Some(2),
            ..Limits::NONE
        });
        let choice = choose(&waiting, &rules, &mut Occupied::default(), NOW);
        assert_eq!(choice.chosen, [0, 3, 1]);
        assert_eq!(choice.held, [(2, Scope::user("ana"))]);
    }

    #[test]
    fn who_waits_for_all_is_held_by_no_scope() {
        let waiting = [candidate(0, "ana"), candidate(1, "ben")];
        let rules = rules(Limits {
            jobs: Some(1),
            ..Limits::NONE
        });
        let choice = choose(&waiting, &rules, &mut Occupied::default(), NOW);
        assert_eq!((choice.chosen, choice.held), (vec![0], vec![]));
    }

    fn any_candidates() -> impl Strategy<Value = Vec<Candidate<usize>>> {
        let one = (0u8..4, 0u8..3, 0u8..3, 0u8..5, 0i64..4, 0usize..4);
        prop::collection::vec(one, 0..40).prop_map(|drawn| {
            let make = |(id, (user, task, queue, key, hours, priority))| {
                let name = |number: u8| number.to_string();
                let since = Time::from_micros(NOW.as_micros() - hours * 3_600_000_000);
                Candidate {
                    id,
                    place: Place::new(since, Priority::ALL[priority]),
                    user: (user > 0).then(|| name(user)),
                    task: name(task),
                    queue: name(queue),
                    key: (key > 0).then(|| name(key)),
                }
            };
            drawn.into_iter().enumerate().map(make).collect()
        })
    }

    fn any_rules() -> impl Strategy<Value = Rules> {
        let most = || prop::option::of(0u32..5);
        let general = (prop::option::of(0u32..12), most(), most(), most(), most());
        (general, most(), prop::option::of(0u8..4)).prop_map(|(general, of_key, held)| {
            let mut limits = Limits {
                jobs: general.0,
                jobs_per_user: general.1,
                jobs_per_task: general.2,
                jobs_per_queue: general.3,
                jobs_per_key: general.4,
                ..Limits::NONE
            };
            limits.named.insert(Scope::key("1"), of_key);
            let hold = held.map(|queue| Hold {
                scope: Scope::queue(queue.to_string()),
                until: None,
                reason: String::new(),
                since: NOW,
            });
            Rules::new(limits, hold)
        })
    }

    proptest! {
        #[test]
        fn no_limit_is_ever_exceeded(waiting in any_candidates(), rules in any_rules(), running in 0usize..6) {
            let mut occupied = Occupied::default();
            waiting.iter().rev().take(running).for_each(|job| occupied.add(job.names()));
            let before = occupied.clone();
            let choice = choose(&waiting, &rules, &mut occupied, NOW);
            let started = u32::try_from(choice.chosen.len()).expect("small");
            prop_assert_eq!(before.jobs + started, occupied.jobs);
            if let Some(most) = rules.limits().jobs {
                prop_assert!(occupied.jobs <= most.max(before.jobs));
            }
            for (Scope { kind, name }, count) in occupied.iter() {
                if let Some(most) = rules.limits().of(kind, &name) {
                    prop_assert!(count <= most.max(before.of(kind, &name)));
                }
            }
            for &index in &choice.chosen {
                let queue = &waiting[index].queue;
                prop_assert!(rules.hold(Kind::Queue, queue, NOW).is_none());
            }
        }

        #[test]
        fn nothing_that_could_start_is_left_waiting(waiting in any_candidates(), rules in any_rules()) {
            let mut occupied = Occupied::default();
            let choice = choose(&waiting, &rules, &mut occupied, NOW);
            for (index, candidate) in waiting.iter().enumerate() {
                let held = !rules.reasons(candidate.names(), &occupied, NOW).is_empty();
                prop_assert!(held || choice.chosen.contains(&index));
            }
            // Who is put aside for a scope is held by it, and will be while nothing changes there.
            for (index, Scope { kind, name }) in &choice.held {
                prop_assert!(!choice.chosen.contains(index));
                prop_assert_eq!(rules.room(*kind, name, &occupied, NOW), Some(0));
            }
        }

        /// With room for one, who counts as most urgent starts, of a user that has fewest running.
        #[test]
        fn the_most_urgent_of_the_idlest_user_starts(waiting in any_candidates()) {
            let rules = rules(Limits { jobs: Some(1), ..Limits::NONE });
            let choice = choose(&waiting, &rules, &mut Occupied::default(), NOW);
            let best = waiting.iter().enumerate().min_by_key(|(index, job)| {
                (Reverse(job.place.counts_as(NOW)), job.place, *index)
            });
            prop_assert_eq!(choice.chosen.first().copied(), best.map(|(index, _)| index));
        }

        /// A job of low priority starts once those are done that came within a day of it, however
        /// many urgent ones come in a stream that is twice what can be done.
        #[test]
        fn nobody_starves_behind_a_stream_of_more_urgent_jobs(every_minutes in 30u64..120, priority in 1usize..4) {
            let rules = rules(Limits { jobs: Some(1), ..Limits::NONE });
            let low = candidate(0, "ana");
            let low = Candidate { place: Place::new(NOW, Priority::Low), ..low };
            let mut waiting = vec![low];
            let mut now = NOW;
            let step = std::time::Duration::from_mins(every_minutes);
            let mut started = false;
            while now.since(NOW) <= std::time::Duration::from_hours(52) && !started {
                // Each start takes as long as it takes the next two to come.
                for _ in 0..2 {
                    let newer = candidate(waiting.len(), "ben");
                    let place = Place::new(now, Priority::ALL[priority]);
                    waiting.push(Candidate { place, ..newer });
                }
                let choice = choose(&waiting, &rules, &mut Occupied::default(), now);
                let index = choice.chosen[0];
                started = waiting.swap_remove(index).place == Place::new(NOW, Priority::Low);
                now = now + step;
            }
            prop_assert!(started);
        }
    }
}
