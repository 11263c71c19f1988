//! What must hold when a job starts: its parents have ended as it asks (6), no limit is exceeded
//! and nothing is on hold (5), and nobody is passed over (11).
//!
//! The rules are said once more here, in the plainest way, and not asked of the code that decides.

use std::time::Duration;

use paceline_core::dependency::Policy;
use paceline_core::{JobId, JobState, Priority, Time};

use crate::check::Checks;
use crate::known::{End, Known};
use crate::tasks::FLAKY;

impl Checks {
    /// A job starts: it counts for all limits, until it ends, is handed back, or is paused and the
    /// last of its work has come back.
    pub(crate) fn starts(&mut self, id: JobId, now: Time) {
        let job = &self.jobs[&id];
        self.limits_hold(id, job);
        if !job.begun {
            assert!(
                self.is_free(job),
                "6: {id} starts, and its parents are {:?}",
                self.ends(job)
            );
        }
        for scope in &job.scopes {
            let held = self.rules.is_held(scope, now);
            assert!(!held, "5: {id} starts though {scope} is on hold");
        }
        self.nobody_is_passed_over_often(id, now);
    }

    /// A job goes on without a start: it has counted all the time.
    pub(crate) fn goes_on(&self, id: JobId) {
        assert!(
            self.is_in_hand(id),
            "5: {id} goes on without a start, and nobody has work of it"
        );
    }

    fn is_in_hand(&self, id: JobId) -> bool {
        self.live.values().any(|held| held.job == id)
    }

    fn counts(&self, id: JobId, job: &Known) -> bool {
        match job.state {
            Some(JobState::Running) => true,
            Some(JobState::Paused) => self.is_in_hand(id),
            _ => false,
        }
    }

    fn limits_hold(&self, id: JobId, job: &Known) {
        let others: Vec<&Known> = self
            .jobs
            .iter()
            .filter(|(other, job)| **other != id && self.counts(**other, job))
            .map(|(_, other)| other)
            .collect();
        if let Some(most) = self.rules.most_of_all() {
            let running = others.len() + 1;
            assert!(
                running <= most,
                "5: with {id} {running} jobs run, at most {most} may"
            );
        }
        for scope in &job.scopes {
            let Some(most) = self.rules.most(scope) else {
                continue;
            };
            let others = others.iter().filter(|other| other.scopes.contains(scope));
            let running = others.count() + 1;
            assert!(
                running <= most,
                "5: with {id} {running} jobs of {scope} run, at most {most} may"
            );
        }
    }

    fn ends(&self, job: &Known) -> Vec<Option<End>> {
        let parents = job.after.iter();
        parents.map(|parent| self.jobs[parent].end()).collect()
    }

    /// Whether the jobs that it waits for have ended as it asks.
    fn is_free(&self, job: &Known) -> bool {
        let ends = self.ends(job);
        let failed = |end: &Option<End>| matches!(end, Some(End::Failed | End::Dropped));
        ends.is_empty()
            || match job.policy {
                Policy::Completed => ends.iter().all(|end| *end == Some(End::Completed)),
                Policy::Finished => ends.iter().all(Option::is_some),
                Policy::Failed => ends.iter().any(failed),
            }
    }

    /// Of two jobs that the same rules hold, the one starts first that has waited longer, where a
    /// higher priority counts as a head start. What came back from a lost node goes first, and what
    /// a breaker or a hold that ends by itself lets go is looked at with the next tick, so those
    /// are left out.
    ///
    /// A job that was put aside may see others go first, for a while: as a scope gets room, as many
    /// are brought back as it has room for, and if another scope holds one of those then, somebody
    /// who was not put aside takes the place.
    fn nobody_is_passed_over_often(&mut self, id: JobId, now: Time) {
        for other in self.passed_over_by(id, now) {
            let known = self.jobs.get_mut(&other).expect("it is known");
            known.passed_over += 1;
            let times = known.passed_over;
            assert!(
                times <= PASSED_OVER,
                "11: {id} starts before {other}, which has waited longer; {times} did so"
            );
        }
    }

    /// The jobs like it that have waited longer.
    fn passed_over_by(&self, id: JobId, now: Time) -> Vec<JobId> {
        let job = &self.jobs[&id];
        if job.task == FLAKY || job.came_back.is_some() {
            return Vec::new();
        }
        let came = job.created - head_start(job.priority);
        let has_waited_longer = |other_id: &JobId, other: &Known| {
            let is_like = other.scopes == job.scopes && other.kind == job.kind;
            let waits = other.state == Some(JobState::Pending) && *other_id != id;
            let mut scopes = other.scopes.iter();
            is_like
                && waits
                && other.pending_since - head_start(other.priority) < came
                && !scopes.any(|scope| self.rules.ends_by_itself(scope, now))
        };
        let others = self.jobs.iter();
        let others = others.filter(|(other_id, other)| has_waited_longer(other_id, other));
        others.map(|(other_id, _)| *other_id).collect()
    }
}

/// Most jobs that may start before one that has waited longer.
const PASSED_OVER: u32 = 2;

/// How much earlier a job counts as having come.
const fn head_start(priority: Priority) -> Duration {
    match priority {
        Priority::Low => Duration::ZERO,
        Priority::Normal => Duration::from_mins(15),
        Priority::High => Duration::from_hours(1),
        Priority::Urgent => Duration::from_hours(24),
    }
}
