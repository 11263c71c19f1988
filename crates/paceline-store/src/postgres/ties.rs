//! What submissions must know of other jobs: those that they wait for, and those that do the same
//! work already. All of it is locked to the end of the transaction.

use std::collections::{HashMap, HashSet};

use paceline_core::job::NewJob;
use paceline_core::merge::{Decision, Identity, OnDuplicate};
use paceline_core::store::StoreError;
use paceline_core::{JobId, Time};

use super::cache;
use super::circles::{self, Circles};
use super::connect::Shared;
use super::error::Result;
use super::load::{self, Entries, Which};
use super::merge;
use super::session::{Answers, Batch, Session};
use super::wait_for::{self, Parents};
use crate::num::JobNum;

#[derive(Debug, Default)]
pub(crate) struct Ties {
    pub(crate) parents: wait_for::Known,
    pub(crate) duplicates: merge::Known,
    /// Jobs that may answer in place of a run.
    pub(crate) cache: cache::Known,
    /// The parents that jobs which have not begun have already, of those that may take over.
    pub(crate) parents_of: HashMap<JobNum, HashSet<JobNum>>,
    may_circle: bool,
    circles: Circles,
}

/// Where in a batch the answers are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    duplicates: Option<usize>,
    parents: Option<usize>,
    cache: Option<usize>,
    /// Somebody may come to wait for itself by being merged.
    may_circle: bool,
}

/// How one submission is tied.
#[derive(Debug)]
pub(crate) struct Tied {
    pub(crate) parents: Option<Parents>,
    pub(crate) decision: Decision<JobNum>,
}

/// Asks for what must be known; to be added before any other lock is taken.
pub(crate) fn add<'a>(
    batch: &mut Batch<'_>,
    jobs: impl Iterator<Item = &'a NewJob> + Clone,
) -> Places {
    let may_circle = jobs.clone().any(circles::may_close);
    if may_circle {
        circles::lock(batch);
    }
    Places {
        duplicates: merge::add(batch, jobs.clone()),
        cache: cache::add(batch, jobs.clone()),
        parents: wait_for::add(batch, jobs),
        may_circle,
    }
}

impl Ties {
    /// Reads the answers. Also gives the jobs that may have to take over, loaded.
    pub(crate) async fn read(
        shared: &Shared,
        session: &mut Session,
        answers: &mut Answers,
        places: Places,
    ) -> Result<(Self, Entries)> {
        let mut ties = Ties {
            parents: wait_for::Known::read(answers, places.parents)?,
            duplicates: merge::Known::read(answers, places.duplicates)?,
            cache: cache::Known::read(answers, places.cache)?,
            may_circle: places.may_circle,
            ..Ties::default()
        };
        let waiting = ties.duplicates.waiting();
        if waiting.is_empty() {
            return Ok((ties, Entries::new()));
        }
        let mut batch = Batch::default();
        let loaded = load::add(&mut batch, &Which::Nums(waiting.clone()));
        let mut answers = session.run(batch).await?;
        let survivors = load::read(shared, &mut answers, loaded)?;
        if places.may_circle {
            ties.circles = Circles::below(session, waiting.clone()).await?;
        }
        ties.parents_of = wait_for::parents_of(session, waiting).await?;
        Ok((ties, survivors))
    }

    /// Why the jobs of one call cannot be taken in.
    pub(crate) fn refusal(&mut self, jobs: &[NewJob], now: Time) -> Option<StoreError> {
        let missing = self.parents.refusal(jobs);
        missing.or_else(|| self.duplicate(jobs, now))
    }

    /// A job that asks to be refused, or that would wait for itself when it is merged.
    fn duplicate(&mut self, jobs: &[NewJob], now: Time) -> Option<StoreError> {
        if !self.may_circle && jobs.iter().all(|job| job.links.identity.is_none()) {
            return None;
        }
        let mut earlier: HashMap<Identity, JobId> = HashMap::new();
        let mut call = circles::Call::of(&self.circles, &self.parents);
        for job in jobs {
            if self.cache.find(job, now).is_some() {
                continue;
            }
            let other = self.duplicates.other(job);
            let among = job.links.identity.and_then(|it| earlier.get(&it).copied());
            let rejects = job.links.on_duplicate == OnDuplicate::Reject;
            let into = match (other, among) {
                (Some((Decision::Refuse(()), id)), _) => return Some(StoreError::Duplicate(id)),
                (None, Some(id)) if rejects => return Some(StoreError::Duplicate(id)),
                (Some((_, id)), _) | (None, Some(id)) => Some(id),
                (None, None) => None,
            };
            if !call.take(job, into)
                && let Some(id) = into
            {
                return Some(StoreError::Duplicate(id));
            }
            if let Some(identity) = job.links.identity {
                earlier.entry(identity).or_insert(job.id);
            }
        }
        let edges = call.into_edges();
        self.circles.add(edges);
        None
    }

    pub(crate) fn of(&self, job: &NewJob) -> Tied {
        let parents = self.parents.parents(job);
        let broken = parents
            .as_ref()
            .is_some_and(|parents| parents.broken.is_some());
        // What is cancelled at once hands nothing over.
        let decision = if broken {
            Decision::Run
        } else {
            self.duplicates.decide(job)
        };
        Tied { parents, decision }
    }
}
