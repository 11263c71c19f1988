//! Simulated people and programs: they submit and control at random, and sometimes hang up.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use paceline_core::dice::Dice;
use paceline_core::item::NewItem;
use paceline_core::links::Wanted;
use paceline_core::merge::{Identity, OnDuplicate};
use paceline_core::query::{JobFilter, Selector};
use paceline_core::retry::RetryPolicy;
use paceline_core::store::Action;
use paceline_core::{JobId, JobOptions, NewJob, Priority, Work};
use paceline_engine::Handle;

use crate::check::{Checks, lock};
use crate::script::Script;
use crate::workers::TASKS;

pub(crate) struct Person {
    pub(crate) dice: Dice,
    pub(crate) checks: Arc<Mutex<Checks>>,
}

impl Person {
    /// Does one thing; a hang-up in the middle leaves it open whether it was done.
    pub(crate) async fn act(&mut self, engine: &Handle) {
        let patience = Duration::from_millis(self.dice.next_u64() % 2_000);
        let acts = self.dice.next_u64() % 10;
        let _ = tokio::time::timeout(patience, async {
            if acts < 4 {
                self.submit(engine).await;
            } else {
                self.control(engine).await;
            }
        })
        .await;
    }

    async fn submit(&mut self, engine: &Handle) {
        let count = 1 + self.dice.next_u64() % 3;
        let jobs: Vec<_> = (0..count).map(|_| self.job(engine)).collect();
        if let Ok(submitted) = engine.submit(jobs).await {
            lock(&self.checks)
                .acknowledged
                .extend(submitted.iter().map(|job| job.id));
        }
    }

    fn job(&mut self, engine: &Handle) -> NewJob {
        let id = engine.new_id();
        let user = (!self.dice.next_u64().is_multiple_of(3))
            .then(|| format!("user-{}", self.dice.next_u64() % 3));
        let delay = Duration::from_millis(self.dice.next_u64() % 20_000);
        let task = usize::from(self.dice.next_u64().is_multiple_of(2));
        NewJob {
            id,
            name: format!("sim-{id}"),
            task: TASKS[task].to_owned(),
            queue: "default".to_owned(),
            priority: Priority::from_level(i64::try_from(self.dice.next_u64() % 4).expect("small")),
            user,
            key: None,
            batch: None,
            labels: vec![("team".to_owned(), "a".to_owned())],
            params: Script::roll(&mut self.dice).to_json(),
            options: Arc::new(self.options()),
            run_at: self
                .dice
                .next_u64()
                .is_multiple_of(4)
                .then(|| engine.now() + delay),
            work: self.work(),
            links: self.links(task),
        }
    }

    /// A third of all jobs do the same work as others of their task.
    fn links(&mut self, task: usize) -> Wanted {
        let of = u8::try_from(self.dice.next_u64() % 6).expect("small");
        if of > 1 {
            return Wanted::default();
        }
        let task = u8::try_from(task).expect("small");
        let on_duplicate = if self.dice.next_u64().is_multiple_of(5) {
            OnDuplicate::Reject
        } else {
            OnDuplicate::Merge
        };
        Wanted {
            identity: Some(Identity([2 * task + of; 32])),
            on_duplicate,
            ..Wanted::default()
        }
    }

    fn options(&mut self) -> JobOptions {
        JobOptions {
            chunk_size: 1 + u32::try_from(self.dice.next_u64() % 8).expect("small"),
            workers: self.dice.next_u64().is_multiple_of(3).then_some(1),
            only_new: self.dice.next_u64().is_multiple_of(3),
            timeout: Duration::from_secs(if self.dice.next_u64().is_multiple_of(10) {
                3
            } else {
                3_600
            }),
            retry: RetryPolicy {
                base: Duration::from_millis(200),
                ..RetryPolicy::default()
            },
            ..JobOptions::default()
        }
    }

    fn work(&mut self) -> Work {
        match self.dice.next_u64() % 4 {
            0 => Work::Unit,
            1 => Work::Plan,
            _ => Work::Items(
                (0..self.dice.next_u64() % 30)
                    .map(|n| self.item(n))
                    .collect(),
            ),
        }
    }

    fn item(&mut self, number: u64) -> NewItem {
        let key = (!self.dice.next_u64().is_multiple_of(4)).then(|| format!("item-{number}"));
        NewItem {
            key,
            payload: Script::roll(&mut self.dice).to_json(),
        }
    }

    async fn control(&mut self, engine: &Handle) {
        let action = match self.dice.next_u64() % 12 {
            0..3 => Action::Pause,
            3..7 => Action::Resume,
            7 => Action::Cancel {
                reason: Some("no longer wanted".to_owned()),
            },
            8 | 9 => Action::Retry,
            10 => Action::Restart,
            _ => Action::Delete,
        };
        let Some(selector) = self.selector() else {
            return;
        };
        // Whether it was refused or cut off is the observer's to judge.
        let _ = engine.control(selector, action, false).await;
    }

    fn selector(&mut self) -> Option<Selector> {
        if self.dice.next_u64().is_multiple_of(10) {
            let filter = JobFilter {
                user: Some("user-1".to_owned()),
                ..JobFilter::default()
            };
            return Some(Selector::Filter(Box::new(filter)));
        }
        let mut jobs: Vec<JobId> = lock(&self.checks).acknowledged.iter().copied().collect();
        jobs.sort();
        let index = usize::try_from(self.dice.next_u64())
            .unwrap_or(usize::MAX)
            .checked_rem(jobs.len())?;
        Some(Selector::Ids(vec![jobs[index]]))
    }
}
