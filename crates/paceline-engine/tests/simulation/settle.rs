//! The end of a history: the storm is over, everything that was held is let go, and must come to
//! an end (11). Then the tables are compared with what is known.

use std::collections::BTreeMap;
use std::time::Duration;

use paceline_core::event::EventKind;
use paceline_core::job::JobKind;
use paceline_core::query::{ItemQuery, JobFilter, Selector};
use paceline_core::state::ItemState;
use paceline_core::store::Action;
use paceline_core::{Job, JobId, JobState};
use paceline_engine::Handle;

use crate::check::lock;
use crate::panics;
use crate::world::{Node, World};

/// All that is left at the end of a history takes less, however it is limited.
const ENOUGH: Duration = Duration::from_hours(1);

impl World {
    pub(crate) async fn settle(&mut self) {
        for node in &self.nodes {
            node.observer.cut(false);
            node.observer.calm();
        }
        let handle = self.any_handle();
        self.let_go(&handle).await;
        let jobs = lock(&self.checks).kept();
        for id in jobs {
            let job = handle.wait(id, ENOUGH).await.expect("a calm store");
            panics::pass_on();
            let Some(job) = job else {
                panic!("1: the acknowledged job {id} is gone");
            };
            assert!(
                job.state.is_terminal(),
                "11: {id} is still {} after {ENOUGH:?}: {job:?}",
                job.state
            );
        }
        self.wait_for_the_others(&handle).await;
        let kept = lock(&self.checks).kept();
        for id in kept {
            let job = handle.store().job(id).await.expect("a calm store");
            self.check_items(&job.expect("it was there")).await;
        }
        self.check_batches(&handle).await;
        self.stop_all().await;
    }

    /// Nothing new comes, and nothing is held any more.
    async fn let_go(&mut self, handle: &Handle) {
        let schedules = handle.store().schedules().await.expect("a calm store");
        for schedule in schedules {
            let paused = schedule.pause();
            let change = handle.store();
            let change = change.change_schedule(paused, EventKind::SchedulePaused, handle.now());
            change.await.expect("a calm store");
        }
        let held = lock(&self.checks).rules.held();
        for scope in held {
            handle.lift(scope).await.expect("a calm store");
        }
        let paused = JobFilter {
            states: vec![JobState::Paused],
            ..JobFilter::default()
        };
        let paused = Selector::Filter(Box::new(paused));
        let resumed = handle.control(paused, Action::Resume, false).await;
        resumed.expect("a calm store");
    }

    /// Jobs of schedules, and those whose submitter hung up.
    async fn wait_for_the_others(&mut self, handle: &Handle) {
        let unfinished: Vec<JobId> = {
            let checks = lock(&self.checks);
            let jobs = checks.jobs.iter().filter(|(_, job)| !job.has_ended());
            jobs.map(|(id, _)| *id).collect()
        };
        for id in unfinished {
            let job = handle.wait(id, ENOUGH).await.expect("a calm store");
            panics::pass_on();
            let state = job.map(|job| job.state);
            assert!(
                state.is_none_or(JobState::is_terminal),
                "11: {id} is still {state:?} after {ENOUGH:?}"
            );
        }
    }

    /// 3: every item has one end, and the counters count them.
    async fn check_items(&self, job: &Job) {
        let query = ItemQuery {
            state: None,
            after: None,
            limit: 10_000,
        };
        let store = &self.core.nodes.store;
        let items = store.items(job.id, query).await.expect("a calm store");
        if job.kind == JobKind::Unit || job.state == JobState::Merged {
            return;
        }
        let count = |state| items.iter().filter(|item| item.state == state).count();
        let counters = job.counters;
        let counted = [
            (counters.succeeded, ItemState::Succeeded),
            (counters.failed, ItemState::Failed),
            (counters.skipped, ItemState::Skipped),
            (counters.cancelled, ItemState::Cancelled),
        ];
        for (number, state) in counted {
            assert_eq!(number as usize, count(state), "3: {state} of {}", job.id);
        }
        let id = job.id;
        assert_eq!(counters.total as usize, items.len(), "3: total of {id}");
        assert_eq!(
            (counters.running, counters.remaining()),
            (0, 0),
            "3: left of {id}"
        );
        let checks = lock(&self.checks);
        let submitted = checks.jobs.get(&id).and_then(|job| job.items);
        let submitted = submitted.unwrap_or(items.len());
        assert_eq!(items.len(), submitted, "3: items of {id}");
        let recorded = checks.recorded_of(id);
        assert_eq!(recorded, counters.succeeded as usize, "2: recorded of {id}");
        if job.state == JobState::Completed {
            assert!(items.iter().all(|item| item.state.is_terminal()));
        }
    }

    /// A batch is what its jobs are, and complete when they have ended.
    async fn check_batches(&self, handle: &Handle) {
        for name in ["batch-0", "batch-1"] {
            let status = handle.store().batch(name).await.expect("a calm store");
            let mut jobs: BTreeMap<JobState, u64> = BTreeMap::new();
            for job in lock(&self.checks).jobs.values() {
                if let Some(state) = job.state.filter(|_| job.batch.as_deref() == Some(name)) {
                    *jobs.entry(state).or_default() += 1;
                }
            }
            let Some(status) = status else {
                assert!(jobs.is_empty(), "batches: {name} is gone");
                continue;
            };
            let told: BTreeMap<_, _> = status
                .jobs
                .iter()
                .filter(|(_, count)| **count > 0)
                .collect();
            assert_eq!(told, jobs.iter().collect(), "batches: jobs of {name}");
            let complete = status.batch.completed_at.is_some();
            assert!(
                complete || jobs.is_empty(),
                "batches: all of {name} has ended, and it is not complete"
            );
        }
    }

    async fn stop_all(&mut self) {
        let nodes = std::mem::take(&mut self.nodes);
        let last = nodes.last().map(|node| node.observer.clone());
        for node in nodes {
            let Node {
                engine,
                mut workers,
                ..
            } = node;
            engine.stop_leasing();
            while let Some(ended) = workers.join_next().await {
                ended.expect("workers end well");
            }
            engine.stop().await.expect("a clean stop");
        }
        if let Some(observer) = last {
            observer.check_replay().await;
        }
        panics::pass_on();
    }
}
