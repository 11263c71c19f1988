//! Looking at what a store holds.

use paceline_core::event::{EventKind, EventRecord};
use paceline_core::id::EventSeq;
use paceline_core::item::Item;
use paceline_core::lease::{Lease, LeasedWork};
use paceline_core::progress::Counters;
use paceline_core::query::{EventQuery, ItemQuery, JobFilter, JobQuery};
use paceline_core::{ItemState, Job, JobId, JobState};

use super::Case;

/// The positions of a chunk.
pub(crate) fn seqs(lease: &Lease) -> Vec<u32> {
    match &lease.work {
        LeasedWork::Chunk(items) => items.iter().map(|item| item.seq.0).collect(),
        LeasedWork::Unit | LeasedWork::Plan => panic!("no chunk: {lease:?}"),
    }
}

/// All that people can see of jobs and items, and how many events there were.
#[derive(Debug, PartialEq)]
pub(crate) struct Snapshot {
    jobs: Vec<(Job, Vec<Item>)>,
    last_event: EventSeq,
}

impl Case {
    pub(crate) async fn find(&self, job: JobId) -> Option<Job> {
        self.store.job(job).await.expect("a job is read")
    }

    pub(crate) async fn job(&self, job: JobId) -> Job {
        self.find(job).await.expect("the job is there")
    }

    pub(crate) async fn state(&self, job: JobId) -> JobState {
        self.job(job).await.state
    }

    pub(crate) async fn counters(&self, job: JobId) -> Counters {
        self.job(job).await.counters
    }

    /// All jobs, the newest first.
    pub(crate) async fn all_jobs(&self) -> Vec<Job> {
        self.jobs_like(JobFilter::default()).await
    }

    pub(crate) async fn jobs_like(&self, filter: JobFilter) -> Vec<Job> {
        let query = JobQuery {
            filter,
            limit: 10_000,
            ..JobQuery::default()
        };
        let page = self.store.jobs(query).await.expect("jobs are listed");
        assert_eq!(page.next, None, "all on one page");
        page.items
    }

    pub(crate) async fn items_of(&self, job: JobId) -> Vec<Item> {
        let query = ItemQuery {
            limit: 100_000,
            ..ItemQuery::default()
        };
        self.store
            .items(job, query)
            .await
            .expect("items are listed")
    }

    pub(crate) async fn item_states(&self, job: JobId) -> Vec<ItemState> {
        self.items_of(job)
            .await
            .iter()
            .map(|item| item.state)
            .collect()
    }

    pub(crate) async fn item(&self, job: JobId, key: &str) -> Item {
        let item = self.store.item(job, key).await.expect("an item is read");
        item.expect("the item is there")
    }

    pub(crate) async fn events_after(&self, after: EventSeq) -> Vec<EventRecord> {
        let query = EventQuery {
            after,
            job: None,
            limit: 1_000_000,
        };
        self.store.events(query).await.expect("events are listed")
    }

    pub(crate) async fn events_of(&self, job: JobId) -> Vec<EventRecord> {
        let query = EventQuery {
            job: Some(job),
            limit: 1_000_000,
            ..EventQuery::default()
        };
        self.store.events(query).await.expect("events are listed")
    }

    pub(crate) async fn kinds_of(&self, job: JobId) -> Vec<EventKind> {
        self.events_of(job)
            .await
            .iter()
            .map(|event| event.kind)
            .collect()
    }

    pub(crate) async fn last_event(&self) -> EventSeq {
        self.store
            .last_event()
            .await
            .expect("the last event's number")
    }

    pub(crate) async fn snapshot(&self) -> Snapshot {
        let mut jobs = Vec::new();
        for job in self.all_jobs().await {
            let items = self.items_of(job.id).await;
            jobs.push((job, items));
        }
        let last_event = self.last_event().await;
        Snapshot { jobs, last_event }
    }
}
