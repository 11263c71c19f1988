//! What must be true of every job at any time.

use std::collections::{BTreeMap, BTreeSet};

use paceline_core::item::Item;
use paceline_core::job::JobKind;
use paceline_core::{ItemState, Job, JobState};

use super::Model;

impl Model {
    pub(super) async fn check(&mut self) {
        let jobs = self.s.all_jobs().await;
        self.check_list(&jobs).await;
        for job in &jobs {
            assert_eq!(
                job.finished_at.is_some(),
                job.state.is_terminal(),
                "{job:?}"
            );
            match job.kind {
                JobKind::Unit => self.check_unit(job),
                JobKind::Items | JobKind::Planned => {
                    let items = self.s.items_of(job.id).await;
                    self.check_items(job, &items);
                }
            }
        }
        let news = self.s.events_after(self.seen).await;
        self.seen = news.last().map_or(self.seen, |event| event.seq);
        self.replay.take(&news);
        self.replay.check(&self.s).await;
    }

    /// Every acknowledged job is there, and the counts count them.
    async fn check_list(&self, jobs: &[Job]) {
        let there: BTreeSet<_> = jobs.iter().map(|job| job.id).collect();
        let expected: BTreeSet<_> = self.jobs.iter().copied().collect();
        assert_eq!(there, expected);
        let mut counts: BTreeMap<JobState, u64> =
            JobState::ALL.iter().map(|state| (*state, 0)).collect();
        for job in jobs {
            *counts.entry(job.state).or_default() += 1;
        }
        assert_eq!(self.s.store.counts().await.expect("counts"), counts);
    }

    fn check_unit(&self, job: &Job) {
        let leased = !self.live_of(job.id).is_empty();
        let counters = job.counters;
        let found = (
            counters.total,
            counters.succeeded,
            counters.failed,
            counters.cancelled,
        );
        let is = |state| u32::from(job.state == state);
        let expected = (
            1,
            is(JobState::Completed),
            is(JobState::Failed),
            is(JobState::Cancelled),
        );
        assert_eq!(
            (found, counters.running),
            (expected, u32::from(leased)),
            "{job:?}"
        );
        assert!(!leased || !job.state.is_terminal(), "{job:?} is leased");
    }

    fn check_items(&self, job: &Job, items: &[Item]) {
        let of = |state: ItemState| -> BTreeSet<u32> {
            let these = items.iter().filter(|item| item.state == state);
            these.map(|item| item.seq.0).collect()
        };
        let count = |state| u32::try_from(of(state).len()).expect("small");
        let counters = job.counters;
        assert_eq!(counters.total as usize, items.len(), "{job:?}");
        assert_eq!(counters.succeeded, count(ItemState::Succeeded), "{job:?}");
        assert_eq!(counters.failed, count(ItemState::Failed), "{job:?}");
        assert_eq!(counters.skipped, count(ItemState::Skipped), "{job:?}");
        assert_eq!(counters.cancelled, count(ItemState::Cancelled), "{job:?}");
        assert_eq!(counters.running, count(ItemState::Running), "{job:?}");
        let waiting = count(ItemState::Pending) + count(ItemState::Running);
        assert_eq!(counters.remaining(), waiting, "{job:?}");

        let recorded = self.recorded.get(&job.id).cloned().unwrap_or_default();
        assert_eq!(
            of(ItemState::Succeeded),
            recorded,
            "recorded successes of {job:?}"
        );
        let in_leases: BTreeSet<u32> = self
            .live_of(job.id)
            .iter()
            .flat_map(|lease| self.live[lease].left.iter().copied())
            .collect();
        assert_eq!(of(ItemState::Running), in_leases, "{job:?}");
        if job.state.is_terminal() {
            assert_eq!(waiting, 0, "{job:?} has ended");
        } else if counters.total > 0 {
            assert!(waiting > 0, "{job:?} has nothing left and goes on");
        }
    }
}
