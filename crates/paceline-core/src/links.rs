//! How jobs are tied to each other: which wait for which, which took over another's params, which
//! answered from another's result.

use crate::cache::{Caching, Fingerprint};
use crate::dependency::Policy;
use crate::id::JobId;
use crate::json::Json;
use crate::merge::{Identity, OnDuplicate};
use crate::state::JobState;
use crate::time::Time;

/// What a submission asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What it waits for.
    pub after: Vec<Parent>,
    pub after_policy: Policy,
    /// What identifies its work, unless its duplicates are let be.
    pub identity: Option<Identity>,
    pub on_duplicate: OnDuplicate,
    /// Whether an earlier result will do, and this one is remembered.
    pub caching: Option<Caching>,
}

impl Default for Wanted {
    fn default() -> Self {
        Wanted {
            after: Vec::new(),
            after_policy: Policy::Completed,
            identity: None,
            on_duplicate: OnDuplicate::Allow,
            caching: None,
        }
    }
}

impl Wanted {
    /// What an answer from the cache must be; nothing for a job that is to run later, for what it
    /// will find then is not known yet.
    pub fn answerable(&self, run_at: Option<Time>, now: Time) -> Option<Caching> {
        let at_once = self.after.is_empty() && run_at.is_none_or(|at| at <= now);
        self.caching
            .filter(|caching| at_once && caching.max_age.is_some())
    }

    /// What the job is remembered by.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        self.caching.map(|caching| caching.fingerprint)
    }
}

/// What a job waits for, as its submission names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parent {
    /// A job that was submitted before, perhaps by the same call.
    Job(JobId),
    /// All jobs that the batch has at the time of the submission.
    Batch(String),
}

/// A job's ties as they are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The jobs that it waited or waits for, of those that are there still.
    pub after: Vec<JobId>,
    pub after_policy: Option<Policy>,
    /// The job that does its work.
    pub merged_into: Option<JobId>,
    /// How many duplicates handed their params over to it.
    pub merged_count: u32,
    /// The job whose result it was answered with.
    pub cached_from: Option<JobId>,
}

/// What a parent left for its child.
#[derive(Clone, Debug, PartialEq)]
pub struct ParentResult {
    pub id: JobId,
    pub name: String,
    pub task: String,
    pub state: JobState,
    /// Of a single-unit job.
    pub result: Option<Json>,
    /// Of a job with items: results of those that succeeded, by key (or position), the first
    /// [`ParentResult::MOST_ITEMS`] of them.
    pub items: Vec<(String, Json)>,
    /// How many items succeeded in all.
    pub succeeded: u32,
    /// Its results were left out, for all together would be too large to hand to a worker.
    pub too_large: bool,
}

impl ParentResult {
    /// Most results of items that are handed on of one parent.
    pub const MOST_ITEMS: u32 = 1_000;
    /// Most bytes of results that are handed on in all.
    pub const MOST_BYTES: usize = 8 << 20;

    fn bytes(&self) -> usize {
        let items = self.items.iter();
        self.result
            .as_ref()
            .map_or(0, |result| result.as_str().len())
            + items
                .map(|(key, result)| key.len() + result.as_str().len())
                .sum::<usize>()
    }

    /// Leaves out results so that those which stay fit; those of the first parents stay.
    pub fn fit(parents: &mut [ParentResult], most: usize) {
        let mut left = most;
        for parent in parents {
            let bytes = parent.bytes();
            if bytes <= left {
                left -= bytes;
                continue;
            }
            left = 0;
            parent.result = None;
            parent.items = Vec::new();
            parent.too_large = true;
        }
    }
}

/// A job with all that it depends on and all that depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    pub job: Node,
    pub ancestors: Vec<Node>,
    pub descendants: Vec<Node>,
    /// There are more than are listed.
    pub truncated: bool,
}

/// A job in a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub id: JobId,
    pub name: String,
    pub task: String,
    pub state: JobState,
    pub after: Vec<JobId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_that_are_too_large_are_left_out_and_that_is_said() {
        let parent = |bytes: usize| ParentResult {
            id: JobId::from_bytes([0; 16]),
            name: String::new(),
            task: String::new(),
            state: JobState::Completed,
            result: Some(Json::from_checked("1".repeat(bytes))),
            items: vec![("k".to_owned(), Json::from_checked("12"))],
            succeeded: 1,
            too_large: false,
        };
        let mut parents = [parent(5), parent(9), parent(1)];
        ParentResult::fit(&mut parents, 10);
        let kept = parents.each_ref().map(|parent| !parent.too_large);
        assert_eq!(kept, [true, false, false]);
        assert_eq!(
            (parents[1].result.as_ref(), parents[1].items.len()),
            (None, 0)
        );
    }
}
