//! Submissions in the making: what a case does not say is ordinary.

use std::sync::Arc;
use std::time::Duration;

use paceline_core::cache::Caching;
use paceline_core::dependency::Policy;
use paceline_core::item::NewItem;
use paceline_core::links::{Parent, Wanted};
use paceline_core::merge::{Identity, OnDuplicate};
use paceline_core::options::MaxFailures;
use paceline_core::retry::RetryPolicy;
use paceline_core::{JobId, JobOptions, Json, NewJob, Priority, Time, Work};

/// The task of a draft that names none.
pub(crate) const TASK: &str = "predict";
pub(crate) const OTHER: &str = "train";

/// A job to submit. Attempts are not repeated unless the case asks for it.
#[derive(Clone, Debug)]
pub(crate) struct Draft(NewJob);

/// A job without items.
pub(crate) fn unit() -> Draft {
    Draft::new(Work::Unit)
}

/// A job of `count` items with the keys `k0`, `k1`, …
pub(crate) fn items(count: u32) -> Draft {
    let all = (0..count).map(|n| item(Some(format!("k{n}")), n));
    Draft::new(Work::Items(all.collect()))
}

/// A job of items with these keys.
pub(crate) fn keyed<const N: usize>(keys: [&str; N]) -> Draft {
    let all = keys
        .iter()
        .zip(0..)
        .map(|(key, n)| item(Some((*key).to_owned()), n));
    Draft::new(Work::Items(all.collect()))
}

/// A job of `count` items without keys.
pub(crate) fn unkeyed(count: u32) -> Draft {
    Draft::new(Work::Items((0..count).map(|n| item(None, n)).collect()))
}

/// A job whose planner lists its items.
pub(crate) fn planned() -> Draft {
    Draft::new(Work::Plan)
}

fn item(key: Option<String>, n: u32) -> NewItem {
    let payload = Json::from_checked(format!("{{\"n\": {n}}}"));
    NewItem { key, payload }
}

impl Draft {
    fn new(work: Work) -> Self {
        let options = JobOptions {
            retry: RetryPolicy {
                attempts: 1,
                ..RetryPolicy::default()
            },
            ..JobOptions::default()
        };
        Draft(NewJob {
            id: JobId::from_bytes([0; 16]),
            name: String::new(),
            task: TASK.to_owned(),
            queue: "default".to_owned(),
            priority: Priority::Normal,
            user: None,
            key: None,
            batch: None,
            labels: Vec::new(),
            params: Json::empty_object(),
            options: Arc::new(options),
            run_at: None,
            work,
            links: Wanted::default(),
        })
    }

    /// The job, with the id that it gets; its name is `<task>-<id>` unless it has one.
    pub(crate) fn into_job(self, id: JobId) -> NewJob {
        let Draft(mut job) = self;
        job.id = id;
        if job.name.is_empty() {
            job.name = format!("{}-{id}", job.task);
        }
        job
    }

    fn set(mut self, change: impl FnOnce(&mut NewJob)) -> Self {
        change(&mut self.0);
        self
    }

    pub(crate) fn options(self, change: impl FnOnce(&mut JobOptions)) -> Self {
        self.set(|job| change(Arc::make_mut(&mut job.options)))
    }

    pub(crate) fn named(self, name: &str) -> Self {
        self.set(|job| name.clone_into(&mut job.name))
    }

    pub(crate) fn task(self, task: &str) -> Self {
        self.set(|job| task.clone_into(&mut job.task))
    }

    pub(crate) fn queue(self, queue: &str) -> Self {
        self.set(|job| queue.clone_into(&mut job.queue))
    }

    pub(crate) fn user(self, user: &str) -> Self {
        self.set(|job| job.user = Some(user.to_owned()))
    }

    pub(crate) fn key(self, key: &str) -> Self {
        self.set(|job| job.key = Some(key.to_owned()))
    }

    pub(crate) fn batch(self, batch: &str) -> Self {
        self.set(|job| job.batch = Some(batch.to_owned()))
    }

    pub(crate) fn label(self, name: &str, value: &str) -> Self {
        self.set(|job| job.labels.push((name.to_owned(), value.to_owned())))
    }

    pub(crate) fn params(self, json: &str) -> Self {
        self.set(|job| job.params = Json::from_checked(json))
    }

    pub(crate) fn priority(self, priority: Priority) -> Self {
        self.set(|job| job.priority = priority)
    }

    pub(crate) fn at(self, time: Time) -> Self {
        self.set(|job| job.run_at = Some(time))
    }

    /// Waits for these to complete.
    pub(crate) fn after(self, parents: &[JobId]) -> Self {
        self.set(|job| {
            job.links
                .after
                .extend(parents.iter().copied().map(Parent::Job));
        })
    }

    pub(crate) fn after_batch(self, batch: &str) -> Self {
        self.set(|job| job.links.after.push(Parent::Batch(batch.to_owned())))
    }

    pub(crate) fn policy(self, policy: Policy) -> Self {
        self.set(|job| job.links.after_policy = policy)
    }

    /// Its work is that of all that have this number; duplicates are merged.
    pub(crate) fn identity(self, of: u8) -> Self {
        self.set(|job| job.links.identity = Some(Identity([of; 32])))
            .on_duplicate(OnDuplicate::Merge)
    }

    pub(crate) fn on_duplicate(self, policy: OnDuplicate) -> Self {
        self.set(|job| job.links.on_duplicate = policy)
    }

    pub(crate) fn caching(self, caching: Caching) -> Self {
        self.set(|job| job.links.caching = Some(caching))
    }

    pub(crate) fn chunk(self, size: u32) -> Self {
        self.options(|options| options.chunk_size = size)
    }

    pub(crate) fn workers(self, workers: u32) -> Self {
        self.options(|options| options.workers = Some(workers))
    }

    pub(crate) fn timeout(self, timeout: Duration) -> Self {
        self.options(|options| options.timeout = timeout)
    }

    pub(crate) fn max_failures(self, most: MaxFailures) -> Self {
        self.options(|options| options.max_failures = most)
    }

    pub(crate) fn only_new(self) -> Self {
        self.options(|options| options.only_new = true)
    }

    /// So many attempts in all, 10 s, 20 s, 40 s … apart.
    pub(crate) fn attempts(self, attempts: u32) -> Self {
        self.options(|options| {
            options.retry = RetryPolicy {
                attempts,
                base: Duration::from_secs(10),
                factor: 2.0,
                max: Duration::from_mins(10),
                jitter: false,
            };
        })
    }

    pub(crate) fn jitter(self) -> Self {
        self.options(|options| options.retry.jitter = true)
    }
}
