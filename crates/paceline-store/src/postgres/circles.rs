//! Who would wait for itself: a duplicate that waits for the job which it is merged into, perhaps
//! through others, would have that one wait for itself.

use std::collections::{HashMap, HashSet};

use paceline_core::JobId;
use paceline_core::job::NewJob;
use paceline_core::links::Parent;
use paceline_core::merge::OnDuplicate;

use super::error::Result;
use super::items_write::clean;
use super::row::Columns;
use super::session::{Batch, Session, values};
use super::wait_for;

/// The jobs that wait for those that may take over.
#[derive(Clone, Debug, Default)]
pub(crate) struct Circles {
    /// All of them that are in the tables, directly or through others.
    below: HashMap<JobId, HashSet<JobId>>,
    /// Children by their parents, of this transaction.
    added: HashMap<JobId, Vec<JobId>>,
}

/// Whether the job may close a circle.
pub(crate) fn may_close(job: &NewJob) -> bool {
    let links = &job.links;
    !links.after.is_empty() && links.identity.is_some() && links.on_duplicate == OnDuplicate::Merge
}

/// Two that close one circle together come one after the other.
pub(crate) fn lock(batch: &mut Batch<'_>) {
    const LOCK: &str = "SELECT pg_advisory_xact_lock(
            hashtext('paceline.identity.' || current_schema()), -1)";
    batch.add(LOCK, values![]);
}

impl Circles {
    pub(crate) async fn below(session: &mut Session, jobs: Vec<i64>) -> Result<Self> {
        const BELOW: &str = "WITH RECURSIVE below (top, num) AS (
                SELECT n, n FROM unnest($1::bigint[]) n
                UNION SELECT b.top, d.child FROM below b JOIN dependencies d ON d.parent = b.num)
            SELECT t.id, j.id FROM below b JOIN jobs t ON t.num = b.top
            JOIN jobs j ON j.num = b.num WHERE b.num <> b.top";
        let mut circles = Circles::default();
        for row in session.list(BELOW, values![jobs]).await? {
            let below = circles.below.entry(row.job_id(0)?).or_default();
            below.insert(row.job_id(1)?);
        }
        Ok(circles)
    }

    pub(crate) fn add(&mut self, edges: HashMap<JobId, Vec<JobId>>) {
        for (parent, children) in edges {
            self.added.entry(parent).or_default().extend(children);
        }
    }
}

/// The jobs of one call, which are not in the transaction yet.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    circles: &'a Circles,
    parents: &'a wait_for::Known,
    edges: HashMap<JobId, Vec<JobId>>,
    merged: HashMap<JobId, JobId>,
    batches: HashMap<String, Vec<JobId>>,
}

impl<'a> Call<'a> {
    pub(crate) fn of(circles: &'a Circles, parents: &'a wait_for::Known) -> Self {
        Call {
            circles,
            parents,
            edges: HashMap::new(),
            merged: HashMap::new(),
            batches: HashMap::new(),
        }
    }

    /// Takes in the next job, which is merged into another or not. False, and nothing is taken in,
    /// if that one would wait for itself.
    pub(crate) fn take(&mut self, job: &NewJob, into: Option<JobId>) -> bool {
        let child = into.unwrap_or(job.id);
        let parents = self.parents_of(job);
        if into.is_some() && !parents.is_empty() && self.reaches(child, &parents) {
            return false;
        }
        for parent in parents {
            self.edges.entry(parent).or_default().push(child);
        }
        if let Some(into) = into {
            self.merged.insert(job.id, into);
        }
        if let Some(batch) = &job.batch {
            self.batches.entry(clean(batch)).or_default().push(child);
        }
        true
    }

    fn parents_of(&self, job: &NewJob) -> HashSet<JobId> {
        let mut parents = HashSet::new();
        for parent in &job.links.after {
            match parent {
                Parent::Job(id) if self.merged.contains_key(id) => {
                    parents.extend(self.merged.get(id));
                }
                Parent::Job(_) => parents.extend(self.parents.survivors(parent)),
                Parent::Batch(name) => {
                    parents.extend(self.parents.survivors(parent));
                    parents.extend(self.batches.get(&clean(name)).into_iter().flatten());
                }
            }
        }
        parents
    }

    /// Whether one of these is the job or waits for it.
    fn reaches(&self, job: JobId, ends: &HashSet<JobId>) -> bool {
        let mut seen = HashSet::from([job]);
        let mut next = vec![job];
        while let Some(job) = next.pop() {
            if ends.contains(&job) {
                return true;
            }
            let below = self.circles.below.get(&job).into_iter().flatten();
            let added = self.circles.added.get(&job).into_iter().flatten();
            let of_call = self.edges.get(&job).into_iter().flatten();
            let children = below.chain(added).chain(of_call).copied();
            next.extend(children.filter(|child| seen.insert(*child)));
        }
        false
    }

    /// Children by their parents.
    pub(crate) fn into_edges(self) -> HashMap<JobId, Vec<JobId>> {
        self.edges
    }
}
