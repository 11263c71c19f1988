//! What is known of one job: what its submission said, and what the events told since.

use paceline_core::dependency::Policy;
use paceline_core::event::{EventKind, EventRecord};
use paceline_core::job::{JobKind, NewJob};
use paceline_core::merge::Identity;
use paceline_core::scope::{Kind, Scope};
use paceline_core::{JobId, JobState, Json, Priority, Time, Work};

#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) task: String,
    pub(crate) batch: Option<String>,
    pub(crate) kind: JobKind,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) priority: Priority,
    /// As many as were submitted.
    pub(crate) items: Option<usize>,
    /// The jobs that it waits for.
    pub(crate) after: Vec<JobId>,
    pub(crate) policy: Policy,
    /// Jobs of the same identity do the same work.
    pub(crate) identity: Option<Identity>,
    /// The newest that were acknowledged.
    pub(crate) params: Json,
    /// The job that does its work.
    pub(crate) merged_into: Option<JobId>,
    /// It was retried or restarted, and keeps the results that it has.
    rerun: bool,
    /// As the events tell it.
    pub(crate) state: Option<JobState>,
    pub(crate) created: Time,
    pub(crate) pending_since: Time,
    /// When its work was lost with a node and taken back, so that it may go before those who waited longer.
    pub(crate) came_back: Option<Time>,
    /// How many started before it that had not waited as long.
    pub(crate) passed_over: u32,
    /// It has started, and what its parents do matters no more.
    pub(crate) begun: bool,
    /// Cancelled because of a parent.
    pub(crate) dropped: bool,
}

/// How a job ended, as those that wait for it see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Completed,
    Failed,
    Cancelled,
    Dropped,
}

impl Known {
    pub(crate) fn new(job: &NewJob, after: Vec<JobId>) -> Self {
        let names = [
            (Kind::User, job.user.as_deref()),
            (Kind::Task, Some(job.task.as_str())),
            (Kind::Queue, Some(job.queue.as_str())),
            (Kind::Key, job.key.as_deref()),
        ];
        let scopes = names.into_iter();
        let scopes = scopes.filter_map(|(kind, name)| Some(Scope::new(kind, name?)));
        Known {
            task: job.task.clone(),
            batch: job.batch.clone(),
            kind: job.work.kind(),
            scopes: scopes.collect(),
            priority: job.priority,
            items: match &job.work {
                Work::Items(items) => Some(items.len()),
                Work::Unit | Work::Plan => None,
            },
            after,
            policy: job.links.after_policy,
            identity: job.links.identity,
            params: job.params.clone(),
            merged_into: None,
            rerun: false,
            state: None,
            created: Time::EPOCH,
            pending_since: Time::EPOCH,
            came_back: None,
            passed_over: 0,
            begun: false,
            dropped: false,
        }
    }

    pub(crate) fn end(&self) -> Option<End> {
        match self.state? {
            JobState::Completed => Some(End::Completed),
            JobState::Failed => Some(End::Failed),
            JobState::Cancelled if self.dropped => Some(End::Dropped),
            JobState::Cancelled => Some(End::Cancelled),
            _ => None,
        }
    }

    /// A duplicate handed its params and its work over.
    pub(crate) fn take_over(&mut self, newer: &Known) {
        self.kind = newer.kind;
        self.items = newer.items;
        self.params = newer.params.clone();
    }

    /// It is to be done, and can take newer params over.
    pub(crate) fn is_replaceable(&self) -> bool {
        !self.has_ended() && !self.has_begun()
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.begun || (self.rerun && self.kind != JobKind::Unit)
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.state.is_some_and(JobState::is_terminal)
    }

    /// Takes in an event that is known to be legal.
    pub(crate) fn note(&mut self, to: JobState, event: &EventRecord) {
        if to == JobState::Pending && self.state != Some(to) {
            self.pending_since = event.at;
        }
        self.state = Some(to);
        match event.kind {
            EventKind::Submitted => self.created = event.at,
            EventKind::Started => self.begun = true,
            EventKind::Recovered => self.came_back = Some(event.at),
            EventKind::Blocked => self.begun = false,
            EventKind::Retried | EventKind::Restarted => {
                self.begun = false;
                self.rerun = true;
            }
            _ => {}
        }
        if to == JobState::Cancelled {
            self.dropped = event.data.as_str().contains(r#""kind":"dependency""#);
        }
    }
}
