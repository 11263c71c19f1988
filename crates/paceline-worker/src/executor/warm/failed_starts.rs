//! What the log is told of processes that do not start: the whole reason once, for all processes of
//! a pool, and then ever more rarely that it is still so.

use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Debug, Default)]
pub(super) struct FailedStarts(Mutex<Series>);

/// Failures for one and the same reason.
#[derive(Debug, Default)]
struct Series {
    why: String,
    count: u32,
}

/// How much a failure is worth saying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Worth {
    Everything,
    /// That it is the same for the so manieth time.
    Again(u32),
    Nothing,
}

impl FailedStarts {
    /// A process did not start.
    pub(super) fn tell(&self, worker: &str, why: &str) {
        match self.lock().add(why) {
            Worth::Everything => tracing::warn!(worker, "worker does not start: {why}"),
            Worth::Again(count) => {
                let last = why.lines().last().unwrap_or_default();
                tracing::warn!(
                    worker,
                    failures = count,
                    "workers still do not start: {last}"
                );
            }
            Worth::Nothing => tracing::debug!(worker, "worker does not start: {why}"),
        }
    }

    /// A process started: the next failure is news.
    pub(super) fn over(&self) {
        *self.lock() = Series::default();
    }

    fn lock(&self) -> MutexGuard<'_, Series> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Series {
    fn add(&mut self, why: &str) -> Worth {
        if self.count == 0 || self.why != why {
            *self = Series {
                why: why.to_owned(),
                count: 1,
            };
            return Worth::Everything;
        }
        self.count = self.count.saturating_add(1);
        // With growing pauses between the tries this is about once in twice the time before.
        if self.count >= 8 && self.count.is_power_of_two() {
            Worth::Again(self.count)
        } else {
            Worth::Nothing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_told_once_and_then_ever_more_rarely() {
        let mut series = Series::default();
        let told = (0..40).map(|_| series.add("no module"));
        let told: Vec<_> = told.filter(|worth| *worth != Worth::Nothing).collect();
        assert_eq!(
            told,
            [
                Worth::Everything,
                Worth::Again(8),
                Worth::Again(16),
                Worth::Again(32)
            ]
        );
        assert_eq!(series.add("another"), Worth::Everything);
    }
}
