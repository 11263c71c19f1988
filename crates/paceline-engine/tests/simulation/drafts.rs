//! Jobs as simulated people and schedules submit them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use paceline_core::clock::Clock;
use paceline_core::dependency::Policy;
use paceline_core::dice::Dice;
use paceline_core::item::NewItem;
use paceline_core::links::{Parent, Wanted};
use paceline_core::merge::{Identity, OnDuplicate};
use paceline_core::retry::RetryPolicy;
use paceline_core::schedule::JobSource;
use paceline_core::{JobId, JobOptions, NewJob, Priority, Time, Work};
use paceline_engine::{JobMaker, NotMade};

use crate::clock::VirtualClock;
use crate::script::Script;
use crate::tasks::TASKS;

/// Makes jobs by the roll of dice.
#[derive(Debug)]
pub(crate) struct Drafts(pub(crate) Dice);

impl Drafts {
    fn once_in(&mut self, number: u64) -> bool {
        self.0.next_u64().is_multiple_of(number)
    }

    /// One of `count` names.
    pub(crate) fn name(&mut self, kind: &str, count: u64) -> String {
        format!("{kind}-{}", self.0.next_u64() % count)
    }

    pub(crate) fn index(&mut self, length: usize) -> Option<usize> {
        usize::try_from(self.0.next_u64())
            .unwrap_or(usize::MAX)
            .checked_rem(length)
    }

    /// A job that waits for some of `others`, or for none.
    pub(crate) fn job(&mut self, id: JobId, others: &[JobId], now: Time) -> NewJob {
        let user = (!self.once_in(3)).then(|| self.name("user", 3));
        let key = self.once_in(2).then(|| self.name("key", 3));
        let batch = self.once_in(4).then(|| self.name("batch", 2));
        let task = self.index(TASKS.len()).unwrap_or_default();
        let delay = Duration::from_millis(self.0.next_u64() % 20_000);
        let queue = if self.once_in(4) { "mail" } else { "default" };
        NewJob {
            id,
            name: format!("sim-{id}"),
            task: TASKS[task].to_owned(),
            queue: queue.to_owned(),
            priority: Priority::from_level(i64::try_from(self.0.next_u64() % 4).expect("small")),
            user,
            key,
            batch,
            labels: vec![("team".to_owned(), "a".to_owned())],
            params: Script::roll(&mut self.0).to_json(),
            options: Arc::new(self.options()),
            run_at: self.once_in(5).then(|| now + delay),
            work: self.work(),
            links: self.links(others, task),
        }
    }

    fn links(&mut self, others: &[JobId], task: usize) -> Wanted {
        let mut after = Vec::new();
        if self.once_in(3) {
            for _ in 0..=self.0.next_u64() % 3 {
                // Mostly one of the last: chains and fans grow.
                let recent = &others[others.len().saturating_sub(8)..];
                after.extend(
                    self.index(recent.len())
                        .map(|index| Parent::Job(recent[index])),
                );
            }
            if self.once_in(6) {
                after.push(Parent::Batch(self.name("batch", 2)));
            }
        }
        let policy = match self.0.next_u64() % 5 {
            0 => Policy::Finished,
            1 => Policy::Failed,
            _ => Policy::Completed,
        };
        // Some do the same work as others of their task.
        let of = u8::try_from(self.0.next_u64() % 5).expect("small");
        let task = u8::try_from(task).expect("small");
        let is_like_others = of < 2 && after.is_empty() && !others.is_empty();
        let on_duplicate = match (is_like_others, self.once_in(8)) {
            (false, _) => OnDuplicate::Allow,
            (true, true) => OnDuplicate::Reject,
            (true, false) => OnDuplicate::Merge,
        };
        Wanted {
            after,
            after_policy: policy,
            identity: is_like_others.then_some(Identity([2 * task + of; 32])),
            on_duplicate,
            caching: None,
        }
    }

    fn options(&mut self) -> JobOptions {
        JobOptions {
            chunk_size: 1 + u32::try_from(self.0.next_u64() % 8).expect("small"),
            workers: self.once_in(3).then_some(1),
            only_new: self.once_in(3),
            timeout: Duration::from_secs(if self.once_in(10) { 3 } else { 36_000 }),
            retry: RetryPolicy {
                base: Duration::from_millis(200),
                ..RetryPolicy::default()
            },
            ..JobOptions::default()
        }
    }

    fn work(&mut self) -> Work {
        match self.0.next_u64() % 5 {
            0 | 1 => Work::Unit,
            2 => Work::Plan,
            _ => Work::Items(
                (0..self.0.next_u64() % 20)
                    .map(|number| self.item(number))
                    .collect(),
            ),
        }
    }

    fn item(&mut self, number: u64) -> NewItem {
        let key = (!self.once_in(4)).then(|| format!("item-{number}"));
        NewItem {
            key,
            payload: Script::roll(&mut self.0).to_json(),
        }
    }
}

/// Makes the jobs of schedules.
#[derive(Debug)]
pub(crate) struct Maker {
    pub(crate) drafts: Mutex<Drafts>,
    pub(crate) clock: Arc<VirtualClock>,
}

#[async_trait]
impl JobMaker for Maker {
    async fn make(&self, source: &JobSource, count: usize) -> Result<Vec<NewJob>, NotMade> {
        let mut drafts = self.drafts.lock().unwrap_or_else(PoisonError::into_inner);
        match drafts.0.next_u64() % 12 {
            0 => return Err(NotMade::NotYet("the task is not declared yet".to_owned())),
            1 => return Err(NotMade::Never(format!("{source:?} makes no job"))),
            _ => {}
        }
        let now = self.clock.now();
        let make = |_| {
            let (first, second) = (drafts.0.next_u64(), drafts.0.next_u64());
            let mut random = [0; 10];
            random[..8].copy_from_slice(&first.to_le_bytes());
            random[8..].copy_from_slice(&second.to_le_bytes()[..2]);
            drafts.job(JobId::new(now, random), &[], now)
        };
        Ok((0..count).map(make).collect())
    }
}
